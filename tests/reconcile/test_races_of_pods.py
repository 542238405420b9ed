"""Races about pods that reconcilers are known to lose: each is shown, and comes out right."""

import asyncio

import pytest

from grove_tui.kube.resources import PODS
from tests.reconcile.manifests import clique, podcliqueset
from tests.reconcile.observing import history, indices
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime


async def test_r5_indices_stay_unique_when_scaling_out_faster_than_watches_tell():
    async with scene(nodes=10) as world:
        stand = world.stand
        await stand.apply(podcliqueset(cliques=[clique("w", 2)]))
        await stand.right()
        made = history(world.cluster, PODS)
        world.network.holds = lambda request: request.path.endswith("/pods")
        world.network.hold = asyncio.Event()

        for replicas in (5, 9, 14, 20):
            await stand.scale("pclq", "set-0-w", replicas)
            await asyncio.sleep(0.3)
        world.release()

        after = await stand.right()
        assert indices(after, "set-0-w") == list(range(20))
        hostnames = [p["spec"]["hostname"] for kind, p in made if kind == "ADDED"]
        assert sorted(hostnames) == sorted(f"set-0-w-{index}" for index in range(2, 20))


async def test_r9_a_terminating_pod_is_replaced_at_once_also_after_a_restart():
    manifest = podcliqueset(delay="4h")
    manifest["spec"]["template"]["cliques"][0]["annotations"] = {
        "demo.grove-tui.io/stubborn": "yes"
    }
    async with scene(speed=1) as world:
        stand = world.stand
        await stand.apply(manifest)
        before = await stand.right()
        name = next(iter(before.pods))
        await stand.reconciler.stop()
        await stand.delete(PODS, name)

        await stand.restart()
        await asyncio.sleep(5)

        now = await stand.look()
        assert "deletionTimestamp" in now.pods[name]["metadata"]
        assert indices(now, "set-0-w") == [0, 1]
        assert len(now.pods) == 3


async def fail(world, name, phase):
    """Let a pod end for good, as a kubelet would report it."""
    conditions = [
        {"type": "Ready", "status": "False"},
        {"type": "PodScheduled", "status": "True"},
    ]
    status = {"status": {"phase": phase, "conditions": conditions}}
    await world.cluster.client.patch(PODS, name, status, "guide", subresource="status")


async def test_r11_a_failed_pod_is_replaced():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset())
        before = await stand.right()
        name = next(iter(before.pods))

        await fail(world, name, "Failed")

        after = await stand.right()
        assert name not in after.pods
        assert indices(after, "set-0-w") == [0, 1]
        [event] = await stand.events("PodFailed")
        assert name in event["message"]


async def test_r11_a_succeeded_pod_counts_as_done_and_is_said_so():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset())
        before = await stand.right()
        name = next(iter(before.pods))

        await fail(world, name, "Succeeded")
        await asyncio.sleep(60)

        after = await stand.look()
        assert set(after.pods) == set(before.pods)
        status = after.cliques["set-0-w"]["status"]
        assert status["replicas"] == status["scheduledReplicas"] == 2
        messages = {c["type"]: (c["status"], c["message"]) for c in status["conditions"]}
        assert messages["MinAvailableBreached"][0] == "False"
        assert "1 of the pods has completed" in messages["MinAvailableBreached"][1]
        assert len(await stand.events("PodsCompleted")) == 1


async def test_r11_pods_that_keep_failing_are_replaced_ever_more_slowly():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset(cliques=[clique("w", 1)], delay="4h"))
        await stand.right()
        seen: set[str] = set()

        async def fail_all():
            while True:
                for name, pod in (await stand.look()).pods.items():
                    if pod["status"].get("phase") == "Running":
                        seen.add(name)
                        await fail(world, name, "Failed")
                await asyncio.sleep(0.1)

        task = asyncio.create_task(fail_all())
        await asyncio.sleep(120)
        task.cancel()

        assert 5 <= len(seen) <= 9
