"""What the controller remembers about a PodCliqueSet between two looks at it.

All of it can be computed anew from the cluster; it is kept so that an event about one replica of
many costs a look at that replica only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from grove_tui.reconcile.podcliqueset.state import ReplicaState


@dataclass(slots=True)
class Tracked:
    """One PodCliqueSet.

    Attributes:
        uid: The set's uid; another set of that name is tracked anew.
        generation: Generation at the last look at all replicas; None asks for one.
        dirty: Replicas with changes since they were looked at.
        states: What each replica contributes to the status.
        dues: When gang termination is to look at a replica again.
        recycling: Uids of PodCliques whose deletion has begun, by replica.
        foreign: "Kind name" of objects in the way, by replica.
        waiting: Replicas in which children of a former set are in the way.
        next_look: Loop time of the next look at all replicas.
        is_account_due: Whether what start-up order needs is still to be made.
        violations: What is wrong with the set as it is written; a template before it is in force.
    """

    uid: str
    generation: int | None = None
    dirty: set[int] = field(default_factory=set)
    states: dict[int, ReplicaState] = field(default_factory=dict)
    dues: dict[int, datetime] = field(default_factory=dict)
    recycling: dict[int, frozenset[str]] = field(default_factory=dict)
    foreign: dict[int, list[str]] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    next_look: float = 0.0
    is_account_due: bool = False
    violations: tuple[str, ...] = ()

    def take(self, now: datetime) -> list[int]:
        """Return the replicas to look at, in order, and consider them looked at."""
        due = {replica for replica, moment in self.dues.items() if moment <= now}
        taken = sorted(self.dirty | due | self.foreign.keys() | self.waiting)
        self.dirty = set()
        return taken

    def keep_below(self, replicas: int, among: Iterable[int]) -> None:
        """Forget what was known about replicas beyond the set's size."""
        for replica in [replica for replica in among if replica >= replicas]:
            self.states.pop(replica, None)
            self.dues.pop(replica, None)
            self.recycling.pop(replica, None)
