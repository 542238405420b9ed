"""Logs of a pod and of a whole gang, from the row under the cursor to a file."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from textual.widgets import Input

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.kube.resources import PODS
from grove_tui.screens.logs import LogsScreen
from grove_tui.widgets.log_layout import common_prefix, letters
from grove_tui.widgets.log_view import LogView
from grove_tui.widgets.segments import Segments
from tests.screens.live import Dashboard, dashboard
from tests.screens.still import app_of, fill, guide_world, still_session

HELLO = {"name": "main", "image": "nginx", "command": ["sh", "-c", "echo 'hello [b]there[/]'"]}


def set_of_two():
    pod_spec = {"containers": [HELLO], "tolerations": [{"operator": "Exists"}]}
    spec = {"roleName": "worker", "replicas": 2, "podSpec": pod_spec}
    template = {"cliques": [{"name": "worker", "spec": spec}]}
    return {"metadata": {"name": "sim"}, "spec": {"replicas": 1, "template": template}}


async def running_set(cluster):
    await cluster.client.create(PODCLIQUESETS, set_of_two(), "default")
    await cluster.until(
        lambda: [pod.status.phase for pod in cluster.objects(PODS)] == ["Running"] * 2
    )


@asynccontextmanager
async def opened():
    async with dashboard(reconcile=True, prepare=running_set) as shown:
        yield shown


def view(shown: Dashboard) -> LogView:
    assert isinstance(shown.screen, LogsScreen)
    return shown.screen.query_one(LogView)


def texts(shown: Dashboard) -> list[str]:
    return [row.text for row in view(shown).rows]


def line(shown: Dashboard, name: str) -> str:
    found = shown.screen.query_one(f"#{name}", Segments)
    return " ".join(cell.text for cell in (*found.left, *found.right))


async def first_pod(shown: Dashboard) -> str:
    pods = await shown.until(lambda: shown.cluster.objects(PODS))
    return pods[0].metadata.name


async def test_the_log_of_a_pod_is_followed_as_text():
    async with opened() as shown:
        name = await first_pod(shown)
        await shown.select(name)
        await shown.press("l")
        await shown.until(lambda: texts(shown))

        assert texts(shown)[0] == "hello [b]there[/]"
        assert {row.prefix for row in view(shown).rows} == {""}
        assert f"Logs of {name}" in line(shown, "heading")
        assert "following" in line(shown, "heading")
        await shown.press("escape")
        assert shown.screen is shown.app.main_screen


async def test_the_logs_of_a_gang_have_a_letter_and_a_colour_for_each_pod():
    async with opened() as shown:
        await shown.select("sim-0")
        await shown.press("l")
        rows = await shown.until(lambda: len(view(shown).rows) >= 2 and view(shown).rows)

        assert {(row.prefix, row.style) for row in rows} == {("A", "gang-0"), ("B", "gang-1")}
        names = sorted(pod.metadata.name for pod in shown.cluster.objects(PODS))
        first, second = (name.removeprefix("sim-0-worker-") for name in names)
        assert line(shown, "legend") == f"A {first} B {second}"
        await shown.press("o")
        assert {row.prefix for row in view(shown).rows} == {f"A {first}", f"B {second}"}
        assert view(shown).following


async def test_a_pod_that_comes_later_joins():
    async with opened() as shown:
        await shown.select("sim-0-worker")
        await shown.press("l")
        await shown.until(lambda: len(texts(shown)) >= 2)
        await shown.cluster.client.delete(PODS, await first_pod(shown), "default")
        await shown.until(lambda: any(row.prefix == "C" for row in view(shown).rows))

        assert "2 logs" in line(shown, "heading")


async def test_there_is_no_previous_log_of_what_never_restarted():
    async with opened() as shown:
        await shown.select(await first_pod(shown))
        await shown.press("p")
        await shown.until(lambda: texts(shown))

        assert texts(shown) == ["— there is no log of a previous run"]
        assert "Previous logs of sim-0-worker" in line(shown, "heading")
        await shown.press("p")
        await shown.until(lambda: "hello [b]there[/]" in texts(shown))


async def test_a_text_is_found_and_let_go():
    async with opened() as shown:
        await shown.select("sim-0")
        await shown.press("l")
        await shown.until(lambda: texts(shown).count("hello [b]there[/]") == 2)
        await shown.press("slash")
        await shown.type("hello")
        found = line(shown, "heading")
        await shown.press("enter", "n")
        moved = line(shown, "heading")
        await shown.press("escape")

        assert "2 lines with 'hello'" in found
        assert "match 1 of 2" in moved
        assert not shown.screen.query_one("#search", Input).has_class("-shown")
        assert isinstance(shown.screen, LogsScreen)


async def test_times_wrapping_and_following_are_switched():
    async with opened() as shown:
        await shown.select("sim-0")
        await shown.press("l")
        await shown.until(lambda: texts(shown))
        await shown.press("t", "w", "f")

        assert texts(shown)[0].split(" ", 1)[1] == "hello [b]there[/]"
        assert view(shown).wrap
        assert "standing still" in line(shown, "heading")
        await shown.press("f")
        assert "following" in line(shown, "heading")


async def test_a_log_is_saved_with_the_names_of_pods(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with opened() as shown:
        await shown.select("sim-0")
        await shown.press("l")
        await shown.until(lambda: len(texts(shown)) >= 2)
        await shown.press("ctrl+s")
        sentence = await shown.until(lambda: shown.said() and shown.said()[-1])

    path = next((tmp_path / "grove-tui" / "logs").iterdir())
    assert sentence == f"Saved to {path}"
    assert path.name.startswith("sim-0-")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().count("/main hello [b]there[/]\n") == 2


async def test_a_log_is_copied_as_it_is_saved():
    async with opened() as shown:
        await shown.select("sim-0")
        await shown.press("l")
        await shown.until(lambda: len(texts(shown)) >= 2)

        await shown.press("c")

        assert shown.app.clipboard.count("/main hello [b]there[/]\n") == 2


async def test_a_row_without_pods_says_so():
    async with dashboard() as shown:
        nodes = shown.table("nodes")
        await shown.until(lambda: shown.rows("nodes"))
        nodes.focus()
        await shown.press("g", "l")

        assert view(shown).empty == "There are no pods."


@pytest.mark.parametrize(
    ("number", "text"), [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ")]
)
def test_letters_go_on_after_z(number, text):
    assert letters(number) == text


async def test_leaving_ends_all_requests():
    session = still_session()
    fill(session.informers, guide_world())
    app = app_of(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        before = asyncio.all_tasks()
        await pilot.press("l")
        await pilot.pause()
        during = asyncio.all_tasks() - before
        await pilot.press("escape")
        await pilot.pause()

        assert during
        assert [task for task in during if not task.done() and "log" in str(task.get_coro())] == []


@pytest.mark.parametrize(
    ("names", "length"),
    [
        ([], 0),
        (["sim-0-worker-abc"], 0),
        (["sim-0-worker-abc", "sim-0-worker-abd"], 13),
        (["sim-0-prefill-a", "sim-0-worker-b", "sim-0-prefill-c"], 6),
        (["a", "b"], 0),
    ],
)
def test_names_are_shortened_by_what_they_have_in_common(names, length):
    assert common_prefix(names) == length
