"""The node map: what it shows follows the cluster, and its keys cordon and drain the right node."""

from textual.widgets import Button, Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import NODES, PODS
from grove_tui.screens.confirm import ConfirmDialog
from grove_tui.screens.consequences import Consequences
from grove_tui.screens.drain import DrainDialog
from grove_tui.screens.nodes_screen import NodesScreen
from grove_tui.widgets.live_table import LiveTable
from grove_tui.widgets.node_map import NodeMap
from grove_tui.widgets.segments import Segments
from tests.faults import FaultyTransport, status_response
from tests.reconcile.manifests import clique, podcliqueset
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


async def opened(shown):
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.until(lambda: shown.row(f"{CLIQUE}-bbbbb"))
    await shown.until(lambda: all(pod.status.phase == "Running" for pod in pods(shown)))
    await shown.select(f"{CLIQUE}-aaaaa")
    await shown.press("t")
    await shown.until(lambda: isinstance(shown.screen, NodesScreen))
    await shown.pilot.pause()


def pods(shown):
    return shown.cluster.objects(PODS)


def node_map(shown):
    return shown.screen.query_one(NodeMap)


def cell(shown, name):
    widget = node_map(shown)
    key = next(key for key in widget._order.keys if key.name == name)
    return widget._cells[key]


def facts(shown):
    return str(shown.screen.query_one("#facts", Static).content)


def heading(shown):
    return [cell.text for cell in shown.screen.query_one("#heading", Segments).left]


def node_of(shown, pod):
    return next(p.spec.node_name for p in pods(shown) if p.metadata.name == pod)


def pods_on_it(shown):
    source = shown.screen.query_one("#node-pods", LiveTable).source
    assert source is not None
    return list(source.keys())


def consequences(shown):
    return shown.screen.query_one(Consequences).text


async def go_to(shown, name):
    widget = node_map(shown)
    widget.move_to(next(key for key in widget._order.keys if key.name == name))
    await shown.pilot.pause()


async def test_pods_are_the_letters_of_their_gang_and_its_nodes_are_lit():
    async with dashboard() as shown:
        await opened(shown)
        busy = node_of(shown, f"{CLIQUE}-aaaaa")

        await shown.until(lambda: set(cell(shown, busy).pods.text) == {"A"})
        assert cell(shown, busy).is_lit
        others = {node.metadata.name for node in shown.cluster.objects(NODES)}
        idle = others - {pod.spec.node_name for pod in pods(shown)}
        assert not any(cell(shown, name).is_lit for name in idle)
        assert "cpu 32/32" in cell(shown, idle.pop()).room or "cpu" in cell(shown, busy).room


async def test_a_node_says_which_gangs_would_breach_without_it():
    async with dashboard() as shown:
        await opened(shown)
        busy = node_of(shown, f"{CLIQUE}-aaaaa")

        # The map opens at the node of the pod that was selected.
        assert node_map(shown).cursor_key.name == busy
        assert "If it died, these would breach:" in facts(shown)
        assert f"{CLIQUE} " in facts(shown)
        assert f"{CLIQUE}-aaaaa" in [str(key) for key in pods_on_it(shown)]


async def test_cordon_and_uncordon_ask_first_and_the_map_follows():
    async with dashboard() as shown:
        await opened(shown)
        name = shown.cluster.objects(NODES)[1].metadata.name
        await go_to(shown, name)

        await shown.press("c")
        await shown.until(lambda: isinstance(shown.screen, ConfirmDialog))
        await shown.press("enter")  # on Cancel
        assert not shown.cluster.the(NODES, name).spec.unschedulable

        await shown.press("c")
        await shown.until(lambda: isinstance(shown.screen, ConfirmDialog))
        await shown.press("right", "enter")
        await shown.until(lambda: shown.cluster.the(NODES, name).spec.unschedulable)
        await shown.until(lambda: cell(shown, name).badge == "⊘")
        await shown.until(lambda: "⊘ 1 cordoned" in heading(shown))

        await shown.press("u")
        await shown.until(lambda: isinstance(shown.screen, ConfirmDialog))
        await shown.press("right", "enter")
        await shown.until(lambda: not shown.cluster.the(NODES, name).spec.unschedulable)
        await shown.until(lambda: cell(shown, name).badge == "")


