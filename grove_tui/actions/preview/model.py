"""What a change would do, as data."""

from datetime import datetime
from enum import IntEnum

from msgspec import Struct

from grove_tui.actions.preview.changes import Change
from grove_tui.actions.preview.room import UNSEEN, Lack
from grove_tui.actions.target import Target


class Confirm(IntEnum):
    """How strongly a person has to agree."""

    NONE = 0
    """Nothing is lost."""
    ENTER = 1
    """Pods go, but every gang lives on."""
    TYPED = 2
    """A gang ends: its name has to be typed."""


class Loss(Struct, frozen=True):
    """A pod that goes."""

    namespace: str
    name: str
    podclique: str
    node: str


class Arrival(Struct, frozen=True):
    """A pod that comes; the API server makes up its name.

    Attributes:
        podclique: The PodClique that it fills.
        hostname: Its hostname, which is known before its name.
        node: A node where it would fit; empty without one.
        gang: The gang that it belongs to.
        lack: Why it would find no node.
        replaces: Whether it takes the place of a pod that goes.
    """

    namespace: str
    podclique: str
    hostname: str
    node: str = ""
    gang: str = ""
    lack: Lack | None = None
    replaces: bool = False


class Names(Struct, frozen=True):
    """Objects of one kind that come, go, or go and come back."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    recreated: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.recreated)


class Shortfall(Struct, frozen=True):
    """A PodClique or scaling group that falls below its minimum.

    Attributes:
        kind: `PodClique` or `PodCliqueScalingGroup`.
        name: Its name.
        left: What is left of pods, or of replicas of the group.
        minimum: Its minAvailable.
        lasting: Whether it stays so; else only until replacements have a node.
        gang: The gang that is in trouble by it.
        deadline: When gang termination would act if it stayed so; None if it never would.
    """

    kind: str
    name: str
    left: int
    minimum: int
    lasting: bool
    gang: str
    deadline: datetime | None = None


class Reset(Struct, frozen=True):
    """A PodClique that comes back with its template's number of pods."""

    podclique: str
    before: int
    after: int


class Recycling(Struct, frozen=True):
    """A gang termination that follows: everything in it is deleted and created again.

    Attributes:
        gang: The gang that is terminated, or that its scaling-group replica belongs to.
        at: When.
        delay: terminationDelay in seconds.
        pods: How many pods go.
        waiting: How many of the new pods would find no node.
        resets: PodCliques that come back with another number of pods.
        group: The scaling group of which one replica goes alone; else empty.
        index: That replica.
    """

    gang: str
    at: datetime
    delay: float
    pods: int
    waiting: int = 0
    resets: tuple[Reset, ...] = ()
    group: str = ""
    index: int = 0

    @property
    def scope(self) -> str:
        """What is terminated, in words."""
        return f"replica {self.index} of {self.group}" if self.group else f"gang {self.gang}"


class Opponent(Struct, frozen=True):
    """A HorizontalPodAutoscaler that has a say in the number of replicas.

    Attributes:
        name: Its name.
        minimum: Least number that it allows.
        maximum: Largest number that it allows.
        wanted: The number that the change asks for.
    """

    name: str
    minimum: int
    maximum: int
    wanted: int

    @property
    def result(self) -> int:
        """What it makes of the wanted number; it leaves 0 alone."""
        if self.wanted == 0:
            return 0
        return max(self.minimum, min(self.maximum, self.wanted))


class Preview(Struct, frozen=True):
    """What a change would do.

    Attributes:
        changes: The changes, those left out that have no object any more.
        gone: Objects that do not exist any more.
        losses: Pods that go, by name.
        arrivals: Pods that come.
        relieved: Waiting pods that find a node through the change.
        podcliques: PodCliques that come and go; likewise the other kinds.
        resources: Requests of pods that come less those of pods that go, in Kubernetes' units.
        shortfalls: What falls below its minimum.
        recyclings: Gang terminations that follow.
        averted: What would have been terminated and now is not.
        ended: Gangs that end: their pods all go, whether or not new ones come.
        resets: PodCliques that are created again at once with another number of pods.
        opponents: Autoscalers of what is scaled.
        grouped: (PodClique, scaling group) of cliques that should be scaled with their group.
        dropped: (object, replicas) that a smaller number takes away, by their index.
        updating: Sets with an update under way.
        is_blind: Whether nodes cannot be seen, so that nothing is known about room.
        confirm: How strongly a person has to agree.
        phrase: What is to be typed, if anything.
    """

    changes: tuple[Change, ...] = ()
    gone: tuple[Target, ...] = ()
    losses: tuple[Loss, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    relieved: tuple[Loss, ...] = ()
    podcliques: Names = Names()
    scaling_groups: Names = Names()
    podgangs: Names = Names()
    services: Names = Names()
    resources: dict[str, int] = {}
    shortfalls: tuple[Shortfall, ...] = ()
    recyclings: tuple[Recycling, ...] = ()
    averted: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    resets: tuple[Reset, ...] = ()
    opponents: tuple[Opponent, ...] = ()
    grouped: tuple[tuple[str, str], ...] = ()
    dropped: tuple[tuple[str, tuple[int, ...]], ...] = ()
    updating: tuple[str, ...] = ()
    is_blind: bool = False
    confirm: Confirm = Confirm.NONE
    phrase: str = ""

    @property
    def nodes(self) -> tuple[str, ...]:
        """Nodes that lose or get pods."""
        nodes = {loss.node for loss in (*self.losses, *self.relieved)}
        nodes |= {arrival.node for arrival in self.arrivals}
        return tuple(sorted(nodes - {"", UNSEEN}))

    @property
    def unplaced(self) -> tuple[Arrival, ...]:
        """Pods that would find no node."""
        return tuple(arrival for arrival in self.arrivals if not arrival.node)
