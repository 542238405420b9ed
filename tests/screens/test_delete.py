"""Deleting by keyboard: never without a second decision, never another object."""

from textual.widgets import Button, Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import PODS
from grove_tui.screens.delete import DeleteDialog
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


async def open_on(shown, name):
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.select(name)
    await shown.until(lambda: shown.row(f"{CLIQUE}-bbbbb"))
    await shown.press("ctrl+d")
    await shown.until(lambda: isinstance(shown.screen, DeleteDialog))


def text(shown, selector):
    return str(shown.screen.query_one(selector, Static).content)


async def test_enter_right_after_the_key_deletes_nothing():
    async with dashboard() as shown:
        await open_on(shown, "sim")

        await shown.press("enter")

        assert not isinstance(shown.screen, DeleteDialog)
        assert shown.cluster.object(PODCLIQUESETS, "sim") is not None


async def test_the_second_answer_deletes():
    async with dashboard() as shown:
        await open_on(shown, "sim")

        await shown.press("right", "enter")

        await shown.until(lambda: shown.cluster.object(PODCLIQUESETS, "sim") is None)
        assert any("PodCliqueSet sim is being deleted" in said for said in shown.said())


async def test_the_dialog_says_what_goes_with_it():
    async with dashboard(reconcile=True) as shown:
        await create_set(shown.cluster)
        await shown.until(lambda: len(shown.cluster.objects(PODS)) == 2)
        await shown.select("sim")
        await shown.until(lambda: shown.row(CLIQUE))

        await shown.press("ctrl+d")
        await shown.until(lambda: isinstance(shown.screen, DeleteDialog))

        await shown.until(lambda: "2 pods go" in shown.words())
        assert f"PodClique {CLIQUE}" in shown.words()


async def test_the_dialog_of_a_clique_says_that_it_comes_back():
    async with dashboard() as shown:
        await open_on(shown, CLIQUE)

        await shown.until(lambda: "Pods that come" in shown.words())


async def test_a_pod_is_deleted_alone():
    async with dashboard() as shown:
        await open_on(shown, f"{CLIQUE}-aaaaa")

        await shown.press("tab", "enter")

        await shown.until(lambda: shown.cluster.object(PODS, f"{CLIQUE}-aaaaa") is None)
        assert shown.cluster.object(PODS, f"{CLIQUE}-bbbbb") is not None
        assert shown.cluster.object(PODCLIQUES, CLIQUE) is not None


async def test_an_object_that_is_gone_cannot_be_deleted_twice():
    async with dashboard() as shown:
        await open_on(shown, CLIQUE)

        await shown.cluster.client.delete(PODCLIQUES, CLIQUE, "default")
        act = shown.screen.query_one("#act", Button)
        await shown.until(lambda: act.disabled)

        assert text(shown, "#problem") == f"PodClique {CLIQUE} is gone already."


async def test_what_was_recreated_under_the_name_survives():
    async with dashboard() as shown:
        await open_on(shown, CLIQUE)

        await shown.cluster.client.delete(PODCLIQUES, CLIQUE, "default")
        fresh = await create_clique(shown.cluster, replicas=0)
        await shown.press("tab", "enter")
        await shown.pilot.pause(0.1)

        found = shown.cluster.object(PODCLIQUES, CLIQUE)
        assert found is not None
        assert found.metadata.uid == fresh.metadata.uid


async def test_a_replica_is_not_deleted_but_explained():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.select("sim-0")

        await shown.press("ctrl+d")

        assert not isinstance(shown.screen, DeleteDialog)
        assert any("A replica is no object of its own" in said for said in shown.said())
