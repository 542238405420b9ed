"""Logs of a pod, a clique or a whole gang, merged in the order in which they were written.

Each container is followed on its own. A broken connection is opened again where it ended, without
losing or repeating a line; a container that does not run yet, or runs again, is tried again; a pod
that is gone is left alone. What each of these means for the reader stands between the lines.
"""

import asyncio
from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from grove_tui.actions.outcome import clause
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, system_clock
from grove_tui.kube.errors import ApiError, BadRequest, Forbidden, KubeError, NotFound
from grove_tui.kube.logs import LogLine, LogOptions
from grove_tui.kube.objects import Pod

MAX_LINES = 10_000
"""Most lines that are kept; the oldest give way."""
MAX_CHARACTERS = 8 * 1024 * 1024
"""Most text that is kept."""
TAIL = 500
"""Lines read from the end of each log, shared among all of them."""
MAX_FOLLOWED = 64
"""Most containers that are followed at once, because each takes a connection."""
GATHER_SECONDS = 0.1
"""How long lines wait for earlier ones of other containers."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds before a log is opened again."""


class Source(NamedTuple):
    """One container whose log is read."""

    namespace: str
    pod: str
    uid: str
    container: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a merged log.

    Attributes:
        source: Where it is from.
        at: When it was written.
        text: The line, or what happened to the log.
        is_note: Whether it is about the log and not from it.
    """

    source: Source
    at: datetime
    text: str
    is_note: bool = False


def sources_of(pods: Iterable[Pod], *, with_init: bool = False) -> list[Source]:
    """Return the containers of pods by pod name; init containers where they are asked for."""
    sources: list[Source] = []
    for pod in sorted(pods, key=lambda pod: (pod.metadata.namespace, pod.metadata.name)):
        meta, spec = pod.metadata, pod.spec
        containers = (*spec.init_containers, *spec.containers) if with_init else spec.containers
        sources += [Source(meta.namespace, meta.name, meta.uid, c.name) for c in containers]
    return sources


class LogBuffer:
    """The last lines of a log; numbered from 0, the first ones may be gone."""

    def __init__(self, max_lines: int = MAX_LINES, max_characters: int = MAX_CHARACTERS) -> None:
        self._max_lines = max_lines
        self._max_characters = max_characters
        self._entries: list[Entry] = []
        self._characters = 0
        self.first = 0
        """Number of the oldest line that is kept."""

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> Sequence[Entry]:
        """What is kept, oldest first."""
        return self._entries

    def extend(self, entries: Iterable[Entry]) -> int:
        """Add lines at the end; return how many of the oldest gave way."""
        for entry in entries:
            self._entries.append(entry)
            self._characters += len(entry.text)
        dropped = 0
        while self._entries[dropped:] and (
            len(self._entries) - dropped > self._max_lines
            or self._characters > self._max_characters
        ):
            self._characters -= len(self._entries[dropped].text)
            dropped += 1
        del self._entries[:dropped]
        self.first += dropped
        return dropped

    def clear(self) -> None:
        """Forget everything."""
        self.first += len(self._entries)
        self._entries.clear()
        self._characters = 0


NO_PREVIOUS = "there is no log of a previous run"

Receive = Callable[[list[Entry]], None]


@dataclass(slots=True)
class _Position:
    """How far a log has been read, so that it can be gone on with after a break."""

    since: datetime | None = None
    seen: Counter[LogLine] = field(default_factory=Counter)

    def is_new(self, line: LogLine, repeated: Counter[LogLine]) -> bool:
        """Tell whether a line was not read before the break, and remember it."""
        if repeated[line] > 0:
            repeated[line] -= 1
            return False
        if line.at is not None:
            second = line.at.replace(microsecond=0)
            if self.since is None or second > self.since:
                self.since, self.seen = second, Counter()
            if second == self.since:
                self.seen[line] += 1
        return True


class LogFollower:
    """Reads the logs of some containers, which may change while it runs.

    `run` keeps reading until it is cancelled; lines are handed to `receive` in the order of their
    times, as far as they arrive together.
    """

    def __init__(
        self,
        client: Client,
        receive: Receive,
        *,
        previous: bool = False,
        tail: int = TAIL,
        clock: Clock = system_clock,
    ) -> None:
        self._client = client
        self._receive = receive
        self._previous = previous
        self._tail = tail
        self._clock = clock
        self._wanted: dict[Source, None] = {}
        self._tasks: dict[Source, asyncio.Task[None]] = {}
        self._waiting: list[tuple[datetime, int, Entry]] = []
        self._count = 0
        self._changed = asyncio.Event()
        self._arrived = asyncio.Event()

    @property
    def left_out(self) -> int:
        """How many containers are not followed because there are too many."""
        return max(0, len(self._wanted) - MAX_FOLLOWED)

    def set_sources(self, sources: Iterable[Source]) -> None:
        """Read the logs of these containers; those of others are read no longer."""
        wanted = dict.fromkeys(sources)
        if wanted.keys() != self._wanted.keys():
            self._wanted = wanted
            self._changed.set()

    async def run(self) -> None:
        """Read until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hand_over())
            while True:
                self._changed.clear()
                self._start_and_stop(group)
                await self._changed.wait()

    def _start_and_stop(self, group: asyncio.TaskGroup) -> None:
        followed = list(self._wanted)[:MAX_FOLLOWED]
        for source in [source for source in self._tasks if source not in followed]:
            self._tasks.pop(source).cancel()
        tail = max(10, self._tail // max(1, len(followed)))
        for source in followed:
            if source not in self._tasks:
                self._tasks[source] = group.create_task(self._read(source, tail))

    async def _hand_over(self) -> None:
        while True:
            await self._arrived.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._arrived.clear()
            waiting, self._waiting = self._waiting, []
            self._receive([entry for _, _, entry in waiting])

    def _add(self, source: Source, at: datetime | None, text: str, *, is_note: bool) -> None:
        self._count += 1
        entry = Entry(source, at or self._clock(), text, is_note)
        # The count keeps lines of the same time in the order of their arrival.
        insort(self._waiting, (entry.at, self._count, entry))
        self._arrived.set()

    async def _read(self, source: Source, tail: int) -> None:
        """Read one log, again and again while there may be more."""
        position = _Position()
        pause, said = FIRST_PAUSE, ""
        while True:
            before = position.since
            try:
                await self._read_once(source, position, tail)
                problem = self._ending(position)
            except KubeError as error:
                problem = _problem(error, previous=self._previous)
                if _is_final(error):
                    self._add(source, None, problem, is_note=True)
                    return
            if problem and problem != said:
                self._add(source, None, problem, is_note=True)
            if self._previous:
                return
            said = problem
            pause = FIRST_PAUSE if position.since != before else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    def _ending(self, position: _Position) -> str:
        """Say why a log that came to its end is not read on; empty where it is."""
        if not self._previous:
            return ""
        return "the log of the previous run ends here" if position.since else NO_PREVIOUS

    async def _read_once(self, source: Source, position: _Position, tail: int) -> None:
        options = LogOptions(
            source.container,
            follow=not self._previous,
            previous=self._previous,
            tail=tail if position.since is None else None,
            since=position.since,
        )
        repeated = position.seen.copy()
        async with self._client.logs(source.pod, source.namespace, options) as lines:
            async for line in lines:
                if position.is_new(line, repeated):
                    self._add(source, line.at, line.text, is_note=False)


def _is_final(error: KubeError) -> bool:
    return isinstance(error, NotFound | Forbidden)


def _problem(error: KubeError, *, previous: bool) -> str:
    match error:
        case NotFound():
            return "the pod is gone"
        case BadRequest() if previous:
            return NO_PREVIOUS
        case ApiError():
            return clause(error)
        case _:
            return f"{clause(error)}; trying again"


def to_text(entries: Iterable[Entry], *, with_pod: bool) -> str:
    """Return lines for a file: time, pod and container where there are several, and text."""
    lines: list[str] = []
    for entry in entries:
        moment = entry.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        origin = f"{entry.source.pod}/{entry.source.container} " if with_pod else ""
        mark = "# " if entry.is_note else ""
        lines.append(f"{moment} {origin}{mark}{entry.text}\n")
    return "".join(lines)
