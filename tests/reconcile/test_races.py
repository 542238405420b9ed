"""Races that reconcilers of this API are known to lose: each is shown, and comes out right."""

import asyncio

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.errors import NotFound
from grove_tui.kube.resources import NODES, PODS, SERVICES
from tests.faults import Faults
from tests.reconcile.manifests import clique, group, podcliqueset
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime


def uids(world):
    return {name: c["metadata"]["uid"] for name, c in world.cliques.items()}


def indices(world, name):
    return sorted(
        int(pod["spec"]["hostname"].rpartition("-")[2])
        for pod in world.pods_of(name)
        if "deletionTimestamp" not in pod["metadata"]
    )


def history(cluster, resource):
    """Return a list that (type, object) of every further write to a kind is added to."""
    seen = []
    storage = cluster.demo.storage
    storage.subscribe(
        resource.qualified_name,
        storage.revision,
        lambda event: seen.append((event.type, event.stored.object)),
    )
    return seen


async def cordon(world, value):
    for node in world.cluster.objects(NODES):
        patch = {"spec": {"unschedulable": value}}
        await world.cluster.client.patch(NODES, node.metadata.name, patch)


async def test_r1_a_recreated_clique_has_the_templates_replicas_even_when_watches_lag():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset(replicas=3))
        await stand.right()
        world.network.faults = Faults(delay_watch=0.5, max_delay=1.0)

        for replica in range(3):
            await stand.delete(PODCLIQUES, f"set-{replica}-w")
            await asyncio.sleep(0.2)
        world.network.faults = Faults()

        after = await stand.right()
        assert [c["spec"]["replicas"] for c in after.cliques.values()] == [2, 2, 2]


async def test_r1_a_clique_that_is_gone_unseen_gets_no_pods_on_and_on():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset())
        await stand.right()
        made = stand.reconciler.client.requests["create", "pods"]
        world.network.holds = lambda request: request.path.endswith("/podcliques")
        world.network.hold = asyncio.Event()

        await stand.delete(PODCLIQUES, "set-0-w")
        await asyncio.sleep(20)

        # A pod on its way out is replaced at once; that it was collected shows when it has gone.
        assert stand.reconciler.client.requests["create", "pods"] <= made + 2
        world.release()
        await stand.right()


async def test_r2_the_mark_of_a_termination_stays_until_something_has_recovered():
    manifest = podcliqueset(cliques=[clique("a", 1)], groups=[group("g", ["a"], 2, 2)], delay="5s")
    async with scene() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = uids(await stand.right())
        await cordon(world, True)
        for name in (await stand.look()).pods:
            await stand.delete(PODS, name)

        await stand.until(lambda w: len(w.cliques) == 2
                          and not set(uids(w).values()) & set(before.values()))  # fmt: skip
        after = uids(await stand.at_rest())
        for _ in range(20):
            await asyncio.sleep(10)
            conditions = {
                c["type"]: c["status"]
                for c in (await stand.look()).groups["set-0-g"]["status"]["conditions"]
            }
            assert conditions == {
                "MinAvailableBreached": "True",
                "GangTerminationInProgress": "True",
            }
        assert uids(await stand.look()) == after

        await cordon(world, False)
        healed = await stand.right()
        conditions = healed.groups["set-0-g"]["status"]["conditions"]
        assert [c["type"] for c in conditions] == ["MinAvailableBreached"]


async def test_r3_a_clique_whose_name_ends_like_another_one_has_its_own_template():
    cliques = [clique("worker", 1, image="small"), clique("gpu-worker", 2, image="big")]
    async with scene() as world:
        await world.stand.apply(podcliqueset(cliques=cliques))

        after = await world.stand.right()

        images = {
            name: {p["spec"]["containers"][0]["image"] for p in after.pods_of(name)}
            for name in after.cliques
        }
        assert images == {"set-0-worker": {"small"}, "set-0-gpu-worker": {"big"}}


