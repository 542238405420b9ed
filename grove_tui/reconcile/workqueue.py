"""The queue of keys between event handlers and workers, with client-go's promises.

A key added several times before it is taken is handed out once. A key is never in the hands of two
workers. A key added while a worker has it is handed out again after `done`, so no change is lost.
Keys come out in the order in which they were first added. A key added with a delay is due at the
earliest of the times asked for. After `shut_down` nothing can be added; what waits is still handed
out, then `get` raises `ShutDown`.
"""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

BASE_DELAY = 0.005
"""Seconds before the first retry of a failing key; each further failure doubles it."""
MAX_DELAY = 60.0
"""Longest time in seconds between two retries of a failing key."""


class ShutDown(Exception):
    """The queue was shut down and is empty."""


class WorkQueue(Generic[K]):
    """A set of dirty keys, handed out one by one to any number of workers of one event loop."""

    def __init__(self, base_delay: float = BASE_DELAY, max_delay: float = MAX_DELAY) -> None:
        self._base_delay = base_delay
        self._max_delay = max_delay
        self._queue: deque[K] = deque()
        self._dirty: set[K] = set()
        self._processing: set[K] = set()
        self._failures: dict[K, int] = {}
        self._timers: dict[K, asyncio.TimerHandle] = {}
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._shut_down = False

    def __len__(self) -> int:
        """Return how many keys wait to be handed out, delayed ones not counted."""
        return len(self._queue)

    @property
    def in_hand(self) -> int:
        """How many keys workers are busy with."""
        return len(self._processing)

    @property
    def next_due(self) -> float | None:
        """The loop time at which the next delayed key is due, or None without delayed keys."""
        return min((timer.when() for timer in self._timers.values()), default=None)

    def add(self, key: K) -> None:
        """Mark `key` dirty: it will be handed out, again if a worker has it just now."""
        if self._shut_down or key in self._dirty:
            return
        self._dirty.add(key)
        if key not in self._processing:
            self._queue.append(key)
            self._wake_one()

    def add_after(self, key: K, seconds: float) -> None:
        """Add `key` in `seconds`, or earlier if an earlier time was already asked for."""
        if self._shut_down:
            return
        if seconds <= 0:
            self.add(key)
            return
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        timer = self._timers.get(key)
        if timer is not None:
            if timer.when() <= due:
                return
            timer.cancel()
        self._timers[key] = loop.call_at(due, self._add_due, key)

    def add_rate_limited(self, key: K) -> None:
        """Add `key` after a delay that doubles with each failure since it was last forgotten."""
        self.add_after(key, self.failed(key))

    def failed(self, key: K) -> float:
        """Count one more failure of `key` and return the seconds to wait before a retry."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        return float(min(self._base_delay * 2 ** min(failures, 40), self._max_delay))

    def forget(self, key: K) -> None:
        """Start the delays of `key` from the beginning, after it has succeeded."""
        self._failures.pop(key, None)

    def retries(self, key: K) -> int:
        """Return how often `key` has failed since it was last forgotten."""
        return self._failures.get(key, 0)

    async def get(self) -> K:
        """Wait for a key and take it; the caller must call `done` with it afterwards.

        Raises:
            ShutDown: The queue was shut down and nothing waits any more.
        """
        while not self._queue:
            if self._shut_down:
                raise ShutDown
            await self._wait()
        key = self._queue.popleft()
        self._dirty.discard(key)
        self._processing.add(key)
        return key

    def done(self, key: K) -> None:
        """Give `key` back; it waits again if it was added in the meantime."""
        self._processing.discard(key)
        if key in self._dirty:
            self._queue.append(key)
            self._wake_one()

    def shut_down(self) -> None:
        """Refuse further keys and let `get` end once the waiting ones are handed out."""
        self._shut_down = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        while self._waiters:
            self._wake_one()

    def _add_due(self, key: K) -> None:
        self._timers.pop(key, None)
        self.add(key)

    async def _wait(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            # A worker cancelled after it was woken passes the wake-up on, or its key would be
            # left waiting beside idle workers.
            if waiter.done() and not waiter.cancelled() and self._queue:
                self._wake_one()
            elif waiter in self._waiters:
                self._waiters.remove(waiter)
            raise

    def _wake_one(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
