"""Stores that already show what this process wrote.

A store lags behind the writes: a pod created a moment ago is not in it yet, and a controller that
looked only there would create the pod again. An `ExpectedStore` lays the answers of our own
requests over the store until the watch has brought them:

- An object that we created or changed reads as the server answered, from the moment of the answer.
- An object that we deleted reads as terminating.
- What the watch brings wins as soon as it is as new, told by uid and resourceVersion.
- An answer about an object that the watch has already shown to go, told by uid, changes nothing.
- An owner that loses children which we did not delete is remembered: it may be gone itself, and the
  garbage collector at work, while its own watch is behind.
- An object that came and went while a watch was down is told by the next list, which is as new as
  our answer and does not name it.
- Nothing is forgotten by time alone: an answer that is never confirmed is offered by `unconfirmed`
  for a look at the server.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from msgspec.structs import replace

from grove_tui.kube.objects import HasMetadata, NamespacedName, controller_of, key_of
from grove_tui.kube.store import IndexFunction, Store

T = TypeVar("T", bound=HasMetadata)
V = TypeVar("V")

REMEMBERED = 4096
"""Of how many deleted objects answers to older requests may still be on their way."""


@dataclass(slots=True)
class _Expected(Generic[T]):
    obj: T
    since: float
    is_deleted: bool = False


class ExpectedStore(Generic[T]):
    """The read side of an informer's store plus the writes it has not seen; indexes included."""

    def __init__(self, store: Store[T], indexes: Mapping[str, IndexFunction]) -> None:
        self._store = store
        self._functions = indexes
        self._expected: dict[NamespacedName, _Expected[T]] = {}
        self._indexes: dict[str, dict[str, dict[NamespacedName, None]]] = {
            name: {} for name in indexes
        }
        self._answers: dict[NamespacedName, str] = {}
        self._under_way: dict[NamespacedName, int] = {}
        self._gone: dict[str, None] = {}
        self._losers: dict[str, float] = {}
        store.add_handler(self._observe)

    def close(self) -> None:
        """Stop following the store."""
        self._store.remove_handler(self._observe)

    def __len__(self) -> int:
        return len(self.values()) if self._expected else len(self._store)

    def get(self, namespace: str, name: str) -> T | None:
        """Return one object, or None."""
        if self._expected:
            expected = self._expected.get(NamespacedName(namespace, name))
            if expected is not None:
                return expected.obj
        return self._store.get(namespace, name)

    def values(self) -> Collection[T]:
        """Return all objects."""
        if not self._expected:
            return self._store.values()
        merged = {key_of(obj): obj for obj in self._store.values()}
        merged.update((key, expected.obj) for key, expected in self._expected.items())
        return merged.values()

    def by_index(self, index: str, value: str) -> Collection[T]:
        """Return the objects that the index files under `value`."""
        found = self._store.by_index(index, value)
        if not self._expected:
            return found
        keys = self._indexes[index].get(value)
        if not keys:
            return found
        merged = {key_of(obj): obj for obj in found}
        merged.update((key, self._expected[key].obj) for key in keys)
        return merged.values()

    def written(self, obj: T) -> None:
        """Note the server's answer to a create, update or patch."""
        if obj.metadata.uid in self._gone:
            return
        key = key_of(obj)
        self._answers[key] = obj.metadata.resource_version
        seen = self._store.get(*key)
        if seen is not None and _is_as_new(seen, obj):
            return
        expected = self._expected.get(key)
        if expected is not None and _is_as_new(expected.obj, obj):
            return
        self._put(key, _Expected(obj, _loop_time()))

    def deleted(self, obj: T, now: datetime) -> None:
        """Note that the server accepted the deletion of `obj`, or that it knows it no more."""
        key = key_of(obj)
        current = self.get(*key)
        if current is not None and current.metadata.uid == obj.metadata.uid:
            terminating = _terminating(current, now)
            self._put(key, _Expected(terminating, _loop_time(), is_deleted=True))

    def gone(self, key: NamespacedName, uid: str) -> None:
        """Note that the server does not have the object of that uid any more."""
        expected = self._expected.get(key)
        if expected is not None and expected.obj.metadata.uid == uid:
            self._drop(key)

    def listed(self, version: str) -> list[T]:
        """Note that the store shows a list of that resourceVersion; return what it shows is gone.

        Lists are complete as of their version, so what was written before it and is not there is
        gone (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
        """
        gone = [
            expected.obj
            for key, expected in self._expected.items()
            if self._store.at(key) is None and _is_before(expected.obj, version)
        ]
        for obj in gone:
            self._drop(key_of(obj))
        return gone

    def is_own_write(self, obj: T) -> bool:
        """Tell whether the watch brought no more than what we last wrote to the object."""
        return self._answers.get(key_of(obj)) == obj.metadata.resource_version

    @contextmanager
    def writing(self, obj: T) -> Iterator[None]:
        """Know for the length of the block that a write to the object is under way."""
        key = key_of(obj)
        self._under_way[key] = self._under_way.get(key, 0) + 1
        try:
            yield
        finally:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]

    def is_answered(self, obj: T) -> bool:
        """Tell whether a write's answer showed us the object as it is here, or will in a moment."""
        key = key_of(obj)
        answer = self._answers.get(key)
        # A watch may be faster than the answer.
        return key in self._under_way or (answer is not None and _is_before(obj, answer))

    def has_lost(self, owner: str, seconds: float) -> bool:
        """Tell whether a child of the owner of that uid has gone lately, and not by our hand."""
        since = self._losers.get(owner)
        return since is not None and since > _loop_time() - seconds

    def unconfirmed(self, seconds: float) -> list[T]:
        """Return what was written longer than `seconds` ago and was not seen since."""
        before = _loop_time() - seconds
        return [e.obj for e in self._expected.values() if e.since < before]

    def _observe(self, old: T | None, new: T | None) -> None:
        obj = new if new is not None else old
        assert obj is not None
        key = key_of(obj)
        expected = self._expected.get(key)
        if new is None:
            self._answers.pop(key, None)
            _remember(self._gone, obj.metadata.uid, None)
            if expected is None or not expected.is_deleted:
                self._note_loss(obj)
        if expected is None:
            return
        if new is None:
            if expected.obj.metadata.uid == obj.metadata.uid:
                self._drop(key)
        elif expected.is_deleted and expected.obj.metadata.uid == new.metadata.uid:
            self._observe_deleted(key, expected, new)
        elif _is_as_new(new, expected.obj):
            self._drop(key)

    def _note_loss(self, child: T) -> None:
        owner = controller_of(child)
        if owner is not None:
            self._losers.pop(owner.uid, None)
            _remember(self._losers, owner.uid, _loop_time())

    def _observe_deleted(self, key: NamespacedName, expected: _Expected[T], new: T) -> None:
        if new.metadata.deletion_timestamp is not None:
            self._drop(key)
            return
        moment = expected.obj.metadata.deletion_timestamp
        assert moment is not None
        self._put(key, _Expected(_terminating(new, moment), expected.since, is_deleted=True))

    def _put(self, key: NamespacedName, expected: _Expected[T]) -> None:
        self._drop(key)
        self._expected[key] = expected
        for name, function in self._functions.items():
            for value in function(expected.obj):
                self._indexes[name].setdefault(value, {})[key] = None

    def _drop(self, key: NamespacedName) -> None:
        expected = self._expected.pop(key, None)
        if expected is None:
            return
        for name, function in self._functions.items():
            for value in function(expected.obj):
                keys = self._indexes[name].get(value)
                if keys is not None:
                    keys.pop(key, None)
                    if not keys:
                        del self._indexes[name][value]


def _remember(known: dict[str, V], key: str, value: V) -> None:
    known[key] = value
    if len(known) > REMEMBERED:
        del known[next(iter(known))]


def _is_as_new(seen: HasMetadata, written: HasMetadata) -> bool:
    if seen.metadata.resource_version == written.metadata.resource_version:
        return True
    try:
        # Kubernetes 1.35 made resourceVersions comparable; all servers before it used numbers.
        return int(seen.metadata.resource_version) > int(written.metadata.resource_version)
    except ValueError:
        return True


def _is_before(obj: HasMetadata, version: str) -> bool:
    """Tell whether a resourceVersion is the object's, or known to be later."""
    if obj.metadata.resource_version == version:
        return True
    try:
        return int(obj.metadata.resource_version) <= int(version)
    except ValueError:
        return False


def _terminating(obj: T, now: datetime) -> T:
    if obj.metadata.deletion_timestamp is not None:
        return obj
    metadata = replace(obj.metadata, deletion_timestamp=now)
    return replace(obj, metadata=metadata)  # type: ignore[type-var]


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
