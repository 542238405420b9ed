"""What cannot be done is said, by field or by verb and resource, and the rest goes on."""

import asyncio

import pytest

from grove_tui.api.objects import PODCLIQUESETS, PODGANGS
from grove_tui.kube.errors import Invalid
from tests.reconcile.manifests import clique, group, podcliqueset
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime


def invalid_sets():
    twice = podcliqueset(cliques=[clique("a", 1), clique("b", 1)], groups=[
        group("g", ["a"]), group("h", ["a"])])  # fmt: skip
    cycle = podcliqueset(
        cliques=[clique("a", 1, startsAfter=["b"]), clique("b", 1, startsAfter=["a"])],
        cliqueStartupType="CliqueStartupTypeExplicit",
    )
    long = podcliqueset("a" * 30, cliques=[clique("b" * 30, 1)])
    return [(twice, "a"), (cycle, "circle"), (long, "45")]


@pytest.mark.parametrize(("manifest", "word"), invalid_sets(), ids=["twice", "cycle", "long"])
async def test_an_invalid_set_is_refused_by_admission(manifest, word):
    async with scene() as world:
        with pytest.raises(Invalid) as refusal:
            await world.stand.apply(manifest)
        assert word in str(refusal.value)


@pytest.mark.parametrize(("manifest", "word"), invalid_sets(), ids=["twice", "cycle", "long"])
async def test_an_invalid_set_on_a_cluster_without_webhook_says_so_and_makes_nothing(
    manifest, word, caplog
):
    async with scene(has_admission=False) as world:
        stand = world.stand
        try:
            await stand.apply(manifest)
        except Invalid:
            pytest.skip("the CRD's own rules refuse this already")
        name = manifest["metadata"]["name"]
        await asyncio.sleep(30)

        now = await stand.look()
        status = now.sets[name]["status"]
        [condition] = status["conditions"]
        assert (condition["type"], condition["status"]) == ("Valid", "False")
        assert condition["reason"] == "ValidationFailed"
        assert word in condition["message"]
        assert word in "".join(error["description"] for error in status["lastErrors"])
        assert "observedGeneration" not in status
        assert await stand.events("ValidationFailed")
        assert not now.cliques
        assert not now.services
        assert not now.gangs
        await stand.stays_quiet()


async def test_a_set_with_very_many_mistakes_and_a_very_long_name_says_so_all_the_same():
    cliques = [clique(f"c{number:03}-{'x' * 55}", 1) for number in range(128)]
    manifest = podcliqueset("s" * 250, cliques=cliques)
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(manifest)

        status = await stand.until(lambda w: w.sets["s" * 250].get("status"))
        [condition] = status["conditions"]
        assert condition["status"] == "False"
        assert len(condition["message"]) == 32768
        assert len(status["lastErrors"]) == 21
        assert "more errors are not listed" in status["lastErrors"][-1]["description"]
        await stand.at_rest()
        assert len(await stand.events("ValidationFailed")) == 20


async def test_a_set_made_valid_comes_up_and_its_condition_goes():
    bad = podcliqueset(cliques=[clique("a", 2), clique("b", 1)], groups=[
        group("g", ["a"]), group("h", ["a", "b"])])  # fmt: skip
    good = podcliqueset(cliques=[clique("a", 2), clique("b", 1)], groups=[
        group("g", ["a"]), group("h", ["b"])])  # fmt: skip
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(bad)
        await stand.until(lambda w: w.sets["set"].get("status", {}).get("lastErrors"))

        await stand.patch(PODCLIQUESETS, "set", {"spec": good["spec"]})

        after = await stand.right()
        assert "conditions" not in after.sets["set"]["status"]
        assert "lastErrors" not in after.sets["set"]["status"]


@pytest.mark.parametrize("restarts", [False, True])
async def test_min_available_of_a_set_that_leaves_it_out_stays_as_first_written(restarts):
    manifest = podcliqueset(
        cliques=[clique("w", 2), clique("a", 2)], groups=[group("g", ["a"], 2, 1)]
    )
    grown = podcliqueset(
        cliques=[clique("w", 3), clique("a", 4)], groups=[group("g", ["a"], 2, 1)], replicas=2
    )
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(manifest)
        await stand.until(lambda w: len(w.gangs) == 2)
        await stand.at_rest()
        if restarts:
            await stand.restart()

        await stand.patch(PODCLIQUESETS, "set", {"spec": grown["spec"]})
        now = await stand.until(lambda w: w if len(w.gangs) == 4 else None)
        now = await stand.at_rest()

        specs = {name: found["spec"] for name, found in now.cliques.items()}
        assert {spec["minAvailable"] for spec in specs.values()} == {2}
        minimums = {
            found["minReplicas"]
            for gang in now.gangs.values()
            for found in gang["spec"]["podgroups"]
        }
        assert minimums == {2}
        assert (specs["set-0-w"]["replicas"], specs["set-1-w"]["replicas"]) == (2, 3)
        assert "conditions" not in now.sets["set"]["status"]
        assert "minAvailable" not in str(now.sets["set"]["spec"]["template"]["cliques"])


