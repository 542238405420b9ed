"""Many small changes, few repaints: the first one at once, the rest gathered.

A change after a quiet moment is flushed in the next turn of the event loop. What follows within
the interval is flushed together at its end, so a burst costs at most twenty flushes a second.
Nothing is scheduled while nothing changes.

A flush that takes long is followed by a longer rest, so that flushing never takes more than a part
of the event loop: while a large cluster is listed, its lists come first.
"""

import asyncio
from collections.abc import Callable

INTERVAL = 0.05
REST = 3
"""How many times as long as it took a flush is rested from."""


class Gatherer:
    """Calls `flush` soon after `mark`, at most once per interval and a part of the time."""

    def __init__(self, flush: Callable[[], None], interval: float = INTERVAL) -> None:
        self._flush = flush
        self._interval = interval
        self._handle: asyncio.Handle | None = None
        self._next = float("-inf")

    def mark(self) -> None:
        """Ask for a flush."""
        if self._handle is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._next - loop.time()
        if wait > 0:
            self._handle = loop.call_later(wait, self._run)
        else:
            self._handle = loop.call_soon(self._run)

    def close(self) -> None:
        """Forget a flush that is still to come."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _run(self) -> None:
        self._handle = None
        loop = asyncio.get_running_loop()
        started = loop.time()
        # Also while it runs: what is marked meanwhile is of the next flush.
        self._next = started + self._interval
        self._flush()
        ended = loop.time()
        self._next = max(self._next, ended + REST * (ended - started))
