"""Races about which objects there are and whose they are, known to be lost by reconcilers.

Each race is shown, and comes out right.
"""

import asyncio

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.errors import NotFound
from grove_tui.kube.resources import SERVICES
from tests.faults import Faults
from tests.reconcile.manifests import clique, group, podcliqueset
from tests.reconcile.observing import uids
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime


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
