"""The events of the Grove API: who says what, and that nothing is said of what is as it was."""

import asyncio

import pytest

from grove_tui.api.objects import PODCLIQUES
from grove_tui.kube.resources import EVENTS, PODS
from tests.reconcile.manifests import clique, group, podcliqueset
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime

GROUPED = podcliqueset(
    cliques=[clique("w", 2), clique("a", 1)], groups=[group("g", ["a"], 2, 1)], delay="10s"
)


def told(world):
    """Return (kind, type, reason) of every event of the reconciler."""
    return {
        (e.involved_object.kind, e.type, e.reason)
        for e in world.cluster.objects(EVENTS)
        if e.source.component == "grove-tui"
    }


async def forget(world):
    await world.cluster.client.delete_collection(EVENTS, "guide", label_selector="")


async def test_what_is_created_is_told():
    async with scene() as world:
        await world.stand.apply(GROUPED)
        await world.stand.right()

        assert told(world) == {
            ("PodCliqueSet", "Normal", "PodCliqueCreateOrUpdateSuccessful"),
            ("PodCliqueSet", "Normal", "PodCliqueScalingGroupCreateSuccessful"),
            ("PodCliqueSet", "Normal", "PodGangCreateOrUpdateSuccessful"),
            ("PodCliqueScalingGroup", "Normal", "PodCliqueCreateSuccessful"),
            ("PodClique", "Normal", "PodCreateSuccessful"),
        }


async def test_what_shrinks_is_told():
    async with scene() as world:
        stand = world.stand
        await stand.apply({**GROUPED, "spec": {**GROUPED["spec"], "replicas": 2}})
        await stand.right()
        await forget(world)

        await stand.scale("pclq", "set-0-w", 1)
        await stand.scale("pcsg", "set-0-g", 1)
        await stand.scale("pcs", "set", 1)
        await asyncio.sleep(5)

        assert told(world) == {
            ("PodClique", "Normal", "PodDeleteSuccessful"),
            ("PodCliqueScalingGroup", "Normal", "PodCliqueDeleteSuccessful"),
            ("PodCliqueSet", "Normal", "PodGangDeleteSuccessful"),
            ("PodCliqueSet", "Normal", "PodCliqueDeleteSuccessful"),
            ("PodCliqueSet", "Normal", "PodCliqueScalingGroupDeleteSuccessful"),
        }


@pytest.mark.parametrize(
    ("verb", "resource", "expected"),
    [
        ("create", "pods", ("PodClique", "Warning", "PodCreateFailed")),
        ("create", "podcliques", ("PodCliqueSet", "Warning", "PodCliqueCreateOrUpdateFailed")),
        (
            "create",
            "podcliquescalinggroups",
            ("PodCliqueSet", "Warning", "PodCliqueScalingGroupCreateFailed"),
        ),
        ("create", "podgangs", ("PodCliqueSet", "Warning", "PodGangCreateOrUpdateFailed")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_created_is_told(verb, resource, expected):
    async with scene() as world:
        world.forbid(verb, resource)
        await world.stand.apply(GROUPED)
        await asyncio.sleep(5)

        assert expected in told(world)


async def test_a_member_that_cannot_be_created_is_told_by_its_group():
    async with scene() as world:
        await world.stand.apply(GROUPED)
        await world.stand.right()
        world.forbid("create", "podcliques")
        await world.stand.delete(PODCLIQUES, "set-0-g-1-a")
        await asyncio.sleep(5)

        assert ("PodCliqueScalingGroup", "Warning", "PodCliqueCreateFailed") in told(world)
        [error] = (await world.stand.look()).groups["set-0-g"]["status"]["lastErrors"]
        assert "cannot create podcliques" in error["description"]

        world.allow_everything()
        await world.stand.right()


async def test_pods_that_cannot_be_deleted_are_told():
    async with scene() as world:
        await world.stand.apply(GROUPED)
        await world.stand.right()
        world.forbid("delete", "pods")
        await world.stand.scale("pclq", "set-0-w", 1)
        await asyncio.sleep(5)

        assert ("PodClique", "Warning", "PodDeleteFailed") in told(world)


async def test_the_loss_of_all_scheduled_pods_is_told():
    async with scene() as world:
        stand = world.stand
        await stand.apply(GROUPED)
        await stand.right()
        await stand.scale("pclq", "set-0-w", 0)
        await stand.scale("pclq", "set-0-g-0-a", 0)
        await stand.scale("pclq", "set-0-g-1-a", 0)
        await asyncio.sleep(5)

        expected = ("Warning", "AllScheduledReplicasLost")
        assert {("PodClique", *expected), ("PodCliqueScalingGroup", *expected)} <= told(world)


@pytest.mark.parametrize(
    ("broken", "kind"),
    [("set-0-w", "PodCliqueSet"), ("set-0-g-1-a", "PodCliqueScalingGroup")],
)
async def test_a_termination_is_told_and_so_is_one_that_fails(broken, kind):
    async with scene() as world:
        stand = world.stand
        await stand.apply(GROUPED)
        await stand.right()
        world.forbid("delete", "podcliques")
        await stand.scale("pclq", broken, 0)
        await asyncio.sleep(30)
        assert (kind, "Warning", f"{kind}ReplicaDeleteFailed") in told(world)
        assert (kind, "Normal", f"{kind}ReplicaDeleteSuccessful") not in told(world)

        world.allow_everything()
        await stand.until(
            lambda w: (kind, "Normal", f"{kind}ReplicaDeleteSuccessful") in told(world)
        )


async def test_nothing_is_told_when_nothing_happens():
    async with scene() as world:
        await world.stand.apply(GROUPED)
        before = await world.stand.right()
        await forget(world)

        await world.stand.restart()
        await asyncio.sleep(600)

        assert told(world) == set()
        assert set((await world.stand.look()).pods) == set(before.pods)
        assert world.cluster.objects(PODS)
