"""Events are gathered, counted up, paced, and never in the way."""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest

from grove_tui.api.objects import PODCLIQUES
from grove_tui.kube.resources import EVENTS
from grove_tui.reconcile.recorder import MAX_WAITING, EventRecorder
from tests.builders import podclique
from tests.cluster import loop_clock, running_cluster
from tests.faults import FaultyTransport, status_response

pytestmark = pytest.mark.looptime


@asynccontextmanager
async def recording(*, rules=()):
    clock = loop_clock()
    async with running_cluster(nodes=1, clock=clock) as cluster:
        client = cluster.connect()
        client.transport = FaultyTransport(client.transport, rules=list(rules))
        recorder = EventRecorder(client, clock)
        task = asyncio.create_task(recorder.run())
        try:
            yield cluster, client, recorder
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def told(cluster):
    return [
        (e.reason, e.message, e.count)
        for e in cluster.objects(EVENTS)
        if e.source.component == "grove-tui"
    ]


async def test_news_of_one_kind_become_one_event():
    async with recording() as (cluster, client, recorder):
        for name in "abcde":
            recorder.event(PODCLIQUES, podclique(), "Normal", "Created", "Created Pod:", name)
        await asyncio.sleep(1)

        assert told(cluster) == [("Created", "Created Pod: a, b, c and 2 more", 5)]
        assert client.requests[("create", "events")] == 1


async def test_the_same_news_about_many_objects_of_one_owner_are_told_once_about_the_owner():
    owner = {"apiVersion": "grove.io/v1alpha1", "kind": "PodCliqueSet", "name": "s", "uid": "u"}
    async with recording() as (cluster, _client, recorder):
        for number in range(30):
            metadata = {"uid": f"c{number}", "ownerReferences": [{**owner, "controller": True}]}
            child = podclique(f"s-{number}-w", metadata=metadata)
            for name in (f"p{number}a", f"p{number}b"):
                recorder.event(PODCLIQUES, child, "Normal", "Created", "Created Pod:", name)
        await asyncio.sleep(2)

        assert told(cluster) == [("Created", "Created Pod: p0a, p0b, p1a and 57 more", 60)]
        [event] = cluster.objects(EVENTS)
        assert (event.involved_object.kind, event.involved_object.name) == ("PodCliqueSet", "s")


async def test_the_same_again_is_counted_up_and_after_a_while_written_anew():
    async with recording() as (cluster, client, recorder):
        recorder.event(PODCLIQUES, podclique(), "Normal", "Created", "Created Pod:", "a")
        await asyncio.sleep(100)
        recorder.event(PODCLIQUES, podclique(), "Normal", "Created", "Created Pod:", "b")
        await asyncio.sleep(1)
        assert told(cluster) == [("Created", "Created Pod: b", 2)]
        assert client.requests[("patch", "events")] == 1

        await asyncio.sleep(601)
        recorder.event(PODCLIQUES, podclique(), "Normal", "Created", "Created Pod:", "c")
        await asyncio.sleep(1)
        assert len(told(cluster)) == 2


async def test_an_event_that_was_deleted_is_written_anew():
    async with recording() as (cluster, _, recorder):
        recorder.event(PODCLIQUES, podclique(), "Normal", "Created", "text")
        await asyncio.sleep(1)
        [event] = [e for e in cluster.objects(EVENTS) if e.reason == "Created"]
        await cluster.client.delete(EVENTS, event.metadata.name, event.metadata.namespace)

        recorder.event(PODCLIQUES, podclique(), "Normal", "Created", "text")
        await asyncio.sleep(1)

        assert told(cluster) == [("Created", "text", 1)]


async def test_events_say_whom_they_are_about():
    async with recording() as (cluster, _, recorder):
        recorder.event(PODCLIQUES, podclique("sim-0-worker"), "Warning", "Lost", "text")
        await asyncio.sleep(1)

        [event] = [e for e in cluster.objects(EVENTS) if e.reason == "Lost"]
        involved = event.involved_object
        assert (involved.kind, involved.name, involved.uid) == (
            "PodClique",
            "sim-0-worker",
            "uid-sim-0-worker",
        )
        assert event.type == "Warning"


async def test_a_server_that_refuses_events_stops_nothing():
    refused: list[object] = []

    def refuse(request):
        if request.path.endswith("/events") and not refused:
            refused.append(request)
            return status_response(500)
        return None

    async with recording(rules=[refuse]) as (cluster, _, recorder):
        recorder.event(PODCLIQUES, podclique(), "Normal", "First", "text")
        await asyncio.sleep(1)
        recorder.event(PODCLIQUES, podclique(), "Normal", "Second", "text")
        await asyncio.sleep(1)

        assert told(cluster) == [("Second", "text", 1)]


async def test_too_much_news_drops_the_oldest():
    async with recording() as (_, _, recorder):
        for number in range(MAX_WAITING + 5):
            recorder.event(PODCLIQUES, podclique(f"p-{number}"), "Normal", "Created", "text")

        assert recorder.dropped == 5


async def test_flush_writes_what_waits_at_once():
    async with recording() as (cluster, _, recorder):
        recorder.event(PODCLIQUES, podclique(), "Normal", "Last", "text")

        await recorder.flush()

        assert told(cluster) == [("Last", "text", 1)]
        assert recorder.is_idle
