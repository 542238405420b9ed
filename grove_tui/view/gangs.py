"""Gangs: each replica of a PodCliqueSet put together from the objects that make it up.

A `Gang` is a frozen picture: its cliques, its scaling groups with their replicas, the pods of each,
counted and judged. What the template wants but does not exist is in it too, so that a gang keeps
its shape while it is recycled.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from msgspec import Struct

from grove_tui.api import names
from grove_tui.api.breach import Breach
from grove_tui.api.objects import PodClique, PodCliqueScalingGroup, PodCliqueSet
from grove_tui.api.termination import Termination
from grove_tui.view.ages import countdown
from grove_tui.view.health import Health, Tally, Word
from grove_tui.view.keys import Key
from grove_tui.view.podstatus import PodFacts


class Clique(Struct, frozen=True, gc=False):
    """One clique of a gang.

    Attributes:
        key: Its row; without uid while the PodClique does not exist.
        title: Its name in the template.
        podclique: The object, if it exists.
        pods: The rows of its pods in the order of their index, those on their way out included.
        facts: The facts of these pods.
        tally: Its pods counted.
        health: How it is doing.
        breach: Its stored breach, if any.
    """

    key: Key
    title: str
    podclique: PodClique | None
    pods: tuple[Key, ...]
    facts: tuple[PodFacts, ...]
    tally: Tally
    health: Health
    breach: Breach | None = None


class GroupReplica(Struct, frozen=True, gc=False):
    """One replica of a scaling group: one of each of its cliques."""

    key: Key
    index: int
    cliques: tuple[Clique, ...]
    tally: Tally
    health: Health


class Group(Struct, frozen=True, gc=False):
    """A scaling group of a gang; `group` is None while the object does not exist."""

    key: Key
    title: str
    group: PodCliqueScalingGroup | None
    desired: int
    minimum: int
    replicas: tuple[GroupReplica, ...]
    tally: Tally
    health: Health

    @property
    def ready(self) -> int:
        """Replicas in which every clique has its minimum ready."""
        return sum(has_minimum(replica.cliques) for replica in self.replicas[: self.desired])


class Gang(Struct, frozen=True, gc=False):
    """One replica of a PodCliqueSet.

    Attributes:
        key: Its row.
        pcs: The set.
        index: Its replica index.
        cliques: The cliques in no scaling group.
        groups: The scaling groups.
        tally: All pods counted.
        health: How it is doing.
        termination: The verdict of gang termination, with every breach.
        nodes: Names of the nodes that its pods are on.
    """

    key: Key
    pcs: PodCliqueSet
    index: int
    cliques: tuple[Clique, ...]
    groups: tuple[Group, ...]
    tally: Tally
    health: Health
    termination: Termination
    nodes: frozenset[str]

    @property
    def name(self) -> str:
        """The name of its base PodGang."""
        return names.base_podgang_name(self.pcs.metadata.name, self.index)

    def all_cliques(self) -> Iterator[Clique]:
        """Every clique, in scaling groups or not, in the order of the tree."""
        yield from self.cliques
        for group in self.groups:
            for replica in group.replicas:
                yield from replica.cliques

    def part(self, place: Key) -> Group | GroupReplica | Clique | None:
        """Return the part whose key, without uid, is `place`."""
        replicas = (replica for group in self.groups for replica in group.replicas)
        parts: Iterator[Group | GroupReplica | Clique] = chain(
            self.all_cliques(), self.groups, replicas
        )
        return next((part for part in parts if part.key.place == place), None)

    @property
    def count(self) -> str:
        """Ready pods, and of how many: those that are wanted, or needed where that is more.

        A breached gang whose cliques were scaled below their minimum is not complete, though all
        pods are ready that anybody asked for.
        """
        unasked = sum(
            max(0, clique.tally.minimum - clique.tally.desired)
            for clique in self.all_cliques()
            if clique.health.word is Word.BREACHED
        )
        return f"{self.tally.ready}/{self.tally.desired + unasked}"

    @property
    def created(self) -> datetime | None:
        """When the oldest of its cliques was created: since when it runs in this incarnation."""
        cliques = (clique.podclique for clique in self.all_cliques())
        births = (found.metadata.creation_timestamp for found in cliques if found is not None)
        return min((birth for birth in births if birth is not None), default=None)

    @property
    def is_available(self) -> bool:
        """Whether it has its minimum: every clique, and every scaling group."""
        return has_minimum(self.cliques) and all(
            group.ready >= group.minimum for group in self.groups
        )


def has_minimum(cliques: Iterable[Clique]) -> bool:
    """Tell whether each of the cliques has its minimum ready."""
    return all(clique.tally.ready >= clique.tally.minimum for clique in cliques)


def reason(gang: Gang, now: datetime) -> str:
    """Return why a gang is as it is and what follows, in a few words; empty where that is plain."""
    health = gang.health
    if health.word is Word.RECYCLING:
        return "its pods are deleted and made anew"
    if health.word is not Word.BREACHED or health.due is None:
        return health.detail
    short = [
        f"{clique.title} has {clique.tally.ready} of {clique.tally.minimum} needed pods"
        for clique in gang.all_cliques()
        if clique.tally.ready < clique.tally.minimum
    ]
    ends = f"terminates in {countdown(health.due, now)} unless it gets them"
    return ", ".join((*short, ends)) if short else ""
