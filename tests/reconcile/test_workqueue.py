"""The work queue keeps each sentence of its contract, also against a naive model."""

import asyncio

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from grove_tui.reconcile.workqueue import ShutDown, WorkQueue

pytestmark = pytest.mark.looptime


async def test_a_key_added_several_times_is_handed_out_once():
    queue = WorkQueue[str]()

    queue.add("a")
    queue.add("a")

    assert await queue.get() == "a"
    assert len(queue) == 0


async def test_a_key_is_never_in_the_hands_of_two_workers():
    queue = WorkQueue[str]()
    queue.add("a")
    await queue.get()

    queue.add("a")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(queue.get(), 1000)


async def test_a_key_added_while_in_hand_is_handed_out_again_after_done():
    queue = WorkQueue[str]()
    queue.add("a")
    key = await queue.get()
    queue.add("a")
    second = asyncio.create_task(queue.get())
    await asyncio.sleep(1)
    assert not second.done()

    queue.done(key)

    assert await second == "a"


async def test_keys_come_out_in_the_order_in_which_they_were_first_added():
    queue = WorkQueue[str]()
    for key in "abcab":
        queue.add(key)

    assert [await queue.get() for _ in range(3)] == ["a", "b", "c"]


async def test_a_delayed_key_is_due_at_the_earliest_time_asked_for():
    loop = asyncio.get_running_loop()
    queue = WorkQueue[str]()
    start = loop.time()

    queue.add_after("a", 30)
    queue.add_after("a", 10)
    queue.add_after("a", 20)

    assert await queue.get() == "a"
    assert loop.time() - start == pytest.approx(10)
    queue.done("a")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(queue.get(), 1000)


async def test_nothing_can_be_added_after_shut_down_and_what_waits_is_still_handed_out():
    queue = WorkQueue[str]()
    queue.add("a")
    queue.add_after("later", 5)

    queue.shut_down()
    queue.add("b")
    queue.add_after("c", 0)
    queue.add_after("d", 1)

    assert await queue.get() == "a"
    with pytest.raises(ShutDown):
        await queue.get()


async def test_shut_down_ends_workers_that_wait():
    queue = WorkQueue[str]()
    workers = [asyncio.create_task(queue.get()) for _ in range(3)]
    await asyncio.sleep(1)

    queue.shut_down()

    results = await asyncio.gather(*workers, return_exceptions=True)
    assert [type(result) for result in results] == [ShutDown] * 3


async def test_retries_double_from_5_ms_and_stay_within_a_minute_until_forgotten():
    queue = WorkQueue[str]()

    delays = [queue.failed("a") for _ in range(50)]

    assert delays[:4] == [0.005, 0.01, 0.02, 0.04]
    assert max(delays) == delays[-1] == 60
    assert queue.retries("a") == 50
    queue.forget("a")
    assert queue.retries("a") == 0
    assert queue.failed("a") == 0.005


async def test_one_failing_key_does_not_delay_another():
    loop = asyncio.get_running_loop()
    queue = WorkQueue[str]()
    for _ in range(10):
        queue.failed("bad")
    start = loop.time()

    queue.add_rate_limited("bad")
    queue.add_rate_limited("good")

    assert await queue.get() == "good"
    assert loop.time() - start == pytest.approx(0.005)
    assert await queue.get() == "bad"
    assert loop.time() - start == pytest.approx(5.12)


async def test_a_worker_cancelled_as_it_is_woken_leaves_the_key_to_another():
    queue = WorkQueue[str]()
    first = asyncio.create_task(queue.get())
    second = asyncio.create_task(queue.get())
    await asyncio.sleep(1)

    queue.add("a")
    first.cancel()

    assert await asyncio.wait_for(second, 10) == "a"


KEYS = st.sampled_from("abcde")


class QueueAgainstModel(RuleBasedStateMachine):
    """Compares the queue with a list of waiting keys, a set in hand and a set to hand out again."""

    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.queue = WorkQueue[str]()
        self.waiting: list[str] = []
        self.in_hand: set[str] = set()
        self.again: list[str] = []
        self.pending: list[asyncio.Task[str]] = []

    @rule(key=KEYS)
    def add(self, key):
        self.run(self._call(self.queue.add, key))
        if key in self.in_hand:
            if key not in self.again:
                self.again.append(key)
        elif key not in self.waiting:
            self.waiting.append(key)

    @rule(key=KEYS)
    def add_after_no_time(self, key):
        self.run(self._call(self.queue.add_after, key, 0))
        if key in self.in_hand:
            if key not in self.again:
                self.again.append(key)
        elif key not in self.waiting:
            self.waiting.append(key)

    @precondition(lambda self: self.waiting)
    @rule()
    def get(self):
        key = self.run(asyncio.wait_for(self.queue.get(), 1))
        assert key == self.waiting.pop(0)
        assert key not in self.in_hand
        self.in_hand.add(key)

    @precondition(lambda self: not self.waiting)
    @rule()
    def get_and_give_up(self):
        try:
            self.run(asyncio.wait_for(self.queue.get(), 0))
        except TimeoutError:
            return
        raise AssertionError("an empty queue handed out a key")

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def done(self, data):
        key = data.draw(st.sampled_from(sorted(self.in_hand)))
        self.run(self._call(self.queue.done, key))
        self.in_hand.discard(key)
        if key in self.again:
            self.again.remove(key)
            self.waiting.append(key)

    @invariant()
    def sizes_agree(self):
        assert len(self.queue) == len(self.waiting)
        assert self.queue.in_hand == len(self.in_hand)

    def teardown(self):
        self.loop.close()

    def run(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    async def _call(self, function, *arguments):
        function(*arguments)


TestQueueAgainstModel = QueueAgainstModel.TestCase
