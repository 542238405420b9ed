"""Objects under revisions, with a window of history to watch.

Promises:

* There is one revision counter. Each write takes the next revision, which becomes the written
  object's resourceVersion; nothing else moves the counter.
* A write is visible to readers and offered to every subscriber before the call returns.
* A subscription from revision R delivers exactly the changes after R, in order, each once. If the
  window no longer reaches back to R it is refused with 410 and nothing is delivered.
* `state_at(R)` is the resource as it was at revision R, for every R in the window.
* Stored objects are never changed in place: a reader may keep what it got.

With a journal, a write is on its way to disk before it is visible, and opening the same file again
gives the same objects and revision; the window starts afresh there.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from grove_tui.demo.journal import Journal
from grove_tui.demo.statuses import Json, expired

DEFAULT_WINDOW = 8192
"""How many past writes can be watched from."""

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
encode = _ENCODER.encode
"""Return JSON bytes."""
decode = _DECODER.decode
"""Return the JSON value in some bytes."""


class Key(NamedTuple):
    """Where an object lives; `resource` is the group-qualified plural, such as `pods`."""

    resource: str
    namespace: str
    name: str


class Stored:
    """One object at one revision, with its JSON ready to send."""

    __slots__ = ("_object", "body", "key", "revision")

    def __init__(self, key: Key, revision: int, body: bytes, obj: Json | None = None) -> None:
        self.key = key
        self.revision = revision
        self.body = body
        self._object = obj

    @classmethod
    def unsaved(cls, key: Key, obj: Json) -> "Stored":
        """Return an object that was only tried out, at the revision that it is based on."""
        return cls(key, int(obj["metadata"].get("resourceVersion") or 0), encode(obj), obj)

    @property
    def object(self) -> Json:
        """The object; never to be changed in place."""
        if self._object is None:
            return decode(self.body)  # type: ignore[no-any-return]
        return self._object

    def superseded(self) -> None:
        """Keep only the bytes: history is sent, seldom looked into."""
        self._object = None


class Event:
    """One write as watchers see it."""

    __slots__ = ("_lines", "previous", "stored", "type")

    def __init__(self, kind: str, stored: Stored, previous: Stored | None) -> None:
        self.type = kind
        self.stored = stored
        self.previous = previous
        self._lines: dict[str, bytes] = {}

    def line(self, kind: str) -> bytes:
        """Return the watch line for this event as `kind`, encoded once for all watchers."""
        line = self._lines.get(kind)
        if line is None:
            body = self.left().body if kind != self.type and kind == "DELETED" else self.stored.body
            line = b'{"type":"%s","object":%s}\n' % (kind.encode(), body)
            self._lines[kind] = line
        return line

    def left(self) -> Stored:
        """Return what a watcher lost from sight: the previous state under this revision."""
        if self.type == "DELETED" or self.previous is None:
            return self.stored
        return _at_revision(self.previous.key, self.previous.object, self.stored.revision)


Offer = Callable[[Event], None]
_NAME = attrgetter("key")


class Storage:
    """All objects of one API server."""

    def __init__(self, path: Path | None = None, window: int = DEFAULT_WINDOW) -> None:
        self._journal = Journal(path) if path is not None else None
        self._objects: dict[str, dict[str, dict[str, Stored]]] = {}
        self._sorted: dict[tuple[str, str], list[Stored]] = {}
        self._window = window
        self._events: deque[Event] = deque()
        self._subscribers: dict[str, list[Offer]] = {}
        self._revision = 1
        if self._journal is not None:
            self._load(self._journal)
        self._floor = self._revision

    def _load(self, journal: Journal) -> None:
        self._revision = max(self._revision, journal.revision)
        for resource, namespace, name, revision, body in journal.rows():
            key = Key(resource, namespace, name)
            self._bucket(key)[name] = Stored(key, revision, body, decode(body))

    @property
    def revision(self) -> int:
        """The revision of the newest write."""
        return self._revision

    @property
    def floor(self) -> int:
        """The oldest revision that can still be watched from."""
        return self._floor

    def close(self) -> None:
        """Close the journal, if any."""
        if self._journal is not None:
            self._journal.close()

    def batch(self) -> AbstractContextManager[None]:
        """Make the writes inside one transaction of the journal."""
        return nullcontext() if self._journal is None else self._journal.batch()

    def get(self, key: Key) -> Stored | None:
        """Return the object at `key`."""
        return self._objects.get(key.resource, {}).get(key.namespace, {}).get(key.name)

    def objects(self, resource: str, namespace: str = "") -> list[Stored]:
        """Return the objects sorted by namespace and name; all namespaces if `namespace` is ""."""
        found = self._sorted.get((resource, namespace))
        if found is None:
            spaces = self._objects.get(resource, {})
            chosen = [spaces.get(namespace, {})] if namespace else spaces.values()
            found = sorted((s for space in chosen for s in space.values()), key=_NAME)
            self._sorted[resource, namespace] = found
        return found

    def resources_in(self, namespace: str) -> list[str]:
        """Return the resources that have an object in `namespace`."""
        return [name for name, spaces in self._objects.items() if spaces.get(namespace)]

    def count(self, resource: str) -> int:
        """Return how many objects `resource` has."""
        return sum(len(space) for space in self._objects.get(resource, {}).values())

    def put(self, key: Key, obj: Json) -> Stored:
        """Write `obj` as the new state of `key` under the next revision."""
        revision = self._revision + 1
        stored = _at_revision(key, obj, revision)
        if self._journal is not None:
            self._journal.put(key, revision, stored.body)
        bucket = self._bucket(key)
        previous = bucket.get(key.name)
        bucket[key.name] = stored
        self._unsort(key)
        self._publish(Event("MODIFIED" if previous else "ADDED", stored, previous))
        return stored

    def delete(self, key: Key, final_state: Json | None = None) -> Stored:
        """Remove `key`; returns its final state under the revision of its removal."""
        revision = self._revision + 1
        bucket = self._bucket(key)
        previous = bucket[key.name]
        final = _at_revision(key, final_state or previous.object, revision)
        if self._journal is not None:
            self._journal.delete(key, revision)
        del bucket[key.name]
        self._unsort(key)
        self._publish(Event("DELETED", final, previous))
        return final

    def subscribe(self, resource: str, since: int, offer: Offer) -> Callable[[], None]:
        """Call `offer` for every change of `resource` after revision `since`, past ones at once.

        Returns:
            A function that ends the subscription.

        Raises:
            Gone: The window does not reach back to `since`, or `since` lies in the future.
        """
        for event in self._since(since):
            if event.stored.key.resource == resource:
                offer(event)
        subscribers = self._subscribers.setdefault(resource, [])
        subscribers.append(offer)
        return lambda: subscribers.remove(offer)

    def state_at(self, resource: str, revision: int, namespace: str = "") -> list[Stored]:
        """Return `objects` as it was at `revision`.

        Raises:
            Gone: The window does not reach back to `revision`.
        """
        if revision == self._revision:
            return self.objects(resource, namespace)
        state = {stored.key: stored for stored in self.objects(resource, namespace)}
        for event in reversed(list(self._since(revision))):
            key = event.stored.key
            if key.resource == resource and namespace in ("", key.namespace):
                if event.previous is None:
                    state.pop(key, None)
                else:
                    state[key] = event.previous
        return sorted(state.values(), key=_NAME)

    def _since(self, revision: int) -> Iterator[Event]:
        """Yield the events after `revision`: each revision is one event, so position is age."""
        if not self._floor <= revision <= self._revision:
            raise expired(f"too old resource version: {revision} ({self._floor})")
        return islice(tuple(self._events), revision - self._floor, None)

    def _publish(self, event: Event) -> None:
        self._revision = event.stored.revision
        self._events.append(event)
        if len(self._events) > self._window:
            self._events.popleft()
            self._floor += 1
        for offer in tuple(self._subscribers.get(event.stored.key.resource, ())):
            offer(event)
        if event.previous is not None:
            event.previous.superseded()
        if event.type == "DELETED":
            event.stored.superseded()

    def _bucket(self, key: Key) -> dict[str, Stored]:
        return self._objects.setdefault(key.resource, {}).setdefault(key.namespace, {})

    def _unsort(self, key: Key) -> None:
        self._sorted.pop((key.resource, key.namespace), None)
        self._sorted.pop((key.resource, ""), None)


def _at_revision(key: Key, obj: Mapping[str, Any], revision: int) -> Stored:
    stamped = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(revision)}}
    return Stored(key, revision, encode(stamped), stamped)
