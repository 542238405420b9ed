"""The scheduler on a running demo cluster: gangs at once, reasons told, room found again."""

import asyncio
import random
from collections import Counter, defaultdict

import pytest

from grove_tui.api.objects import PODGANGS
from grove_tui.kube.objects import find_condition
from grove_tui.kube.quantity import millis
from grove_tui.kube.resources import EVENTS, NODES, PODS
from tests.bodies import gang_body, pod_body
from tests.cluster import running_cluster

pytestmark = pytest.mark.looptime

HALF = {"cpu": "33"}
"""More than half of a node: one such pod per node."""


async def create_pods(cluster, *bodies):
    for body in bodies:
        await cluster.client.create(PODS, body, "default")


def placed(cluster):
    return {p.metadata.name: p.spec.node_name for p in cluster.objects(PODS) if p.spec.node_name}


def scheduled_condition(cluster, name):
    return find_condition(cluster.the(PODS, name).status.conditions, "PodScheduled")


async def test_pods_without_a_gang_are_spread_over_nodes():
    async with running_cluster(nodes=20) as cluster:
        await create_pods(cluster, *(pod_body(f"p{i}", clique="c") for i in range(8)))

        await cluster.until(lambda: len(placed(cluster)) == 8)

        assert len(set(placed(cluster).values())) == 8


async def test_gated_pods_wait_for_their_gates():
    async with running_cluster(nodes=1) as cluster:
        await create_pods(cluster, pod_body("gated", gates=["example.com/wait"]))
        await cluster.settled()
        before = placed(cluster)

        await cluster.client.patch(PODS, "gated", {"spec": {"schedulingGates": None}}, "default")

        await cluster.until(lambda: placed(cluster) == {"gated": "fake-node-001"})
        assert before == {}


async def test_pods_of_other_schedulers_are_left_alone():
    async with running_cluster(nodes=1) as cluster:
        await create_pods(cluster, pod_body("theirs", schedulerName="other"), pod_body("ours"))

        await cluster.until(lambda: "ours" in placed(cluster))
        await cluster.settled()

        assert placed(cluster) == {"ours": "fake-node-001"}


async def test_a_gang_that_does_not_fit_is_not_placed_in_part_and_says_why():
    async with running_cluster(nodes=3) as cluster:
        await cluster.client.patch(NODES, "fake-node-003", {"spec": {"unschedulable": True}})
        await cluster.client.create(PODGANGS, gang_body("g", a=2, b=1), "default")
        await create_pods(
            cluster,
            pod_body("a1", clique="a", gang="g", requests=HALF),
            pod_body("a2", clique="a", gang="g", requests=HALF),
            pod_body("b1", clique="b", gang="g", requests=HALF),
        )
        await cluster.settled()

        message = (
            "gang default/g needs 3 pods placed at once, 2 fit: 0/3 nodes are available: "
            "1 node(s) were unschedulable, 2 Insufficient cpu."
        )
        for name in ("a1", "a2", "b1"):
            condition = scheduled_condition(cluster, name)
            assert (condition.status, condition.reason) == ("False", "Unschedulable")
            assert condition.message == message
        events = [e for e in cluster.objects(EVENTS) if e.reason == "FailedScheduling"]
        assert {(e.involved_object.name, e.type, e.message) for e in events} == {
            (name, "Warning", message) for name in ("a1", "a2", "b1")
        }
        assert placed(cluster) == {}


async def test_room_that_comes_back_is_used_at_once():
    async with running_cluster(nodes=2) as cluster:
        await cluster.client.patch(NODES, "fake-node-002", {"spec": {"unschedulable": True}})
        await cluster.client.create(PODGANGS, gang_body("g", a=2), "default")
        pods = [pod_body(f"a{i}", clique="a", gang="g", requests=HALF) for i in range(2)]
        await create_pods(cluster, *pods)
        await cluster.settled()
        before = placed(cluster)

        await cluster.client.patch(NODES, "fake-node-002", {"spec": {"unschedulable": None}})

        await cluster.until(lambda: len(placed(cluster)) == 2, seconds=0.1)
        assert before == {}


async def test_a_deleted_pod_makes_room_for_one_that_waits():
    async with running_cluster(nodes=1) as cluster:
        await create_pods(cluster, pod_body("first", requests=HALF))
        await cluster.until(lambda: "first" in placed(cluster))
        await create_pods(cluster, pod_body("second", requests=HALF))
        await cluster.settled()

        await cluster.client.delete(PODS, "first", "default")

        await cluster.until(lambda: placed(cluster) == {"second": "fake-node-001"}, seconds=1)


async def test_a_gang_waits_until_all_pods_of_its_minimum_exist():
    async with running_cluster(nodes=4) as cluster:
        await create_pods(cluster, pod_body("a1", clique="a", gang="g"))
        await cluster.settled()
        without_gang = placed(cluster)
        await cluster.client.create(PODGANGS, gang_body("g", a=1, b=1), "default")
        await cluster.settled()
        incomplete = placed(cluster)

        await create_pods(cluster, pod_body("b1", clique="b", gang="g"))

        await cluster.until(lambda: placed(cluster).keys() == {"a1", "b1"})
        assert without_gang == incomplete == {}


async def test_pods_above_the_minimum_are_placed_as_room_allows():
    async with running_cluster(nodes=3) as cluster:
        await cluster.client.create(PODGANGS, gang_body("g", a=2), "default")
        pods = [pod_body(f"a{i}", clique="a", gang="g", requests=HALF) for i in range(5)]
        await create_pods(cluster, *pods)

        await cluster.until(lambda: len(placed(cluster)) == 3)
        await cluster.settled()

        assert len(placed(cluster)) == 3


