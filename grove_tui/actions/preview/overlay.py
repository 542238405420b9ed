"""Objects that can be changed without changing those they are laid over.

`Frozen` is what a store held at one moment; another thread may read it. `Overlay` adds and hides
objects on top of anything with the read side of a Store. Both answer as a Store with the same
content would.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any, Generic, TypeVar

from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of
from grove_tui.kube.store import IndexFunction
from grove_tui.reconcile.world import INDEXES, Objects, World

T = TypeVar("T", bound=HasMetadata)

Index = dict[str, dict[NamespacedName, T]]


class Frozen(Generic[T]):
    """A fixed set of objects; each index is built when it is first used."""

    def __init__(self, objects: Iterable[T], functions: Mapping[str, IndexFunction]) -> None:
        self._objects = tuple(objects)
        self._functions = functions
        self._by_key: dict[NamespacedName, T] | None = None
        self._indexes: dict[str, Index[T]] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def get(self, namespace: str, name: str) -> T | None:
        """Return one object, or None."""
        if self._by_key is None:
            self._by_key = {key_of(obj): obj for obj in self._objects}
        return self._by_key.get(NamespacedName(namespace, name))

    def values(self) -> Collection[T]:
        """Return all objects."""
        return self._objects

    def by_index(self, index: str, value: str) -> Collection[T]:
        """Return the objects that the index files under `value`."""
        built = self._indexes.get(index)
        if built is None:
            built = self._indexes[index] = _built(self._objects, self._functions[index])
        found = built.get(value)
        return found.values() if found is not None else ()


def _built(objects: Iterable[T], function: IndexFunction) -> Index[T]:
    index: Index[T] = {}
    for obj in objects:
        for value in function(obj):
            index.setdefault(value, {})[key_of(obj)] = obj
    return index


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
    copies: dict[str, Any] = {
        field.name: Frozen(getattr(world, field.name).values(), INDEXES[field.name])
        for field in fields(World)
    }
    return World(**copies)


def overlay(world: World) -> World:
    """Return a world that starts as `world` and can be changed."""
    copies: dict[str, Any] = {
        field.name: Overlay(getattr(world, field.name), INDEXES[field.name])
        for field in fields(World)
    }
    return World(**copies)