async def test_a_drained_node_has_lost_its_pods_and_the_end_is_said():
    async with dashboard() as shown:
        await opened(shown)
        pod = f"{CLIQUE}-aaaaa"
        name = node_of(shown, pod)
        gone = [p.metadata.name for p in pods(shown) if p.spec.node_name == name]
        await go_to(shown, name)

        await shown.press("D")
        await shown.until(lambda: isinstance(shown.screen, DrainDialog))
        assert shown.app.focused is shown.screen.query_one("#cancel", Button)
        assert "Nobody makes these anew elsewhere" in consequences(shown)
        await shown.press("right", "enter")
        state = shown.screen.query_one("#state", Static)
        await shown.until(lambda: "is drained" in str(state.content), seconds=30)

        assert shown.cluster.the(NODES, name).spec.unschedulable
        assert not {p.metadata.name for p in pods(shown)} & set(gone)
        await shown.press("enter")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))
        await shown.until(lambda: any("is drained" in said for said in shown.said()))


async def run_gangs(cluster):
    """Run a gang of one pod, and one of two of which one is enough."""
    for name, replicas in (("lone", 1), ("pair", 2)):
        manifest = podcliqueset(name, [clique("worker", replicas, 1)], delay="4h")
        await cluster.client.create(PODCLIQUESETS, manifest, "default")
    await cluster.until(lambda: len(cluster.objects(PODS)) == 3)
    await cluster.until(lambda: all(p.status.phase == "Running" for p in cluster.objects(PODS)))
    await cluster.until(lambda: cluster.the(PODCLIQUES, "lone-0-worker").status.ready_replicas == 1)


def pods_in(cluster, pcs):
    return [p for p in cluster.objects(PODS) if p.metadata.name.startswith(f"{pcs}-0")]


def pods_of(shown, pcs):
    return pods_in(shown.cluster, pcs)


async def open_drain(shown, pcs):
    """Open the dialog on the node of the set's first pod; returns the node and its pods."""
    await shown.select(f"{pcs}-0")
    await shown.press("t")
    await shown.until(lambda: isinstance(shown.screen, NodesScreen))
    await shown.pilot.pause()
    name = pods_of(shown, pcs)[0].spec.node_name
    await go_to(shown, name)
    await shown.press("D")
    await shown.until(lambda: isinstance(shown.screen, DrainDialog))
    return name, {p.metadata.name for p in pods(shown) if p.spec.node_name == name}


async def test_the_drain_dialog_says_which_pods_go_and_where_new_ones_fit():
    async with dashboard(reconcile=True, prepare=run_gangs) as shown:
        node, leaving = await open_drain(shown, "pair")

        await shown.until(lambda: "Pods that go" in consequences(shown))

        text = consequences(shown)
        assert all(f"{pod}  on {node}" in text for pod in leaving)
        assert "fits on fake-node-" in text
        assert f"fits on {node}" not in text
        assert shown.app.focused is shown.screen.query_one("#cancel", Button)
        await shown.press("enter")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))
        assert not shown.cluster.the(NODES, node).spec.unschedulable
        assert leaving <= {p.metadata.name for p in pods(shown)}


async def run_on_one_node(cluster):
    """Run the gangs, and let no other node than that of the lone pod take new pods."""
    await run_gangs(cluster)
    busy = pods_in(cluster, "lone")[0].spec.node_name
    for node in cluster.objects(NODES):
        if node.metadata.name != busy:
            patch = {"spec": {"unschedulable": True}}
            await cluster.client.patch(NODES, node.metadata.name, patch)


