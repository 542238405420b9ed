"""Gangs are terminated exactly when they are due, and only those."""

import asyncio
from datetime import datetime, timedelta

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.demo.local import LocalTransport
from grove_tui.kube.resources import NODES, PODS
from tests.contract.hosting import HostedReconciler
from tests.contract.stand import demo
from tests.reconcile.manifests import clique, group, podcliqueset

pytestmark = pytest.mark.looptime


def uids(world):
    return {name: c["metadata"]["uid"] for name, c in world.cliques.items()}


def recycled(before, names):
    """A predicate: exactly these PodCliques were replaced."""
    return lambda w: (
        {n for n, uid in uids(w).items() if before.get(n) != uid} == set(names)
        and (len(uids(w)) == len(before))
    )


def breached_since(world, name, kind="cliques"):
    conditions = getattr(world, kind)[name]["status"]["conditions"]
    found = next(c for c in conditions if c["type"] == "MinAvailableBreached")
    assert found["status"] == "True"
    return datetime.fromisoformat(found["lastTransitionTime"])


def is_breached(name):
    return lambda w: any(
        c["type"] == "MinAvailableBreached" and c["status"] == "True"
        for c in w.cliques[name]["status"]["conditions"]
    )


async def cordon_all(world):
    for node in world.cluster.objects(NODES):
        patch = {"spec": {"unschedulable": True}}
        await world.cluster.client.patch(NODES, node.metadata.name, patch)


async def uncordon_all(world):
    for node in world.cluster.objects(NODES):
        patch = {"spec": {"unschedulable": False}}
        await world.cluster.client.patch(NODES, node.metadata.name, patch)


async def test_the_replica_goes_at_the_exact_due_time_and_no_other_does():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset(replicas=3, delay="10s"))
        before = uids(await stand.right())

        await stand.scale("pclq", "set-1-w", 1)
        broken = await stand.until(lambda w: w if is_breached("set-1-w")(w) else None)
        since = breached_since(broken, "set-1-w")

        gone = None

        def look():
            nonlocal gone
            found = world.cluster.object(PODCLIQUES, "set-1-w", stand.namespace)
            if found is None or found.metadata.uid != before["set-1-w"]:
                gone = world.clock()
            return gone

        await world.cluster.until(look)
        assert (gone - since).total_seconds() == pytest.approx(10, abs=0.05)
        await stand.until(recycled(before, ["set-1-w"]))
        await stand.right()


async def test_the_countdown_begins_no_earlier_than_the_breach():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset(delay="10s"))
        before = uids(await stand.right())
        await asyncio.sleep(0.9)
        start = world.clock()

        await stand.scale("pclq", "set-0-w", 1)
        await stand.until(recycled(before, ["set-0-w"]))

        assert 10 <= (world.clock() - start).total_seconds() <= 15


async def test_a_clique_that_breaks_seconds_after_its_birth_counts():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset(delay="10s"))
        ready = await stand.until(
            lambda w: w if w.sets["set"].get("status", {}).get("availableReplicas") else None
        )
        assert (world.clock() - breachable_from(ready)).total_seconds() < 5

        await stand.scale("pclq", "set-0-w", 1)
        before = uids(await stand.look())

        await stand.until(recycled(before, ["set-0-w"]), 20)


def breachable_from(world):
    return datetime.fromisoformat(world.cliques["set-0-w"]["metadata"]["creationTimestamp"])


async def test_a_clique_that_was_never_scheduled_is_never_terminated():
    async with demo() as world:
        stand = world.stand
        await cordon_all(world)
        await stand.apply(podcliqueset(delay="2s"))
        before = uids(await stand.until(lambda w: w if w.pods else None))

        await asyncio.sleep(600)

        assert uids(await stand.look()) == before
        assert await stand.events("PodCliqueSetReplicaDeleteSuccessful") == []


async def test_what_cannot_be_placed_after_a_termination_is_not_terminated_again():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset(delay="5s"))
        before = uids(await stand.right())
        await cordon_all(world)
        for pod in (await stand.look()).pods.values():
            await stand.delete(PODS, pod["metadata"]["name"])

        await stand.until(recycled(before, ["set-0-w"]))
        after = uids(await stand.look())
        await asyncio.sleep(600)
        assert uids(await stand.look()) == after
        assert len(await stand.events("PodCliqueSetReplicaDeleteSuccessful")) == 1

        await uncordon_all(world)
        await stand.right()
        assert uids(await stand.look()) == after


async def test_recovery_ends_the_countdown_and_the_next_breach_starts_it_anew():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset(delay="10s"))
        before = uids(await stand.right())
        for _ in range(5):
            await stand.scale("pclq", "set-0-w", 1)
            await asyncio.sleep(7)
            await stand.scale("pclq", "set-0-w", 2)
            await asyncio.sleep(4)

        assert uids(await stand.right()) == before


async def test_a_new_terminationdelay_holds_for_a_running_countdown():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset(delay="4h"))
        before = uids(await stand.right())
        await stand.scale("pclq", "set-0-w", 1)
        await asyncio.sleep(60)

        start = world.clock()
        await stand.patch(PODCLIQUESETS, "set", {"spec": {"template": {"terminationDelay": "61s"}}})
        await stand.until(recycled(before, ["set-0-w"]))

        assert (world.clock() - start).total_seconds() < 5


