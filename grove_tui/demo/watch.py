"""Watches: the changes of one resource as a stream of JSON lines.

Promises:

* A watch that starts at revision R sends each later change of a selected object once, in order.
* An object that starts to match the selector arrives as ADDED, one that ceases to match as
  DELETED in the state that was last seen.
* A watcher that does not read loses its watch, with a 410 event, not the server its memory.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from grove_tui.demo.definition import Definition
from grove_tui.demo.selectors import Selector
from grove_tui.demo.statuses import Json, expired, to_status
from grove_tui.demo.storage import Event, Key, Storage, Stored, encode
from grove_tui.kube.errors import Gone

BOOKMARK_SECONDS = 60.0
"""How often a quiet watch tells its revision."""
MAX_BUFFERED = 20_000
"""Changes that may wait for one reader."""
_DEFAULT_TIMEOUT = 1800.0
_EARLY = 0.001
"""Seconds before its deadline at which a watch may end: timers fire early by a tick."""
_INITIAL_CHUNK = 250

Render = Callable[[str, Stored], bytes]
"""Turns an event's type and object into a line, for watches that do not show plain objects."""


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """What a watch request asks for.

    Attributes:
        since: Start after this revision; 0 starts with the present state.
        initial_end: Mark the end of the present state with a bookmark.
        render: None sends the objects themselves.
    """

    since: int = 0
    namespace: str = ""
    selector: Selector | None = None
    bookmarks: bool = False
    initial_end: bool = False
    timeout: float | None = None
    render: Render | None = None


class Watch:
    """One open watch."""

    def __init__(self, storage: Storage, definition: Definition, options: WatchOptions) -> None:
        self._storage = storage
        self._definition = definition
        self._options = options
        self._buffer: deque[tuple[str, Event]] = deque()
        self._wake = asyncio.Event()
        self._closed = False
        self._initial: list[Stored] = []
        self._failure = b""
        self._unsubscribe: Callable[[], None] | None = None
        self._start()

    def _start(self) -> None:
        options, storage = self._options, self._storage
        since = options.since or storage.revision
        if not options.since:
            present = storage.objects(self._definition.resource, options.namespace)
            chosen = options.selector
            self._initial = [s for s in present if chosen is None or chosen(s.object)]
        self._initial_revision = storage.revision
        try:
            self._unsubscribe = storage.subscribe(self._definition.resource, since, self._offer)
        except Gone as error:
            self._fail(error)

    def close(self) -> None:
        """End the stream."""
        self._closed = True
        self._wake.set()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _fail(self, error: Gone) -> None:
        self._buffer.clear()
        self._failure = _line("ERROR", encode(to_status(error)))
        self.close()

    def _offer(self, event: Event) -> None:
        kind = self._seen_as(event)
        if not kind:
            return
        self._buffer.append((kind, event))
        self._wake.set()
        if len(self._buffer) > MAX_BUFFERED:
            self._fail(expired("the watch was too slow to follow: list again"))

    def _seen_as(self, event: Event) -> str:
        """Return the event's type for this watcher; empty if it does not see the object."""
        namespace, chosen = self._options.namespace, self._options.selector
        if namespace and event.stored.key.namespace != namespace:
            return ""
        if chosen is None:
            return event.type
        before = event.previous is not None and chosen(event.previous.object)
        after = event.type != "DELETED" and chosen(event.stored.object)
        if after:
            return "MODIFIED" if before else "ADDED"
        return "DELETED" if before else ""

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the stream; whatever has gathered since the last read comes in one piece."""
        try:
            async for chunk in self._initial_chunks():
                yield chunk
            deadline = self._deadline()
            while self._buffer or not self._closed:
                if self._buffer:
                    yield self._drain()
                elif not await self._quiet(deadline):
                    if self._options.bookmarks:
                        yield self._bookmark(self._storage.revision)
                    if asyncio.get_running_loop().time() >= deadline - _EARLY:
                        break
            if self._failure:
                yield self._failure
        finally:
            self.close()

    async def _quiet(self, deadline: float) -> bool:
        """Wait for a change; False when it is time for a bookmark or the end, and none has come."""
        self._wake.clear()
        soon = asyncio.get_running_loop().time() + BOOKMARK_SECONDS * random.uniform(0.8, 1.0)
        try:
            async with asyncio.timeout_at(min(soon, deadline)):
                await self._wake.wait()
        except TimeoutError:
            # A change of that very moment is sent first: a bookmark would let it be skipped.
            return bool(self._buffer)
        return True

    async def _initial_chunks(self) -> AsyncIterator[bytes]:
        initial, self._initial = self._initial, []
        for start in range(0, len(initial), _INITIAL_CHUNK):
            part = initial[start : start + _INITIAL_CHUNK]
            yield b"".join([self._render("ADDED", stored) for stored in part])
            await asyncio.sleep(0)
        if self._options.initial_end:
            yield self._bookmark(self._initial_revision, end_of_initial=True)

    def _drain(self) -> bytes:
        events = list(self._buffer)
        self._buffer.clear()
        if self._options.render is None:
            return b"".join([event.line(kind) for kind, event in events])
        return b"".join([self._render(kind, _shown(kind, event)) for kind, event in events])

    def _render(self, kind: str, stored: Stored) -> bytes:
        if self._options.render is None:
            return _line(kind, stored.body)
        return self._options.render(kind, stored)

    def _bookmark(self, revision: int, *, end_of_initial: bool = False) -> bytes:
        metadata: Json = {"resourceVersion": str(revision), "creationTimestamp": None}
        if end_of_initial:
            metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
        obj: dict[str, Any] = {
            "kind": self._definition.kind,
            "apiVersion": self._definition.api_version,
            "metadata": metadata,
        }
        if self._options.render is not None:
            # A key of no stored object: the renderer only looks at the object's metadata.
            return self._options.render("BOOKMARK", _bookmark_stored(obj, revision))
        return _line("BOOKMARK", encode(obj))

    def _deadline(self) -> float:
        timeout = self._options.timeout
        if timeout is None:
            timeout = _DEFAULT_TIMEOUT * random.uniform(1.0, 2.0)
        return asyncio.get_running_loop().time() + timeout


def _shown(kind: str, event: Event) -> Stored:
    return event.left() if kind == "DELETED" else event.stored


def _bookmark_stored(obj: Json, revision: int) -> Stored:
    return Stored(Key("", "", ""), revision, encode(obj), obj)


def _line(kind: str, body: bytes) -> bytes:
    return b'{"type":"%s","object":%s}\n' % (kind.encode(), body)
