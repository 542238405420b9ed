"""Dead, tainted and deleted nodes, and what becomes of the pods on them."""

import asyncio

import pytest

from grove_tui.kube.objects import find_condition, is_true
from grove_tui.kube.resources import EVENTS, NODES, PODS
from tests.bodies import pod_body
from tests.cluster import running_cluster

pytestmark = pytest.mark.looptime

DEAD = {"metadata": {"annotations": {"demo.grove-tui.io/dead": "1"}}}
ALIVE = {"metadata": {"annotations": {"demo.grove-tui.io/dead": None}}}
UNREACHABLE = "node.kubernetes.io/unreachable"


def is_ready(cluster, name):
    pod = cluster.object(PODS, name)
    return pod is not None and is_true(pod.status.conditions, "Ready")


def node_ready(cluster, name="fake-node-001"):
    ready = find_condition(cluster.the(NODES, name).status.conditions, "Ready")
    return ready.status if ready else ""


def taint_keys(cluster, name="fake-node-001"):
    return {t.key for t in cluster.the(NODES, name).spec.taints}


async def create(cluster, *bodies):
    for body in bodies:
        await cluster.client.create(PODS, body, "default")
    await cluster.until(lambda: all(is_ready(cluster, b["metadata"]["name"]) for b in bodies))


def tolerating(key, seconds=None):
    toleration = {"key": key, "operator": "Exists", "effect": "NoExecute"}
    if seconds is not None:
        toleration["tolerationSeconds"] = seconds
    return [{"key": "fake-node", "operator": "Exists"}, toleration]


async def test_a_dead_node_becomes_unknown_and_its_pods_not_ready():
    async with running_cluster(nodes=1, speed=1) as cluster:
        await create(cluster, pod_body("a"))

        await cluster.client.patch(NODES, "fake-node-001", DEAD)
        await asyncio.sleep(4)
        early = node_ready(cluster), is_ready(cluster, "a")
        await asyncio.sleep(2)

        assert early == ("True", True)
        assert (node_ready(cluster), is_ready(cluster, "a")) == ("Unknown", False)
        assert UNREACHABLE in taint_keys(cluster)
        assert "NodeNotReady" in {e.reason for e in cluster.objects(EVENTS)}


async def test_pods_on_a_dead_node_hang_in_termination_until_it_is_back():
    async with running_cluster(nodes=1, speed=1) as cluster:
        await create(cluster, pod_body("a"))
        await cluster.client.patch(NODES, "fake-node-001", DEAD)

        await cluster.client.delete(PODS, "a", "default")
        await asyncio.sleep(120)
        hanging = cluster.the(PODS, "a")
        await cluster.client.patch(NODES, "fake-node-001", ALIVE)

        await cluster.until(lambda: cluster.object(PODS, "a") is None, seconds=5)
        assert hanging.metadata.deletion_timestamp is not None


async def test_a_node_that_comes_back_is_ready_and_so_are_its_pods():
    async with running_cluster(nodes=1, speed=1) as cluster:
        await create(cluster, pod_body("a"))
        await cluster.client.patch(NODES, "fake-node-001", DEAD)
        await cluster.until(lambda: not is_ready(cluster, "a"))

        await cluster.client.patch(NODES, "fake-node-001", ALIVE)

        await cluster.until(lambda: is_ready(cluster, "a"))
        assert node_ready(cluster) == "True"
        assert taint_keys(cluster) == {"fake-node"}


@pytest.mark.parametrize(("speed", "seconds"), [(1, 300), (10, 30)])
async def test_pods_leave_a_dead_node_when_their_patience_ends(speed, seconds):
    async with running_cluster(nodes=1, speed=speed) as cluster:
        await create(cluster, pod_body("a"))
        await cluster.client.patch(NODES, "fake-node-001", DEAD)
        await cluster.until(lambda: UNREACHABLE in taint_keys(cluster))
        start = asyncio.get_running_loop().time()

        await cluster.until(lambda: cluster.the(PODS, "a").metadata.deletion_timestamp, seconds=400)

        assert asyncio.get_running_loop().time() - start == pytest.approx(seconds, abs=0.1)


async def test_a_no_execute_taint_evicts_by_toleration():
    async with running_cluster(nodes=1, speed=1) as cluster:
        await create(
            cluster,
            pod_body("at-once"),
            pod_body("later", tolerations=tolerating("upgrade", 20)),
            pod_body("never", tolerations=tolerating("upgrade")),
        )
        taint = {"key": "upgrade", "value": "yes", "effect": "NoExecute"}

        await cluster.client.patch(NODES, "fake-node-001", {"spec": {"taints": [taint]}})
        await asyncio.sleep(5)
        soon = {p.metadata.name for p in cluster.objects(PODS)}
        await asyncio.sleep(20)

        assert soon == {"later", "never"}
        assert {p.metadata.name for p in cluster.objects(PODS)} == {"never"}


async def test_a_taint_that_is_taken_away_in_time_evicts_nobody():
    async with running_cluster(nodes=1, speed=1) as cluster:
        await create(cluster, pod_body("a", tolerations=tolerating("upgrade", 20)))
        taint = {"key": "upgrade", "value": "yes", "effect": "NoExecute"}
        await cluster.client.patch(NODES, "fake-node-001", {"spec": {"taints": [taint]}})
        await asyncio.sleep(10)

        await cluster.client.patch(NODES, "fake-node-001", {"spec": {"taints": None}})
        await asyncio.sleep(60)

        assert is_ready(cluster, "a")


async def test_pods_of_a_deleted_node_are_removed():
    async with running_cluster(nodes=2, speed=1) as cluster:
        await create(cluster, *(pod_body(f"p{i}", clique="c") for i in range(4)))

        await cluster.client.delete(NODES, "fake-node-001")

        await cluster.until(lambda: len(cluster.objects(PODS)) == 2, seconds=5)
        assert {p.spec.node_name for p in cluster.objects(PODS)} == {"fake-node-002"}
