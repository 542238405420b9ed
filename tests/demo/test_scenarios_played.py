"""The scenarios that come along show what their descriptions say, with our reconciler at work."""

import asyncio

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.objects import find_condition, is_true
from grove_tui.kube.resources import EVENTS, NODES, PODS
from tests.cluster import running_cluster
from tests.contract.stand import rests

pytestmark = pytest.mark.looptime


def available(cluster, name):
    pcs = cluster.object(PODCLIQUESETS, name)
    return pcs is not None and 0 < pcs.spec.replicas == pcs.status.available_replicas


def pods_of(cluster, clique):
    label = "grove.io/podclique"
    return [p for p in cluster.objects(PODS) if p.metadata.labels.get(label) == clique]


def is_ready(pod):
    return is_true(pod.status.conditions, "Ready")


def ready_since(pod):
    condition = find_condition(pod.status.conditions, "Ready")
    assert condition is not None
    return condition.last_transition_time


def node_state(node):
    condition = find_condition(node.status.conditions, "Ready")
    return condition.status if condition is not None else ""


def now():
    return asyncio.get_running_loop().time()


async def test_default_has_three_healthy_sets_within_seconds():
    async with running_cluster(nodes=20, speed=1, reconcile=True, scenario="default") as cluster:
        await cluster.until(
            lambda: (
                len(cluster.objects(PODCLIQUESETS)) == 3
                and all(available(cluster, p.metadata.name) for p in cluster.objects(PODCLIQUESETS))
            ),
            seconds=10,
        )

        assert len(cluster.objects(PODS)) == 5 + 8 + 10
        assert all(is_ready(pod) for pod in cluster.objects(PODS))
        await rests(cluster)


async def test_breach_is_terminated_half_a_minute_later_and_heals():
    async with running_cluster(nodes=20, speed=1, reconcile=True, scenario="breach") as cluster:
        clique = "gang-termination-0-decode"

        def breached():
            pclq = cluster.object(PODCLIQUES, clique)
            return pclq and is_true(pclq.status.conditions, "MinAvailableBreached")

        await cluster.until(lambda: available(cluster, "gang-termination"))
        others = {p.metadata.uid for p in pods_of(cluster, "gang-termination-1-prefill")}
        await cluster.until(lambda: breached() and len(pods_of(cluster, clique)) == 1, seconds=20)
        start = now()
        await cluster.until(
            lambda: (
                "PodCliqueSetReplicaDeleteSuccessful" in {e.reason for e in cluster.objects(EVENTS)}
            ),
            seconds=60,
        )
        waited = now() - start
        await cluster.until(lambda: available(cluster, "gang-termination"), seconds=30)

        assert 28 <= waited <= 35
        assert len(pods_of(cluster, clique)) == 2
        assert {p.metadata.uid for p in pods_of(cluster, "gang-termination-1-prefill")} == others
        await rests(cluster)


async def test_full_starts_nothing_until_there_is_room_for_all():
    async with running_cluster(nodes=20, speed=1, reconcile=True, scenario="full") as cluster:
        await asyncio.sleep(40)
        pods = cluster.objects(PODS)
        conditions = [find_condition(p.status.conditions, "PodScheduled") for p in pods]

        await cluster.until(lambda: available(cluster, "too-large"), seconds=30)

        assert len(pods) == 18
        assert not any(p.spec.node_name for p in pods)
        messages = {c.message for c in conditions if c is not None}
        reason = (
            "0/20 nodes are available: 15 Insufficient cpu, 15 Insufficient nvidia.com/gpu, "
            "5 node(s) were unschedulable."
        )
        assert messages == {
            f"gang default/too-large-0 needs 18 pods placed at once, 15 fit: {reason}"
        }
        await rests(cluster)


async def test_crashloop_has_a_crashing_pod_and_one_without_an_image():
    async with running_cluster(nodes=20, speed=1, reconcile=True, scenario="crashloop") as cluster:

        def reasons():
            waiting = [
                status.state.waiting.reason
                for pod in cluster.objects(PODS)
                for status in pod.status.container_statuses
                if status.state.waiting is not None
            ]
            return sorted(set(waiting))

        await cluster.until(
            lambda: reasons() == ["CrashLoopBackOff", "ImagePullBackOff"], seconds=60
        )
        # No rest follows: what crashes is terminated and begins anew, for as long as one looks.


async def test_startup_order_is_kept():
    scenario = "startup-order"
    async with running_cluster(nodes=20, speed=1, reconcile=True, scenario=scenario) as cluster:
        await cluster.until(lambda: available(cluster, "in-order"), seconds=60)

        ready_at = {
            clique: [ready_since(pod) for pod in pods_of(cluster, f"in-order-0-{clique}")]
            for clique in ("router", "prefill", "decode")
        }
        assert max(ready_at["router"]) < min(ready_at["prefill"])
        assert max(ready_at["prefill"]) < min(ready_at["decode"])
        await rests(cluster)


async def test_node_loss_leaves_a_pod_terminating_until_the_node_is_back():
    scenario = "node-loss"
    async with running_cluster(nodes=20, speed=5, reconcile=True, scenario=scenario) as cluster:
        await cluster.until(
            lambda: "Unknown" in {node_state(node) for node in cluster.objects(NODES)}
        )
        await cluster.until(
            lambda: any(p.metadata.deletion_timestamp for p in cluster.objects(PODS)), seconds=100
        )

        await cluster.until(
            lambda: (
                not any(p.metadata.deletion_timestamp for p in cluster.objects(PODS))
                and available(cluster, "gang-termination")
            ),
            seconds=150,
        )
        await rests(cluster)
