"""Several marked objects at once: each its own number, and exactly those that were marked."""

import pytest
from textual.widgets import Button, Input, Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import PODS
from grove_tui.screens.consequences import Consequences
from grove_tui.screens.delete import DeleteSeveralDialog
from grove_tui.screens.preview import PreviewDialog
from grove_tui.screens.resources import ResourceScreen
from grove_tui.screens.scale import ScaleDialog
from grove_tui.screens.scale_several import ScaleSeveralDialog
from grove_tui.view.keys import Kind
from grove_tui.widgets.live_table import LiveTable
from tests.faults import FaultyTransport, status_response
from tests.reconcile.manifests import clique, podcliqueset
from tests.screens.live import create_clique, create_set, dashboard

SETS = {"one": 2, "two": 5, "three": 1}
FRONT, WORKER = "gang-set-0-front", "gang-set-0-worker"


async def three_cliques(cluster):
    for name, replicas in SETS.items():
        await create_set(cluster, name, replicas)
        await create_clique(cluster, name, replicas)


async def mark(shown, *names):
    for name in names:
        await shown.select(name)
        await shown.press("space")


async def mark_cliques(shown):
    await mark(shown, *(f"{name}-0-worker" for name in SETS))


async def open_scale(shown, key="s"):
    await mark_cliques(shown)
    await shown.press(key)
    await shown.until(lambda: isinstance(shown.screen, ScaleSeveralDialog))


def replicas(shown):
    return {
        name: found.spec.replicas
        for name in SETS
        if (found := shown.cluster.object(PODCLIQUES, f"{name}-0-worker")) is not None
    }


def consequences(shown):
    return shown.screen.query_one(Consequences).text


def problem(shown):
    return str(shown.screen.query_one("#problem", Static).content)


def step(shown):
    return shown.screen.query_one("#replicas", Input).value


async def test_a_step_gives_each_its_own_number():
    async with dashboard(prepare=three_cliques) as shown:
        await open_scale(shown)

        await shown.press("plus", "2")
        assert step(shown) == "+2"
        for line in ("one-0-worker  2 → 4", "two-0-worker  5 → 7", "three-0-worker  1 → 3"):
            assert f"PodClique {line}" in consequences(shown)
        await shown.press("enter", "enter")

        await shown.until(lambda: replicas(shown) == {"one": 4, "two": 7, "three": 3})
        await shown.until(lambda: any("3 of 3 scaled" in said for said in shown.said()))
        assert "PodClique two-0-worker is to have 7 replicas." in shown.said()[-1]
        assert not shown.app.main_screen.marks


async def test_the_dialog_begins_on_cancel():
    async with dashboard(prepare=three_cliques) as shown:
        await open_scale(shown, "plus")
        assert step(shown) == "+1"

        await shown.press("enter")

        assert not isinstance(shown.screen, ScaleSeveralDialog)
        assert replicas(shown) == SETS
        assert len(shown.app.main_screen.marks) == 3


@pytest.mark.parametrize("number", ["3", "0"])
async def test_one_number_for_all_is_refused(number):
    async with dashboard(prepare=three_cliques) as shown:
        await open_scale(shown)

        await shown.press(number, "enter", "enter")

        wanted = f"Several objects are scaled by a step: type +{number} or -{number}."
        assert problem(shown) == wanted
        assert isinstance(shown.screen, ScaleSeveralDialog)
        assert replicas(shown) == SETS


async def test_fewer_ends_at_none_and_says_so():
    async with dashboard(prepare=three_cliques) as shown:
        await open_scale(shown, "minus")

        await shown.press("3")
        assert step(shown) == "-3"
        await shown.until(lambda: "PodClique two-0-worker  5 → 2" in consequences(shown))
        assert "PodClique one-0-worker  2 → 0, never below 0" in consequences(shown)
        await shown.press("enter", "enter")

        await shown.until(lambda: replicas(shown) == {"one": 0, "two": 2, "three": 0})


async def test_the_numbers_follow_the_cluster():
    async with dashboard(prepare=three_cliques) as shown:
        await open_scale(shown, "plus")

        await shown.cluster.client.scale(PODCLIQUES, "two-0-worker", 9, "default")
        await shown.until(lambda: "two-0-worker  9 → 10" in consequences(shown))
        await shown.press("tab", "enter")

        await shown.until(lambda: replicas(shown) == {"one": 3, "two": 10, "three": 2})


