"""Requests that the server carried out though their answer never came: nothing is done twice."""

import asyncio
from typing import Any

import pytest

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.kube.resources import PODS
from tests.faults import Faults, status_response
from tests.reconcile.manifests import clique, group, podcliqueset
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime

WATCH_LAG = 3.0


class Pods:
    """Every pod that was ever created or deleted, by name."""

    def __init__(self, world):
        self.created, self.deleted = [], []
        storage = world.cluster.demo.storage
        storage.subscribe(PODS.qualified_name, storage.revision, self._observe)

    def _observe(self, event):
        names = {"ADDED": self.created, "DELETED": self.deleted}.get(event.type, [])
        names.append(event.stored.key.name)


def first(method, part):
    """Pick the first request of a method whose path has that part."""
    picked: list[Any] = []

    def pick(request):
        if not picked and request.method == method and part in request.path:
            picked.append(request)
            return True
        return False

    return pick


def lose(world, method, part):
    """Lose the answer to such a request, and let watches bring nothing for a while after it."""
    picks = first(method, part)

    def pick(request):
        if not picks(request):
            return False
        hold = world.network.hold = asyncio.Event()
        asyncio.get_running_loop().call_later(WATCH_LAG, release, hold)
        return True

    def release(hold):
        hold.set()
        world.network.hold = None

    world.network.losses.append(pick)


async def test_a_pod_whose_creation_was_not_answered_is_not_created_again():
    async with scene() as world:
        pods = Pods(world)
        lose(world, "POST", "/pods")

        await world.stand.apply(podcliqueset(cliques=[clique("w", 3)]))

        after = await world.stand.right()
        assert sorted(pods.created) == sorted(after.pods)


async def test_a_pod_whose_deletion_was_not_answered_is_replaced_once():
    manifest = podcliqueset(cliques=[clique("w", 3)])
    async with scene() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = await stand.right()
        pods = Pods(world)
        lose(world, "DELETE", "/pods/")
        manifest["spec"]["template"]["cliques"][0]["spec"]["podSpec"]["containers"][0]["image"] = (
            "n:2"
        )

        patch = {"spec": {"template": manifest["spec"]["template"]}}
        await stand.patch(PODCLIQUESETS, "set", patch)
        await asyncio.sleep(WATCH_LAG)

        after = await stand.right()
        assert sorted(pods.created) == sorted(after.pods)
        assert sorted(pods.deleted) == sorted(before.pods)


async def test_a_scale_in_whose_deletion_was_not_answered_takes_no_other_pod():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset(cliques=[clique("w", 3, 1)]))
        before = await stand.right()
        pods = Pods(world)
        lose(world, "DELETE", "/pods/")
        await stand.scale("pclq", "set-0-w", 2)

        await stand.until(lambda w: len(w.pods) == 2)
        after = await stand.right()

        assert len(pods.deleted) == 1
        assert pods.created == []
        assert set(after.pods) == set(before.pods) - set(pods.deleted)


async def test_a_pod_that_could_not_be_deleted_keeps_its_place():
    manifest = podcliqueset(cliques=[clique("w", 2)])
    async with scene() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = await stand.right()
        pods = Pods(world)
        refused = first("DELETE", "/pods/")
        world.network.rules.append(lambda r: status_response(500) if refused(r) else None)
        manifest["spec"]["template"]["cliques"][0]["spec"]["podSpec"]["containers"][0]["image"] = (
            "n:2"
        )

        await stand.patch(
            PODCLIQUESETS, "set", {"spec": {"template": manifest["spec"]["template"]}}
        )

        after = await stand.right()
        assert sorted(pods.created) == sorted(after.pods)
        assert sorted(pods.deleted) == sorted(before.pods)


async def test_a_pod_that_came_and_went_while_no_watch_told_is_replaced_at_once():
    async with scene() as world:
        stand, network = world.stand, world.network
        await stand.apply(podcliqueset(cliques=[clique("w", 2, 1)]))
        before = await stand.right()
        network.holds = lambda request: request.path.endswith("/pods")
        network.hold = asyncio.Event()
        network.faults = Faults(expire_watch=1)
        await stand.scale("pclq", "set-0-w", 3)
        await stand.until(lambda w: len(w.pods) == 3)
        after = await stand.look()
        [new] = set(after.pods) - set(before.pods)
        await stand.client.delete(PODS, new, stand.namespace, grace_period_seconds=0)
        pods = Pods(world)

        network.faults = Faults()
        world.release()
        await asyncio.sleep(5)

        assert len(pods.created) == 1
        assert set((await stand.look()).pods) == {*before.pods, *pods.created}


async def test_a_termination_whose_mark_was_not_answered_takes_the_whole_replica():
    manifest = podcliqueset(
        cliques=[clique("w", 1), clique("a", 2)], groups=[group("g", ["a"], 2, 2)], replicas=2
    )
    async with scene() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = (await stand.right()).cliques
        marks = first("PATCH", "/podcliquescalinggroups/set-0-g/status")
        world.network.losses.append(
            lambda request: b"GangTerminationInProgress" in request.body and marks(request)
        )

        await stand.scale("pclq", "set-0-g-1-a", 1)
        await asyncio.sleep(60)

        after = (await stand.right()).cliques
        replaced = {
            name
            for name, found in after.items()
            if found["metadata"]["uid"] != before[name]["metadata"]["uid"]
        }
        assert replaced == {"set-0-w", "set-0-g-0-a", "set-0-g-1-a"}
        assert len(await stand.events("PodCliqueSetReplicaDeleteSuccessful")) == 1
