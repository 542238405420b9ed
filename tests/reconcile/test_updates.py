"""Updates reach every pod, one at a time, and nothing is lost on the way."""

import asyncio

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.kube.resources import PODS
from tests.contract.stand import demo
from tests.reconcile.manifests import clique, group, podcliqueset, with_image

pytestmark = pytest.mark.looptime


def images(world):
    return {pod["spec"]["containers"][0]["image"] for pod in world.pods.values()}


def ready(pod):
    return any(
        c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", ())
    )


def watch_minimum(cluster, count):
    """Note the fewest ready pods at any moment from now on."""
    seen = [count]

    def look():
        live = [
            pod
            for pod in cluster.objects(PODS)
            if pod.metadata.deletion_timestamp is None
            and any(c.type == "Ready" and c.is_true for c in pod.status.conditions)
        ]
        seen[0] = min(seen[0], len(live))
        return False

    task = asyncio.create_task(cluster.until(look, 10_000))
    return seen, task


async def test_rolling_recreate_replaces_one_pod_at_a_time():
    manifest = podcliqueset(cliques=[clique("w", 4)])
    async with demo(speed=1) as world:
        stand = world.stand
        await stand.apply(manifest)
        before = await stand.right()
        seen, task = watch_minimum(world.cluster, 4)

        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2"))
        await stand.until(lambda w: images(w) == {"nginx:2"})
        after = await stand.right()

        task.cancel()
        assert seen == [3]
        assert not set(before.pods) & set(after.pods)
        status = after.sets["set"]["status"]
        assert status["updateProgress"]["updateEndedAt"]
        assert status["updateProgress"]["updatedPodCliquesCount"] == 1
        assert status["updatedReplicas"] == 1
        await stand.stays_quiet()


async def test_replicas_are_updated_one_after_the_other_lowest_first():
    manifest = podcliqueset(replicas=3)
    async with demo(speed=1) as world:
        stand = world.stand
        await stand.apply(manifest)
        await stand.right()
        order: list[int] = []

        def look(w):
            progress = w.sets["set"]["status"].get("updateProgress") or {}
            current = [r["replicaIndex"] for r in progress.get("currentlyUpdating") or ()]
            assert len(current) <= 1
            if current and (not order or order[-1] != current[0]):
                order.append(current[0])
            return progress.get("updateEndedAt")

        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2"))
        await stand.until(look)

        assert order == [0, 1, 2]
        assert images(await stand.right()) == {"nginx:2"}


async def test_breach_is_unknown_during_an_update_so_nothing_is_terminated():
    manifest = podcliqueset(cliques=[clique("w", 12)], delay="3s")
    async with demo(speed=1) as world:
        stand = world.stand
        await stand.apply(manifest)
        await stand.right()
        uid = world.cluster.objects(PODCLIQUES)[0].metadata.uid

        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2"))

        def reason(w):
            found = w.cliques["set-0-w"]["status"]["conditions"]
            breached = next(c for c in found if c["type"] == "MinAvailableBreached")
            return breached["status"] == "Unknown" and breached["reason"] == "UpdateInProgress"

        await stand.until(reason)
        started = world.clock()
        await stand.until(lambda w: images(w) == {"nginx:2"})
        assert (world.clock() - started).total_seconds() > 3
        await stand.right()
        assert world.cluster.objects(PODCLIQUES)[0].metadata.uid == uid