async def test_what_goes_meanwhile_is_told_and_the_others_are_scaled():
    async with dashboard(prepare=three_cliques) as shown:
        await open_scale(shown, "plus")

        await shown.cluster.client.delete(PODCLIQUES, "two-0-worker", "default")
        await create_clique(shown.cluster, "two", 0)
        gone = "PodClique two-0-worker is gone; it is left out."
        await shown.until(lambda: gone in consequences(shown))
        await shown.press("tab", "enter")

        await shown.until(lambda: replicas(shown) == {"one": 3, "two": 0, "three": 2})
        await shown.until(lambda: any("2 of 3 scaled" in said for said in shown.said()))
        assert "✖ PodClique two-0-worker is gone; nothing was changed." in shown.said()[-1]


async def test_when_all_are_gone_only_cancel_is_left():
    async with dashboard(prepare=three_cliques) as shown:
        await open_scale(shown, "plus")

        for name in SETS:
            await shown.cluster.client.delete(PODCLIQUES, f"{name}-0-worker", "default")

        act = shown.screen.query_one("#act", Button)
        await shown.until(lambda: act.disabled)
        assert problem(shown) == "All of them are gone; there is nothing left to scale."


async def test_what_the_server_refuses_is_told_and_stays_marked():
    async with dashboard(prepare=three_cliques) as shown:
        client = shown.session.client
        refusing = FaultyTransport(client.transport)
        refusing.rules.append(
            lambda request: (
                status_response(403, "podcliques/scale is forbidden")
                if request.path.endswith("/one-0-worker/scale")
                else None
            )
        )
        client.transport = refusing
        await open_scale(shown, "plus")

        await shown.press("tab", "enter")

        await shown.until(lambda: replicas(shown) == {"one": 2, "two": 6, "three": 2})
        await shown.until(lambda: any("2 of 3 scaled" in said for said in shown.said()))
        refusal = "You may not scale PodClique one-0-worker: podcliques/scale is forbidden."
        assert f"✖ {refusal}" in shown.said()[-1]
        assert [key.name for key in shown.app.main_screen.marks] == ["one-0-worker"]


async def test_pods_of_one_clique_scale_it_once():
    async with dashboard(prepare=three_cliques) as shown:
        await mark(shown, "two-0-worker-aaaaa", "two-0-worker-bbbbb", "one-0-worker")
        await shown.press("plus")
        await shown.until(lambda: isinstance(shown.screen, ScaleSeveralDialog))

        await shown.press("tab", "enter")

        await shown.until(lambda: replicas(shown) == {"one": 3, "two": 6, "three": 1})


async def test_read_only_refuses_with_the_reason():
    async with dashboard(prepare=three_cliques, read_only=True) as shown:
        await mark_cliques(shown)

        for key in ("s", "plus", "minus", "ctrl+d"):
            await shown.press(key)

            assert shown.screen is shown.app.main_screen
            assert any("--read-only" in said for said in shown.said())
            shown.app.clear_notifications()


async def test_without_marks_the_selected_row_is_scaled_as_ever():
    async with dashboard(prepare=three_cliques) as shown:
        await shown.select("one-0-worker")

        await shown.press("s")

        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))


# What follows


async def run_set(cluster):
    cliques = [clique("worker", 2), clique("front", 3, 1)]
    await cluster.client.create(
        PODCLIQUESETS, podcliqueset("gang-set", cliques, delay="4h"), "default"
    )
    await cluster.until(lambda: len(cluster.objects(PODS)) == 5)
    await cluster.until(lambda: all(p.status.phase == "Running" for p in cluster.objects(PODS)))
    await cluster.until(lambda: cluster.the(PODCLIQUES, WORKER).status.ready_replicas == 2)


async def test_all_of_them_are_looked_ahead_together_and_the_gangs_name_is_typed():
    async with dashboard(reconcile=True, prepare=run_set) as shown:
        await mark(shown, FRONT, WORKER)
        await shown.press("minus")
        await shown.until(lambda: shown.screen.query_one("#agreement").has_class("-asked"))
        assert f"{WORKER} has 1 pod left, below its minAvailable 2." in consequences(shown)
        assert "2 pods go for good." in consequences(shown)

        await shown.press("tab", "enter")
        assert problem(shown) == "Type gang-set-0 first."
        await shown.type("gang-set-0")
        assert step(shown) == "-1"
        await shown.press("enter")

        await shown.until(lambda: shown.cluster.the(PODCLIQUES, WORKER).spec.replicas == 1)
        await shown.until(lambda: shown.cluster.the(PODCLIQUES, FRONT).spec.replicas == 2)