@pytest.mark.parametrize("restarts", [False, True])
async def test_replicas_edited_below_a_minimum_that_was_left_out_are_refused(restarts):
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(podcliqueset(cliques=[clique("w", 3)]))
        await stand.until(lambda w: len(w.pods) == 3)
        before = await stand.at_rest()
        if restarts:
            await stand.restart()

        spec = podcliqueset(cliques=[clique("w", 2)])["spec"]
        await stand.patch(PODCLIQUESETS, "set", {"spec": spec})
        await stand.until(lambda w: w.sets["set"]["status"].get("lastErrors"))
        now = await stand.at_rest()

        [condition] = now.sets["set"]["status"]["conditions"]
        assert "minAvailable" in condition["message"]
        assert set(now.pods) == set(before.pods)
        assert now.cliques["set-0-w"]["spec"]["minAvailable"] == 3


@pytest.mark.parametrize(
    ("verb", "resource", "available"),
    [
        ("create", "services", 2),
        ("create", "horizontalpodautoscalers", 2),
        ("create", "serviceaccounts", 2),
        ("get", "serviceaccounts", 2),
        ("create", "podcliquescalinggroups", 0),
        ("create", "podcliques", 0),
        ("create", "podgangs", 0),
        ("create", "pods", 0),
        ("patch", "pods", 0),
    ],
)
async def test_a_forbidden_verb_is_named_and_the_rest_goes_on(verb, resource, available):
    scaling = {"maxReplicas": 5}
    manifest = podcliqueset(
        cliques=[clique("w", 2, autoScalingConfig=scaling), clique("a", 1)],
        groups=[group("g", ["a"], 1, 1)],
        replicas=2,
        cliqueStartupType="CliqueStartupTypeInOrder",
    )
    async with scene() as world:
        stand = world.stand
        world.forbid(verb, resource)
        await stand.apply(manifest)
        await asyncio.sleep(20)

        now = await stand.look()
        assert now.sets["set"]["status"].get("availableReplicas", 0) == available
        errors = [
            error["description"]
            for obj in (*now.sets.values(), *now.groups.values(), *now.cliques.values())
            for error in obj.get("status", {}).get("lastErrors", ())
        ]
        assert any(f"cannot {verb} " in error and resource in error for error in errors)
        missing = {"services", "podcliques", "podcliquescalinggroups"} - {resource}
        assert all(now.objects[plural] for plural in missing)

        world.allow_everything()
        await stand.until(lambda w: w.sets["set"].get("status", {}).get("observedGeneration"))
        await stand.right()


async def test_without_permission_to_list_services_the_rest_goes_on_and_it_is_said():
    async with scene() as world:
        stand = world.stand
        world.forbid("list", "services")
        await stand.restart()
        await stand.apply(podcliqueset())
        await stand.until(lambda w: w.sets["set"].get("status", {}).get("availableReplicas") == 1)
        await asyncio.sleep(5)

        errors = (await stand.look()).sets["set"]["status"]["lastErrors"]
        assert any("cannot list services" in error["description"] for error in errors)


async def test_a_gang_that_may_not_be_written_holds_its_pods_back_and_says_so():
    async with scene() as world:
        stand = world.stand
        world.forbid("create", "podgangs")
        await stand.apply(podcliqueset())
        await asyncio.sleep(10)

        now = await stand.look()
        assert all(pod["spec"]["schedulingGates"] for pod in now.pods.values())
        [event] = await stand.events("PodGangCreateOrUpdateFailed")
        assert "cannot create podgangs" in event["message"]
        assert world.cluster.objects(PODGANGS) == []


async def test_pods_that_cannot_be_listed_are_not_made_again():
    async with scene() as world:
        stand = world.stand
        await stand.apply(podcliqueset())
        before = await stand.right()
        await stand.reconciler.stop()
        world.forbid("list", "pods")
        await stand.scale("pclq", "set-0-w", 4)

        await stand.restart()
        await stand.until(lambda w: w.sets["set"]["status"].get("lastErrors"))
        await asyncio.sleep(60)

        now = await stand.look()
        [error] = now.sets["set"]["status"]["lastErrors"]
        assert "cannot list pods" in error["description"]
        assert set(now.pods) == set(before.pods)

        world.allow_everything()
        after = await stand.until(lambda w: w if len(w.pods) == 4 else None)
        assert set(before.pods) < set(after.pods)
        assert "lastErrors" not in (await stand.right()).sets["set"]["status"]
