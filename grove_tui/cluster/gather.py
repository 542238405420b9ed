"""Many small changes, few repaints: the first one at once, the rest gathered.

A change after a quiet moment is flushed in the next turn of the event loop. What follows within
the interval is flushed together at its end, so a burst costs twenty flushes a second and no
change ever waits longer than one interval. Nothing is scheduled while nothing changes.
"""

import asyncio
from collections.abc import Callable

INTERVAL = 0.05


class Gatherer:
    """Calls `flush` soon after `mark`, at most once per interval."""

    def __init__(self, flush: Callable[[], None], interval: float = INTERVAL) -> None:
        self._flush = flush
        self._interval = interval
        self._handle: asyncio.Handle | None = None
        self._last = float("-inf")

    def mark(self) -> None:
        """Ask for a flush."""
        if self._handle is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._last + self._interval - loop.time()
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
        self._last = asyncio.get_running_loop().time()
        self._flush()