async def run_sets(cluster):
    cliques = [clique("worker", 2)]
    for name in ("alpha", "beta"):
        body = podcliqueset(name, cliques, delay="4h")
        body["spec"]["replicas"] = 2
        await cluster.client.create(PODCLIQUESETS, body, "default")
    await cluster.until(lambda: len(cluster.objects(PODS)) == 8)
    await cluster.until(lambda: all(p.status.phase == "Running" for p in cluster.objects(PODS)))


GANGS = ("alpha-0", "alpha-1", "beta-0", "beta-1")


async def test_several_gangs_that_end_are_all_named_and_counted_by_who_ends_them():
    async with dashboard(reconcile=True, prepare=run_sets) as shown:
        await mark(shown, "alpha", "beta")
        await shown.press("ctrl+d")
        await shown.until(lambda: shown.screen.query_one("#agreement").has_class("-asked"))
        lines = consequences(shown).splitlines()
        at = lines.index("Gangs that end")
        assert tuple(line.split()[-1] for line in lines[at + 1 : at + 5]) == GANGS
        assert '4 gangs end. Type "end 4 gangs" to go on.' in shown.words()

        await shown.press("tab", "enter")
        assert problem(shown) == 'Type "end 4 gangs" first.'
        await shown.type("alpha")
        await shown.press("enter")
        assert len(shown.cluster.objects(PODCLIQUESETS)) == 2

        shown.screen.query_one("#phrase", Input).value = ""
        await shown.type("end 4 gangs")
        await shown.press("enter")
        await shown.until(lambda: not shown.cluster.objects(PODCLIQUESETS))


async def test_the_words_are_typed_without_looking_for_their_field():
    async with dashboard(reconcile=True, prepare=run_sets) as shown:
        await mark(shown, "alpha-0-worker", "beta-1-worker")
        await shown.press("minus")
        await shown.until(lambda: shown.screen.query_one("#agreement").has_class("-asked"))

        await shown.press("tab")
        await shown.type("end 2 gangs")
        assert shown.screen.query_one("#phrase", Input).value == "end 2 gangs"
        assert step(shown) == "-1"
        await shown.press("enter")

        await shown.until(
            lambda: shown.cluster.the(PODCLIQUES, "alpha-0-worker").spec.replicas == 1
        )
        await shown.until(lambda: shown.cluster.the(PODCLIQUES, "beta-1-worker").spec.replicas == 1)


async def test_b_looks_at_all_that_is_marked_and_changes_nothing():
    async with dashboard(reconcile=True, prepare=run_set) as shown:
        await mark(shown, FRONT, WORKER)
        before = shown.cluster.revision

        await shown.press("B")
        await shown.until(lambda: isinstance(shown.screen, PreviewDialog))

        await shown.until(lambda: "2 pods go for good." in consequences(shown))
        await shown.press("right", "right", "enter", "escape")
        assert shown.cluster.revision == before


# Deleting


async def test_what_is_marked_is_deleted_and_nothing_else():
    async with dashboard(prepare=three_cliques) as shown:
        await mark(shown, "one-0-worker-aaaaa", "two-0-worker-bbbbb")
        await shown.select("three-0-worker-aaaaa")
        await shown.press("ctrl+d")
        await shown.until(lambda: isinstance(shown.screen, DeleteSeveralDialog))
        await shown.press("enter")  # on Cancel
        assert len(shown.cluster.objects(PODS)) == 8

        await shown.press("ctrl+d")
        await shown.until(lambda: isinstance(shown.screen, DeleteSeveralDialog))
        await shown.until(lambda: "2 pods go for good." in consequences(shown))
        await shown.press("tab", "enter")

        await shown.until(lambda: len(shown.cluster.objects(PODS)) == 6)
        assert shown.cluster.object(PODS, "one-0-worker-aaaaa") is None
        assert shown.cluster.object(PODS, "two-0-worker-bbbbb") is None
        await shown.until(lambda: any("2 of 2 deleted" in said for said in shown.said()))


