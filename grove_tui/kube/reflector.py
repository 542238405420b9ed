"""Keeps a Store equal to what an API server holds: list, then watch, for as long as it runs.

The rules are those of Kubernetes' "efficient detection of changes": list once, watch from the
list's resourceVersion, resume a broken watch from the last version seen, and list again after a
410. Bookmarks keep that version fresh on quiet resources. Nothing here ever gives up: errors are
told through `Link`, and the next attempt waits longer, up to half a minute.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from grove_tui.kube.client import Client
from grove_tui.kube.errors import ApiError, Gone, KubeError, TooManyRequests, from_status
from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of
from grove_tui.kube.resources import Resource, WatchHead
from grove_tui.kube.sharing import Sharer
from grove_tui.kube.store import Store
from grove_tui.kube.transport import Stream

T = TypeVar("T", bound=HasMetadata)

PAGE_SIZE = 250
"""Objects per page of a list: decoding one page blocks the event loop for a few milliseconds."""

WATCH_SECONDS = (100, 140)
"""Range of a watch's life in seconds; random, so that many watches do not end together."""

IDLE_GRACE = 15.0
"""Seconds of silence past the watch's announced end before the connection counts as dead."""

MIN_BACKOFF, MAX_BACKOFF = 0.25, 30.0
"""Seconds before another attempt."""

HEALTHY_SECONDS = 60.0
"""A watch that lived this long resets the back-off."""

BATCH_SECONDS = 0.003
"""How long a burst of events, or a list, may hold the event loop."""

REST_TURNS = 8
"""For how many turns of the event loop a burst rests after that: a key takes a dozen of them to be
answered, and is not to wait for a part of the burst in each."""

_log = logging.getLogger(__name__)


