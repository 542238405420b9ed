"""What the keys act on: from the row under the cursor to an object of the cluster."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from grove_tui.actions.deleting import Deletion, deletion
from grove_tui.actions.scaling import Scalable, scalable
from grove_tui.actions.target import Target
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.kube.resources import EVENTS, NODES, PODS, Resource
from grove_tui.reconcile.world import World
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind
from grove_tui.view.planned import planned_gang

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


def absence(book: GangBook, key: Key) -> str:
    """Say why there is no object behind a row: it is gone, or it was never created so far."""
    gang = planned_gang(book, key)
    if gang is None:
        return f"{key.capitalized} is gone."
    return (
        f"{key.capitalized} is not created yet; X says what it waits for, and PodCliqueSet "
        f"{gang.key.name} can be scaled, edited or deleted."
    )


def scalable_of(book: GangBook, key: Key) -> Scalable | str:
    """Return what `s` scales on that row, or why it scales nothing."""
    if key.kind in (Kind.NODE, Kind.EVENT):
        return f"A {key.kind.lower()} has no replicas; select a clique, a scaling group or a set."
    if target_of(book, key) is None:
        return absence(book, key)
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
        return absence(book, key)
    found = deletion(book.world, *object_of(key))
    return found if found is not None else absence(book, key)


class HasTarget(Protocol):
    """Something that can be done to an object."""

    @property
    def target(self) -> Target:
        """The object."""
        ...


T = TypeVar("T", bound=HasTarget)


@dataclass(frozen=True, slots=True)
class Marked(Generic[T]):
    """What a key acts on where rows are marked.

    Attributes:
        found: What is acted on, each once, in the order of the rows.
        rows: The marked rows that stand for it.
        hidden: What hides some of it from view, by object.
        left_out: Why other marked rows are left out, one sentence each.
    """

    found: tuple[T, ...]
    rows: Mapping[Target, tuple[Key, ...]]
    hidden: Mapping[Target, str]
    left_out: tuple[str, ...]


def marked(rows: Mapping[Key, str], find: Callable[[Key], T | str]) -> Marked[T]:
    """Return what marked rows stand for.

    Args:
        rows: The rows in order, each with what hides it from view; those in view first.
        find: Returns what is acted on, or why nothing is.
    """
    found: dict[Target, T] = {}
    of: dict[Target, tuple[Key, ...]] = {}
    hidden: dict[Target, str] = {}
    left_out: list[str] = []
    for key, reason in rows.items():
        one = find(key)
        if isinstance(one, str):
            left_out.append(one)
            continue
        if one.target not in found:
            found[one.target] = one
            hidden[one.target] = reason
        of[one.target] = (*of.get(one.target, ()), key)
    return Marked(tuple(found.values()), of, hidden, tuple(dict.fromkeys(left_out)))


def again_scalable(world: World, before: Scalable) -> Callable[[], Scalable | None]:
    """Return a look at the same object later on."""
    return lambda: scalable_now(world, before)


def again_deletion(world: World, before: Deletion) -> Callable[[], Deletion | None]:
    """Return a look at the same object later on."""
    return lambda: deletion_now(world, before)


def scalable_now(world: World, before: Scalable) -> Scalable | None:
    """Return what has the place of that object now."""
    target = before.target
    return scalable(world, target.resource.kind, target.namespace, target.name)


def deletion_now(world: World, before: Deletion) -> Deletion | None:
    """Return what has the place of that object now."""
    target = before.target
    return deletion(world, target.resource.kind, target.namespace, target.name)
