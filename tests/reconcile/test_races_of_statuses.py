"""Races about what is said and concluded from it, known to be lost by reconcilers.

Each race is shown, and comes out right.
"""

import asyncio

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import NODES, PODS
from tests.reconcile.manifests import clique, group, podcliqueset
from tests.reconcile.observing import uids
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime


async def cordon(world, value):
    for node in world.cluster.objects(NODES):
        patch = {"spec": {"unschedulable": value}}
        await world.cluster.client.patch(NODES, node.metadata.name, patch)


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


async def test_r12_the_status_counts_what_was_just_created():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset())
        await stand.right()
        await stand.reconciler.stop()
        await stand.scale("pclq", "set-0-w", 4)
        generation = (await stand.look()).cliques["set-0-w"]["metadata"]["generation"]
        told = []

        def note(event):
            obj = event.stored.object
            if obj["status"].get("observedGeneration") == generation:
                told.append(obj["status"]["replicas"])

        storage = world.cluster.demo.storage
        storage.subscribe(PODCLIQUES.qualified_name, storage.revision, note)
        world.network.hold = asyncio.Event()
        await stand.restart()

        # No watch tells anything: all that is known is the list from before the creation.
        found = await stand.until(
            lambda w: (
                w.cliques["set-0-w"] if w.cliques["set-0-w"]["status"]["replicas"] == 4 else None
            ),
            20,
        )
        assert found["status"]["observedGeneration"] == generation
        assert len((await stand.look()).pods) == 4
        assert set(told) == {4}


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
