"""The node map: what it shows follows the cluster, and its keys cordon and drain the right node."""

from textual.widgets import Button, Static

from grove_tui.kube.resources import NODES, PODS
from grove_tui.screens.confirm import ConfirmDialog
from grove_tui.screens.drain import DrainDialog
from grove_tui.screens.nodes_screen import NodesScreen
from grove_tui.widgets.live_table import LiveTable
from grove_tui.widgets.node_map import NodeMap
from grove_tui.widgets.segments import Segments
from tests.faults import FaultyTransport, status_response
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

        await go_to(shown, busy)

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
        text = str(shown.screen.query_one("#text", Static).content)
        assert "Nobody makes these anew elsewhere" in text
        await shown.press("right", "enter")
        state = shown.screen.query_one("#state", Static)
        await shown.until(lambda: "is drained" in str(state.content), seconds=30)

        assert shown.cluster.the(NODES, name).spec.unschedulable
        assert not {p.metadata.name for p in pods(shown)} & set(gone)
        await shown.press("enter")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))
        await shown.until(lambda: any("is drained" in said for said in shown.said()))


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
        text = shown.screen.query_one("#text", Static)
        await shown.until(lambda: "the budget is spent" in str(text.content))
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
        assert len([said for said in shown.said() if "--read-only" in said]) == 3


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
