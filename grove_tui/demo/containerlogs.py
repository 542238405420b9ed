"""What simulated containers print.

A container prints what the `echo` and `hostname` of its command would, then a line of made-up
figures every few seconds. A log is computed from the pod alone, so it needs no memory and reads the
same each time: line n belongs to the moment n intervals after the start.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from grove_tui.demo.logs import LogOptions
from grove_tui.kube.clock import Clock, format_micro_time

INTERVAL = timedelta(seconds=5)
MOST_LINES = 10_000
_COMMAND = re.compile(r"echo\s+(?:'([^']*)'|\"([^\"]*)\"|([^&;|]+))|(\bhostname\b)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log."""

    at: datetime
    text: str

    def render(self, *, timestamps: bool) -> bytes:
        """Return the line as kubectl shows it."""
        stamp = f"{format_micro_time(self.at)} " if timestamps else ""
        return f"{stamp}{self.text}\n".encode()


class ContainerLogs:
    """Answers log requests; see `grove_tui.demo.logs.Logs`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, pod: dict[str, Any], options: LogOptions) -> bytes | AsyncIterator[bytes]:
        """Return the log, or with `follow` go on with it as time passes."""
        now = self._clock()
        run = _run_of(pod, options.container, previous=options.previous)
        if run is None:
            return b""
        until = run.ended or now
        lines = [line for line in run.lines(until) if _is_recent(line, options, now)]
        if options.tail_lines is not None:
            lines = lines[len(lines) - min(options.tail_lines, len(lines)) :]
        text = b"".join(line.render(timestamps=options.timestamps) for line in lines)
        if options.limit_bytes is not None:
            return text[: options.limit_bytes]
        if options.follow and run.ended is None:
            return self._follow(text, run, now, timestamps=options.timestamps)
        return text

    async def _follow(
        self, text: bytes, run: "_Run", since: datetime, *, timestamps: bool
    ) -> AsyncIterator[bytes]:
        if text:
            yield text
        while True:
            await asyncio.sleep(1)
            now = self._clock()
            fresh = [line for line in run.lines(now) if line.at > since]
            since = now
            if fresh:
                yield b"".join(line.render(timestamps=timestamps) for line in fresh)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a container."""

    seed: str
    greeting: tuple[str, ...]
    farewell: str
    started: datetime
    ended: datetime | None

    def lines(self, until: datetime) -> Iterator[Line]:
        for text in self.greeting:
            yield Line(self.started, text)
        count = max(0, int((until - self.started) / INTERVAL))
        for number in range(max(1, count - MOST_LINES), count + 1):
            yield Line(self.started + number * INTERVAL, self._figures(number))
        if self.ended is not None and self.farewell:
            yield Line(self.ended, self.farewell)

    def _figures(self, number: int) -> str:
        rng = random.Random(f"{self.seed}/{number}")
        served, latency = rng.randint(40, 400), rng.randint(8, 90)
        return f"level=info msg=served requests={served} p50={latency}ms queue={rng.randint(0, 6)}"


def _run_of(pod: dict[str, Any], container: str, *, previous: bool) -> _Run | None:
    spec, status = pod["spec"], pod.get("status") or {}
    every = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    known = [*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())]
    template: dict[str, Any] = next((c for c in every if c["name"] == container), {})
    found = next((s for s in known if s["name"] == container), None)
    if found is None:
        return None
    state = found.get("state") or {}
    if previous or "waiting" in state:
        state = found.get("lastState") or {}
    ended = state.get("terminated")
    times = ended or state.get("running")
    if not times:
        return None
    return _Run(
        f"{pod['metadata']['uid']}/{container}/{times.get('startedAt')}",
        tuple(_greeting(template, spec.get("hostname") or pod["metadata"]["name"])),
        _farewell(ended) if ended else "",
        _time(times.get("startedAt")),
        _time(ended.get("finishedAt")) if ended else None,
    )


def _greeting(template: dict[str, Any], hostname: str) -> Iterator[str]:
    script = " ".join([*(template.get("command") or ()), *(template.get("args") or ())])
    for quoted, double, bare, host in _COMMAND.findall(script):
        yield hostname if host else (quoted or double or bare.strip())


def _farewell(ended: dict[str, Any]) -> str:
    if ended.get("exitCode") == 0:
        return ""
    reason = ended.get("reason", "Error")
    return f"level=fatal msg=exiting reason={reason} code={ended.get('exitCode')}"


def _time(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.fromtimestamp(0, UTC)


def _is_recent(line: Line, options: LogOptions, now: datetime) -> bool:
    if options.since_seconds is not None and line.at < now - timedelta(
        seconds=options.since_seconds
    ):
        return False
    return not options.since_time or line.at >= datetime.fromisoformat(options.since_time)
