"""A read-only view of the objects of one resource, with indexes.

What it promises:

- It holds for each (namespace, name) the newest object that was written to it.
- An index answers with exactly the objects whose index function yields the value, at any moment.
- `version` grows with every change, so an unchanged version means unchanged content.
- Handlers see every change once, in the order of the writes, after the store shows it; a deleted
  and recreated object (another uid) is a deletion followed by an addition.

Only a Reflector writes (`put`, `remove`), and who starts anew (`replace`); the objects are frozen.

Most writes change a status, which no index looks at. Where a Sharer left all that an index may look
at as it was, nothing is filed anew.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, KeysView, Mapping, ValuesView
from operator import attrgetter, is_
from typing import Any, Generic, TypeVar

import msgspec

from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of

T = TypeVar("T", bound=HasMetadata)

IndexFunction = Callable[[Any], Iterable[str]]
"""Returns what an object is filed under, by its names, labels, owners and anything but `status`."""
Handler = Callable[[T | None, T | None], None]
"""Called with (old, new): (None, new) added, (old, new) changed, (old, None) deleted."""


class Filed(Collection[T]):
    """The objects that an index files under one value, as they are when they are looked at."""

    __slots__ = ("_keys", "_objects")

    def __init__(
        self, objects: Mapping[NamespacedName, T], keys: Collection[NamespacedName]
    ) -> None:
        self._objects = objects
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[T]:
        return map(self._objects.__getitem__, self._keys)

    def __contains__(self, obj: object) -> bool:
        return any(found == obj for found in self)


class Store(Generic[T]):
    """Objects by key and by index value."""

    def __init__(self, indexes: Mapping[str, IndexFunction] | None = None) -> None:
        self._objects: dict[NamespacedName, T] = {}
        self._functions = dict(indexes or {})
        self._indexes: dict[str, dict[str, dict[NamespacedName, None]]] = {
            name: {} for name in self._functions
        }
        self._handlers: list[Handler[T]] = []
        self.version = 0

    def get(self, namespace: str, name: str) -> T | None:
        """Return the object of that name, if any."""
        return self._objects.get(NamespacedName(namespace, name))

    def at(self, key: NamespacedName) -> T | None:
        """Return the object of that key, if any."""
        return self._objects.get(key)

    def values(self) -> ValuesView[T]:
        """Return a live view of all objects, oldest arrival first."""
        return self._objects.values()

    def keys(self) -> KeysView[NamespacedName]:
        """Return a live view of all keys."""
        return self._objects.keys()

    def copy(self) -> dict[NamespacedName, T]:
        """Return what it holds now, by key."""
        return self._objects.copy()

    def __len__(self) -> int:
        return len(self._objects)

    def by_index(self, index: str, value: str) -> Collection[T]:
        """Return a live view of the objects for which the index function yields `value`."""
        found = self._indexes[index].get(value)
        return Filed(self._objects, found) if found is not None else ()

    def filed(self, index: str) -> dict[str, tuple[NamespacedName, ...]]:
        """Return the keys that an index holds now, by value."""
        return {value: tuple(keys) for value, keys in self._indexes[index].items()}

    def index_values(self, index: str) -> Collection[str]:
        """Return a live view of the values that have at least one object."""
        return self._indexes[index].keys()

    def add_handler(self, handler: Handler[T]) -> None:
        """Call `handler` for each later change, and for each present object as an addition."""
        for obj in list(self._objects.values()):
            handler(None, obj)
        self._handlers.append(handler)

    def remove_handler(self, handler: Handler[T]) -> None:
        """Stop calling `handler`."""
        self._handlers.remove(handler)

    def put(self, obj: T) -> None:
        """Add or replace one object; an object that is no newer in content is not told."""
        key = key_of(obj)
        old = self._objects.get(key)
        if old is not None and old.metadata.uid != obj.metadata.uid:
            self.remove(key)
            old = None
        self._objects[key] = obj
        self._reindex(key, old, obj)
        self._changed(old, obj)

    def remove(self, key: NamespacedName) -> None:
        """Remove the object of that key, if present."""
        old = self._objects.pop(key, None)
        if old is not None:
            self._reindex(key, old, None)
            self._changed(old, None)

    def replace(self, objects: Iterable[T]) -> None:
        """Make the content exactly `objects`, telling only what differs by resourceVersion."""
        fresh = {key_of(obj): obj for obj in objects}
        for key in [key for key in self._objects if key not in fresh]:
            self.remove(key)
        for key, obj in fresh.items():
            old = self._objects.get(key)
            if (
                old is None
                or old.metadata.resource_version != obj.metadata.resource_version
                or old.metadata.uid != obj.metadata.uid
            ):
                self.put(obj)

    def _reindex(self, key: NamespacedName, old: T | None, new: T | None) -> None:
        if old is not None and new is not None and _is_filed_alike(old, new):
            return
        for name, function in self._functions.items():
            index = self._indexes[name]
            before = tuple(function(old)) if old is not None else ()
            after = tuple(function(new)) if new is not None else ()
            if before == after:
                continue
            for value in before:
                if value not in after:
                    _drop(index, value, key)
            for value in after:
                index.setdefault(value, {})[key] = None

    def _changed(self, old: T | None, new: T | None) -> None:
        self.version += 1
        for handler in self._handlers:
            handler(old, new)


def _drop(index: dict[str, dict[NamespacedName, None]], value: str, key: NamespacedName) -> None:
    bucket = index.get(value)
    if bucket is None:
        return
    bucket.pop(key, None)
    if not bucket:
        del index[value]


_FILED_BY: dict[type, Callable[[Any], tuple[Any, ...]]] = {}
"""Reads from objects of a type all that an index may look at."""


def _is_filed_alike(old: HasMetadata, new: HasMetadata) -> bool:
    kind = type(new)
    read = _FILED_BY.get(kind) or _find_filed_by(kind)
    return kind is type(old) and all(map(is_, read(old), read(new)))


def _find_filed_by(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    fields = (field.name for field in msgspec.structs.fields(kind))
    others = (name for name in fields if name not in ("metadata", "status"))
    read = attrgetter("metadata.labels", "metadata.owner_references", *others)
    _FILED_BY[kind] = read
    return read
