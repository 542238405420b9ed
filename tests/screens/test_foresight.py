"""Before the act: dialogs say what would happen, wait for it, and ask for a gang's name."""

import asyncio

import pytest
from textual import events
from textual.widgets import Button, Input, Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import NODES, PODS
from grove_tui.screens.consequences import Consequences
from grove_tui.screens.delete import DeleteDialog
from grove_tui.screens.foresight import Outlook
from grove_tui.screens.preview import PreviewDialog
from grove_tui.screens.scale import ScaleDialog
from tests.reconcile.manifests import TOLERATION, clique, podcliqueset
from tests.screens.live import dashboard

WORKER, FRONT = "gang-set-0-worker", "gang-set-0-front"
GANG = "gang-set-0"


def pod_spec(gpus):
    limits = {"cpu": "1", "nvidia.com/gpu": str(gpus)}
    container = {"name": "main", "image": "nginx", "resources": {"limits": limits}}
    return {"tolerations": [TOLERATION], "containers": [container]}


async def run_set(cluster):
    """Run a gang of a clique of two pods, both needed, and one of three, of which one is."""
    cliques = [clique("worker", 2, podSpec=pod_spec(4)), clique("front", 3, 1, podSpec=pod_spec(0))]
    manifest = podcliqueset("gang-set", cliques, delay="4h")
    await cluster.client.create(PODCLIQUESETS, manifest, "default")
    await cluster.until(
        lambda: sum(p.status.phase == "Running" for p in cluster.objects(PODS)) == 5
    )
    await cluster.until(lambda: cluster.the(PODCLIQUES, WORKER).status.ready_replicas == 2)


def running(**settings):
    return dashboard(reconcile=True, prepare=run_set, **settings)


async def open_on(shown, name, key, dialog):
    await shown.select(name)
    await shown.press(key)
    await shown.until(lambda: isinstance(shown.screen, dialog))


def consequences(shown):
    return shown.screen.query_one(Consequences).text


def asked(shown):
    return shown.screen.query_one("#agreement").has_class("-asked")


def replicas(shown, name=WORKER):
    return shown.cluster.the(PODCLIQUES, name).spec.replicas


# What is said


async def test_scaling_below_the_minimum_tells_the_recycle_and_asks_for_the_gangs_name():
    async with running() as shown:
        await open_on(shown, WORKER, "minus", ScaleDialog)

        await shown.until(lambda: asked(shown))

        text = consequences(shown)
        assert f"{WORKER} has 1 pod left, below its minAvailable 2." in text
        assert f"In 4h (terminationDelay), 4 pods of gang {GANG} are deleted" in text
        assert f"{WORKER} then has 2 pods, not 1" in text
        question = shown.screen.query_one("#question", Static)
        assert str(question.content) == f"1 gang ends. Type {GANG} to go on."


async def test_scaling_up_tells_which_pods_fit_and_what_is_short():
    async with running() as shown:
        await open_on(shown, WORKER, "s", ScaleDialog)

        await shown.press(*"9")

        await shown.until(lambda: "7 pods come" in consequences(shown))
        text = consequences(shown)
        assert "1 new pod of gang-set-0-worker gets no node" in text
        assert "needs 4 nvidia.com/gpu on one node; no node has any free" in text
        assert "gang-set-0-worker-2  fits on fake-node-" in text
        assert not asked(shown)


async def test_deleting_a_pod_names_it_and_its_replacement():
    async with running() as shown:
        pod = next(p.metadata.name for p in shown.cluster.objects(PODS) if FRONT in p.metadata.name)
        await open_on(shown, pod, "ctrl+d", DeleteDialog)

        await shown.until(lambda: "1 pod is replaced by a new one." in consequences(shown))

        assert pod in consequences(shown)
        assert not asked(shown)


async def test_the_preview_follows_the_cluster():
    async with running() as shown:
        await open_on(shown, FRONT, "minus", ScaleDialog)
        await shown.until(lambda: "1 pod goes for good." in consequences(shown))

        await shown.cluster.client.scale(PODCLIQUES, FRONT, 5, "default")

        await shown.until(lambda: "3 pods go for good." in consequences(shown))


