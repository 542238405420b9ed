"""What a set has besides pods: autoscalers, Services, the account for start-up order."""

import asyncio
from typing import Any

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.kube.resources import HPAS, PODS, ROLES, SECRETS, SERVICEACCOUNTS, SERVICES
from grove_tui.reconcile.expectations import ExpectedStore
from tests.contract.stand import demo
from tests.reconcile.manifests import clique, group, podcliqueset

pytestmark = pytest.mark.looptime


def autoscaled(maximum):
    scaling = {"maxReplicas": maximum}
    front = clique("front", 2, autoScalingConfig=scaling)
    members = {**group("g", ["a"], 2, 1), "scaleConfig": scaling}
    return podcliqueset(cliques=[front, clique("a", 1)], groups=[members])


async def test_autoscalers_follow_their_configuration():
    async with demo() as world:
        stand = world.stand
        await stand.apply(autoscaled(5))
        made = await stand.right()
        assert set(made.hpas) == {"set-0-front", "set-0-g"}
        assert made.hpas["set-0-g"]["spec"]["minReplicas"] == 2

        await stand.patch(PODCLIQUESETS, "set", {"spec": autoscaled(9)["spec"]})
        changed = await stand.right()
        assert changed.hpas["set-0-front"]["spec"]["maxReplicas"] == 9

        plain = podcliqueset(
            cliques=[clique("front", 2), clique("a", 1)], groups=[group("g", ["a"], 2, 1)]
        )
        await stand.patch(PODCLIQUESETS, "set", {"spec": plain["spec"]})
        assert (await stand.right()).hpas == {}
        await stand.stays_quiet()


async def test_what_an_autoscaler_scales_stays_scaled():
    async with demo() as world:
        stand = world.stand
        await stand.apply(autoscaled(5))
        await stand.right()

        await stand.scale("pclq", "set-0-front", 4)
        await stand.scale("pcsg", "set-0-g", 3)
        await stand.right()
        await stand.patch(PODCLIQUESETS, "set", {"metadata": {"annotations": {"a": "b"}}})
        await stand.patch(PODCLIQUESETS, "set", {"spec": {"replicas": 2}})

        after = await stand.right()
        assert after.cliques["set-0-front"]["spec"]["replicas"] == 4
        assert after.cliques["set-1-front"]["spec"]["replicas"] == 2
        assert after.groups["set-0-g"]["spec"]["replicas"] == 3
        assert after.groups["set-1-g"]["spec"]["replicas"] == 2


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        (SERVICES, "set-0"),
        (HPAS, "set-0-front"),
        (PODGANGS, "set-0"),
        (PODGANGS, "set-0-g-0"),
        (PODCLIQUESCALINGGROUPS, "set-0-g"),
        (PODCLIQUES, "set-0-front"),
        (PODCLIQUES, "set-0-g-1-a"),
    ],
)
async def test_a_child_deleted_by_hand_comes_back(resource, name):
    async with demo() as world:
        stand = world.stand
        await stand.apply(autoscaled(5))
        before = await stand.right()

        await stand.delete(resource, name)

        after = await stand.right()
        old, new = (w.objects[resource.plural][name] for w in (before, after))
        assert old["metadata"]["uid"] != new["metadata"]["uid"]
        await stand.stays_quiet()


@pytest.mark.parametrize(
    ("resource", "name", "patch"),
    [
        (SERVICES, "set-0", {"spec": {"publishNotReadyAddresses": False}}),
        (SERVICES, "set-0", {"spec": {"selector": {"mine": "yes"}}}),
        (SERVICES, "set-0", {"metadata": {"labels": {"app.kubernetes.io/name": "mine"}}}),
        (HPAS, "set-0-front", {"spec": {"maxReplicas": 99}}),
        (PODCLIQUES, "set-0-front", {"spec": {"minAvailable": 1}}),
        (PODCLIQUES, "set-0-front", {"spec": {"podSpec": {"nodeSelector": {"a": "b"}}}}),
        (PODCLIQUES, "set-0-front", {"metadata": {"labels": {"mine": "yes"}}}),
        (PODCLIQUESCALINGGROUPS, "set-0-g", {"spec": {"minAvailable": 2}}),
        (PODGANGS, "set-0", {"spec": {"podgroups": []}}),
        (PODGANGS, "set-0", {"spec": {"priorityClassName": "high"}}),
    ],
)
async def test_a_childs_spec_changed_by_hand_is_put_right(resource, name, patch):
    async with demo() as world:
        stand = world.stand
        await stand.apply(autoscaled(5))
        before = await stand.right()

        await stand.patch(resource, name, patch)

        after = await stand.right()
        old, new = (w.objects[resource.plural][name] for w in (before, after))
        assert new["spec"] == old["spec"]
        assert new["metadata"]["labels"] == old["metadata"]["labels"]
        assert set(after.pods) == set(before.pods)


