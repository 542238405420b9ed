"""Going places: the command line, tables of everything, namespaces, contexts and history."""

import pytest
from textual.events import Key
from textual.widgets import Input, OptionList, Static

from grove_tui.kube.resources import NAMESPACES, PODS
from grove_tui.screens.command import CommandScreen
from grove_tui.screens.commands import COMMANDS, prepare, suggest
from grove_tui.screens.resources import ResourceScreen
from grove_tui.screens.text import TextScreen
from grove_tui.widgets.segments import Segments
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


async def filled(shown):
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.until(lambda: shown.row(f"{CLIQUE}-bbbbb"))


async def command(shown, line):
    await shown.press("colon")
    await shown.until(lambda: isinstance(shown.screen, CommandScreen))
    shown.screen.query_one(Input).value = line
    await shown.press("enter")


def rows(shown):
    assert isinstance(shown.screen, ResourceScreen)
    return shown.screen.rows_table()


def names(shown):
    """Return the rows as they were painted last; the source may know more already."""
    return [str(key) for key in rows(shown)._order.keys]


def texts(table):
    return [cell.text for cell in table.source.row(table.cursor_key).cells]


def heading(shown):
    lines = shown.screen.query("#heading").results(Segments)
    return [cell.text for line in lines for cell in (*line.left, *line.right)]


def problem(shown):
    return str(shown.screen.query_one("#problem", Static).content)


async def in_list(shown, place):
    await shown.until(
        lambda: isinstance(shown.screen, ResourceScreen) and heading(shown)[:1] == [place]
    )


async def test_pods_are_listed_live_and_enter_opens_one_in_the_tree():
    async with dashboard() as shown:
        await filled(shown)

        await command(shown, "pods")
        await in_list(shown, "Pods")
        assert names(shown) == [f"{CLIQUE}-aaaaa", f"{CLIQUE}-bbbbb"]

        await shown.cluster.client.delete(PODS, f"{CLIQUE}-aaaaa", "default")
        await shown.until(lambda: names(shown) == [f"{CLIQUE}-bbbbb"])

        await shown.press("enter")
        await shown.until(lambda: shown.screen is shown.app.main_screen)
        assert str(shown.tree.cursor_key) == f"{CLIQUE}-bbbbb"


async def test_a_list_is_filtered_sorted_and_counted():
    async with dashboard() as shown:
        await filled(shown)
        await command(shown, "pods /bbbbb")
        await in_list(shown, "Pods")

        assert names(shown) == [f"{CLIQUE}-bbbbb"]
        await shown.until(lambda: "1 pod" in heading(shown))
        assert "/bbbbb" in heading(shown)

        await shown.press("escape")
        assert len(names(shown)) == 2
        await shown.press("N")
        assert names(shown) == [f"{CLIQUE}-bbbbb", f"{CLIQUE}-aaaaa"]
        assert "by name reversed" in heading(shown)


async def test_only_trouble_hides_what_is_well():
    async with dashboard() as shown:
        await filled(shown)
        await command(shown, "pods")
        await in_list(shown, "Pods")
        await shown.until(
            lambda: all(pod.status.phase == "Running" for pod in shown.cluster.objects(PODS))
        )

        await shown.press("ctrl+z")
        await shown.until(lambda: names(shown) == [])
        assert "only trouble" in heading(shown)

        await shown.press("ctrl+z")
        assert len(names(shown)) == 2


async def test_enter_on_an_event_goes_to_what_it_is_about():
    async with dashboard() as shown:
        await filled(shown)
        await command(shown, "events /object=sim-0-worker-aaaaa")
        await in_list(shown, "Events")
        await shown.until(lambda: names(shown))

        await shown.press("enter")

        await shown.until(lambda: shown.screen is shown.app.main_screen)
        assert str(shown.tree.cursor_key) == f"{CLIQUE}-aaaaa"


async def test_the_overview_has_a_line_for_each_gang():
    async with dashboard() as shown:
        await filled(shown)

        await command(shown, "overview")
        await in_list(shown, "Gangs")

        await shown.until(lambda: names(shown) == ["sim-0"])
        table = rows(shown)
        await shown.until(lambda: texts(table)[3] == "2/2")
        assert texts(table)[1] == "healthy"
        assert texts(table)[2] == "worker ▕██|▏ 2/2 (min 2)"


async def test_a_namespace_is_shown_alone_and_history_leads_back():
    async with dashboard() as shown:
        await filled(shown)
        await shown.cluster.client.create(NAMESPACES, {"metadata": {"name": "other"}})
        spec = {"containers": [{"name": "m", "image": "x"}]}
        body = {"metadata": {"name": "lone", "namespace": "other"}, "spec": spec}
        await shown.cluster.client.create(PODS, body, "other")

        await command(shown, "pods")
        await in_list(shown, "Pods")
        await shown.until(lambda: len(names(shown)) == 3)

        await command(shown, "ns other")
        await in_list(shown, "Pods")
        assert names(shown) == ["lone"]
        assert "namespace other" in heading(shown)
        await shown.cluster.client.delete(PODS, f"{CLIQUE}-aaaaa", "default")

        await shown.press("left_square_bracket")
        await in_list(shown, "Pods")
        await shown.until(lambda: names(shown) == [f"{CLIQUE}-bbbbb", "lone"])

        await shown.press("left_square_bracket")
        await shown.until(lambda: shown.screen is shown.app.main_screen)

        await shown.press("right_square_bracket", "right_square_bracket")
        await in_list(shown, "Pods")
        assert names(shown) == ["lone"]

        await command(shown, "ns all")
        await in_list(shown, "Pods")
        assert len(names(shown)) == 2