async def test_r4_a_set_whose_objects_would_have_the_names_of_anothers_says_so():
    groups = [group("g", ["a"], 2, 1)]
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset("p", cliques=[clique("a", 1)], groups=groups))
        before = await stand.right()
        gang = before.gangs["p-0-g-0"]

        await stand.apply(podcliqueset("p-0-g", cliques=[clique("x", 1)]))
        await asyncio.sleep(30)

        after = await stand.look()
        assert after.gangs["p-0-g-0"]["metadata"]["uid"] == gang["metadata"]["uid"]
        assert after.gangs["p-0-g-0"]["spec"] == gang["spec"]
        [error] = after.sets["p-0-g"]["status"]["lastErrors"]
        assert "PodGang p-0-g-0 exists and is not controlled" in error["description"]
        assert len(await stand.events("NameConflict")) == 1
        assert after.sets["p"]["status"]["availableReplicas"] == 1


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


async def test_r6_surplus_cliques_are_told_by_name_though_an_expected_one_is_missing():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset(replicas=3))
        await stand.right()
        await stand.reconciler.stop()
        await stand.delete(PODCLIQUES, "set-0-w")
        await stand.delete(PODCLIQUES, "set-1-w")
        await stand.scale("pcs", "set", 2)
        world.forbid("create", "podcliques")

        await stand.restart()
        await stand.until(lambda w: not w.cliques)

        world.allow_everything()
        assert set((await stand.right()).cliques) == {"set-0-w", "set-1-w"}


async def test_r7_surplus_group_replicas_are_told_by_index_though_there_are_gaps():
    manifest = podcliqueset(cliques=[clique("a", 1)], groups=[group("g", ["a"], 3, 1)])
    async with scene() as world:
        stand = world.stand
        await stand.apply(manifest)
        await stand.right()
        await stand.reconciler.stop()
        await stand.delete(PODCLIQUES, "set-0-g-1-a")
        await stand.scale("pcsg", "set-0-g", 1)

        await stand.restart()

        assert set((await stand.right()).cliques) == {"set-0-g-0-a"}


async def test_r8_last_errors_go_when_their_cause_has_gone():
    async with scene() as world:
        stand = world.stand
        world.forbid("create", "pods")
        await stand.apply(podcliqueset())
        broken = await stand.until(
            lambda w: next(
                (c for c in w.cliques.values() if c.get("status", {}).get("lastErrors")), None
            )
        )
        [error] = broken["status"]["lastErrors"]
        assert error["code"] == "ERR_CREATE_POD"
        assert "cannot create pods" in error["description"]

        world.allow_everything()
        after = await stand.right()
        assert "lastErrors" not in after.cliques["set-0-w"]["status"]


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


async def test_r10_other_writers_of_a_set_cause_no_conflicts():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset(replicas=5))
        for number in range(50):
            patch = {"metadata": {"annotations": {"example.com/n": str(number)}}}
            await stand.patch(PODCLIQUESETS, "set", patch)
            await asyncio.sleep(0.01)

        await stand.right()
        stats = stand.reconciler.stats()["podcliqueset"]
        assert (stats.conflicts, stats.errors) == (0, 0)
        assert stats.reconciles > 5


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


async def test_r12_the_status_counts_what_was_just_created():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset())
        await stand.right()
        await stand.reconciler.stop()
        await stand.scale("pclq", "set-0-w", 4)
        world.network.hold = asyncio.Event()
        await stand.restart()

        # No watch tells anything: all that is known is the list from before the creation.
        found = await stand.until(
            lambda w: (
                w.cliques["set-0-w"] if w.cliques["set-0-w"]["status"]["replicas"] == 4 else None
            ),
            20,
        )
        assert found["status"]["observedGeneration"] == found["metadata"]["generation"]
        assert len((await stand.look()).pods) == 4


async def test_r13_one_incident_is_dealt_with_at_one_level():
    manifest = podcliqueset(
        cliques=[clique("w", 2), clique("a", 1), clique("b", 1)],
        groups=[group("g", ["a", "b"], 3, 1)],
    )
    async with scene() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = uids(await stand.right())
        seen: dict[str, frozenset[str]] = dict.fromkeys(before, frozenset())

        def look():
            for found in world.cluster.objects(PODCLIQUES):
                name = found.metadata.name
                seen[name] = seen[name] | {found.metadata.uid}
            return False

        task = asyncio.create_task(world.cluster.until(look, 1000))
        await stand.scale("pclq", "set-0-g-1-a", 0)
        await asyncio.sleep(1.5)
        await stand.scale("pclq", "set-0-w", 1)
        await stand.until(
            lambda w: len(uids(w)) == 7 and not set(uids(w).values()) & set(before.values())
        )
        await stand.right()

        task.cancel()
        assert {name: len(found) for name, found in seen.items()} == dict.fromkeys(before, 2)
        assert len(await stand.events("PodCliqueSetReplicaDeleteSuccessful")) == 1
        assert await stand.events("PodCliqueScalingGroupReplicaDeleteSuccessful") == []