async def test_a_drain_tells_which_gangs_would_be_recycled_and_when():
    async with dashboard(reconcile=True, prepare=run_on_one_node) as shown:
        await open_drain(shown, "lone")
        await shown.until(lambda: "Pods that go" in consequences(shown))

        text = consequences(shown)
        assert "lone-0-worker has 0 pods left, below its minAvailable 1." in text
        assert "In 4h (terminationDelay), 1 pod of gang lone-0 is deleted" in text
        assert "Gang lone-0 cannot start: its pod finds no node" in text


async def test_a_drain_that_ends_a_gang_asks_for_its_name():
    async with dashboard(reconcile=True, prepare=run_on_one_node) as shown:
        node, leaving = await open_drain(shown, "lone")
        await shown.until(lambda: shown.screen.query_one("#agreement").has_class("-asked"))
        phrase = str(shown.screen.query_one("#question", Static).content).split()[-4]

        await shown.press("tab", "enter")
        problem = shown.screen.query_one("#problem", Static)
        await shown.until(lambda: str(problem.content) == f"Type {phrase} first.")
        assert not shown.cluster.the(NODES, node).spec.unschedulable
        await shown.type(phrase)
        await shown.press("enter")

        state = shown.screen.query_one("#state", Static)
        await shown.until(lambda: "is drained" in str(state.content))
        assert shown.cluster.the(NODES, node).spec.unschedulable
        assert not leaving & {p.metadata.name for p in pods(shown)}
        assert not shown.screen.query_one("#agreement").has_class("-asked")


async def test_a_refused_eviction_is_told_and_a_drain_can_be_stopped():
    async with dashboard() as shown:
        await opened(shown)
        pod = f"{CLIQUE}-aaaaa"
        await go_to(shown, node_of(shown, pod))
        assert shown.app.session is not None
        client = shown.app.session.client
        refusing = FaultyTransport(client.transport)
        refusing.rules.append(
            lambda request: (
                status_response(429, "the budget is spent")
                if request.path.endswith("/eviction")
                else None
            )
        )
        client.transport = refusing

        await shown.press("D")
        await shown.until(lambda: isinstance(shown.screen, DrainDialog))
        await shown.press("right", "enter")
        await shown.until(lambda: "the budget is spent" in consequences(shown))
        await shown.press("enter")  # on Stop
        problem = shown.screen.query_one("#problem", Static)
        await shown.until(lambda: "stays cordoned" in str(problem.content))

        await shown.press("escape")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))
        assert shown.cluster.object(PODS, pod) is not None


async def test_read_only_refuses_with_the_reason():
    async with dashboard(read_only=True) as shown:
        await create_set(shown.cluster)
        await shown.press("t")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))

        await shown.press("c", "u", "D")

        assert isinstance(shown.screen, NodesScreen)
        (said,) = shown.said()
        assert said.startswith("3 x ")
        assert "--read-only" in said


async def test_a_node_that_is_gone_is_not_drained():
    async with dashboard() as shown:
        await opened(shown)
        name = shown.cluster.objects(NODES)[0].metadata.name
        await go_to(shown, name)
        await shown.press("D")
        await shown.until(lambda: isinstance(shown.screen, DrainDialog))

        await shown.cluster.client.delete(NODES, name)
        problem = shown.screen.query_one("#problem", Static)
        await shown.until(lambda: "is gone already" in str(problem.content))
        await shown.press("right", "enter")

        await shown.until(lambda: isinstance(shown.screen, NodesScreen))


async def test_enter_leads_from_the_map_over_a_pod_into_the_tree():
    async with dashboard() as shown:
        await opened(shown)
        await go_to(shown, node_of(shown, f"{CLIQUE}-bbbbb"))

        await shown.press("enter")
        await shown.until(lambda: getattr(shown.app.focused, "id", "") == "node-pods")
        wanted = next(key for key in pods_on_it(shown) if str(key) == f"{CLIQUE}-bbbbb")
        shown.screen.query_one("#node-pods", LiveTable).move_to(wanted)
        await shown.press("enter")

        await shown.until(lambda: shown.screen is shown.app.main_screen)
        assert str(shown.tree.cursor_key) == f"{CLIQUE}-bbbbb"
