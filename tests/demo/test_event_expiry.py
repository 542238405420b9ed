"""Events go an hour after they were last seen."""

import asyncio

import pytest

from grove_tui.kube.clock import format_time
from grove_tui.kube.resources import EVENTS
from tests.cluster import running_cluster

pytestmark = pytest.mark.looptime


def event_body(name, seen):
    return {
        "metadata": {"name": name},
        "involvedObject": {"kind": "Pod", "name": "a", "namespace": "default"},
        "reason": "Test",
        "lastTimestamp": format_time(seen),
    }


async def test_an_event_goes_an_hour_after_it_was_last_seen():
    async with running_cluster(nodes=1) as cluster:
        clock = cluster.demo.options.clock
        for name in ("once", "again"):
            await cluster.client.create(EVENTS, event_body(name, clock()), "default")
        await asyncio.sleep(3000)
        seen_again = {"count": 2, "lastTimestamp": format_time(clock())}
        await cluster.client.patch(EVENTS, "again", seen_again, "default")
        await asyncio.sleep(590)
        before = {e.metadata.name for e in cluster.objects(EVENTS)}

        await asyncio.sleep(20)
        after = {e.metadata.name for e in cluster.objects(EVENTS)}
        await asyncio.sleep(3000)

        assert (before, after) == ({"once", "again"}, {"again"})
        assert cluster.objects(EVENTS) == []