async def test_r14_nothing_that_a_webhook_would_fill_in_is_needed():
    manifest = podcliqueset(cliques=[clique("w", 2), clique("a", 1)], groups=[group("g", ["a"])])
    del manifest["spec"]["template"]["terminationDelay"]
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(manifest)

        after = await stand.right()

        assert "terminationDelay" not in after.sets["set"]["spec"]["template"]
        assert after.cliques["set-0-w"]["spec"]["minAvailable"] == 2
        assert after.services["set-0"]["spec"]["publishNotReadyAddresses"] is True
        await stand.stays_quiet()


async def test_r15_children_of_a_former_set_of_that_name_are_not_adopted():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset())
        before = await stand.right()
        hold = {"metadata": {"finalizers": ["example.com/hold"]}}
        await stand.patch(PODCLIQUES, "set-0-w", hold)
        await stand.patch(SERVICES, "set-0", hold)

        await stand.delete(PODCLIQUESETS, "set")
        await stand.apply(podcliqueset(cliques=[clique("w", 3)]))
        await asyncio.sleep(60)

        now = await stand.look()
        assert uids(now) == uids(before)
        owner = now.cliques["set-0-w"]["metadata"]["ownerReferences"][0]["uid"]
        assert owner == before.sets["set"]["metadata"]["uid"]
        assert now.cliques["set-0-w"]["spec"]["replicas"] == 2
        assert not now.sets["set"]["status"].get("lastErrors")

        release = {"metadata": {"finalizers": None}}
        await stand.patch(PODCLIQUES, "set-0-w", release)
        await stand.patch(SERVICES, "set-0", release)
        after = await stand.right()
        assert len(after.pods) == 3
        await stand.stays_quiet()


async def test_r15_children_that_the_garbage_collector_has_not_come_to_yet_are_not_adopted():
    manifest = podcliqueset(
        cliques=[clique("w", 2), clique("a", 1)], groups=[group("g", ["a"], 2, 1)]
    )
    larger = podcliqueset(
        cliques=[clique("w", 3), clique("a", 2)], groups=[group("g", ["a"], 3, 1)]
    )
    async with scene() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = await stand.right()
        world.cluster.demo.api.authorize = lambda asked: (
            asked.verb != "delete" or asked.resource == "podcliquesets"
        )

        await stand.delete(PODCLIQUESETS, "set")
        await stand.apply(larger)
        await asyncio.sleep(60)

        now = await stand.look()
        for kind in ("cliques", "groups", "gangs", "services", "pods"):
            old, new = getattr(before, kind), getattr(now, kind)
            assert {name: o["metadata"]["uid"] for name, o in new.items()} == {
                name: o["metadata"]["uid"] for name, o in old.items()
            }
            assert [o["metadata"]["ownerReferences"] for o in new.values()] == [
                o["metadata"]["ownerReferences"] for o in old.values()
            ]
            assert [o["spec"] for o in new.values()] == [o["spec"] for o in old.values()]
        assert not now.sets["set"]["status"].get("lastErrors")
        await stand.scale("pclq", "set-0-w", 4)
        await stand.scale("pcsg", "set-0-g", 4)
        await asyncio.sleep(10)
        assert set((await stand.look()).pods) == set(now.pods)

        world.allow_everything()
        await stand.until(lambda w: not set(uids(w).values()) & set(uids(before).values()))
        after = await stand.right()
        assert len(after.pods) == 3 + 3 * 2


async def test_a_set_deleted_and_created_again_at_once_comes_up_whole():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset(replicas=2))
        await stand.right()
        for _ in range(5):
            await stand.delete(PODCLIQUESETS, "set")
            try:
                await stand.apply(podcliqueset(replicas=2))
            except NotFound:
                pytest.fail("the set could not be created again")
            await asyncio.sleep(0.05)

        await stand.right()
