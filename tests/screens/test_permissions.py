"""Keys that cannot be used are greyed with the reason: permissions, --read-only, a lost cluster."""

import asyncio

from textual.command import CommandList, CommandPalette
from textual.widgets import Input, OptionList, Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import NAMESPACES, NODES, PODS
from grove_tui.kube.transport import Request
from grove_tui.screens.apply import ApplyDialog
from grove_tui.screens.document import DocumentScreen
from grove_tui.screens.drain import DrainDialog
from grove_tui.screens.logs import LogsScreen
from grove_tui.screens.nodes_screen import NodesScreen
from grove_tui.screens.scale import ScaleDialog
from grove_tui.screens.scale_several import ScaleSeveralDialog
from grove_tui.screens.text import TextScreen
from grove_tui.view.keys import Key, Kind
from grove_tui.widgets.key_bar import KeyBar
from grove_tui.widgets.node_map import NodeMap
from tests.faults import FaultyTransport, status_response
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"
DENIED = "You may not update podcliques/scale in namespace default."
REVIEWS = "/selfsubjectaccessreviews"


def forbidding(judge):
    """Return what lets the cluster's own authorizer deny all that `judge` says yes to."""

    async def prepare(cluster):
        cluster.demo.api.authorize = lambda asked: not judge(asked)

    return prepare


def no_scaling(asked):
    return asked.subresource == "scale" and asked.verb == "update"


async def filled(shown):
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.select(CLIQUE)


def greyed(shown):
    bar = shown.screen.query_one(KeyBar)
    return {hint.text for hint in bar.hints_shown() if not hint.is_usable}


def footer(shown):
    return shown.screen.query_one(KeyBar).render_line(0).text


def replicas(shown):
    return shown.cluster.the(PODCLIQUES, CLIQUE).spec.replicas


async def test_a_denied_key_is_greyed_and_says_why_instead_of_acting():
    async with dashboard(prepare=forbidding(no_scaling)) as shown:
        await filled(shown)
        await shown.until(lambda: "Scale" in greyed(shown))
        assert "(s Scale)" in footer(shown)
        assert "Delete" not in greyed(shown)

        await shown.press("s")

        assert not isinstance(shown.screen, ScaleDialog)
        assert DENIED in shown.said()
        assert replicas(shown) == 2


async def test_a_click_on_a_greyed_key_says_why():
    async with dashboard(prepare=forbidding(no_scaling)) as shown:
        await filled(shown)
        await shown.until(lambda: "Scale" in greyed(shown))

        await shown.pilot.click(KeyBar, offset=(footer(shown).index("Scale") + 1, 0))

        await shown.until(lambda: DENIED in shown.said())


async def test_pointing_at_a_greyed_key_says_why():
    async with dashboard(prepare=forbidding(no_scaling)) as shown:
        await filled(shown)
        await shown.until(lambda: "Scale" in greyed(shown))
        bar = shown.screen.query_one(KeyBar)

        await shown.pilot.hover(KeyBar, offset=(footer(shown).index("Scale") + 1, 0))
        assert str(bar.tooltip) == DENIED

        await shown.pilot.hover(KeyBar, offset=(footer(shown).index("Describe") + 1, 0))
        assert bar.tooltip is None


async def test_help_has_greyed_keys_below_their_reason():
    async with dashboard(prepare=forbidding(no_scaling)) as shown:
        await filled(shown)
        await shown.until(lambda: "Scale" in greyed(shown))

        await shown.press("question_mark")
        await shown.until(lambda: isinstance(shown.screen, TextScreen))

        lines = str(shown.screen.query_one("#text", Static).content).splitlines()
        at = lines.index(f"  {DENIED}")
        assert [line.split()[0] for line in lines[at + 1 : at + 4]] == ["(s)", "(+)", "(-)"]
        assert any(line.split()[:2] == ["^d", "Delete"] for line in lines[:at])