async def test_on_delete_touches_no_pod_and_new_ones_come_from_the_new_template():
    manifest = podcliqueset(
        cliques=[clique("w", 2), clique("m", 1)], groups=[group("g", ["m"])], strategy="OnDelete"
    )
    async with demo() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = await stand.right()

        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2"))
        after = await stand.right()
        assert set(after.pods) == set(before.pods)
        progress = after.sets["set"]["status"]["updateProgress"]
        assert progress["updateStartedAt"] == progress["updateEndedAt"]
        assert after.cliques["set-0-w"]["status"]["updatedReplicas"] == 0
        assert (
            after.cliques["set-0-g-0-m"]["spec"]["podSpec"]["containers"][0]["image"] == "nginx:2"
        )

        for name in before.pods:
            await stand.delete(PODS, name)
        world_now = await stand.right()
        assert images(world_now) == {"nginx:2"}
        assert world_now.cliques["set-0-w"]["status"]["updatedReplicas"] == 2
        assert world_now.sets["set"]["status"]["updatedReplicas"] == 1
        await stand.stays_quiet()


async def test_scaling_group_replicas_are_recreated_one_at_a_time():
    manifest = podcliqueset(
        cliques=[clique("a", 1), clique("b", 2)], groups=[group("g", ["a", "b"], 3, 2)]
    )
    async with demo(speed=1) as world:
        stand = world.stand
        await stand.apply(manifest)
        before = await stand.right()
        seen, task = watch_minimum(world.cluster, 9)

        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2", "b"))
        await stand.until(lambda w: len(w.pods) == 9 and all(
            p["spec"]["containers"][0]["image"] == "nginx:2"
            for p in w.pods.values() if p["metadata"]["labels"]["grove.io/podclique"].endswith("-b")
        ))  # fmt: skip
        after = await stand.right()

        task.cancel()
        assert seen == [6]
        assert not set(before.pods) & set(after.pods)
        status = after.groups["set-0-g"]["status"]
        assert status["updateProgress"]["updateEndedAt"]
        assert status["updatedReplicas"] == 3
        assert after.sets["set"]["status"]["updateProgress"]["updateEndedAt"]
        await stand.stays_quiet()


@pytest.mark.parametrize(
    ("resource", "name", "replicas"),
    [
        (PODCLIQUESETS, "set", 3),
        (PODCLIQUESETS, "set", 1),
        (PODCLIQUES, "set-0-w", 5),
        (PODCLIQUES, "set-1-w", 2),
        (PODCLIQUESCALINGGROUPS, "set-0-g", 4),
        (PODCLIQUESCALINGGROUPS, "set-0-g", 1),
        (PODCLIQUESCALINGGROUPS, "set-1-g", 0),
    ],
)
@pytest.mark.parametrize("delay", [0, 0.5, 2.0])
async def test_scaling_during_an_update(resource, name, replicas, delay):
    manifest = podcliqueset(
        cliques=[clique("w", 3, 2), clique("m", 2, 1)],
        groups=[group("g", ["m"], 2, 1)],
        replicas=2,
        delay="4h",
    )
    async with demo(speed=1) as world:
        stand = world.stand
        await stand.apply(manifest)
        await stand.right()

        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2"))
        await asyncio.sleep(delay)
        await world.cluster.client.scale(resource, name, replicas, stand.namespace)

        def ended(w):
            return (w.sets["set"]["status"].get("updateProgress") or {}).get("updateEndedAt")

        await stand.until(ended)
        after = await stand.right()
        assert images(after) == {"nginx:2"}
        await stand.stays_quiet()


async def test_a_second_change_during_an_update_begins_anew():
    manifest = podcliqueset(replicas=2)
    async with demo(speed=1) as world:
        stand = world.stand
        await stand.apply(manifest)
        await stand.right()

        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2"))
        await asyncio.sleep(1)
        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:3"))
        await stand.until(lambda w: images(w) == {"nginx:3"})

        after = await stand.right()
        assert after.sets["set"]["status"]["updateProgress"]["updateEndedAt"]


async def test_one_update_after_the_other():
    manifest = podcliqueset(
        cliques=[clique("w", 2), clique("a", 1)], groups=[group("g", ["a"], 2, 1)], replicas=2
    )
    async with demo() as world:
        stand = world.stand
        await stand.apply(manifest)
        await stand.right()
        for image in ("nginx:2", "nginx:3", "nginx:2"):
            await stand.patch(PODCLIQUESETS, "set", with_image(manifest, image))
            assert images(await stand.right()) == {image}