# What it takes to act


async def test_without_the_gangs_name_nothing_is_scaled():
    async with running() as shown:
        await open_on(shown, WORKER, "minus", ScaleDialog)
        await shown.until(lambda: asked(shown))

        shown.screen.query_one("#act", Button).press()
        await shown.until(lambda: shown.screen.query_one("#phrase", Input).has_focus)
        await shown.type("gang-set-1")
        await shown.press("enter")

        assert isinstance(shown.screen, ScaleDialog)
        problem = shown.screen.query_one("#problem", Static)
        assert str(problem.content) == f"Type {GANG} first."
        await shown.press("escape")
        assert replicas(shown) == 2


async def test_the_typed_name_scales():
    async with running() as shown:
        await open_on(shown, WORKER, "minus", ScaleDialog)
        await shown.until(lambda: asked(shown))
        shown.screen.query_one("#phrase", Input).focus()

        await shown.type(GANG)
        assert shown.screen.query_one("#replicas", Input).value == "1"
        await shown.press("enter")

        await shown.until(lambda: replicas(shown) == 1)


async def test_a_name_typed_while_cancel_has_the_focus_goes_to_its_field():
    async with running() as shown:
        await open_on(shown, WORKER, "minus", ScaleDialog)
        await shown.until(lambda: asked(shown))

        await shown.type(GANG)
        assert shown.screen.query_one("#replicas", Input).value == "1"
        await shown.press("enter")

        await shown.until(lambda: replicas(shown) == 1)


@pytest.mark.parametrize(
    ("key", "dialog"), [("minus", ScaleDialog), ("ctrl+d", DeleteDialog)], ids=["scale", "delete"]
)
async def test_a_name_that_arrives_in_one_burst_is_taken_whole(key, dialog):
    async with running() as shown:
        await open_on(shown, WORKER, key, dialog)
        await shown.until(lambda: asked(shown))
        phrase = shown.screen.query_one("#phrase", Input)

        for character in GANG:
            name = "minus" if character == "-" else character
            shown.app.post_message(events.Key(name, character))

        await shown.until(lambda: phrase.has_focus)
        await shown.pilot.pause()
        assert phrase.value == GANG


async def test_a_pasted_name_is_taken_whole():
    async with running() as shown:
        await open_on(shown, "gang-set", "ctrl+d", DeleteDialog)
        await shown.until(lambda: asked(shown))

        shown.app.post_message(events.Paste(f"{GANG}\n"))
        await shown.until(lambda: shown.screen.query_one("#phrase", Input).has_focus)
        await shown.press("enter")

        await shown.until(lambda: shown.cluster.object(PODCLIQUESETS, "gang-set") is None)


async def test_the_typed_name_deletes_the_set():
    async with running() as shown:
        await open_on(shown, "gang-set", "ctrl+d", DeleteDialog)
        await shown.until(lambda: asked(shown))
        shown.screen.query_one("#phrase", Input).focus()

        await shown.type(GANG)
        await shown.press("enter")

        await shown.until(lambda: shown.cluster.object(PODCLIQUESETS, "gang-set") is None)


async def test_a_name_typed_for_one_number_is_asked_again_for_another_gang():
    async with running() as shown:
        await open_on(shown, WORKER, "minus", ScaleDialog)
        await shown.until(lambda: asked(shown))

        await shown.press("plus")

        await shown.until(lambda: not asked(shown))
        assert shown.screen.query_one("#replicas", Input).value == "2"


async def test_a_harmless_act_needs_no_name():
    async with running() as shown:
        await open_on(shown, FRONT, "plus", ScaleDialog)

        await shown.press("tab", "enter")

        await shown.until(lambda: replicas(shown, FRONT) == 4)