async def test_marks_in_the_panel_of_nodes_go_with_what_was_marked():
    async with dashboard(prepare=three_cliques) as shown:
        await shown.until(lambda: all(p.spec.node_name for p in shown.cluster.objects(PODS)))
        table = shown.table("nodes")
        table.focus()
        await shown.press("right")
        pod = await shown.until(lambda: [k for k in shown.rows("nodes") if k.kind is Kind.POD])
        await shown.until(lambda: table.move_to(pod[0]))
        await shown.press("space", "ctrl+d")
        await shown.until(lambda: isinstance(shown.screen, DeleteSeveralDialog))
        await shown.press("tab", "enter")
        await shown.until(lambda: any("1 of 1 deleted" in said for said in shown.said()))
        await shown.until(lambda: shown.cluster.object(PODS, pod[0].name) is None)

        assert not shown.app.main_screen.marked_keys()


async def test_marked_rows_of_a_list_of_pods_are_deleted():
    async with dashboard(prepare=three_cliques) as shown:
        await shown.press("colon")
        await shown.type("pods")
        await shown.press("enter")
        await shown.until(lambda: isinstance(shown.screen, ResourceScreen))
        rows = shown.screen.query_one("#rows", LiveTable)
        await shown.until(lambda: rows.row_count == 8)
        await shown.press("g")
        # Faster than anything can follow.
        rows.action_mark()
        rows.action_mark()
        await shown.press("ctrl+d")
        await shown.until(lambda: isinstance(shown.screen, DeleteSeveralDialog))
        await shown.press("tab", "enter")

        await shown.until(lambda: len(shown.cluster.objects(PODS)) == 6)
        left = {pod.metadata.name for pod in shown.cluster.objects(PODS)}
        assert not left & {"one-0-worker-aaaaa", "one-0-worker-bbbbb"}


async def test_what_the_filter_or_a_fold_hides_is_named_as_hidden():
    async with dashboard(prepare=three_cliques) as shown:
        await mark(shown, "one-0-worker", "two-0-worker")
        await shown.press("slash")
        await shown.type("two")
        await shown.press("enter")
        await shown.until(lambda: shown.row("one-0-worker") is None)

        await shown.press("ctrl+d")
        await shown.until(lambda: isinstance(shown.screen, DeleteSeveralDialog))

        assert "PodClique one-0-worker (hidden by the filter)" in consequences(shown)
        assert "PodClique two-0-worker\n" in consequences(shown) + "\n"
        await shown.press("escape", "escape")
        await shown.until(lambda: shown.row("one-0-worker"))
        await shown.select("one-0")
        await shown.press("left", "ctrl+d")
        await shown.until(lambda: isinstance(shown.screen, DeleteSeveralDialog))
        assert "PodClique one-0-worker (folded away)" in consequences(shown)


async def test_what_cannot_be_deleted_is_left_out_with_the_reason():
    async with dashboard(prepare=three_cliques) as shown:
        await mark(shown, "one-0", "two-0-worker")

        await shown.press("ctrl+d")
        await shown.until(lambda: isinstance(shown.screen, DeleteSeveralDialog))

        assert "Left out: A replica is no object of its own" in consequences(shown)
        await shown.press("tab", "enter")
        await shown.until(lambda: shown.cluster.object(PODCLIQUES, "two-0-worker") is None)
        assert shown.cluster.object(PODCLIQUES, "one-0-worker") is not None


async def test_what_was_recreated_under_a_marked_name_survives():
    async with dashboard(prepare=three_cliques) as shown:
        await mark(shown, "one-0-worker", "two-0-worker")
        await shown.press("ctrl+d")
        await shown.until(lambda: isinstance(shown.screen, DeleteSeveralDialog))

        await shown.cluster.client.delete(PODCLIQUES, "one-0-worker", "default")
        fresh = await create_clique(shown.cluster, "one", 0)
        await shown.until(lambda: "one-0-worker is gone; it is left out." in consequences(shown))
        await shown.press("tab", "enter")

        await shown.until(lambda: shown.cluster.object(PODCLIQUES, "two-0-worker") is None)
        found = shown.cluster.the(PODCLIQUES, "one-0-worker")
        assert found.metadata.uid == fresh.metadata.uid
