"""Where no webhook refuses a change, it is refused all the same, and what runs is looked after.

Each story is told with the reconciler that saw the set as it was, with one that comes after the
change was refused, and with one that comes after the change was made and before anybody saw it.
"""

import asyncio
from itertools import product

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import PODS, SERVICES
from tests.contract.snapshot import condition
from tests.faults import status_response
from tests.reconcile.manifests import clique, group, podcliqueset
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime

RESTARTS = pytest.mark.parametrize("restarts", ["", "after", "before"])
CLIQUES = [clique("a", 2), clique("b", 1), clique("m", 1), clique("n", 1)]
GROUPS = [group("g", ["m", "n"], 2, 1)]
MANIFEST = podcliqueset(cliques=CLIQUES, groups=GROUPS)
COMPOSITION = {
    "a clique removed": (
        podcliqueset(cliques=[CLIQUES[0], *CLIQUES[2:]], groups=GROUPS),
        'composition of cliques: removes "b"',
    ),
    "a group removed": (
        podcliqueset(cliques=CLIQUES, podCliqueScalingGroups=None),
        'composition of scaling groups: removes "g"',
    ),
    "a clique moved into the group": (
        podcliqueset(cliques=CLIQUES, groups=[group("g", ["m", "n", "b"], 2, 1)]),
        "podCliqueScalingGroups[0].cliqueNames",
    ),
    "a clique moved into a group of its own": (
        podcliqueset(cliques=CLIQUES, groups=[*GROUPS, group("h", ["b"], 1, 1)]),
        'composition of scaling groups: adds "h"',
    ),
}
MINIMUMS = {
    "another minimum": (
        podcliqueset(cliques=[clique("a", 2, 1), *CLIQUES[1:]], groups=GROUPS),
        "cliques[0].spec.minAvailable",
    ),
    "another minimum of the group": (
        podcliqueset(cliques=CLIQUES, groups=[group("g", ["m", "n"], 2, 2)]),
        "podCliqueScalingGroups[0].minAvailable",
    ),
}
CHANGES = {**COMPOSITION, **MINIMUMS}
"""By what it does: the set as it is then, and what is said of it."""
PODS_OF = {"set-0-a": 2, "set-0-b": 1, "set-0-g-0-m": 1, "set-0-g-0-n": 1, "set-0-g-1-m": 1,
           "set-0-g-1-n": 1}  # fmt: skip


def without_versions(objects):
    """Return what matters of objects: which they are, and what is asked of them."""
    return {name: (o["metadata"]["uid"], o["spec"]) for name, o in objects.items()}


async def refuse(stand, manifest, restarts):
    """Change the set to what is refused, and let another reconciler take over."""
    if restarts == "before":
        await stand.reconciler.stop()
    await stand.patch(PODCLIQUESETS, "set", {"spec": manifest["spec"]})
    if restarts == "before":
        stand.reconciler.start()
    await stand.until(lambda w: w.sets["set"]["status"].get("lastErrors"))
    if restarts == "after":
        await stand.restart()
    return await stand.at_rest()


@pytest.mark.parametrize(
    ("change", "restarts"),
    [
        *product(COMPOSITION, ["", "after", "before"]),
        # Nobody can tell a minimum that was changed in the set from one changed in a PodClique.
        *product(MINIMUMS, ["", "after"]),
    ],
)
async def test_a_refused_change_changes_nothing(change, restarts):
    manifest, words = CHANGES[change]
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(MANIFEST)
        before = await stand.right()

        now = await refuse(stand, manifest, restarts)

        for kind in ("cliques", "groups", "gangs", "services", "pods"):
            kept, found = getattr(before, kind), getattr(now, kind)
            assert without_versions(found) == without_versions(kept)
        status = now.sets["set"]["status"]
        found = condition(now.sets["set"], "Valid") or {}
        assert (found["status"], found["reason"]) == ("False", "ValidationFailed")
        assert words in found["message"]
        assert [error["code"] for error in status["lastErrors"]] == ["ERR_VALIDATION"]
        assert status["observedGeneration"] < now.sets["set"]["metadata"]["generation"]
        assert len(await stand.events("ValidationFailed")) == 1


