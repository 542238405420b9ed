"""Objects that can be changed without changing those they are laid over.

`Frozen` is what a store held at one moment; another thread may read it. `Overlay` adds and hides
objects on top of anything with the read side of a Store. Both answer as a Store with the same
content would.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any, Generic, TypeVar

from grove_tui.api.constants import LABEL_PART_OF
from grove_tui.kube.objects import HasMetadata, NamespacedName, Pod, key_of
from grove_tui.kube.store import IndexFunction, Store
from grove_tui.reconcile.world import INDEX_NODE, INDEXES, Objects, World

T = TypeVar("T", bound=HasMetadata)

INDEX_WAITING = "waiting"
"""Pods without a node, by the empty text."""


def _by_waiting(pod: Pod) -> Iterable[str]:
    return () if pod.spec.node_name else ("",)


_INDEXES: Mapping[str, Mapping[str, IndexFunction]] = {
    **INDEXES,
    "pods": {**INDEXES["pods"], INDEX_WAITING: _by_waiting},
}


_WHOLE = (INDEX_NODE, INDEX_WAITING)
"""Indexes that a focus leaves whole."""


class Frozen(Generic[T]):
    """A fixed set of objects; each index is built when it is first used."""

    def __init__(
        self,
        objects: Iterable[T],
        functions: Mapping[str, IndexFunction],
        keys: Iterable[NamespacedName] = (),
    ) -> None:
        """Take over objects.

        Args:
            objects: The objects.
            functions: The indexes.
            keys: Their keys in the same order, where they are at hand.
        """
        self._objects = tuple(objects)
        self._keys = tuple(keys)
        self._functions = functions
        self._by_key: dict[NamespacedName, T] | None = None
        self._focus = self._objects
        self._indexes: dict[str, dict[str, list[T]]] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def get(self, namespace: str, name: str) -> T | None:
        """Return one object, or None."""
        if self._by_key is None:
            keys = self._keys or map(key_of, self._objects)
            self._by_key = dict(zip(keys, self._objects, strict=True))
        return self._by_key.get(NamespacedName(namespace, name))

    def values(self) -> Collection[T]:
        """Return all objects."""
        return self._objects

    def by_index(self, index: str, value: str) -> Collection[T]:
        """Return the objects that the index files under `value`."""
        built = self._indexes.get(index)
        if built is None:
            built = self._indexes[index] = {}
            function = self._functions[index]
            for obj in self._objects if index in _WHOLE else self._focus:
                for found in function(obj):
                    built.setdefault(found, []).append(obj)
        return built.get(value, ())

    def focused(self, is_wanted: Callable[[T], bool]) -> "Frozen[T]":
        """Return the same objects, with indexes of the wanted ones only."""
        focused = Frozen(self._objects, self._functions, self._keys)
        focused._focus = tuple(filter(is_wanted, self._objects))
        return focused


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
    objects = getattr(world, name)
    if isinstance(objects, Frozen):
        return objects
    keys = objects.keys() if isinstance(objects, Store) else ()
    return Frozen(objects.values(), _INDEXES[name], keys)


def focus(world: World, sets: Collection[NamespacedName]) -> World:
    """Return a frozen world whose indexes know what belongs to these PodCliqueSets.

    Plans about one set never look at the parts of another one, and most of a cluster is others.
    """

    def is_wanted(obj: HasMetadata) -> bool:
        metadata = obj.metadata
        pcs = metadata.labels.get(LABEL_PART_OF)
        return not pcs or (metadata.namespace, pcs) in sets

    return World(
        **{field.name: getattr(world, field.name).focused(is_wanted) for field in fields(World)}
    )


def overlay(world: World) -> World:
    """Return a world that starts as `world`, which is frozen, and can be changed."""
    copies: dict[str, Any] = {
        field.name: Overlay(getattr(world, field.name), _INDEXES[field.name])
        for field in fields(World)
    }
    return World(**copies)
