"""Events about what was done, gathered so that they cost few writes and never hold anybody up.

- `event` only notes what happened; a task of its own writes.
- What happens to one object for one reason within a moment becomes one event, whose message lists
  the first few subjects and counts the rest.
- What happens to many objects of one owner at the same time is told once, about the owner.
- The same again within ten minutes patches that event's count instead of writing another.
- Writes keep a pace; when too much waits, the oldest news is dropped. Failures are only logged.
"""

import asyncio
import logging
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, format_time, system_clock
from grove_tui.kube.errors import KubeError, NotFound
from grove_tui.kube.objects import JSON, HasMetadata, controller_of
from grove_tui.kube.resources import EVENTS, Resource

_log = logging.getLogger(__name__)

COMPONENT = "grove-tui"
GATHER_SECONDS = 0.3
"""How long the first news about something waits for more of the same."""
REPEAT_SECONDS = 600.0
"""How long an event is counted up instead of being written anew."""
SECONDS_PER_WRITE = 0.1
"""Pace of the writer in the long run."""
BURST = 20
"""Writes that may run ahead of the pace after a quiet time."""
MAX_WAITING = 2000
MAX_REMEMBERED = 4000
MAX_NAME = 236
"""How much of an object's name fits into an event's name."""
MAX_SUBJECTS = 3
"""Subjects that a message lists by name."""
CROWD = 10
"""Objects of one owner of which the same news makes one event about the owner."""
NORMAL, WARNING = "Normal", "Warning"


@dataclass(frozen=True, slots=True)
class _Topic:
    uid: str
    type: str
    reason: str
    text: str


@dataclass(slots=True)
class _News:
    reference: JSON
    due: float
    first: datetime
    last: datetime
    owner: JSON | None = None
    count: int = 0
    subjects: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Written:
    name: str
    namespace: str
    count: int
    until: float


class EventRecorder:
    """Writes events; `run` must be running for them to reach the server."""

    def __init__(self, client: Client, clock: Clock = system_clock) -> None:
        self._client = client
        self._clock = clock
        self._waiting: OrderedDict[_Topic, _News] = OrderedDict()
        self._written: OrderedDict[_Topic, _Written] = OrderedDict()
        self._wake = asyncio.Event()
        self.dropped = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be written."""
        return not self._waiting

    def event(
        self,
        resource: Resource[Any],
        obj: HasMetadata,
        type_: str,
        reason: str,
        text: str,
        subject: str = "",
    ) -> None:
        """Note that something happened.

        Args:
            resource: Kind of the object that the event is about.
            obj: The object.
            type_: `Normal` or `Warning`.
            reason: CamelCase reason.
            text: The message; with a `subject`, what the subject is appended to.
            subject: What differs between occurrences that belong together, such as a pod's name.
        """
        topic = _Topic(obj.metadata.uid, type_, reason, text)
        news = self._waiting.get(topic)
        now = self._clock()
        if news is None:
            due = asyncio.get_running_loop().time() + GATHER_SECONDS
            reference, owner = _reference(resource, obj), _owner_reference(obj)
            news = self._waiting[topic] = _News(reference, due, now, now, owner)
            self._wake.set()
        news.count += 1
        news.last = now
        if subject:
            news.subjects.append(subject)
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)
            self.dropped += 1

    async def run(self) -> None:
        """Write what is noted until cancelled."""
        loop = asyncio.get_running_loop()
        ahead = loop.time() - BURST * SECONDS_PER_WRITE
        while True:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            _, news = next(iter(self._waiting.items()))
            await asyncio.sleep(max(news.due, ahead) - loop.time())
            ahead = max(ahead, loop.time() - BURST * SECONDS_PER_WRITE) + SECONDS_PER_WRITE
            if self._waiting:
                await self._write(*self._take())

    async def flush(self) -> None:
        """Write everything that waits now, without its pace; for an orderly end."""
        while self._waiting:
            await self._write(*self._take())

    def _take(self) -> tuple[_Topic, _News]:
        """Take the oldest news, and with it the same about its siblings if there are many."""
        topic, news = self._waiting.popitem(last=False)
        about = _about_owner(topic, news)
        if news.owner is None or about is None or topic.type != NORMAL:
            return topic, news
        siblings = [t for t, n in self._waiting.items() if _about_owner(t, n) == about]
        if len(siblings) < CROWD:
            return topic, news
        merged = _News(news.owner, news.due, news.first, news.last)
        for one in (news, *(self._waiting.pop(sibling) for sibling in siblings)):
            merged.count += one.count
            merged.last = max(merged.last, one.last)
            merged.subjects += one.subjects
        return about, merged

    async def _write(self, topic: _Topic, news: _News) -> None:
        try:
            if not await self._count_up(topic, news):
                await self._create(topic, news)
        except KubeError as error:
            _log.info("an event could not be written: %s", error)

    async def _count_up(self, topic: _Topic, news: _News) -> bool:
        written = self._written.get(topic)
        if written is None or written.until < asyncio.get_running_loop().time():
            return False
        written.count += news.count
        patch = {
            "count": written.count,
            "lastTimestamp": format_time(news.last),
            "message": _message(topic, news),
        }
        try:
            await self._client.patch(EVENTS, written.name, patch, written.namespace)
        except NotFound:
            del self._written[topic]
            return False
        return True

    async def _create(self, topic: _Topic, news: _News) -> None:
        namespace = news.reference.get("namespace") or "default"
        about = news.reference["name"][:MAX_NAME].rstrip("-.")
        name = f"{about}.{secrets.token_hex(8)}"
        body: JSON = {
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": news.reference,
            "type": topic.type,
            "reason": topic.reason,
            "message": _message(topic, news),
            "count": news.count,
            "firstTimestamp": format_time(news.first),
            "lastTimestamp": format_time(news.last),
            "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT,
            "reportingInstance": "",
        }
        await self._client.create(EVENTS, body, namespace)
        until = asyncio.get_running_loop().time() + REPEAT_SECONDS
        self._written[topic] = _Written(name, namespace, news.count, until)
        self._written.move_to_end(topic)
        if len(self._written) > MAX_REMEMBERED:
            self._written.popitem(last=False)


def _reference(resource: Resource[Any], obj: HasMetadata) -> JSON:
    metadata = obj.metadata
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "namespace": metadata.namespace,
        "name": metadata.name,
        "uid": metadata.uid,
        "resourceVersion": metadata.resource_version,
    }


def _owner_reference(obj: HasMetadata) -> JSON | None:
    owner = controller_of(obj)
    if owner is None:
        return None
    return {
        "apiVersion": owner.api_version,
        "kind": owner.kind,
        "namespace": obj.metadata.namespace,
        "name": owner.name,
        "uid": owner.uid,
    }


def _about_owner(topic: _Topic, news: _News) -> _Topic | None:
    if news.owner is None:
        return None
    return _Topic(news.owner["uid"], topic.type, topic.reason, topic.text)


def _message(topic: _Topic, news: _News) -> str:
    if not news.subjects:
        return topic.text
    listed = ", ".join(news.subjects[:MAX_SUBJECTS])
    rest = len(news.subjects) - MAX_SUBJECTS
    return f"{topic.text} {listed}" + (f" and {rest} more" if rest > 0 else "")