async def test_a_replacement_in_a_running_gang_is_placed_alone():
    async with running_cluster(nodes=3) as cluster:
        await cluster.client.create(PODGANGS, gang_body("g", a=3), "default")
        pods = [pod_body(f"a{i}", clique="a", gang="g", requests=HALF) for i in range(3)]
        await create_pods(cluster, *pods)
        await cluster.until(lambda: len(placed(cluster)) == 3)
        await cluster.client.patch(NODES, placed(cluster)["a2"], {"spec": {"unschedulable": True}})
        await cluster.client.delete(PODS, "a1", "default")
        await cluster.client.delete(PODS, "a2", "default")

        await create_pods(
            cluster,
            pod_body("a3", clique="a", gang="g", requests=HALF),
            pod_body("a4", clique="a", gang="g", requests=HALF),
        )

        await cluster.until(lambda: len(placed(cluster)) == 2)
        await cluster.settled()
        assert len(placed(cluster)) == 2


async def test_a_scaled_gang_waits_for_its_base_gang():
    async with running_cluster(nodes=2) as cluster:
        await cluster.client.create(PODGANGS, gang_body("base", a=1), "default")
        await cluster.client.create(PODGANGS, gang_body("scaled", s=1), "default")
        await create_pods(cluster, pod_body("s1", clique="s", gang="scaled", base="base"))
        await cluster.settled()
        before = placed(cluster)

        await create_pods(cluster, pod_body("a1", clique="a", gang="base"))

        await cluster.until(lambda: placed(cluster).keys() == {"a1", "s1"})
        assert before == {}


async def test_waiting_is_told_only_after_a_while():
    async with running_cluster(nodes=1) as cluster:
        await create_pods(cluster, pod_body("a1", clique="a", gang="g"))
        await asyncio.sleep(1)
        early = scheduled_condition(cluster, "a1")

        await asyncio.sleep(5)

        assert early is None
        assert scheduled_condition(cluster, "a1").message == (
            'waiting for PodGang "default/g" to be created'
        )


async def test_changing_reasons_are_told_ever_more_slowly():
    async with running_cluster(nodes=3) as cluster:
        await create_pods(cluster, pod_body("big", requests={"cpu": "65"}))
        for turn in range(60):
            cordon = {"spec": {"unschedulable": turn % 2 == 0 or None}}
            await cluster.client.patch(NODES, "fake-node-001", cordon)
            await asyncio.sleep(1)

        told = [e.count for e in cluster.objects(EVENTS) if e.reason == "FailedScheduling"]

        assert 2 <= sum(told) <= 5


async def test_a_burst_of_pods_costs_one_binding_each_and_few_events():
    async with running_cluster(nodes=20) as cluster:
        await create_pods(cluster, *(pod_body(f"p{i}", clique=f"c{i % 50}") for i in range(500)))

        await cluster.until(lambda: len(placed(cluster)) == 500)
        await cluster.settled(quiet=3)

        counts = Counter(placed(cluster).values())
        assert set(counts.values()) == {25}
        assert len(cluster.objects(EVENTS)) < 150


@pytest.mark.parametrize("seed", range(8))
async def test_random_gangs_never_overcommit_and_never_start_in_part(seed):
    rng = random.Random(seed)
    async with running_cluster(nodes=rng.randint(2, 5), seed=seed) as cluster:
        minimums: dict[str, dict[str, int]] = {}
        started: set[str] = set()
        serial = 0
        for _ in range(40):
            match rng.randrange(5):
                case 0 | 1:
                    name = f"g{len(minimums)}"
                    minimums[name] = {c: rng.randint(1, 3) for c in "ab"[: rng.randint(1, 2)]}
                    await cluster.client.create(
                        PODGANGS, gang_body(name, **minimums[name]), "default"
                    )
                case 2 | 3 if minimums:
                    gang = rng.choice(list(minimums))
                    for clique in minimums[gang]:
                        for _ in range(rng.randint(0, 4)):
                            serial += 1
                            requests = {"cpu": rng.choice(["8", "20", "33"])}
                            body = pod_body(
                                f"p{serial}", clique=clique, gang=gang, requests=requests
                            )
                            await create_pods(cluster, body)
                case _:
                    pods = cluster.objects(PODS)
                    for pod in rng.sample(pods, min(len(pods), 3)):
                        await cluster.client.delete(PODS, pod.metadata.name, "default")
            await cluster.settled(quiet=0.05)
            check_nodes(cluster)
            check_gangs(cluster, minimums, started)


def check_nodes(cluster):
    used: defaultdict[str, int] = defaultdict(int)
    for pod in cluster.objects(PODS):
        if pod.spec.node_name:
            used[pod.spec.node_name] += millis(pod.spec.containers[0].resources.requests["cpu"])
    assert all(cpu <= 64000 for cpu in used.values())


def check_gangs(cluster, minimums, started):
    """A gang has the minimum of every group on nodes, or none of its pods, unless it ran before."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pod in cluster.objects(PODS):
        labels = pod.metadata.labels
        if pod.spec.node_name and pod.metadata.deletion_timestamp is None:
            counts[labels["grove.io/podgang"]][labels["grove.io/podclique"]] += 1
    for gang, minimum in minimums.items():
        if not counts[gang]:
            started.discard(gang)
        elif gang not in started:
            assert all(counts[gang][clique] >= need for clique, need in minimum.items())
            started.add(gang)
