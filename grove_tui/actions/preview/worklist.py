"""What in a draft has to be looked at, by the reconciler's own routes."""

from typing import Any, cast

from grove_tui.kube.objects import HasMetadata, NamespacedName
from grove_tui.reconcile.controller import Controller
from grove_tui.reconcile.routing import Controllers, Router
from grove_tui.reconcile.world import World


class Keys:
    """Keys in the order of their arrival, each once."""

    def __init__(self) -> None:
        self._waiting: dict[NamespacedName, None] = {}
        self.seen: dict[NamespacedName, None] = {}
        """All keys that were ever taken."""

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def enqueue(self, key: NamespacedName) -> None:
        """Add a key; the one method of a Controller that routes use."""
        self._waiting[key] = None

    def discard(self, key: NamespacedName) -> None:
        """Take a key off without having looked at it."""
        self._waiting.pop(key, None)

    def take(self) -> NamespacedName:
        """Remove and return the first key."""
        key = next(iter(self._waiting))
        del self._waiting[key]
        self.seen[key] = None
        return key


class Worklist:
    """Sets with their replicas, scaling groups, cliques and gangs to look at.

    Attributes:
        sets: PodCliqueSets; `replicas` says which part of each.
        groups: PodCliqueScalingGroups.
        cliques: PodCliques.
        gangs: PodGangs.
        replicas: Marked replicas of each set that waits; None for all.
        seen_replicas: Replicas of sets that were ever taken.
    """

    def __init__(self, world: World) -> None:
        self.sets, self.groups, self.cliques, self.gangs = Keys(), Keys(), Keys(), Keys()
        self.replicas: dict[NamespacedName, set[int] | None] = {}
        self.seen_replicas: dict[NamespacedName, set[int] | None] = {}
        controllers = Controllers(
            podcliqueset=cast("Controller", self.sets),
            podclique=cast("Controller", self.cliques),
            podcliquescalinggroup=cast("Controller", self.groups),
            podgang=cast("Controller", self.gangs),
        )
        router: Any = Router(world, controllers, self.mark)
        self._routes = {
            "podcliquesets": router.podcliqueset,
            "podcliques": router.podclique,
            "podcliquescalinggroups": router.podcliquescalinggroup,
            "podgangs": router.podgang,
            "pods": router.pod,
            "services": router.other_child,
            "hpas": router.other_child,
        }

    def route(self, field: str, old: HasMetadata | None, new: HasMetadata | None) -> None:
        """Note what a change of a World's field concerns."""
        route = self._routes.get(field)
        if route is not None:
            route(old, new)

    def mark(self, key: NamespacedName, replica: int | None) -> None:
        """Note that one replica of a set is to be looked at; None for all."""
        self.sets.enqueue(key)
        _add(self.replicas, key, replica)

    def take_set(self) -> tuple[NamespacedName, set[int] | None]:
        """Remove and return a set and its marked replicas; None for all."""
        key = self.sets.take()
        replicas = self.replicas.pop(key, set())
        if replicas is None:
            self.seen_replicas[key] = None
        else:
            for replica in replicas:
                _add(self.seen_replicas, key, replica)
        return key, replicas

    def repeat(self, other: "Worklist") -> None:
        """Note everything that was taken from another worklist."""
        for key, replicas in other.seen_replicas.items():
            if replicas is None:
                self.mark(key, None)
            else:
                for replica in replicas:
                    self.mark(key, replica)
        for own, theirs in (
            (self.groups, other.groups),
            (self.cliques, other.cliques),
            (self.gangs, other.gangs),
        ):
            for seen in theirs.seen:
                own.enqueue(seen)


def _add(
    replicas: dict[NamespacedName, set[int] | None], key: NamespacedName, replica: int | None
) -> None:
    if replica is None:
        replicas[key] = None
        return
    marked = replicas.setdefault(key, set())
    if marked is not None:
        marked.add(replica)
