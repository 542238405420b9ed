"""Lines of cells: whole cells or none, left before right."""

import pytest
from textual.app import App, ComposeResult

from grove_tui.view.rows import Cell
from grove_tui.widgets.segments import StatusBar


class BarApp(App[None]):
    def __init__(self, *, elides: bool = False) -> None:
        super().__init__()
        self.bar = StatusBar(elides=elides)

    def compose(self) -> ComposeResult:
        yield self.bar


LEFT = (Cell("demo", "accent"), Cell(""), Cell("reconciling", "ok"), Cell("live"))
RIGHT = (Cell("12 reconciles/s"),)


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (60, " demo │ reconciling │ live" + " " * 18 + "12 reconciles/s"),
        (40, " demo │ reconciling │ live"),
        (22, " demo │ reconciling"),
        (12, " demo"),
        (5, " de…"),
    ],
)
async def test_cells_that_do_not_fit_are_left_out_whole(width, line):
    app = BarApp()
    async with app.run_test(size=(width, 3)) as pilot:
        app.bar.show(LEFT, RIGHT)
        await pilot.pause()

        assert " " + app.bar.render_line(0).text.rstrip() == line


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (30, " demo │ reconciling │ live"),
        (27, " demo │ reconciling │ live"),
        (26, " demo │ reconciling …"),
        (12, " demo …"),
    ],
)
async def test_an_ellipsis_says_that_cells_were_left_out(width, line):
    app = BarApp(elides=True)
    async with app.run_test(size=(width, 3)) as pilot:
        app.bar.show(LEFT)
        await pilot.pause()

        assert " " + app.bar.render_line(0).text.rstrip() == line


async def test_the_same_cells_again_paint_nothing(monkeypatch):
    app = BarApp()
    async with app.run_test(size=(60, 3)) as pilot:
        app.bar.show(LEFT)
        await pilot.pause()
        painted: list[int] = []
        monkeypatch.setattr(app.bar, "refresh", lambda *_, **__: painted.append(1))

        app.bar.show(LEFT)
        assert painted == []

        app.bar.show(LEFT[:1])
        assert painted


async def test_ascii_mode_has_no_other_characters():
    app = BarApp()
    async with app.run_test(size=(60, 3)) as pilot:
        app.bar.show([Cell("✔ 3 healthy", "ok"), Cell("▲ 1 degraded", "warn")])
        app.bar.ascii = True
        await pilot.pause()

        assert app.bar.render_line(0).text.startswith("+ 3 healthy | ^ 1 degraded")


async def test_markup_in_a_cell_is_text():
    app = BarApp()
    async with app.run_test(size=(60, 3)) as pilot:
        app.bar.show([Cell("[/red] [bold]x")])
        await pilot.pause()

        assert app.bar.render_line(0).text.startswith("[/red] [bold]x")


async def test_a_title_is_shortened_in_the_middle_where_other_cells_are_left_out():
    app = BarApp()
    async with app.run_test(size=(30, 3)) as pilot:
        name = Cell("gang inference-platform-of-a-team-0", "title")
        app.bar.show((Cell("Why", "accent"), name, Cell("5 entries")), (Cell("default"),))
        await pilot.pause()

        assert app.bar.render_line(0).text.strip() == "Why │ gang infere…f-a-team-0"
