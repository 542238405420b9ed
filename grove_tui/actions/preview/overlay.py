"""Objects that can be changed without changing those they are laid over.

`Frozen` is what a store held at one moment; another thread may read it. `Overlay` adds and hides
objects on top of anything with the read side of a Store. Both answer as a Store with the same
content would.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import chain
from typing import Any, Generic, TypeVar

from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of
from grove_tui.kube.store import IndexFunction, Store
from grove_tui.reconcile.world import INDEX_NODE, INDEX_PART_OF, INDEXES, Objects, World

T = TypeVar("T", bound=HasMetadata)

_AT_HAND = (INDEX_NODE, INDEX_PART_OF)
"""Indexes that are taken over: they are soon copied, and long in building."""


class Frozen(Generic[T]):
    """A fixed set of objects; each index is built when it is first used."""

    def __init__(
        self,
        objects: Mapping[NamespacedName, T],
        functions: Mapping[str, IndexFunction],
        filed: Mapping[str, Mapping[str, Sequence[NamespacedName]]],
        focus: Collection[str] | None = None,
    ) -> None:
        """Take over objects.

        Args:
            objects: The objects.
            functions: The indexes.
            filed: The keys in those of them that are at hand.
            focus: Of which PodCliqueSets the other indexes are; None for all.
        """
        self._objects = objects
        self._functions = functions
        self._filed = filed
        self._focus = focus
        self._indexes: dict[str, dict[str, list[T]]] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def get(self, namespace: str, name: str) -> T | None:
        """Return one object, or None."""
        return self._objects.get(NamespacedName(namespace, name))

    def values(self) -> Collection[T]:
        """Return all objects."""
        return self._objects.values()

    def by_index(self, index: str, value: str) -> Collection[T]:
        """Return the objects that the index files under `value`."""
        if index in self._filed:
            return self._at_hand(index, value)
        built = self._indexes.get(index)
        if built is None:
            found = self.values() if index in _AT_HAND else self._focused()
            built = self._indexes[index] = _built(found, self._functions[index])
        return built.get(value, ())

    def focused(self, sets: Collection[NamespacedName]) -> "Frozen[T]":
        """Return the same objects, with indexes of what these sets own and of what none does."""
        values = ("", *("/".join(key) for key in sorted(sets)))
        return Frozen(self._objects, self._functions, self._filed, values)

    def _at_hand(self, index: str, value: str) -> Collection[T]:
        known = self._indexes.setdefault(index, {})
        found = known.get(value)
        if found is None:
            keys = self._filed[index].get(value, ())
            found = known[value] = [self._objects[key] for key in keys]
        return found

    def _focused(self) -> Iterable[T]:
        if self._focus is None or INDEX_PART_OF not in self._functions:
            return self.values()
        return chain.from_iterable(self.by_index(INDEX_PART_OF, value) for value in self._focus)


def _built(objects: Iterable[T], function: IndexFunction) -> dict[str, list[T]]:
    built: dict[str, list[T]] = {}
    for obj in objects:
        for value in function(obj):
            built.setdefault(value, []).append(obj)
    return built


Index = dict[str, dict[NamespacedName, T]]


class Overlay(Generic[T]):
    """Changes on top of objects that stay as they are."""

    def __init__(self, base: Objects[T], functions: Mapping[str, IndexFunction]) -> None:
        self._base = base
        self._functions = functions
        self._changed: dict[NamespacedName, T | None] = {}
        self._indexes: dict[str, Index[T]] = {name: {} for name in functions}
        self._len = len(base)

    def __len__(self) -> int:
        return self._len

    def get(self, namespace: str, name: str) -> T | None:
        """Return one object, or None."""
        key = NamespacedName(namespace, name)
        if key in self._changed:
            return self._changed[key]
        return self._base.get(namespace, name)

    def values(self) -> Collection[T]:
        """Return all objects."""
        changed = self._changed
        if not changed:
            return self._base.values()
        kept = [obj for obj in self._base.values() if key_of(obj) not in changed]
        return [*kept, *(obj for obj in changed.values() if obj is not None)]

    def by_index(self, index: str, value: str) -> Collection[T]:
        """Return the objects that the index files under `value`."""
        found = self._base.by_index(index, value)
        if not self._changed:
            return found
        own = self._indexes[index].get(value)
        kept = [obj for obj in found if key_of(obj) not in self._changed]
        return [*kept, *own.values()] if own is not None else kept

    def put(self, obj: T) -> None:
        """Add an object, or replace the one of its name."""
        key = key_of(obj)
        self._len += self._hide(key) is None
        self._changed[key] = obj
        for name, function in self._functions.items():
            for value in function(obj):
                self._indexes[name].setdefault(value, {})[key] = obj

    def remove(self, key: NamespacedName) -> None:
        """Hide the object of that name, if there is one."""
        self._len -= self._hide(key) is not None
        self._changed[key] = None

    def _hide(self, key: NamespacedName) -> T | None:
        old = self._changed.get(key)
        if old is None:
            return None if key in self._changed else self._base.get(*key)
        for name, function in self._functions.items():
            for value in function(old):
                self._indexes[name][value].pop(key, None)
        return old


def freeze(world: World) -> World:
    """Return the world as it is now; cheap, and safe to read in another thread."""
    return World(**{field.name: _frozen(world, field.name) for field in fields(World)})


def _frozen(world: World, name: str) -> Any:
    objects, functions = getattr(world, name), INDEXES[name]
    if isinstance(objects, Frozen):
        return objects
    if isinstance(objects, Store):
        at_hand = {index: objects.filed(index) for index in _AT_HAND if index in functions}
        return Frozen(objects.copy(), functions, at_hand)
    return Frozen({key_of(obj): obj for obj in objects.values()}, functions, {})


def focus(world: World, sets: Collection[NamespacedName]) -> World:
    """Return a frozen world whose indexes know what belongs to these PodCliqueSets.

    Plans about one set never look at the parts of another one, and most of a cluster is others.
    """
    return World(
        **{field.name: getattr(world, field.name).focused(sets) for field in fields(World)}
    )


def overlay(world: World) -> World:
    """Return a world that starts as `world`, which is frozen, and can be changed."""
    copies: dict[str, Any] = {
        field.name: Overlay(getattr(world, field.name), INDEXES[field.name])
        for field in fields(World)
    }
    return World(**copies)