async def test_an_answer_before_the_preview_waits_for_it(monkeypatch):
    gate = asyncio.Event()
    whole = Outlook.preview

    async def slow(self, changes):
        await gate.wait()
        return await whole(self, changes)

    monkeypatch.setattr(Outlook, "preview", slow)
    async with running() as shown:
        await open_on(shown, FRONT, "plus", ScaleDialog)
        await shown.press("tab", "enter")
        assert isinstance(shown.screen, ScaleDialog)
        assert replicas(shown, FRONT) == 3

        gate.set()

        await shown.until(lambda: replicas(shown, FRONT) == 4)


async def test_an_answer_before_a_grave_preview_is_not_yet_a_yes(monkeypatch):
    gate = asyncio.Event()
    whole = Outlook.preview

    async def slow(self, changes):
        await gate.wait()
        return await whole(self, changes)

    monkeypatch.setattr(Outlook, "preview", slow)
    async with running() as shown:
        await open_on(shown, WORKER, "minus", ScaleDialog)
        await shown.press("tab", "enter")

        gate.set()

        await shown.until(lambda: shown.screen.query_one("#phrase", Input).has_focus)
        assert replicas(shown) == 2


async def test_what_cannot_be_worked_out_asks_for_the_objects_name(monkeypatch, caplog):
    async def broken(self, changes):
        raise RuntimeError("out of order")

    monkeypatch.setattr(Outlook, "preview", broken)
    async with running() as shown:
        await open_on(shown, FRONT, "plus", ScaleDialog)
        await shown.until(lambda: asked(shown))
        assert "could not be worked out" in shown.words()
        shown.screen.query_one("#phrase", Input).focus()

        await shown.type(FRONT)
        await shown.press("enter")

        await shown.until(lambda: replicas(shown, FRONT) == 4)


# B: only looking


async def test_b_shows_what_would_happen_and_changes_nothing():
    async with running() as shown:
        await open_on(shown, WORKER, "B", PreviewDialog)
        await shown.until(lambda: "below its minAvailable 2" in consequences(shown))
        before = shown.cluster.revision

        await shown.press("right")
        await shown.until(lambda: "1 pod comes; it fits." in consequences(shown))
        await shown.press("right")
        await shown.until(lambda: f"Stops gang {GANG}" in consequences(shown))
        await shown.press("enter", "escape")

        assert not isinstance(shown.screen, PreviewDialog)
        assert shown.cluster.revision == before


async def test_b_on_a_node_tells_what_its_loss_would_do():
    async with running() as shown:
        node = next(p.spec.node_name for p in shown.cluster.objects(PODS))
        table = shown.table("nodes")
        table.focus()
        key = await shown.until(
            lambda: next((k for k in shown.rows("nodes") if str(k) == node), None)
        )
        await shown.until(lambda: table.has_focus and table.move_to(key))
        before = {pod.metadata.name for pod in shown.cluster.objects(PODS)}

        await shown.press("B")
        await shown.until(lambda: isinstance(shown.screen, PreviewDialog))

        await shown.until(lambda: "replaced by" in consequences(shown))
        assert shown.cluster.the(NODES, node).spec.unschedulable is False
        assert {pod.metadata.name for pod in shown.cluster.objects(PODS)} == before


async def test_b_works_with_read_only():
    async with running(read_only=True) as shown:
        await open_on(shown, WORKER, "B", PreviewDialog)

        await shown.until(lambda: "below its minAvailable 2" in consequences(shown))


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
@pytest.mark.parametrize(
    ("name", "key", "dialog"),
    [("gang-set", "ctrl+d", DeleteDialog), (WORKER, "minus", ScaleDialog)],
    ids=["delete", "scale"],
)
async def test_the_answers_stay_on_the_screen(size, name, key, dialog):
    async with running(size=size) as shown:
        await open_on(shown, name, key, dialog)
        await shown.until(lambda: asked(shown))
        await shown.pilot.pause()

        frame = shown.screen.query_one("#frame").region
        assert frame.bottom <= size[1]
        for selector in ("#cancel", "#act", "#phrase"):
            region = shown.screen.query_one(selector).region
            assert region.height == 1
            assert frame.contains_region(region)
