"""Draining a node: its pods go, through evictions, and it ends clearly whatever refuses."""

import asyncio
import random

import pytest

from grove_tui.actions import draining
from grove_tui.actions.draining import Drain, Stage
from grove_tui.kube.client import Client
from grove_tui.kube.resources import NODES, PODS
from grove_tui.reconcile.world import open_informers
from tests.cluster import running_cluster
from tests.faults import FaultyTransport, status_response

pytestmark = pytest.mark.looptime


async def create_pod(cluster, name, node="", **metadata):
    spec = {
        "containers": [{"name": "main", "image": "nginx"}],
        "nodeName": node,
        "tolerations": [{"operator": "Exists"}],
    }
    body = {"metadata": {"name": name, "namespace": "default", **metadata}, "spec": spec}
    await cluster.client.create(PODS, body, "default")


class Stand:
    """A cluster with one busy node, and what the drain sees of it."""

    def __init__(self, cluster, world, transport):
        self.cluster = cluster
        self.world = world
        self.rules = transport.rules
        self.node = cluster.objects(NODES)[0].metadata.name
        self.client = Client(transport)
        self.told: list[str] = []

    def drain(self):
        planned = draining.plan(self.world, self.node)
        assert planned is not None
        drain = Drain(self.client, self.world, planned, lambda: None)
        drain._changed = lambda: self.told.append(draining.summary(drain.evictions))
        return drain

    def pods(self):
        return [
            pod.metadata.name
            for pod in self.cluster.objects(PODS)
            if pod.spec.node_name == self.node
        ]


@pytest.fixture
async def stand():
    async with running_cluster(nodes=2) as cluster:
        transport = FaultyTransport(cluster.connect().transport, random.Random(0))
        informers = open_informers(cluster.connect())
        running = asyncio.ensure_future(informers.run())
        stand = Stand(cluster, informers.world, transport)
        for name in ("a", "b", "c"):
            await create_pod(cluster, name, stand.node)
        await create_pod(
            cluster,
            "daemon",
            stand.node,
            ownerReferences=[
                {
                    "apiVersion": "apps/v1",
                    "kind": "DaemonSet",
                    "name": "d",
                    "uid": "x",
                    "controller": True,
                }
            ],
        )
        await cluster.until(lambda: len(stand.pods()) == 4)
        await informers.wait_synced()
        async with asyncio.timeout(10):
            while len(informers.world.pods) < 4:  # noqa: ASYNC110 - time is virtual
                await asyncio.sleep(0.1)
        yield stand
        running.cancel()


def refuse(stand, code, times, name="b", message="budget is spent"):
    """Answer the evictions of one pod with an error, so many times."""
    left = [times]

    def rule(request):
        if request.path.endswith(f"/pods/{name}/eviction") and left[0]:
            left[0] -= 1
            return status_response(code, message)
        return None

    stand.rules.append(rule)


async def test_a_plan_names_who_leaves_who_stays_and_who_does_not_come_back(stand):
    planned = draining.plan(stand.world, stand.node)

    assert planned is not None
    assert [pod.name for pod in planned.leaving] == ["a", "b", "c"]
    assert planned.staying == ("daemon",)
    assert planned.orphans == ("a", "b", "c")
    assert draining.plan(stand.world, "nowhere") is None


async def test_a_drained_node_is_cordoned_and_only_its_own_pods_are_left(stand):
    outcome = await stand.drain().run()

    assert outcome.ok
    assert outcome.sentence == f"Node {stand.node} is drained: 3 pods evicted."
    assert stand.pods() == ["daemon"]
    assert stand.cluster.the(NODES, stand.node).spec.unschedulable
    assert stand.told[-1] == "3 of 3 pods gone"


async def test_a_refused_eviction_is_told_and_asked_for_again(stand):
    refuse(stand, 429, times=2)

    drain = stand.drain()
    outcome = await drain.run()

    assert outcome.ok
    assert any("1 refused for now" in told for told in stand.told)
    assert stand.pods() == ["daemon"]


async def test_a_server_that_fails_for_a_moment_is_asked_again(stand):
    refuse(stand, 503, times=1)

    assert (await stand.drain().run()).ok


async def test_an_eviction_that_may_not_be_ends_the_drain_with_the_reason(stand):
    refuse(stand, 403, times=99, message="pods eviction is forbidden")

    outcome = await stand.drain().run()

    assert not outcome.ok
    assert "1 pod could not be evicted: b: pods eviction is forbidden." in outcome.sentence
    assert stand.pods() == ["b", "daemon"]


async def test_a_stopped_drain_leaves_the_node_cordoned_and_the_refused_pod_alone(stand):
    refuse(stand, 429, times=10_000)
    drain = stand.drain()
    running = asyncio.ensure_future(drain.run())
    async with asyncio.timeout(60):
        while drain.gone < 2:  # noqa: ASYNC110 - time is virtual
            await asyncio.sleep(0.5)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert [e.stage for e in drain.evictions if e.pod.name == "b"] == [Stage.REFUSED]
    assert stand.pods() == ["b", "daemon"]
    assert stand.cluster.the(NODES, stand.node).spec.unschedulable


async def test_a_pod_recreated_under_its_name_is_not_evicted(stand):
    drain = stand.drain()
    await stand.cluster.client.delete(PODS, "b", "default", grace_period_seconds=0)
    await stand.cluster.until(lambda: stand.cluster.object(PODS, "b") is None)
    await create_pod(stand.cluster, "b", stand.node)

    outcome = await drain.run()

    assert outcome.ok
    assert stand.pods() == ["b", "daemon"]


async def test_a_node_that_may_not_be_cordoned_keeps_its_pods(stand):
    def rule(request):
        is_patch = request.method == "PATCH" and "/nodes/" in request.path
        return status_response(403, "nodes is forbidden") if is_patch else None

    stand.rules.append(rule)

    outcome = await stand.drain().run()

    assert not outcome.ok
    assert len(stand.pods()) == 4
