"""The bar says the pace and the recorded time, and shows what happened where it happened."""

import pytest
from textual.app import App

from grove_tui.view.rows import Cell
from grove_tui.widgets.replay_bar import Mark, Playback, ReplayBar, track
from tests.builders import at


def playback(**fields):
    return Playback(**{"started": at(0), "ended": at(100), "now": at(0), **fields})


def styles(cell):
    return {cell.text[start:end]: style for start, end, style in cell.spans}


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "●──────────"), (50, "━━━━━●─────"), (100, "━━━━━━━━━━●")]
)
def test_the_head_of_the_track_is_where_the_time_is(seconds, text):
    assert track(playback(now=at(seconds)), 11).text == text


def test_marks_are_at_their_time_with_their_own_style():
    marks = (Mark(0.2, "✖", "error"), Mark(0.8, "✔", "ok"))

    cell = track(playback(now=at(50), marks=marks), 11)

    assert cell.text == "━━✖━━●──✔──"
    assert {"✖": "error", "✔": "ok", "●": "title"}.items() <= styles(cell).items()


def test_a_recording_of_one_moment_has_a_track_too():
    assert track(playback(ended=at(0)), 5).text == "━━━━●"


class BarApp(App[None]):
    def __init__(self, shown):
        super().__init__()
        self.shown = shown
        self.asked: list[float] = []

    def compose(self):
        yield ReplayBar()

    def on_mount(self):
        self.bar.playback = self.shown

    @property
    def bar(self):
        return self.query_one(ReplayBar)

    def on_replay_bar_seek_requested(self, message):
        self.asked.append(message.fraction)


def line(app):
    return app.bar.render_line(0).text


@pytest.mark.parametrize(
    ("width", "texts"),
    [
        (100, ["❚❚ pause 2x", "00:00:50Z 0:50/1:40", "●", "7/9", "sim-0 breached"]),
        (60, ["❚❚ pause 2x", "00:00:50Z 0:50/1:40", "●", "7/9"]),
        (40, ["❚❚ pause 2x", "00:00:50Z 0:50/1:40"]),
    ],
)
async def test_what_does_not_fit_is_left_out_from_the_right(width, texts):
    shown = playback(
        now=at(50), position=7, last=9, speed=2.0, latest=Cell("sim-0 breached", "error")
    )
    app = BarApp(shown)

    async with app.run_test(size=(width, 5)):
        text = line(app)

    assert [part for part in texts if part not in text] == []
    assert ("sim-0" in text) == (width == 100)
    assert len(text) == width - 2


async def test_it_says_whether_it_plays():
    app = BarApp(playback(playing=True, speed=0.25))

    async with app.run_test(size=(80, 5)):
        assert "▶  play  0.25x" in line(app)
        app.bar.ascii = True
        assert line(app).isascii()


async def test_a_click_on_the_track_asks_for_that_moment():
    app = BarApp(playback())

    async with app.run_test(size=(80, 5)) as pilot:
        text = line(app)
        start, end = text.index("●"), text.rindex("─")
        await pilot.click(ReplayBar, offset=(1 + start, 0))
        await pilot.click(ReplayBar, offset=(1 + end, 0))
        await pilot.click(ReplayBar, offset=(2, 0))

    assert app.asked == [0.0, 1.0]