class LinkState(StrEnum):
    """How fresh a store is."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"


class Link(Struct, frozen=True):
    """State of one reflector's connection.

    Attributes:
        state: Whether the store follows the server.
        since: Event-loop time in seconds at which it entered that state.
        error: The last error as a sentence; empty while live.
        cause: The error itself.
    """

    state: LinkState
    since: float
    error: str = ""
    cause: KubeError | None = None


class Reflector(Generic[T]):
    """Fills one store from one resource."""

    def __init__(
        self,
        client: Client,
        resource: Resource[T],
        store: Store[T],
        *,
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
    ) -> None:
        self.resource = resource
        self._client = client
        self._store = store
        self._namespace = namespace
        self._label_selector = label_selector
        self._field_selector = field_selector
        self._version = ""
        self._sharer = Sharer()
        self._backoff = MIN_BACKOFF
        self._listeners: list[Callable[[Link], None]] = []
        self._list_listeners: list[Callable[[str], None]] = []
        self.synced = asyncio.Event()
        self.link = Link(LinkState.CONNECTING, 0.0)

    def on_link(self, listener: Callable[[Link], None]) -> None:
        """Call `listener` whenever the connection's state changes."""
        self._listeners.append(listener)

    def on_listed(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the resourceVersion of each list that the store now shows."""
        self._list_listeners.append(listener)

    async def run(self) -> None:
        """List and watch until cancelled."""
        while True:
            started = asyncio.get_running_loop().time()
            try:
                if not self._version:
                    await self._list()
                await self._watch()
            except Gone:
                self._version = ""
                continue
            except (KubeError, msgspec.DecodeError) as error:
                cause = error if isinstance(error, KubeError) else None
                self._set_link(LinkState.STALE, str(error), cause)
                if asyncio.get_running_loop().time() - started > HEALTHY_SECONDS:
                    self._backoff = MIN_BACKOFF
                await asyncio.sleep(self._next_delay(error))
            else:
                self._backoff = MIN_BACKOFF

    def relist(self) -> None:
        """Forget the version, so that the next attempt lists everything again."""
        self._version = ""

    async def _list(self) -> None:
        seen: set[NamespacedName] = set()
        token = ""
        while True:
            page = await self._client.list_page(
                self.resource,
                self._namespace,
                label_selector=self._label_selector,
                field_selector=self._field_selector,
                limit=PAGE_SIZE,
                continue_=token,
            )
            await self._take(page.items, seen)
            token = page.continue_
            if not token:
                break
        for key in [key for key in self._store.copy() if key not in seen]:
            self._store.remove(key)
        # What comes from now on has earlier versions to share with.
        self._sharer.forget()
        self._version = page.resource_version
        for listener in self._list_listeners:
            listener(self._version)
        self.synced.set()
        self._set_link(LinkState.LIVE)

    async def _take(self, objects: Iterable[T], seen: set[NamespacedName]) -> None:
        """Store what was listed, and in between let others have the event loop."""
        left = iter(objects)
        has_more = True
        while has_more:
            # In turn: several lists at once would each take their slice of the same moment.
            async with self._client.turns:
                has_more = self._take_some(left, seen)
            await asyncio.sleep(0)

    def _take_some(self, objects: Iterator[T], seen: set[NamespacedName]) -> bool:
        """Store objects for a moment; tell whether there may be more."""
        now = asyncio.get_running_loop().time
        ends = now() + BATCH_SECONDS
        for obj in objects:
            key = key_of(obj)
            seen.add(key)
            kept = self._kept(obj)
            if kept is not self._store.at(key):
                self._store.put(kept)
            if now() > ends:
                return True
        return False

    def _kept(self, obj: T) -> T:
        """Return the object as it is to be stored: known, or sharing what is known of it."""
        known = self._store.at(key_of(obj))
        if known is not None and _is_same_version(known, obj):
            return known
        return self._sharer.share(obj, known)

    async def _watch(self) -> None:
        seconds = random.randint(*WATCH_SECONDS)
        query = self._watch_query(seconds)
        watch = self._client.watch(
            self.resource, self._namespace, query=query, idle_timeout=seconds + IDLE_GRACE
        )
        async with watch as stream:
            self._set_link(LinkState.LIVE)
            await self._follow(stream)

    async def _follow(self, stream: Stream) -> None:
        loop = asyncio.get_running_loop()
        yielded = loop.time()
        async for line in stream.lines():
            if line:
                self._apply(line)
            if loop.time() - yielded > BATCH_SECONDS:
                for _ in range(REST_TURNS):
                    await asyncio.sleep(0)
                yielded = loop.time()

    def _watch_query(self, seconds: int) -> Mapping[str, str]:
        query = {
            "resourceVersion": self._version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(seconds),
        }
        if self._label_selector:
            query["labelSelector"] = self._label_selector
        if self._field_selector:
            query["fieldSelector"] = self._field_selector
        return query

    def _apply(self, line: bytes) -> None:
        try:
            event = self.resource.decode_event(line)
        except msgspec.ValidationError as error:
            self._pass_over(line, error)
            return
        if event.type == "ERROR":
            raise _error_of(line)
        version = event.object.metadata.resource_version
        if event.type == "DELETED":
            self._store.remove(key_of(event.object))
        elif event.type != "BOOKMARK":
            self._store.put(self._kept(event.object))
        self._version = version or self._version

    def _pass_over(self, line: bytes, error: msgspec.ValidationError) -> None:
        """Leave out an object of another shape, as lists do, and raise what an ERROR says.

        An ERROR's object is a Status, whose `status` is a word where that of most kinds is not.
        """
        head = msgspec.json.decode(line, type=WatchHead)
        if head.type == "ERROR":
            raise _error_of(line) from None
        metadata = msgspec.json.decode(head.object).get("metadata") or {}
        name, version = metadata.get("name"), metadata.get("resourceVersion")
        _log.warning("%s %r was left out of a watch: %s", self.resource.kind, name, error)
        self._version = version or self._version

    def _next_delay(self, error: Exception) -> float:
        if isinstance(error, TooManyRequests):
            return error.retry_after
        delay = self._backoff * random.uniform(0.8, 1.2)
        self._backoff = min(self._backoff * 2, MAX_BACKOFF)
        return delay

    def _set_link(self, state: LinkState, error: str = "", cause: KubeError | None = None) -> None:
        if (state, error) == (self.link.state, self.link.error):
            return
        since = self.link.since
        if state is not self.link.state:
            since = asyncio.get_running_loop().time()
            _log.info("%s: %s %s", self.resource.qualified_name, state, error)
        self.link = Link(state, since, error, cause)
        for listener in self._listeners:
            listener(self.link)


def _is_same_version(one: HasMetadata, other: HasMetadata) -> bool:
    ours, theirs = one.metadata, other.metadata
    version = ours.resource_version
    return version != "" and version == theirs.resource_version and ours.uid == theirs.uid


def _error_of(line: bytes) -> ApiError:
    head = msgspec.json.decode(line, type=WatchHead)
    status = msgspec.json.decode(head.object)
    return from_status(int(status.get("code") or 500), status)
