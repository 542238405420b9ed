"""Why, on the screen: the answer follows the cluster and leads to what it is about."""

from grove_tui.api.objects import PODCLIQUES
from grove_tui.kube.client import PatchType
from grove_tui.kube.resources import NODES, PODS
from grove_tui.screens.explain import ExplainScreen
from grove_tui.view.tree import Tree
from grove_tui.widgets.blocks import BlockItem
from grove_tui.widgets.live_table import LiveTable
from tests.screens.live import create_clique, create_set, dashboard
from tests.screens.still import app_of, fill, guide_world, still_session

CLIQUE = "sim-0-worker"


def text(shown):
    return "\n".join(
        line.text for item in shown.screen.query(BlockItem) for line in item.block.lines
    )


async def open_on(shown, name):
    await shown.select(name)
    await shown.press("X")
    await shown.until(lambda: isinstance(shown.screen, ExplainScreen))


async def create_pending(cluster):
    """Create a clique whose pods ask for a node with a label that none has."""
    await create_set(cluster)
    await create_clique(cluster, replicas=0, spec={"replicas": 2})
    labels = cluster.the(PODCLIQUES, CLIQUE).metadata.labels | {"grove.io/podclique": CLIQUE}
    for letter in "ab":
        spec = {
            "containers": [{"name": "main", "image": "nginx"}],
            "tolerations": [{"operator": "Exists"}],
            "nodeSelector": {"fast": "yes"},
        }
        metadata = {"name": f"{CLIQUE}-{letter * 5}", "namespace": "default", "labels": labels}
        await cluster.client.create(PODS, {"metadata": metadata, "spec": spec}, "default")


async def test_a_pending_pod_is_explained_and_the_answer_follows_the_cluster():
    async with dashboard() as shown:
        await create_pending(shown.cluster)
        await shown.until(lambda: shown.row(f"{CLIQUE}-aaaaa"))

        await open_on(shown, f"{CLIQUE}-aaaaa")
        await shown.until(lambda: "No node fits" in text(shown))
        assert "nodeSelector" in text(shown)
        assert "What to do next" in text(shown)

        node = shown.cluster.objects(NODES)[0].metadata.name
        patch = {"metadata": {"labels": {"fast": "yes"}}}
        await shown.cluster.client.patch(NODES, node, patch, type=PatchType.MERGE)
        await shown.until(lambda: "running and ready" in text(shown), seconds=30)


async def test_enter_goes_to_what_a_cause_is_about():
    async with dashboard() as shown:
        await create_pending(shown.cluster)
        await shown.until(lambda: shown.row(f"{CLIQUE}-aaaaa"))
        await shown.select(CLIQUE)
        await shown.press("enter")
        assert shown.row(f"{CLIQUE}-aaaaa") is None

        await open_on(shown, CLIQUE)
        await shown.until(lambda: "No node fits" in text(shown))
        items = [item for item in shown.screen.query(BlockItem) if item.block.is_link]
        wanted = next(
            i for i, item in enumerate(items) if "No node fits" in item.block.lines[0].text
        )
        await shown.press(*["j"] * wanted, "enter")

        assert shown.screen is shown.app.main_screen
        assert str(shown.tree.cursor_key).startswith(f"{CLIQUE}-")
        assert shown.app.focused is shown.tree


async def test_what_is_gone_is_said_to_be_gone():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.until(lambda: shown.row(f"{CLIQUE}-aaaaa"))
        await open_on(shown, f"{CLIQUE}-aaaaa")

        await shown.cluster.client.delete(PODS, f"{CLIQUE}-aaaaa", "default")
        await shown.until(lambda: "does not exist" in text(shown))
        await shown.press("enter")

        assert isinstance(shown.screen, ExplainScreen)
        assert any("not there any more" in said for said in shown.said())


async def test_keys_act_on_what_the_focused_cause_is_about():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.until(lambda: shown.row(CLIQUE))
        await open_on(shown, CLIQUE)

        await shown.press("ctrl+d", "right", "enter")

        await shown.until(lambda: not shown.cluster.objects(PODCLIQUES))


async def test_markup_of_the_cluster_is_text():
    session = still_session()
    fill(session.informers, guide_world())
    app = app_of(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause(0.1)
        tree = app.main_screen.query_one("#tree", LiveTable)
        assert isinstance(tree.source, Tree)
        tree.move_to(next(key for key in Tree.keys(tree.source) if str(key).endswith("-1")))
        await pilot.press("X")
        await pilot.pause(0.1)

        lines = "\n".join(str(item.render()) for item in app.screen.query(BlockItem))
        assert "[/bar] [b]not markup[/b]" in lines
        assert app._exception is None
