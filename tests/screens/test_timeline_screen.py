"""What happened, on the screen: as it happens, of the selected object, own actions included."""

import os

from textual.widgets import Input

from grove_tui.cluster.recordfile import read, recordings_directory
from grove_tui.kube.resources import PODS
from grove_tui.screens.timeline import TimelineScreen
from grove_tui.widgets.live_table import LiveTable
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


async def filled(shown):
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.until(lambda: shown.row(f"{CLIQUE}-bbbbb"))
    await shown.until(lambda: all(running(pod) for pod in shown.cluster.objects(PODS)))


def running(pod):
    return pod.status.phase == "Running"


async def open_on(shown, name):
    await shown.select(name)
    await shown.press("T")
    await shown.until(lambda: isinstance(shown.screen, TimelineScreen))


def table(shown):
    return shown.screen.query_one(LiveTable)


def entries(shown):
    """Return object and text of each entry."""
    source = table(shown).source
    assert source is not None
    rows = [source.row(key) for key in list(source.keys())]
    return [(row.cells[2].text, row.cells[3].text) for row in rows]


def texts(shown, name=""):
    return [text for about, text in entries(shown) if name in about]


async def test_the_past_of_a_pod_is_told_and_goes_on():
    async with dashboard() as shown:
        await filled(shown)
        pod = f"{CLIQUE}-aaaaa"

        await open_on(shown, pod)
        await shown.until(lambda: "Pending → Running; ready" in texts(shown))
        assert {about for about, _ in entries(shown)} == {f"pod {pod}"}

        await shown.cluster.client.delete(PODS, pod, "default")
        await shown.until(lambda: "gone" in texts(shown))
        assert table(shown).cursor_position == table(shown).row_count - 1


async def test_a_set_has_the_timeline_of_everything_below_it():
    async with dashboard() as shown:
        await filled(shown)
        await create_set(shown.cluster, "other")
        await shown.until(lambda: shown.row("other"))

        await open_on(shown, "sim")
        await shown.until(lambda: texts(shown, f"pod {CLIQUE}-bbbbb"))
        assert not texts(shown, "other")

        await shown.press("a")
        await shown.until(lambda: texts(shown, "other"))


async def test_changes_of_a_gang_are_marked_and_can_be_all_there_is():
    async with dashboard() as shown:
        await filled(shown)
        await open_on(shown, "sim")
        await shown.cluster.client.delete(PODS, f"{CLIQUE}-aaaaa", "default")
        await shown.until(lambda: any(t.startswith("healthy →") for t in texts(shown)))

        await shown.press("H")
        gang = "gang sim-0"
        await shown.until(lambda: {about for about, _ in entries(shown)} == {gang})
        newest = table(shown).cursor_key

        await shown.press("left_curly_bracket")
        earlier = await shown.until(lambda: (key := table(shown).cursor_key) != newest and key)
        await shown.press("H")
        await shown.until(lambda: len({about for about, _ in entries(shown)}) > 1)
        assert table(shown).cursor_key == earlier


async def test_own_actions_are_in_it():
    async with dashboard() as shown:
        await filled(shown)
        pod = f"{CLIQUE}-aaaaa"
        await shown.select(pod)
        await shown.press("ctrl+d", "right", "enter")
        await shown.until(lambda: shown.cluster.object(PODS, pod) is None)

        await shown.select(CLIQUE)
        await shown.press("T")
        await shown.until(lambda: isinstance(shown.screen, TimelineScreen))

        await shown.until(lambda: f"Pod {pod} is being deleted." in texts(shown))


async def test_the_cursor_stays_where_it_was_put_and_follows_again_when_asked():
    async with dashboard() as shown:
        await filled(shown)
        await open_on(shown, "sim")
        await shown.until(lambda: table(shown).row_count > 3)
        await shown.press("k")
        key = table(shown).cursor_key

        await shown.cluster.client.delete(PODS, f"{CLIQUE}-aaaaa", "default")
        await shown.until(lambda: "gone" in texts(shown))
        assert table(shown).cursor_key == key

        await shown.press("f")
        assert table(shown).cursor_position == table(shown).row_count - 1


async def test_entries_are_filtered_and_a_wrong_filter_is_one_sentence():
    async with dashboard() as shown:
        await filled(shown)
        await open_on(shown, "sim")
        await shown.until(lambda: texts(shown, "pclq"))

        await shown.press("slash")
        shown.screen.query_one(Input).value = "kind=pod !created assigned"
        await shown.until(lambda: texts(shown) and all("assigned" in t for t in texts(shown)))

        await shown.press("escape")
        await shown.until(lambda: texts(shown, "pclq"))


async def test_enter_goes_to_what_an_entry_is_about():
    async with dashboard() as shown:
        await filled(shown)
        await open_on(shown, f"{CLIQUE}-bbbbb")
        await shown.until(lambda: table(shown).row_count)

        await shown.press("enter")

        await shown.until(lambda: shown.screen is shown.app.main_screen)
        assert str(shown.tree.cursor_key) == f"{CLIQUE}-bbbbb"


async def test_the_recording_is_saved_from_here(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with dashboard() as shown:
        await filled(shown)
        await open_on(shown, "sim")

        await shown.press("ctrl+s")

        folder = recordings_directory(os.environ)
        await shown.until(lambda: folder.exists() and list(folder.iterdir()))
        await shown.until(lambda: any("grove-tui replay" in said for said in shown.said()))
        (path,) = folder.iterdir()
        assert read(path).records