async def test_the_palette_says_why_and_its_command_as_well():
    async with dashboard(prepare=forbidding(no_scaling)) as shown:
        await filled(shown)
        await shown.until(lambda: "Scale" in greyed(shown))

        await shown.press("ctrl+p")
        await shown.until(lambda: isinstance(shown.screen, CommandPalette))
        shown.screen.query_one(Input).value = "Scale to one more"
        found = shown.screen.query_one(CommandList)
        await shown.until(lambda: found.option_count and "(Scale to one more)" in prompt(found))
        assert DENIED in prompt(found)

        await shown.press("enter")
        await shown.until(lambda: DENIED in shown.said())
        assert replicas(shown) == 2


def prompt(found):
    return str(found.get_option_at_index(0).prompt)


async def test_namespaces_are_judged_one_by_one():
    def only_in_default(asked):
        return no_scaling(asked) and asked.namespace == "default"

    async with dashboard(prepare=forbidding(only_in_default)) as shown:
        await filled(shown)
        pods = {"containers": [{"name": "m", "image": "x"}]}
        clique = {"name": "w", "spec": {"roleName": "w", "replicas": 1, "podSpec": pods}}
        body = {
            "metadata": {"name": "free", "namespace": "other"},
            "spec": {"replicas": 1, "template": {"cliques": [clique]}},
        }
        await shown.cluster.client.create(NAMESPACES, {"metadata": {"name": "other"}})
        await shown.cluster.client.create(PODCLIQUESETS, body, "other")
        await shown.until(lambda: "Scale" in greyed(shown))

        await shown.select("other/free" if shown.row("other/free") else "free")
        await shown.until(lambda: "Scale" not in greyed(shown))
        await shown.select(CLIQUE)
        await shown.until(lambda: "Scale" in greyed(shown))


async def test_a_role_that_names_the_object_is_enough():
    def all_but_one(asked):
        return no_scaling(asked) and asked.name != CLIQUE

    async with dashboard(prepare=forbidding(all_but_one)) as shown:
        await filled(shown)
        await create_set(shown.cluster, "barred")
        await create_clique(shown.cluster, "barred")
        await shown.select("barred-0-worker")
        await shown.until(lambda: "Scale" in greyed(shown))

        await shown.select(CLIQUE)
        await shown.until(lambda: "Scale" not in greyed(shown))
        await shown.press("s")

        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))


class Slow(FaultyTransport):
    """Never answers a review."""

    async def request(self, request, timeout=30):  # noqa: ASYNC109 - the signature of transports
        if REVIEWS in request.path:
            await asyncio.Event().wait()
        return await super().request(request, timeout)


async def test_nothing_waits_for_the_questions():
    async with dashboard(wrap=Slow, prepare=forbidding(no_scaling)) as shown:
        await filled(shown)
        assert "Scale" not in greyed(shown)

        await shown.press("s")

        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))


async def test_a_server_without_reviews_leaves_every_key_lit():
    asked: list[Request] = []

    def rule(request):
        if REVIEWS in request.path:
            asked.append(request)
            return status_response(404)
        return None

    def wrap(transport):
        return FaultyTransport(transport, rules=[rule])

    async with dashboard(wrap=wrap) as shown:
        await filled(shown)
        await shown.until(lambda: len(asked) > 7)

        assert greyed(shown) == set()


async def test_what_the_server_refuses_after_all_is_one_sentence():
    async with dashboard() as shown:
        await filled(shown)
        await shown.press("s")
        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))
        shown.cluster.demo.api.authorize = lambda asked: not no_scaling(asked)

        await shown.press("plus", "enter", "enter")

        said = await shown.until(lambda: [s for s in shown.said() if "may not scale" in s])
        assert said[0].startswith(f"You may not scale PodClique {CLIQUE}: ")
        assert 'cannot update resource "podcliques/scale"' in said[0]
        assert replicas(shown) == 2


async def test_logs_that_may_not_be_read_are_said_to_be_so():
    def no_logs(asked):
        return asked.subresource == "log"

    async with dashboard(prepare=forbidding(no_logs)) as shown:
        await filled(shown)
        await shown.until(lambda: "Logs" in greyed(shown))

        await shown.press("l")

        assert not isinstance(shown.screen, LogsScreen)
        assert "You may not get pods/log in namespace default." in shown.said()