async def test_nodes_still_hold_the_pods_of_other_namespaces():
    async with dashboard() as shown:
        await filled(shown)
        await shown.until(lambda: all(p.spec.node_name for p in shown.cluster.objects(PODS)))

        await command(shown, "ns kube-system")
        await shown.until(lambda: shown.app.main_screen.namespace == "kube-system")
        await shown.until(lambda: not shown.rows())

        nodes = shown.table("nodes").source
        await shown.until(
            lambda: nodes and any("●" in nodes.row(k).cells[3].text for k in shown.rows("nodes"))
        )


async def test_an_unknown_command_gets_one_sentence_with_suggestions():
    async with dashboard() as shown:
        await command(shown, "podz")

        assert problem(shown) == 'There is no command "podz"; did you mean pod or pods or po?'
        await shown.press("escape")
        assert shown.screen is shown.app.main_screen


async def test_tab_completes_and_the_namespaces_of_the_cluster_are_offered():
    async with dashboard() as shown:
        await shown.cluster.client.create(NAMESPACES, {"metadata": {"name": "quiet"}})
        await shown.press("colon")
        await shown.until(lambda: isinstance(shown.screen, CommandScreen))
        field = shown.screen.query_one(Input)

        await shown.type("namespa")
        await shown.press("tab")
        assert field.value == "namespace "
        await shown.until(lambda: "quiet" in shown.app.navigator.namespaces())
        await shown.type("qu")
        await shown.press("tab", "enter")

        await shown.until(lambda: shown.app.main_screen.namespace == "quiet")


async def test_what_lacks_its_argument_asks_for_it():
    async with dashboard() as shown:
        await command(shown, "theme")
        assert problem(shown) == ":theme needs a name."

        shown.screen.query_one(Input).value = "theme grove-light"
        await shown.press("enter")

        await shown.until(lambda: shown.app.theme == "grove-light")


async def test_a_suggestion_can_be_chosen_with_the_arrows_or_the_mouse():
    async with dashboard() as shown:
        await filled(shown)
        await shown.press("colon")
        await shown.until(lambda: isinstance(shown.screen, CommandScreen))
        await shown.type("pod")
        await shown.press("down", "enter")
        await in_list(shown, "Pods")

        await shown.press("colon")
        await shown.until(lambda: isinstance(shown.screen, CommandScreen))
        await shown.type("ev")
        await shown.pilot.click(OptionList, offset=(3, 0))
        await in_list(shown, "Events")


async def test_what_was_typed_is_offered_again():
    async with dashboard() as shown:
        await filled(shown)
        await command(shown, "pods /aaaaa")
        await in_list(shown, "Pods")

        assert suggest(shown.app.navigator, "")[0].line == "pods /aaaaa"


async def test_what_is_typed_before_the_line_is_open_is_not_lost():
    async with dashboard() as shown:
        for key, character in (("colon", ":"), *zip("pods", "pods", strict=True), ("enter", "\r")):
            shown.app.post_message(Key(key, character))

        await in_list(shown, "Pods")
        for key, character in (("slash", "/"), *zip("zzz", "zzz", strict=True)):
            shown.app.post_message(Key(key, character))
        await shown.until(lambda: "/zzz" in heading(shown))

        await shown.type("/:")
        assert "/zzz/:" in heading(shown)


async def test_help_and_quit_are_commands():
    async with dashboard() as shown:
        await command(shown, "help")
        await shown.until(lambda: isinstance(shown.screen, TextScreen))
        await shown.press("escape")

        await command(shown, "q")
        await shown.until(lambda: shown.app.return_code is not None)
        assert shown.app.return_code == 0


async def test_the_doctor_tells_what_is_there():
    async with dashboard() as shown:
        await command(shown, "doctor")
        await shown.until(lambda: isinstance(shown.screen, TextScreen))

        text = str(shown.screen.query_one("#text", Static).content)
        assert "Grove kinds   all served" in text
        assert "everything that the dashboard can do" in text


async def test_the_doctor_names_what_may_not_be_done():
    async def prepare(cluster):
        cluster.demo.api.authorize = lambda asked: asked.subresource != "eviction"

    async with dashboard(prepare=prepare) as shown:
        await command(shown, "doctor")
        await shown.until(lambda: isinstance(shown.screen, TextScreen))

        text = str(shown.screen.query_one("#text", Static).content)
        assert "may not drain nodes (create pods/eviction)" in text
        assert text.count("may not") == 1


def test_every_name_of_a_command_is_its_own():
    names = [name for command in COMMANDS for name in command.names]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("pods nowhere", 'There is no namespace "nowhere"'),
        ("ctx nowhere", 'There is no context "nowhere"'),
        ("theme nowhere", 'There is no theme "nowhere"'),
        ("ns", ":ns needs a name|all."),
    ],
)
async def test_an_argument_that_will_not_do_is_said(line, sentence):
    async with dashboard() as shown:
        prepared = prepare(shown.app.navigator, line)

        assert isinstance(prepared, str)
        assert prepared.startswith(sentence)


async def test_keys_in_a_list_act_on_the_row_under_the_cursor():
    async with dashboard() as shown:
        await filled(shown)
        await command(shown, "pods")
        await in_list(shown, "Pods")
        await shown.press("j", "ctrl+d", "right", "enter")

        await shown.until(lambda: shown.cluster.object(PODS, f"{CLIQUE}-bbbbb") is None)
        assert shown.cluster.object(PODS, f"{CLIQUE}-aaaaa") is not None
