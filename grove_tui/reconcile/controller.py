"""A controller: a queue, some workers, and what the outcome of a reconcile means.

Reconcile functions return a `Result` or raise; when to run again is decided here and nowhere else.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from grove_tui.kube.errors import Conflict, KubeError, TooManyRequests
from grove_tui.kube.objects import NamespacedName
from grove_tui.reconcile.workqueue import ShutDown, WorkQueue

_log = logging.getLogger(__name__)

SHORTEST_DELAY = 0.001
"""Least seconds between two reconciles of a key that asks for another one: less than this may be
nothing in the clock of the event loop, and the key would be reconciled on and on."""
DURATIONS_KEPT = 2048
"""How many of the latest durations percentiles are computed from."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a successful reconcile asks for."""

    requeue_after: float | None = None
    """Seconds until the key is to be reconciled again without an event; None for never."""
    spacing: float = 0.0
    """Seconds in which further events for the key are gathered before it is reconciled again."""


Reconcile = Callable[[NamespacedName], Awaitable[Result | None]]


@dataclass(slots=True)
class ControllerStats:
    """What a controller has done since it was created."""

    reconciles: int = 0
    errors: int = 0
    conflicts: int = 0
    durations: deque[float] = field(default_factory=lambda: deque(maxlen=DURATIONS_KEPT))
    """Seconds that the latest reconciles took, waiting for the API included."""
    last_error: str = ""

    def percentile(self, percent: float) -> float:
        """Return the duration in seconds that `percent` of the latest reconciles stayed within."""
        return percentile(list(self.durations), percent)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of `values`; 0 when there are none."""
    if not values:
        return 0.0
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


class Controller:
    """Runs `reconcile` for every enqueued key, never twice at once for the same key."""

    def __init__(self, name: str, reconcile: Reconcile, workers: int = 4) -> None:
        self.name = name
        self.stats = ControllerStats()
        self.on_failure: Callable[[NamespacedName, Exception], None] | None = None
        """Told of each reconcile that failed; conflicts, which heal by themselves, are none."""
        self._reconcile = reconcile
        self._workers = workers
        self._queue: WorkQueue[NamespacedName] = WorkQueue()
        self._rests: dict[NamespacedName, asyncio.TimerHandle] = {}
        self._resting: set[NamespacedName] = set()
        self._hurried: set[NamespacedName] = set()

    @property
    def depth(self) -> int:
        """How many keys wait for a worker."""
        return len(self._queue)

    @property
    def is_idle(self) -> bool:
        """Whether no key waits and no worker is busy; delayed keys may still be due later."""
        return not (len(self._queue) or self._queue.in_hand or self._resting)

    @property
    def next_due(self) -> float | None:
        """The loop time at which the next delayed key is due."""
        return self._queue.next_due

    def enqueue(self, key: NamespacedName) -> None:
        """Have `key` reconciled as soon as a worker is free and its spacing is over."""
        if key in self._rests:
            self._resting.add(key)
        else:
            self._queue.add(key)

    def hurry(self, key: NamespacedName) -> None:
        """Have `key` reconciled as soon as a worker is free, though its spacing is not over."""
        self._hurried.add(key)
        rest = self._rests.pop(key, None)
        if rest is not None:
            rest.cancel()
            self._resting.discard(key)
        self._queue.add(key)

    def enqueue_after(self, key: NamespacedName, seconds: float) -> None:
        """Have `key` reconciled in `seconds`, or earlier if that was already asked for."""
        self._queue.add_after(key, seconds)

    async def run(self) -> None:
        """Reconcile until cancelled or `stop` was called."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._workers):
                group.create_task(self._work(), name=f"{self.name}-{number}")

    def stop(self) -> None:
        """Let `run` return when the waiting keys are reconciled."""
        self._queue.shut_down()

    async def _work(self) -> None:
        while True:
            try:
                key = await self._queue.get()
            except ShutDown:
                return
            if key in self._rests:
                self._resting.add(key)
                self._queue.done(key)
                continue
            self._hurried.discard(key)
            started = time.perf_counter()
            try:
                outcome = await self._attempt(key)
                self.stats.durations.append(time.perf_counter() - started)
                self._settle(key, outcome)
            finally:
                self._queue.done(key)

    async def _attempt(self, key: NamespacedName) -> Result | Exception:
        self.stats.reconciles += 1
        try:
            return await self._reconcile(key) or Result()
        except Exception as error:  # noqa: BLE001 - the task boundary: the outcome is data from here on
            return error

    def _settle(self, key: NamespacedName, outcome: Result | Exception) -> None:
        match outcome:
            case Result(requeue_after=seconds, spacing=spacing):
                self._queue.forget(key)
                if spacing > 0 and key not in self._hurried:
                    self._rest(key, spacing)
                if seconds is not None:
                    self._queue.add_after(key, max(seconds, SHORTEST_DELAY))
            case Conflict():
                # Another writer was first; the watch brings its change and the retry sees it.
                self.stats.conflicts += 1
                self._queue.add_rate_limited(key)
            case TooManyRequests():
                self._failed(key, outcome)
                self._queue.add_after(key, max(outcome.retry_after, self._queue.failed(key)))
            case Exception():
                self._failed(key, outcome)
                self._queue.add_rate_limited(key)

    def _rest(self, key: NamespacedName, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._rests[key] = loop.call_later(seconds, self._rested, key)

    def _rested(self, key: NamespacedName) -> None:
        del self._rests[key]
        if key in self._resting:
            self._resting.discard(key)
            self._queue.add(key)

    def _failed(self, key: NamespacedName, error: Exception) -> None:
        self.stats.errors += 1
        self.stats.last_error = f"{key}: {error}"
        if self.on_failure is not None:
            self.on_failure(key, error)
        expected = isinstance(error, KubeError | ExceptionGroup)
        retry = self._queue.retries(key) + 1
        _log.warning(
            "%s %s failed (attempt %d): %s",
            self.name,
            key,
            retry,
            error,
            exc_info=None if expected else error,
        )