async def test_nodes_that_may_not_be_changed():
    def no_nodes(asked):
        return asked.resource == "nodes" and asked.verb == "patch"

    async with dashboard(prepare=forbidding(no_nodes)) as shown:
        await filled(shown)
        await shown.press("t")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))
        await shown.until(lambda: {"Cordon", "Drain"} <= greyed(shown))

        await shown.press("c")

        assert "You may not patch nodes." in shown.said()
        assert not any(node.spec.unschedulable for node in shown.cluster.objects(NODES))


async def test_a_drain_needs_evictions_where_the_pods_are():
    def no_evictions(asked):
        return asked.subresource == "eviction" and asked.namespace == "default"

    async with dashboard(prepare=forbidding(no_evictions)) as shown:
        await filled(shown)
        pods = await shown.until(lambda: [p for p in shown.cluster.objects(PODS) if bound(p)])
        await shown.press("t")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))
        await go_to_node(shown, pods[0].spec.node_name)
        await shown.until(lambda: "Drain" in greyed(shown))
        assert "Cordon" not in greyed(shown)

        await shown.press("D")

        assert "You may not create pods/eviction in namespace default." in shown.said()
        assert not isinstance(shown.screen, DrainDialog)
        assert len(shown.cluster.objects(PODS)) == 2


async def test_an_empty_node_is_drained_without_the_right_to_evict():
    def no_evictions(asked):
        return asked.subresource == "eviction"

    async with dashboard(prepare=forbidding(no_evictions)) as shown:
        await filled(shown)
        pods = await shown.until(lambda: [p for p in shown.cluster.objects(PODS) if bound(p)])
        used = {pod.spec.node_name for pod in pods}
        names = [node.metadata.name for node in shown.cluster.objects(NODES)]
        await shown.press("t")
        await shown.until(lambda: isinstance(shown.screen, NodesScreen))
        await go_to_node(shown, pods[0].spec.node_name)
        await shown.until(lambda: "Drain" in greyed(shown))

        await go_to_node(shown, next(name for name in names if name not in used))

        await shown.until(lambda: "Drain" not in greyed(shown))


def bound(pod):
    return bool(pod.spec.node_name)


async def go_to_node(shown, name):
    node_map = shown.screen.query_one(NodeMap)
    await shown.until(lambda: node_map.move_to(node_key(shown, name)))
    await shown.pilot.pause()


def node_key(shown, name):
    book = shown.app.main_screen.book
    return book.current(Key(Kind.NODE, "", name))


async def test_apply_is_greyed_for_who_may_write_no_set():
    def no_sets(asked):
        return asked.resource == "podcliquesets" and asked.verb in ("create", "patch")

    async with dashboard(prepare=forbidding(no_sets)) as shown:
        await shown.until(lambda: "Apply" in greyed(shown))

        await shown.press("a")

        assert not isinstance(shown.screen, ApplyDialog)
        assert "You may not create podcliquesets in namespace default." in shown.said()


async def test_apply_is_lit_where_some_set_may_be_written():
    def only_sim(asked):
        is_write = asked.resource == "podcliquesets" and asked.verb in ("create", "patch")
        return is_write and not (asked.verb == "patch" and asked.name == "sim")

    async def prepare(cluster):
        await create_set(cluster)
        await create_clique(cluster)
        await forbidding(only_sim)(cluster)

    async with dashboard(prepare=prepare) as shown:
        await shown.select(CLIQUE)
        await shown.until(lambda: "Apply" in greyed(shown))

        await shown.select("sim")

        await shown.until(lambda: "Apply" not in greyed(shown))
        await shown.press("a")
        await shown.until(lambda: isinstance(shown.screen, ApplyDialog))


