"""What the keys act on: from the row under the cursor to an object of the cluster."""

from collections.abc import Callable, Mapping
from typing import Any

from grove_tui.actions.deleting import Deletion, deletion
from grove_tui.actions.scaling import Scalable, scalable
from grove_tui.actions.target import Target
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.kube.resources import EVENTS, NODES, PODS, Resource
from grove_tui.reconcile.world import World
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind

RESOURCES: Mapping[Kind, Resource[Any]] = {
    Kind.PODCLIQUESET: PODCLIQUESETS,
    Kind.SCALING_GROUP: PODCLIQUESCALINGGROUPS,
    Kind.PODCLIQUE: PODCLIQUES,
    Kind.POD: PODS,
    Kind.NODE: NODES,
    Kind.EVENT: EVENTS,
}
_OWNERS = {Kind.GANG: Kind.PODCLIQUESET, Kind.GROUP_REPLICA: Kind.SCALING_GROUP}


def object_of(key: Key) -> tuple[Kind, str, str]:
    """Return kind, namespace and name of the object that a row is, or is a replica of."""
    return _OWNERS.get(key.kind, key.kind), key.namespace, key.name


def target_of(book: GangBook, key: Key) -> Target | None:
    """Return the object a row stands for; None when it is gone."""
    kind, namespace, name = object_of(key)
    found = book.object(book.current(Key(kind, namespace, name)))
    if found is None or (key.uid and found.metadata.uid != key.uid):
        return None
    return Target.of(RESOURCES[kind], found)


def scalable_of(book: GangBook, key: Key) -> Scalable | str:
    """Return what `s` scales on that row, or why it scales nothing."""
    if key.kind in (Kind.NODE, Kind.EVENT):
        return f"A {key.kind.lower()} has no replicas; select a clique, a scaling group or a set."
    if target_of(book, key) is None:
        return f"{key.kind} {key} is gone."
    found = scalable(book.world, *object_of(key))
    if found is None:
        return f"Pod {key.name} belongs to no PodClique; it has no replicas."
    return found


def deletion_of(book: GangBook, key: Key) -> Deletion | str:
    """Return what `ctrl+d` deletes on that row, or why it deletes nothing."""
    if key.kind in _OWNERS:
        owner = _OWNERS[key.kind]
        return f"A replica is no object of its own: scale {owner} {key.name}, or delete that."
    if key.kind in (Kind.NODE, Kind.EVENT):
        return f"A {key.kind.lower()} is not deleted from here."
    if target_of(book, key) is None:
        return f"{key.kind} {key} is gone."
    found = deletion(book.world, *object_of(key))
    return found if found is not None else f"{key.kind} {key} is gone."


def again_scalable(world: World, before: Scalable) -> Callable[[], Scalable | None]:
    """Return a look at the same object later on."""
    target = before.target
    return lambda: scalable(world, target.resource.kind, target.namespace, target.name)


def again_deletion(world: World, before: Deletion) -> Callable[[], Deletion | None]:
    """Return a look at the same object later on."""
    target = before.target
    return lambda: deletion(world, target.resource.kind, target.namespace, target.name)
