"""At most one candidate leads, another takes over in time, and nobody leads without renewing."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from grove_tui.demo.api import Api
from grove_tui.demo.local import LocalTransport
from grove_tui.kube.client import Client
from grove_tui.kube.errors import Unreachable
from grove_tui.kube.lease import LeaseElector
from grove_tui.kube.resources import LEASES
from tests.builders import EPOCH
from tests.faults import FaultyTransport

pytestmark = pytest.mark.looptime


class Candidate:
    """An elector whose leading and not leading is recorded with loop times."""

    def __init__(self, api: Api, name: str) -> None:
        self.transport = FaultyTransport(LocalTransport(api))
        self.periods: list[list[float]] = []
        self.elector = LeaseElector(Client(self.transport), "default", "lock", name, clock=now)
        self.task = asyncio.create_task(self.elector.run(self.lead))

    async def lead(self) -> None:
        loop = asyncio.get_running_loop()
        self.periods.append([loop.time()])
        try:
            await asyncio.Event().wait()
        finally:
            self.periods[-1].append(loop.time())

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def cut_off(self) -> None:
        self.transport.rules.append(lambda request: Unreachable("no network"))


def now():
    return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())


@asynccontextmanager
async def candidates(*names: str):
    api = Api(clock=now)
    made = [Candidate(api, name) for name in names]
    try:
        yield made
    finally:
        for candidate in made:
            await candidate.stop()


async def test_only_candidate_leads_at_once_and_keeps_leading():
    async with candidates("a") as (a,):
        await asyncio.sleep(120)

        assert a.elector.is_leader
        assert len(a.periods) == 1


async def test_second_candidate_waits_and_sees_the_holder():
    async with candidates("a", "b") as (a, b):
        await asyncio.sleep(60)

        leading = [c for c in (a, b) if c.elector.is_leader]
        assert len(leading) == 1
        assert {a.elector.holder, b.elector.holder} == {leading[0].elector._identity}


async def test_candidate_that_stops_hands_over_within_seconds():
    async with candidates("a", "b") as (a, b):
        await asyncio.sleep(5)
        first, second = (a, b) if a.elector.is_leader else (b, a)
        await first.stop()
        await asyncio.sleep(5)

        assert second.elector.is_leader


async def test_leader_without_network_stops_before_another_starts():
    async with candidates("a", "b") as (a, b):
        await asyncio.sleep(5)
        first, second = (a, b) if a.elector.is_leader else (b, a)
        first.cut_off()
        await asyncio.sleep(40)

        assert not first.elector.is_leader
        assert "no network" in first.elector.error
        assert second.elector.is_leader
        assert first.periods[0][1] < second.periods[0][0]


async def test_lease_names_holder_duration_and_transitions():
    async with candidates("a") as (a,):
        await asyncio.sleep(5)
        lease = await Client(LocalTransport(a.transport.inner._api)).get(LEASES, "lock", "default")

        assert lease.spec.holder_identity == "a"
        assert lease.spec.lease_duration_seconds == 15
        assert lease.spec.lease_transitions == 0
        assert lease.spec.renew_time >= now() - timedelta(seconds=2)


async def test_failing_work_ends_the_candidate_with_its_error():
    api = Api(clock=now)

    async def fail() -> None:
        raise RuntimeError("broken")

    elector = LeaseElector(Client(LocalTransport(api)), "default", "lock", "a", clock=now)

    with pytest.raises(RuntimeError, match="broken"):
        await elector.run(fail)
