"""The sentence in a panel's lower edge: as much of it as fits, and painted alone."""

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from grove_tui.widgets.panel import Panel

FORMS = ("a sentence of many words, all of them", "a short sentence", "short-name-17")


class PanelApp(App[None]):
    CSS = "Panel { border: round white; height: 5; }"

    def compose(self) -> ComposeResult:
        with Panel(id="panel", title="Workloads"):
            yield Static("what is in it")


def edge(app):
    return app.screen._compositor.render_strips()[4].text


@pytest.mark.parametrize(
    ("width", "said"),
    [(80, FORMS[0]), (30, FORMS[1]), (20, FORMS[2]), (16, "short…e-17")],
)
async def test_the_longest_sentence_that_fits_is_said(width, said):
    app = PanelApp()
    async with app.run_test(size=(width, 8)) as pilot:
        app.query_one(Panel).say(FORMS)
        await pilot.pause()

        assert f" {said} ─╯" in edge(app)


async def test_saying_something_repaints_nothing_but_the_edge():
    app = PanelApp()
    async with app.run_test(size=(40, 8)) as pilot:
        panel = app.query_one(Panel)
        await pilot.pause()

        panel.say(["30 seconds left"])

        assert {(region.y, region.height) for region in panel._repaint_regions} == {(4, 1)}
        await pilot.pause()
        assert " 30 seconds left ─╯" in edge(app)
        panel.say(())
        await pilot.pause()
        assert "seconds" not in edge(app)