async def free_clique(shown):
    """Create a set in another namespace, with its clique."""
    await shown.cluster.client.create(NAMESPACES, {"metadata": {"name": "other"}})
    labels = {
        "app.kubernetes.io/managed-by": "grove-operator",
        "app.kubernetes.io/part-of": "free",
        "grove.io/podcliqueset-replica-index": "0",
    }
    spec = {
        "roleName": "w",
        "replicas": 1,
        "podSpec": {"containers": [{"name": "m", "image": "x"}]},
    }
    body = {
        "metadata": {"name": "free", "namespace": "other"},
        "spec": {"replicas": 1, "template": {"cliques": [{"name": "w", "spec": spec}]}},
    }
    await shown.cluster.client.create(PODCLIQUESETS, body, "other")
    clique = {"metadata": {"name": "free-0-w", "namespace": "other", "labels": labels}}
    await shown.cluster.client.create(PODCLIQUES, {**clique, "spec": spec}, "other")


async def mark(shown, *names):
    for name in names:
        await shown.select(name)
        await shown.press("space")


async def test_marked_rows_are_judged_in_their_own_namespaces():
    def only_in_default(asked):
        return no_scaling(asked) and asked.namespace == "default"

    async with dashboard(prepare=forbidding(only_in_default)) as shown:
        await filled(shown)
        await free_clique(shown)
        await mark(shown, CLIQUE, "free-0-w")
        await shown.select("sim")
        await shown.until(lambda: shown.session.permissions.has_denials)

        await shown.press("s")
        await shown.until(lambda: isinstance(shown.screen, ScaleSeveralDialog))
        assert "in other" in shown.words()
        await shown.press("plus", "1")
        await shown.until(lambda: f"Left out: PodClique {CLIQUE}: {DENIED}" in shown.words())
        await shown.press("enter", "enter")

        await shown.until(
            lambda: shown.cluster.the(PODCLIQUES, "free-0-w", "other").spec.replicas == 2
        )
        assert replicas(shown) == 2


async def test_a_key_is_greyed_where_it_is_denied_for_all_marked_rows():
    async with dashboard(prepare=forbidding(no_scaling)) as shown:
        await filled(shown)
        await create_set(shown.cluster, "more")
        await create_clique(shown.cluster, "more")
        await mark(shown, CLIQUE, "more-0-worker")
        await shown.until(lambda: "Scale" in greyed(shown))
        assert "Delete" not in greyed(shown)

        await shown.press("s")

        assert not isinstance(shown.screen, ScaleSeveralDialog)
        assert DENIED in shown.said()


async def test_the_command_line_says_why_a_command_cannot_be_used():
    async with dashboard(read_only=True) as shown:
        await filled(shown)
        await shown.press("colon", *"apply")
        options = shown.screen.query_one(OptionList)
        await shown.until(lambda: options.option_count == 1)
        assert "(Apply a manifest file) Nothing can be changed" in prompt(options)

        await shown.press("enter")

        await shown.until(lambda: "--read-only" in shown.words())
        await shown.press("escape", "escape", "ctrl+p")
        await shown.until(lambda: isinstance(shown.screen, CommandPalette))
        shown.screen.query_one(Input).value = "manifest"
        found = shown.screen.query_one(CommandList)
        await shown.until(lambda: found.option_count == 2)
        prompts = [str(found.get_option_at_index(index).prompt) for index in range(2)]
        assert all("(Apply a manifest file)" in text for text in prompts)
        assert all("--read-only" in text for text in prompts)


async def test_read_only_greys_what_writes_and_nothing_else():
    async with dashboard(read_only=True) as shown:
        await filled(shown)
        await shown.until(lambda: greyed(shown) == {"Scale", "Delete", "Edit", "Apply"})

        await shown.press("y")
        await shown.until(lambda: isinstance(shown.screen, DocumentScreen))
        await shown.press("escape", "question_mark")
        await shown.until(lambda: type(shown.screen) is TextScreen)

        words = str(shown.screen.query_one("#text", Static).content)
        assert words.count("grove-tui was started with --read-only.") == 2
        assert "(a)" in words


async def test_a_denied_edit_is_greyed_and_opens_no_editor():
    def no_patches(asked):
        return asked.verb == "patch" and asked.resource == "podcliques"

    async with dashboard(prepare=forbidding(no_patches)) as shown:
        await filled(shown)
        await shown.until(lambda: "Edit" in greyed(shown))

        await shown.press("e")

        await shown.until(
            lambda: "You may not patch podcliques in namespace default." in shown.said()
        )
