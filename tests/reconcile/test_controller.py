"""A controller turns each outcome of a reconcile into the right time of the next one."""

import asyncio
from itertools import pairwise

import pytest

from grove_tui.kube.errors import Conflict, ServerError, TooManyRequests
from grove_tui.kube.objects import NamespacedName
from grove_tui.reconcile.controller import Controller, Result, percentile

pytestmark = pytest.mark.looptime

KEY = NamespacedName("default", "a")


class Script:
    """A reconcile function that plays outcomes and notes when it was called."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.times: list[float] = []

    async def __call__(self, key):
        self.times.append(asyncio.get_running_loop().time())
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


async def run_for(controller, seconds):
    task = asyncio.create_task(controller.run())
    await asyncio.sleep(seconds)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def gaps(script):
    return [round(later - earlier, 3) for earlier, later in pairwise(script.times)]


async def test_success_runs_once():
    script = Script(None)
    controller = Controller("test", script)
    controller.enqueue(KEY)

    await run_for(controller, 100)

    assert len(script.times) == 1
    assert controller.stats.reconciles == 1
    assert controller.is_idle


async def test_a_result_wakes_the_key_at_the_time_it_asks_for():
    script = Script(Result(requeue_after=7.25), Result())
    controller = Controller("test", script)
    controller.enqueue(KEY)

    await run_for(controller, 100)

    assert gaps(script) == [7.25]


async def test_events_within_the_spacing_are_gathered():
    script = Script(Result(spacing=2.0))
    controller = Controller("test", script)
    loop = asyncio.get_running_loop()
    controller.enqueue(KEY)
    for moment in (0.5, 1.0, 1.5):
        loop.call_later(moment, controller.enqueue, KEY)

    await run_for(controller, 100)

    assert gaps(script) == [2.0]


async def test_a_hurried_key_does_not_wait_for_the_end_of_its_spacing():
    script = Script(Result(spacing=2.0), Result(spacing=2.0))
    controller = Controller("test", script)
    loop = asyncio.get_running_loop()
    controller.enqueue(KEY)
    loop.call_later(0.5, controller.enqueue, KEY)
    loop.call_later(1.0, controller.hurry, KEY)
    loop.call_later(1.5, controller.enqueue, KEY)

    await run_for(controller, 100)

    assert gaps(script) == [1.0, 2.0]
    assert controller.is_idle


async def test_a_key_hurried_while_it_is_reconciled_comes_again_at_once():
    times = []

    async def reconcile(key):
        times.append(asyncio.get_running_loop().time())
        if len(times) == 1:
            await asyncio.sleep(1)
            controller.hurry(key)
        return Result(spacing=5.0)

    controller = Controller("test", reconcile)
    controller.enqueue(KEY)

    await run_for(controller, 100)

    assert [round(later - times[0], 3) for later in times] == [0, 1]


async def test_errors_back_off_and_success_starts_the_delays_anew(caplog):
    boom = ServerError(500, "InternalError", "boom")
    script = Script(boom, boom, boom, Result(requeue_after=10), boom, None)
    controller = Controller("test", script)
    controller.enqueue(KEY)

    await run_for(controller, 100)

    assert gaps(script) == [0.005, 0.01, 0.02, 10, 0.005]
    assert controller.stats.errors == 4
    assert "boom" in caplog.text


async def test_a_conflict_is_retried_without_noise(caplog):
    script = Script(Conflict(409, "Conflict", "the object has been modified"), None)
    controller = Controller("test", script)
    controller.enqueue(KEY)

    await run_for(controller, 100)

    assert gaps(script) == [0.005]
    assert controller.stats.errors == 0
    assert controller.stats.conflicts == 1
    assert not caplog.records


async def test_a_server_that_asks_to_wait_is_obeyed():
    busy = TooManyRequests(429, "TooManyRequests", "slow down", {"retryAfterSeconds": 4})
    script = Script(busy, None)
    controller = Controller("test", script)
    controller.enqueue(KEY)

    await run_for(controller, 100)

    assert gaps(script) == [4]


async def test_a_bug_in_one_reconcile_does_not_stop_the_others(caplog):
    seen = []

    async def reconcile(key):
        seen.append(key.name)
        if key.name == "bad":
            raise ZeroDivisionError("oops")

    controller = Controller("test", reconcile, workers=1)
    controller.enqueue(NamespacedName("default", "bad"))
    controller.enqueue(NamespacedName("default", "good"))

    await run_for(controller, 0.001)

    assert seen == ["bad", "good"]
    assert "ZeroDivisionError" in caplog.text


async def test_stop_finishes_what_waits():
    script = Script()
    controller = Controller("test", script)
    for name in "abc":
        controller.enqueue(NamespacedName("default", name))
    controller.stop()

    await asyncio.wait_for(controller.run(), 10)

    assert len(script.times) == 3


@pytest.mark.parametrize(("percent", "expected"), [(50, 5), (95, 10), (100, 10), (0, 1)])
def test_percentiles_are_nearest_rank(percent, expected):
    assert percentile([10, 1, 2, 3, 4, 5, 6, 7, 8, 9], percent) == expected


def test_percentile_of_nothing_is_zero():
    assert percentile([], 95) == 0


async def test_a_failure_is_told_and_a_conflict_is_not():
    failures: list[tuple[NamespacedName, str]] = []
    script = Script(Conflict(409, "Conflict", "busy"), ServerError(500, "", "broken"))
    controller = Controller("test", script)
    controller.on_failure = lambda key, error: failures.append((key, str(error)))

    controller.enqueue(KEY)
    running = asyncio.create_task(controller.run())
    await asyncio.sleep(60)
    running.cancel()

    assert failures == [(KEY, "broken")]
