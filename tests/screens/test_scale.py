"""Scaling by keyboard: the cluster has the new number, and only of the object that was meant."""

from textual.widgets import Button, Input, Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import NODES, PODS
from grove_tui.screens.scale import ScaleDialog
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


def replicas(shown, resource=PODCLIQUES, name=CLIQUE):
    found = shown.cluster.object(resource, name)
    return found.spec.replicas if found is not None else None


async def open_on_clique(shown, key="s"):
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.select(CLIQUE)
    await shown.press(key)
    await shown.until(lambda: isinstance(shown.screen, ScaleDialog))


async def test_a_typed_number_and_two_enters_scale_the_clique():
    async with dashboard() as shown:
        await open_on_clique(shown)

        await shown.press("4", "enter", "enter")

        await shown.until(lambda: replicas(shown) == 4)
        assert not isinstance(shown.screen, ScaleDialog)


async def test_the_dialog_begins_on_cancel():
    async with dashboard() as shown:
        await open_on_clique(shown)

        await shown.press("enter")

        assert not isinstance(shown.screen, ScaleDialog)
        assert replicas(shown) == 2


async def test_plus_opens_with_one_more():
    async with dashboard() as shown:
        await open_on_clique(shown, "plus")
        assert shown.screen.query_one(Input).value == "3"

        await shown.press("tab", "enter")

        await shown.until(lambda: replicas(shown) == 3)


async def test_minus_opens_with_one_fewer_and_warns_of_the_breach():
    async with dashboard() as shown:
        await open_on_clique(shown, "minus")
        assert shown.screen.query_one(Input).value == "1"
        await shown.until(lambda: "minAvailable" in shown.words())

        await shown.press("tab", "enter")

        await shown.until(lambda: replicas(shown) == 1)


async def test_plus_and_minus_change_the_number_inside():
    async with dashboard() as shown:
        await open_on_clique(shown)

        await shown.press("plus", "plus", "plus", "minus", "enter", "enter")

        await shown.until(lambda: replicas(shown) == 4)


async def test_what_is_no_number_is_said_and_changes_nothing():
    async with dashboard() as shown:
        await open_on_clique(shown)
        shown.screen.query_one(Input).focus()
        await shown.press("ctrl+u", "t", "w", "o")

        await shown.press("enter")

        assert isinstance(shown.screen, ScaleDialog)
        said = str(shown.screen.query_one("#problem", Static).content)
        assert said == "'two' is not a whole number."
        assert replicas(shown) == 2


async def test_a_negative_number_is_said_and_changes_nothing():
    async with dashboard() as shown:
        await open_on_clique(shown)
        field = shown.screen.query_one(Input)
        field.value = "-1"
        field.focus()

        await shown.press("enter")

        assert isinstance(shown.screen, ScaleDialog)
        said = str(shown.screen.query_one("#problem", Static).content)
        assert said == "There cannot be fewer than 0 replicas."
        assert replicas(shown) == 2


async def test_a_pod_stands_for_its_clique():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.select(f"{CLIQUE}-aaaaa")

        await shown.press("s")
        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))
        await shown.press("5", "enter", "enter")

        await shown.until(lambda: replicas(shown) == 5)


async def test_a_set_is_scaled_as_a_whole():
    async with dashboard() as shown:
        await open_on_clique(shown)
        await shown.press("escape")
        await shown.select("sim")

        await shown.press("s")
        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))
        await shown.press("3", "enter", "enter")

        await shown.until(lambda: replicas(shown, PODCLIQUESETS, "sim") == 3)
        assert replicas(shown) == 2


async def test_another_row_under_the_cursor_by_then_is_not_scaled():
    async with dashboard() as shown:
        await create_set(shown.cluster, "other")
        await create_clique(shown.cluster, "other")
        await open_on_clique(shown)

        shown.tree.move_to(shown.row("other-0-worker"))
        await shown.press("4", "enter", "enter")

        await shown.until(lambda: replicas(shown) == 4)
        assert replicas(shown, name="other-0-worker") == 2


async def test_an_object_that_goes_while_the_dialog_is_open_cannot_be_scaled():
    async with dashboard() as shown:
        await open_on_clique(shown)

        await shown.cluster.client.delete(PODCLIQUES, CLIQUE, "default")
        act = shown.screen.query_one("#act", Button)
        await shown.until(lambda: act.disabled)

        said = str(shown.screen.query_one("#problem", Static).content)
        assert said == f"PodClique {CLIQUE} is gone; there is nothing left to scale."
        await shown.press("5", "enter", "enter")
        await shown.press("escape")
        assert not isinstance(shown.screen, ScaleDialog)


async def test_a_recreated_object_is_another_one():
    async with dashboard() as shown:
        await open_on_clique(shown)

        await shown.cluster.client.delete(PODCLIQUES, CLIQUE, "default")
        await create_clique(shown.cluster, replicas=0)
        act = shown.screen.query_one("#act", Button)
        await shown.until(lambda: act.disabled)

        await shown.press("5", "tab", "enter")
        assert replicas(shown) == 0


async def test_read_only_refuses_with_the_reason():
    async with dashboard(read_only=True) as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.select(CLIQUE)

        await shown.press("s")

        assert not isinstance(shown.screen, ScaleDialog)
        assert any("--read-only" in said for said in shown.said())


async def test_the_number_shown_follows_the_cluster():
    async with dashboard() as shown:
        await open_on_clique(shown)

        await shown.cluster.client.scale(PODCLIQUES, CLIQUE, 7, "default")

        current = shown.screen.query_one("#current", Static)
        await shown.until(lambda: str(current.content).strip() == "7 →")
        assert len(shown.cluster.objects(PODS)) >= 2
        assert len(shown.cluster.objects(NODES)) == 4
