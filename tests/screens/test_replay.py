"""A recording in the dashboard: played, stepped, jumped through by keys, and never changed."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC

import pytest
from textual.pilot import Pilot

from grove_tui.app import GroveApp
from grove_tui.cluster.recordfile import read, write
from grove_tui.cluster.replay import ReplaySession
from grove_tui.screens.scale import ScaleDialog
from grove_tui.screens.timeline import TimelineScreen
from grove_tui.view.history import Note, Source
from grove_tui.view.rows import Row
from grove_tui.widgets.live_table import LiveTable
from grove_tui.widgets.replay_bar import ReplayBar
from grove_tui.widgets.segments import StatusBar
from tests.builders import at
from tests.recording.test_transitions import breach_and_heal, scene_of_a_gang
from tests.screens.live import create_clique, create_set, dashboard
from tests.screens.still import app_of, fill, guide_world, still_session


def recording():
    scene, worker, both = scene_of_a_gang()
    breach_and_heal(scene, worker, both)
    return scene.recorder.recording("prod")


class Replayed:
    """A dashboard that shows a recording."""

    def __init__(self, app: GroveApp, pilot: Pilot[int], session: ReplaySession) -> None:
        self.app = app
        self.pilot = pilot
        self.session = session

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
        await self.pilot.pause(0.06)

    @property
    def tree(self) -> LiveTable:
        return self.app.main_screen.query_one("#tree", LiveTable)

    def gang(self) -> Row:
        """Return the row of the gang."""
        source = self.tree.source
        assert source is not None
        rows = [source.row(key) for key in source.keys()]  # noqa: SIM118 - no mapping
        return next(row for row in rows if row.cells[0].text.endswith("sim-0"))

    def bar(self) -> str:
        return self.app.main_screen.query_one(ReplayBar).render_line(0).text


@asynccontextmanager
async def replayed(found=None, size=(140, 40), **settings):
    session = ReplaySession(found or recording())
    app = app_of(session, read_only=True, **settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        shown = Replayed(app, pilot, session)
        async with asyncio.timeout(10):
            while not shown.bar().strip():
                await pilot.pause(0.01)
        yield shown
    assert app._exception is None


def texts(row: Row) -> str:
    return " ".join(cell.text for cell in row.cells)


async def test_the_bar_says_where_the_recording_stands():
    async with replayed() as shown:
        at_first = shown.bar()
        status = shown.app.main_screen.query_one(StatusBar).left
        await shown.press("right_square_bracket", "right_square_bracket")

        assert "pause 1x" in at_first
        assert "00:00:00Z 0:00/0:21" in at_first
        assert "0/5" in at_first
        assert [cell.text for cell in status][:2] == ["prod", "recording"]
        assert "00:00:11Z 0:11/0:21" in shown.bar()
        assert "2/5  sim-0 breached" in shown.bar()


async def test_jumps_show_the_gang_as_it_was():
    async with replayed() as shown:
        seen = []
        for key in ("right_square_bracket",) * 3 + ("left_square_bracket",) * 2:
            await shown.press(key)
            seen.append(texts(shown.gang()))

        words = ["starting", "breached", "healthy", "breached", "starting"]
        assert [word in text for word, text in zip(words, seen, strict=True)] == [True] * 5


async def test_the_countdown_is_that_of_the_recorded_moment():
    async with replayed() as shown:
        await shown.press("right_square_bracket", "right_square_bracket")
        first = texts(shown.gang())
        shown.session.player.seek(at(15))
        await shown.pilot.pause(0.1)

        assert "terminates in 0:10" in first
        assert "terminates in 0:06" in texts(shown.gang())


async def test_steps_go_one_record_on_and_back():
    async with replayed() as shown:
        await shown.press("full_stop", "full_stop", "comma")

        assert shown.session.player.position == 1
        assert "1/5" in shown.bar()


async def test_there_is_a_word_when_there_is_nothing_further():
    async with replayed() as shown:
        await shown.press("left_square_bracket", "dollar_sign", "right_square_bracket")

        said = [n.message for n in shown.app._notifications]
        assert said == [
            "No earlier change of a gang's health.",
            "No later change of a gang's health.",
        ]


async def test_it_plays_at_the_chosen_speed_and_pauses():
    async with replayed() as shown:
        await shown.press("plus", "plus", "plus", "space")
        playing = shown.bar()
        await shown.pilot.pause(0.3)
        await shown.press("space")
        stopped = shown.session.player.now
        await shown.pilot.pause(0.2)

        assert "play  10x" in playing
        assert stopped > at(1)
        assert shown.session.player.now == stopped
        assert "pause 10x" in shown.bar()
        await shown.press("minus")
        assert "5x" in shown.bar()


async def test_a_click_on_the_track_goes_there():
    async with replayed() as shown:
        bar = shown.app.main_screen.query_one(ReplayBar)
        async with asyncio.timeout(10):
            while "✔" not in (text := shown.bar()):
                await shown.pilot.pause(0.01)
        end = max(text.rindex(mark) for mark in "─✔")
        await shown.pilot.click(bar, offset=(end + 1, 0))
        await shown.pilot.pause(0.1)

        assert shown.session.player.is_at_end


async def test_ends_and_skips():
    async with replayed() as shown:
        await shown.press("shift+right")
        skipped = shown.session.player.now
        await shown.press("dollar_sign")
        end = shown.session.player.now
        await shown.press("circumflex_accent")

        assert (skipped, end, shown.session.player.now) == (at(10), at(21), at(0))


async def test_keys_that_change_things_are_gone():
    async with replayed() as shown:
        actions = {a.binding.action for a in shown.app.screen.active_bindings.values()}

        assert not [action for action in actions if action.startswith(("scale", "delete", "apply"))]
        await shown.press("ctrl+d", "s", "a")
        assert shown.app.screen is shown.app.main_screen


async def test_typing_a_filter_is_not_playing():
    async with replayed() as shown:
        await shown.press("slash", "full_stop", "plus", "space", "a")

        assert shown.session.player.position == 0
        assert shown.session.player.speed == 1.0
        assert not shown.session.player.playing


async def test_an_object_is_shown_as_it_was_recorded():
    async with replayed() as shown:
        await shown.press("j", "j", "j", "y")
        await shown.pilot.pause(0.1)

        assert shown.app.screen is not shown.app.main_screen


async def test_a_recording_that_was_cut_off_says_so(tmp_path):
    path = tmp_path / "x.gz"
    write(recording(), path)
    path.write_bytes(path.read_bytes()[:-12])

    async with replayed(read(path)) as shown:
        assert [n.message for n in shown.app._notifications] == [shown.session.recording.problem]


@pytest.mark.parametrize("size", [(80, 24), (160, 48), (40, 12)])
async def test_the_bar_fits(size):
    async with replayed(size=size) as shown:
        await shown.press("right_square_bracket")

        assert len(shown.bar()) == size[0] - 2
        assert "00:00:10Z" in shown.bar()


async def test_a_live_cluster_has_no_bar_and_its_own_keys():
    session = still_session()
    fill(session.informers, guide_world())
    app = app_of(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause(0.1)
        actions = {a.binding.action for a in app.screen.active_bindings.values()}

        assert not app.main_screen.query_one(ReplayBar).display
        assert not [action for action in actions if action.startswith("replay_")]
        assert {"scale(0)", "scale(1)", "scale(-1)", "mark"} <= actions


async def test_what_happened_is_saved_for_a_replay(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with dashboard() as shown:
        await shown.press("W")
        sentence = await shown.until(lambda: shown.said() and shown.said()[-1])
        assert shown.app.session is not None
        names = {node.metadata.name for node in shown.app.session.world.nodes.values()}

    path = next((tmp_path / "grove-tui" / "recordings").iterdir())
    assert sentence == f"Saved without secrets. To play it: grove-tui replay {path}"
    found = read(path)
    assert {key.name for key in found.checkpoint["nodes"]} == names
    assert found.started.tzinfo is UTC or found.started.utcoffset() is not None


async def test_the_timeline_of_a_replay_is_saved_as_it_is_shown(tmp_path):
    async with replayed(save_dir=str(tmp_path)) as shown:
        await shown.press("dollar_sign", "T")
        async with asyncio.timeout(10):
            while not (isinstance(shown.app.screen, TimelineScreen) and entries(shown)):
                await shown.pilot.pause(0.01)

        await shown.press("ctrl+s")

        async with asyncio.timeout(10):
            while len(list(tmp_path.iterdir())) < 2:
                await shown.pilot.pause(0.01)
        saved = next(tmp_path.glob("*.csv")).read_text(encoding="utf-8").splitlines()
        assert len(saved) == entries(shown) + 1
        assert any("sim-0-worker" in line for line in saved)
        assert next(tmp_path.glob("*.svg")).name.startswith("timeline-")


def entries(shown):
    return shown.app.screen.query_one("#entries", LiveTable).row_count


async def test_a_recording_is_not_recorded_again():
    async with replayed() as shown:
        await shown.press("W")

        said = [notification.message for notification in shown.app._notifications]
        assert said == ["This is a recording already: its file is all there is to keep or hand on."]


async def test_own_actions_are_part_of_what_happened():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.select("sim-0-worker")
        await shown.press("plus")
        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))
        await shown.press("tab", "enter")
        session = shown.app.session
        assert session is not None
        notes = await shown.until(
            lambda: [
                record
                for record in session.records()
                if isinstance(record, Note) and record.source is Source.ACTION
            ]
        )

    assert [(n.kind, n.key.name) for n in notes] == [("PodClique", "sim-0-worker")]
    assert notes[0].text == "PodClique sim-0-worker is to have 3 replicas."
