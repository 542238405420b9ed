"""The kubelet on a running demo cluster: how long things take, how much is written, addresses."""

import asyncio

import pytest
from hypothesis import given, strategies as st

from grove_tui.api.objects import PODGANGS
from grove_tui.demo.addresses import Addresses
from grove_tui.kube.objects import is_true
from grove_tui.kube.resources import EVENTS, NODES, PODS
from tests.bodies import gang_body, pod_body
from tests.cluster import running_cluster

virtual = pytest.mark.looptime


def is_ready(cluster, name):
    pod = cluster.object(PODS, name)
    return pod is not None and is_true(pod.status.conditions, "Ready")


async def create(cluster, *bodies):
    for body in bodies:
        await cluster.client.create(PODS, body, "default")


async def status_writes(cluster, name, during):
    """Return how often the status of a pod changed after it was bound, until `during` is over."""
    seen = []
    stop = cluster.demo.storage.subscribe(
        "pods", cluster.revision, lambda event: seen.append(event.stored.object)
    )
    await during()
    stop()
    bound = [pod for pod in seen if pod["metadata"]["name"] == name and "nodeName" in pod["spec"]]
    return len(bound) - 1


@virtual
@pytest.mark.parametrize(("speed", "most"), [(0, 1), (1, 3)])
async def test_a_pod_costs_few_writes_from_bound_to_ready(speed, most):
    async with running_cluster(speed=speed) as cluster:

        async def live():
            await create(cluster, pod_body("a"))
            await cluster.until(lambda: is_ready(cluster, "a"))
            await cluster.settled()

        assert 1 <= await status_writes(cluster, "a", live) <= most


@virtual
@pytest.mark.parametrize(("speed", "low", "high"), [(1, 0.7, 1.3), (10, 0.07, 0.13), (0, 0, 0.01)])
async def test_time_to_ready_scales_with_speed(speed, low, high):
    async with running_cluster(speed=speed) as cluster:
        start = asyncio.get_running_loop().time()
        await create(cluster, pod_body("a"))

        await cluster.until(lambda: is_ready(cluster, "a"))

        assert low <= asyncio.get_running_loop().time() - start <= high


@virtual
async def test_pods_get_addresses_of_their_nodes_from_zero_on():
    async with running_cluster(nodes=2) as cluster:
        await create(cluster, *(pod_body(f"p{i}", clique="c") for i in range(4)))
        await cluster.until(lambda: all(is_ready(cluster, f"p{i}") for i in range(4)))

        pods = cluster.objects(PODS)

        assert {p.status.pod_ip for p in pods} == {
            f"10.244.{node}.{number}" for node in (1, 2) for number in (0, 1)
        }
        hosts = {n.metadata.name: n.status.addresses[0].address for n in cluster.objects(NODES)}
        for pod in pods:
            assert pod.status.pod_ip.split(".")[2] == str(int(pod.spec.node_name[-3:]))
            assert pod.status.host_ip == hosts[pod.spec.node_name]


@virtual
async def test_addresses_are_remembered_across_a_restart(tmp_path):
    async with running_cluster(nodes=1, data_dir=tmp_path) as cluster:
        await create(cluster, pod_body("a"), pod_body("b"))
        await cluster.until(lambda: is_ready(cluster, "a") and is_ready(cluster, "b"))

    async with running_cluster(nodes=1, data_dir=tmp_path) as cluster:
        await create(cluster, pod_body("c"))
        await cluster.until(lambda: is_ready(cluster, "c"))

        assert cluster.the(PODS, "c").status.pod_ip == "10.244.1.2"


@virtual
@pytest.mark.parametrize(
    ("annotations", "grace", "low", "high"),
    [
        ({}, None, 0.4, 0.6),
        ({"demo.grove-tui.io/stubborn": ""}, None, 30, 30.1),
        ({"demo.grove-tui.io/stubborn": ""}, 5, 5, 5.1),
        ({}, 0, 0, 0),
    ],
)
async def test_a_deleted_pod_is_gone_within_its_grace_period(annotations, grace, low, high):
    async with running_cluster(speed=1) as cluster:
        await create(cluster, pod_body("a", annotations=annotations))
        await cluster.until(lambda: is_ready(cluster, "a"))
        start = asyncio.get_running_loop().time()

        await cluster.client.delete(PODS, "a", "default", grace_period_seconds=grace)
        await cluster.until(lambda: cluster.object(PODS, "a") is None, seconds=60)

        assert low <= asyncio.get_running_loop().time() - start <= high