@pytest.mark.parametrize(("resource", "name"), [(SERVICES, "set-0"), (HPAS, "set-0-front")])
async def test_what_others_write_on_a_child_that_is_not_groves_is_left_alone(resource, name):
    others = {"labels": {"example.com/by": "others"}, "annotations": {"example.com/by": "others"}}
    async with demo() as world:
        stand = world.stand
        await stand.apply(autoscaled(5))
        before = await stand.right()

        await stand.patch(resource, name, {"metadata": others})
        await stand.patch(PODCLIQUESETS, "set", {"spec": autoscaled(9)["spec"]})
        await stand.restart()

        after = await stand.at_rest()
        old, new = (w.objects[resource.plural][name]["metadata"] for w in (before, after))
        assert new["labels"] == {**old["labels"], **others["labels"]}
        assert new["annotations"] == {**old.get("annotations", {}), **others["annotations"]}


async def test_surplus_services_go_when_a_set_shrinks():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset(replicas=3))
        await stand.right()

        await stand.scale("pcs", "set", 1)

        assert set((await stand.right()).services) == {"set-0"}


ORDERED: Any = {"cliqueStartupType": "CliqueStartupTypeInOrder"}


async def test_only_sets_with_an_order_get_an_account():
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset("plain"))
        plain = await stand.right()
        assert "plain" not in plain.objects["serviceaccounts"]
        assert plain.objects["roles"] == {}

        await stand.apply(podcliqueset("set", [clique("a", 1), clique("b", 1)], **ORDERED))
        ordered = await stand.right()
        assert "set" in ordered.objects["serviceaccounts"]
        assert set(ordered.objects["roles"]) == {"grove.io:pcs:set"}
        assert set(ordered.objects["rolebindings"]) == {"grove.io:pcs:set"}
        assert "set-ic-sat" in ordered.objects["secrets"]
        await stand.stays_quiet()


@pytest.mark.parametrize(
    ("resource", "name"),
    [(SERVICEACCOUNTS, "set"), (ROLES, "grove.io:pcs:set"), (SECRETS, "set-ic-sat")],
)
async def test_a_part_of_the_account_deleted_by_hand_comes_back(resource, name):
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset("set", [clique("a", 1), clique("b", 1)], **ORDERED))
        await stand.right()

        await stand.delete(resource, name)

        await stand.until(lambda w: name in w.objects[resource.plural])
        await stand.right()


async def test_a_clique_starts_when_those_before_it_are_ready():
    async with demo(speed=1) as world:
        stand = world.stand
        first = {**clique("a", 2), "annotations": {"demo.grove-tui.io/slow-start": "20"}}
        await stand.apply(podcliqueset("set", [first, clique("b", 2)], delay="4h", **ORDERED))

        def phases():
            return {
                p.metadata.labels["grove.io/podclique"]: (p.status.phase, p.spec.node_name != "")
                for p in world.cluster.objects(PODS)
            }

        await asyncio.sleep(15)
        assert phases() == {"set-0-a": ("Running", True), "set-0-b": ("Pending", True)}
        await asyncio.sleep(15)
        assert phases() == {"set-0-a": ("Running", True), "set-0-b": ("Running", True)}
        await stand.right()


async def test_a_reconcile_never_walks_through_everything(monkeypatch):
    def walk(_):
        raise AssertionError("all objects of a kind were walked through")

    manifest = podcliqueset(
        cliques=[clique("w", 2), clique("a", 1)], groups=[group("g", ["a"], 2, 1)], replicas=2
    )
    async with demo() as world:
        stand = world.stand
        await stand.apply(podcliqueset("other", replicas=3))
        await stand.right()
        monkeypatch.setattr(ExpectedStore, "values", walk)

        await stand.apply(manifest)
        await stand.right()
        await stand.scale("pcs", "set", 3)
        await stand.scale("pcsg", "set-0-g", 3)
        await stand.scale("pclq", "set-1-w", 1)
        await asyncio.sleep(15)
        await stand.right()
        await stand.delete(PODCLIQUESETS, "set")
        await stand.right()