async def test_a_restart_in_the_middle_of_an_update_goes_on():
    manifest = podcliqueset(cliques=[clique("w", 6)], replicas=2)
    async with demo(speed=1) as world:
        stand = world.stand
        await stand.apply(manifest)
        await stand.right()

        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2"))
        for _ in range(5):
            await asyncio.sleep(0.9)
            await stand.restart()
        await stand.until(lambda w: images(w) == {"nginx:2"})

        await stand.right()


@pytest.mark.parametrize("changed", ["w", "a"])
async def test_an_update_waits_for_events_and_never_for_a_clock(changed):
    groups = [group("g", ["a"], 2, 1)]
    cliques = [clique("w", 2), clique("a", 1)]
    manifest = podcliqueset(cliques=cliques, groups=groups, replicas=12, delay="1h")
    async with demo(nodes=10) as world:
        stand, now = world.stand, asyncio.get_running_loop().time
        await stand.apply(manifest)
        await stand.right()

        begun = now()
        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2", changed))
        await stand.until(lambda w: w.sets["set"]["status"].get("updateProgress", {})
                          .get("updateEndedAt"))  # fmt: skip

        # Pods start at once here, so all the time that passes is spent waiting for something else.
        assert now() - begun < 0.5
        await stand.right()


async def test_another_strategy_changes_nothing_until_the_next_template():
    groups = [group("g", ["a"], 2, 1)]
    manifest = podcliqueset(cliques=[clique("w", 2), clique("a", 1)], groups=groups)
    async with demo() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = await stand.right()

        patch = {"spec": {"updateStrategy": {"type": "OnDelete"}}}
        await stand.patch(PODCLIQUESETS, "set", patch)
        after = await stand.right()

        assert after.cliques == before.cliques
        assert after.groups == before.groups
        await stand.stays_quiet()


async def test_an_update_that_replaces_pods_goes_on_though_the_strategy_changes():
    groups = [group("g", ["a"], 3, 1)]
    manifest = podcliqueset(
        cliques=[clique("w", 3), clique("a", 1)], groups=groups, replicas=2, delay="1h"
    )
    async with demo(speed=1) as world:
        stand = world.stand
        await stand.apply(manifest)
        await stand.right()
        await stand.patch(PODCLIQUESETS, "set", with_image(manifest, "nginx:2"))
        await stand.until(lambda w: "nginx:2" in images(w))

        patch = {"spec": {"updateStrategy": {"type": "OnDelete"}}}
        await stand.patch(PODCLIQUESETS, "set", patch)
        await stand.until(lambda w: images(w) == {"nginx:2"})

        after = await stand.right()
        assert after.sets["set"]["status"]["updateProgress"]["updateEndedAt"]
        await stand.stays_quiet()


async def test_on_delete_what_pods_are_told_of_their_group_follows_the_template():
    manifest = podcliqueset(
        cliques=[clique("a", 1), clique("b", 1)],
        groups=[group("g", ["a", "b"], 2, 1)],
        strategy="OnDelete",
    )

    def counts(world):
        return {
            env["value"]
            for found in world.cliques.values()
            for env in found["spec"]["podSpec"]["containers"][0]["env"]
            if env["name"] == "GROVE_PCSG_TEMPLATE_NUM_PODS"
        }

    async with demo() as world:
        stand = world.stand
        await stand.apply(manifest)
        assert counts(await stand.right()) == {"2"}

        manifest["spec"]["template"]["cliques"][0]["spec"]["replicas"] = 2
        template = {"template": manifest["spec"]["template"]}
        await stand.patch(PODCLIQUESETS, "set", {"spec": template})
        await asyncio.sleep(2)

        assert counts(await stand.look()) == {"3"}