@virtual
async def test_a_pod_held_by_a_finalizer_is_deleted_once_and_then_left():
    async with running_cluster() as cluster:
        body = pod_body("held")
        body["metadata"]["finalizers"] = ["example.com/hold"]
        await create(cluster, body)
        await cluster.until(lambda: is_ready(cluster, "held"))

        await cluster.client.delete(PODS, "held", "default")
        await cluster.settled(quiet=5)

        assert cluster.the(PODS, "held").metadata.deletion_grace_period_seconds == 0
        await cluster.client.patch(PODS, "held", {"metadata": {"finalizers": None}}, "default")
        await cluster.until(lambda: cluster.object(PODS, "held") is None)


@virtual
async def test_cliques_start_one_after_another():
    initc = {"name": "grove-initc", "image": "initc", "args": ["--podcliques=first:2"]}
    async with running_cluster(speed=1) as cluster:
        await cluster.client.create(PODGANGS, gang_body("g", first=2, second=1), "default")
        slow = {"demo.grove-tui.io/slow-start": "20"}
        await create(
            cluster,
            pod_body("first-1", clique="first", gang="g"),
            pod_body("first-2", clique="first", gang="g", annotations=slow),
            pod_body("other-gang", clique="first", gang="h"),
            pod_body("second-1", clique="second", gang="g", initContainers=[initc]),
        )
        await asyncio.sleep(15)
        early = cluster.the(PODS, "second-1")

        await cluster.until(lambda: is_ready(cluster, "second-1"), seconds=20)

        assert early.status.phase == "Pending"
        assert early.status.init_container_statuses[0].state.running is not None
        assert is_ready(cluster, "first-2")


@virtual
async def test_crashes_come_ever_more_slowly_and_are_told_once():
    async with running_cluster(speed=1) as cluster:
        await create(cluster, pod_body("a", annotations={"demo.grove-tui.io/crash-loop": "1"}))

        await asyncio.sleep(100)

        status = cluster.the(PODS, "a").status.container_statuses[0]
        assert status.restart_count == 3
        assert status.state.waiting is not None
        assert status.state.waiting.reason == "CrashLoopBackOff"
        assert status.last_state.terminated is not None
        assert status.last_state.terminated.exit_code == 1
        assert len([e for e in cluster.objects(EVENTS) if e.reason == "Started"]) == 1


@virtual
async def test_even_without_delays_a_crash_loop_does_not_spin():
    async with running_cluster(speed=0) as cluster:
        await create(cluster, pod_body("a", annotations={"demo.grove-tui.io/crash-loop": "1"}))
        await cluster.until(lambda: cluster.the(PODS, "a").status.phase == "Running")
        before = cluster.revision

        await asyncio.sleep(60)

        assert cluster.revision - before < 40


@virtual
async def test_a_finished_pod_frees_its_place():
    async with running_cluster(nodes=1) as cluster:
        job = pod_body("job", requests={"cpu": "60"}, restartPolicy="Never")
        job["spec"]["containers"][0]["args"] = ["-c", "exit 0"]
        await create(cluster, job)
        await cluster.until(lambda: cluster.the(PODS, "job").status.phase == "Succeeded")

        await create(cluster, pod_body("next", requests={"cpu": "60"}))

        await cluster.until(lambda: is_ready(cluster, "next"))


@virtual
async def test_events_tell_the_life_of_a_pod():
    async with running_cluster(speed=1) as cluster:
        await create(cluster, pod_body("a"))
        await cluster.until(lambda: is_ready(cluster, "a"))
        await cluster.client.delete(PODS, "a", "default")
        await cluster.until(lambda: cluster.object(PODS, "a") is None)
        await cluster.settled()

        told = {e.reason: e.message for e in cluster.objects(EVENTS)}

        assert told == {
            "Scheduled": told["Scheduled"],
            "Pulled": 'Container image "nginx:latest" already present on machine',
            "Created": "Created container: main",
            "Started": "Started container main",
            "Killing": "Stopping container main",
        }
        assert told["Scheduled"].startswith("Successfully assigned default/a to fake-node-00")


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=80))
def test_no_two_pods_ever_share_an_address_and_a_freed_one_rests_longest(steps):
    addresses = Addresses()
    addresses.describe("node", "10.244.1.0/29")
    held: dict[str, str] = {}
    freed: list[str] = []
    for serial, (choice, release) in enumerate(steps):
        if release and held:
            pod = sorted(held)[choice % len(held)]
            freed.append(held.pop(pod))
            addresses.release(pod)
            continue
        given_out = addresses.of(f"pod-{serial}", "node")
        if len(held) == 8:
            assert given_out == ""
            continue
        assert given_out not in held.values()
        never_used = 8 - len(set(freed) | set(held.values()))
        assert given_out not in freed or never_used == 0
        held[f"pod-{serial}"] = given_out
        assert addresses.of(f"pod-{serial}", "node") == given_out
