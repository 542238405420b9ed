"""Pictures of logs and of the transport bar; looked at, and compared."""

import pytest
from textual.screen import Screen

from grove_tui.kube.client import Client
from grove_tui.screens.logs import LogsScreen
from grove_tui.view.book import GangBook
from grove_tui.view.keys import gang_key
from grove_tui.view.rows import Cell
from grove_tui.widgets.log_view import LogView
from grove_tui.widgets.replay_bar import Mark, Playback, ReplayBar
from tests.actions.test_logs import Script, ScriptedTransport, stamped
from tests.builders import at
from tests.screens.still import app_of, fill, guide_world, still_session

THEMES = ("grove-dark", "grove-light", "grove-contrast", "grove-plain")
SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
POD = "single-node-disaggregated-0-{}"
HOSTILE = "[red]no markup[/] \x1b[31mno colour\x1b[0m 日本語 " + "long " * 40


def transport():
    found = {}
    for number, name in enumerate(("prefill-aaaaa", "prefill-bbbbb", "decode-aaaaa")):
        lines = [stamped(n * 3 + number, f"level=info msg=served n={n}") for n in range(8)]
        found[POD.format(name)] = [Script(*lines, stamped(40 + number, HOSTILE))]
    waiting = Script(status=400, message="container main is waiting to start: ImagePull")
    found[POD.format("prefill-ccccc")] = [waiting]
    return ScriptedTransport(**found)


@pytest.fixture
def logs(snap_compare, monkeypatch):
    """Compare the logs of a gang after some keys with the stored picture."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")

    def compare(*keys, size, **settings):
        session = still_session()
        fill(session.informers, guide_world())
        session.client = Client(transport())
        app = app_of(session, **settings)

        async def settle(pilot):
            await pilot.pause(0.1)
            book = GangBook(session.world, session.clock)
            key = gang_key("default", "single-node-disaggregated", 0)
            app.push_screen(LogsScreen(app.settings, session, book, key))
            while not (app.screen.query(LogView) and len(app.screen.query_one(LogView).rows) > 27):
                await pilot.pause(0.02)
            for pressed in keys:
                await pilot.press(pressed)
            await pilot.pause(0.15)

        assert snap_compare(app, run_before=settle, terminal_size=size)
        assert app._exception is None

    return compare


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_logs_of_a_gang(logs, theme, size):
    logs(size=SIZES[size], theme=theme)


def test_logs_wrapped_with_times_and_a_match(logs):
    keys = ("w", "t", "slash", *"served", "enter", "n")
    logs(*keys, size=(80, 24))


def test_logs_with_names_in_ascii(logs):
    logs("o", size=(120, 30), ascii=True)


PLAYBACK = Playback(
    started=at(0),
    ended=at(250),
    now=at(120),
    position=118,
    last=310,
    playing=True,
    speed=2.0,
    marks=(Mark(0.1, "◌", "progress"), Mark(0.4, "✖", "error"), Mark(0.8, "✔", "ok")),
    latest=Cell("llama-0 breached", "error"),
)


@pytest.mark.parametrize("theme", THEMES)
def test_transport_bar(snap_compare, theme):
    app = app_of(still_session(), theme=theme)

    async def settle(pilot):
        await pilot.pause(0.1)
        bar = ReplayBar()
        await app.push_screen(Screen())
        await app.screen.mount(bar)
        bar.playback = PLAYBACK
        await pilot.pause(0.1)

    assert snap_compare(app, run_before=settle, terminal_size=(80, 4))
    assert app._exception is None