@RESTARTS
@pytest.mark.parametrize("change", ["a clique removed", "a clique moved into the group"])
async def test_what_runs_under_a_refused_change_is_still_looked_after(change, restarts):
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(MANIFEST)
        before = await stand.right()
        await refuse(stand, CHANGES[change][0], restarts)

        for name in before.pods:
            await stand.delete(PODS, name)
        await stand.scale("pclq", "set-0-a", 3)
        await asyncio.sleep(30)

        now = await stand.look()
        owners = {n: len(now.pods_of(n)) for n in now.cliques}
        assert owners == {**PODS_OF, "set-0-a": 3}
        assert not set(now.pods) & set(before.pods)
        assert all(pod["spec"].get("nodeName") for pod in now.pods.values())


@RESTARTS
@pytest.mark.parametrize("change", ["a clique removed", "a clique moved into the group"])
async def test_a_refused_change_that_is_taken_back_leaves_no_trace(change, restarts):
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(MANIFEST)
        before = await stand.right()
        await refuse(stand, CHANGES[change][0], restarts)

        await stand.patch(PODCLIQUESETS, "set", {"spec": MANIFEST["spec"]})
        await stand.until(lambda w: "lastErrors" not in w.sets["set"]["status"])

        after = await stand.right()
        assert set(after.pods) == set(before.pods)
        assert "conditions" not in after.sets["set"]["status"]


@RESTARTS
async def test_a_second_refused_change_is_judged_by_what_runs(restarts):
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(MANIFEST)
        before = await stand.right()
        await refuse(stand, CHANGES["a clique removed"][0], restarts)

        patch = {"spec": {"template": {"terminationDelay": "77s"}}}
        await stand.patch(PODCLIQUESETS, "set", patch)
        await asyncio.sleep(30)

        now = await stand.look()
        assert set(now.pods) == set(before.pods)
        found = condition(now.sets["set"], "Valid") or {}
        assert found["observedGeneration"] == now.sets["set"]["metadata"]["generation"]
        assert 'removes "b"' in found["message"]


async def test_lost_children_come_back_and_gangs_end_as_the_last_valid_template_says():
    async with scene(has_admission=False) as world:
        stand = world.stand
        await stand.apply(MANIFEST)
        before = await stand.right()
        await refuse(stand, CHANGES["a clique removed"][0], "")

        await stand.delete(SERVICES, "set-0")
        await stand.delete(PODCLIQUES, "set-0-b")
        await stand.delete(PODCLIQUES, "set-0-g-1-n")
        now = await stand.at_rest()
        assert set(now.services) == {"set-0"}
        assert {n: len(now.pods_of(n)) for n in now.cliques} == PODS_OF
        assert set(now.gangs) == set(before.gangs)

        await stand.scale("pclq", "set-0-a", 1)
        await asyncio.sleep(15)
        [event] = await stand.events("PodCliqueSetReplicaDeleteSuccessful")
        assert event["message"] == "PodCliqueSet replica 0 deleted"
        now = await stand.at_rest()
        assert {n: len(now.pods_of(n)) for n in now.cliques} == PODS_OF
        assert all(pod["spec"].get("nodeName") for pod in now.pods.values())


async def test_a_gang_that_was_not_made_yet_is_made_when_its_set_has_been_judged():
    async with scene(has_admission=False) as world:
        stand = world.stand
        world.forbid("create", "podgangs")
        await stand.apply(MANIFEST)
        await stand.until(lambda w: len(w.pods) == sum(PODS_OF.values()))
        await stand.reconciler.stop()
        world.allow_everything()
        judged = asyncio.get_running_loop().time() + 5

        def not_yet(request):
            is_early = asyncio.get_running_loop().time() < judged
            asks = request.method == "GET" and request.path.endswith("/podcliquesets/set")
            return status_response(500) if is_early and asks else None

        world.network.rules.append(not_yet)
        await stand.restart()
        await stand.until(lambda w: len(w.gangs) == 2)

        after = await stand.right()
        assert all(pod["spec"].get("nodeName") for pod in after.pods.values())