async def test_a_restart_in_the_middle_of_the_countdown_changes_nothing():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset(delay="30s"))
        before = uids(await stand.right())
        await stand.scale("pclq", "set-0-w", 1)
        broken = await stand.until(lambda w: w if is_breached("set-0-w")(w) else None)
        since = breached_since(broken, "set-0-w")
        await asyncio.sleep(10)
        await stand.reconciler.stop()
        await asyncio.sleep(10)
        await stand.restart()

        await stand.until(recycled(before, ["set-0-w"]))

        assert (world.clock() - since).total_seconds() == pytest.approx(30, abs=0.5)


async def test_a_clock_that_was_set_is_noticed():
    ahead = timedelta()
    async with demo() as world:
        stand = world.stand
        stand.reconcile = lambda: HostedReconciler(
            LocalTransport(world.cluster.demo.api), lambda: world.clock() + ahead
        )
        await stand.restart()
        await stand.apply(podcliqueset(delay="2h"))
        before = uids(await stand.right())
        await stand.scale("pclq", "set-0-w", 1)
        await stand.until(is_breached("set-0-w"))
        await asyncio.sleep(60)
        assert uids(await stand.look()) == before

        ahead = timedelta(hours=2)

        await stand.until(recycled(before, ["set-0-w"]), 40)


async def test_nothing_is_terminated_for_a_breach_that_healed_while_nobody_looked():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset(delay="10s"))
        before = uids(await stand.right())
        await cordon_all(world)
        await stand.delete(PODS, next(iter((await stand.look()).pods)))
        await stand.until(is_breached("set-0-w"))
        await stand.until(
            lambda w: (
                len(w.pods) == 2
                and all(not p["spec"].get("schedulingGates") for p in w.pods.values())
            )
        )
        await stand.reconciler.stop()
        await uncordon_all(world)
        await asyncio.sleep(60)

        await stand.restart()
        await asyncio.sleep(60)

        assert uids(await stand.right()) == before


async def test_a_group_with_slack_gives_up_only_its_broken_replica():
    manifest = podcliqueset(
        cliques=[clique("a", 1), clique("b", 2)], groups=[group("g", ["a", "b"], 3, 2)]
    )
    async with demo() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = uids(await stand.right())

        await stand.scale("pclq", "set-0-g-1-b", 1)
        await stand.until(recycled(before, ["set-0-g-1-a", "set-0-g-1-b"]))

        await stand.right()
        events = await stand.events("PodCliqueScalingGroupReplicaDeleteSuccessful")
        assert [e["message"] for e in events] == ["PodCliqueScalingGroup replica 1 deleted"]
        assert await stand.events("PodCliqueSetReplicaDeleteSuccessful") == []
        await stand.stays_quiet()


async def test_a_group_without_slack_takes_the_replica_of_the_set_with_it():
    manifest = podcliqueset(
        cliques=[clique("w", 1), clique("a", 2)], groups=[group("g", ["a"], 2, 2)], replicas=2
    )
    async with demo() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = uids(await stand.right())
        flags = set()

        def watch():
            for found in world.cluster.objects(PODCLIQUESCALINGGROUPS):
                for condition in found.status.conditions:
                    if condition.type == "GangTerminationInProgress":
                        flags.add((found.metadata.name, condition.status, condition.reason))
            return False

        task = asyncio.create_task(world.cluster.until(watch, 1000))
        await stand.scale("pclq", "set-0-g-1-a", 1)
        await stand.until(recycled(before, ["set-0-w", "set-0-g-0-a", "set-0-g-1-a"]))
        after = await stand.right()

        task.cancel()
        assert flags == {("set-0-g", "True", "GangTerminationActive")}
        conditions = [c["type"] for c in after.groups["set-0-g"]["status"]["conditions"]]
        assert conditions == ["MinAvailableBreached"]
        assert len(await stand.events("PodCliqueSetReplicaDeleteSuccessful")) == 1
        await stand.stays_quiet()


async def test_a_group_scaled_below_its_minimum_is_terminated_once_and_stays_small():
    manifest = podcliqueset(
        cliques=[clique("w", 1), clique("a", 1)], groups=[group("g", ["a"], 2, 2)]
    )
    async with demo() as world:
        stand = world.stand
        await stand.apply(manifest)
        before = uids(await stand.right())

        await stand.scale("pcsg", "set-0-g", 1)
        await stand.until(
            lambda w: (
                set(uids(w)) == {"set-0-w", "set-0-g-0-a"}
                and not set(uids(w).values()) & set(before.values())
            )
        )
        after = uids(await stand.at_rest())
        await asyncio.sleep(600)

        assert uids(await stand.look()) == after
        assert len(await stand.events("PodCliqueSetReplicaDeleteSuccessful")) == 1
        conditions = (await stand.look()).groups["set-0-g"]["status"]["conditions"]
        assert ("GangTerminationInProgress", "True") in [
            (c["type"], c["status"]) for c in conditions
        ]


async def test_two_hundred_gangs_are_terminated_together():
    async with demo(nodes=20) as world:
        stand = world.stand
        await stand.apply(podcliqueset(replicas=200, delay="30s"))
        before = uids(await stand.right())
        names = [f"set-{replica}-w" for replica in range(200)]
        await asyncio.gather(*(stand.scale("pclq", name, 1) for name in names))

        await asyncio.sleep(45)

        after = uids(await stand.right())
        assert set(after) == set(before)
        assert not set(after.values()) & set(before.values())
