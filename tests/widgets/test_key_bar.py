"""The line of keys shows whole keys only, keeps the one for help, and can be clicked."""

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from grove_tui.widgets.key_bar import KeyBar


class Keys(App[None]):
    BINDINGS = [
        Binding("question_mark", "note('help')", "Help", key_display="?", id="grove.help"),
        Binding("a", "note('first')", "First"),
        Binding("b,c", "note('second')", "Second"),
        Binding("d", "locked", "Locked"),
        Binding("e", "note('hidden')", "Hidden", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("x")
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if action == "locked" else True

    def action_note(self, word: str) -> None:
        self.noted.append(word)

    def action_locked(self) -> None:
        self.noted.append("locked")


def line(app: App[None]) -> str:
    return app.query_one(KeyBar).render_line(0).text


async def test_each_action_is_shown_once_and_help_last():
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()

        assert line(app).strip() == "a First  b Second  (d Locked)  ? Help"


async def test_what_does_not_fit_is_left_out_whole_and_help_stays():
    app = Keys()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()
        assert line(app).strip() == "a First  …  ? Help"

        await pilot.resize_terminal(9, 5)
        await pilot.pause()
        assert line(app).strip() == "? Help"


async def test_a_click_presses_the_key_that_is_there():
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        start = line(app).index("b Second")

        await pilot.click(KeyBar, offset=(1 + start, 0))
        await pilot.pause()
        await pilot.click(KeyBar, offset=(1 + line(app).index("d Locked"), 0))
        await pilot.pause()

        assert app.noted == ["second"]


async def test_every_line_is_as_wide_as_the_screen():
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        bar = app.query_one(KeyBar)

        assert bar.render_line(0).cell_length == bar.size.width


async def test_a_click_on_the_ellipsis_opens_the_help():
    app = Keys()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.pause()

        await pilot.click(KeyBar, offset=(1 + line(app).index("…"), 0))
        await pilot.pause()

        assert app.noted == ["help"]


async def test_a_screen_chooses_which_keys_come_first_and_which_do_not_matter():
    class Choosy(Screen[None]):
        BINDINGS = [
            Binding("x", "app.note('x')", "Later", id="later"),
            Binding("y", "app.note('y')", "Never", id="never"),
            Binding("z", "app.note('z')", "Sooner", id="sooner"),
        ]

        def compose(self):
            yield KeyBar()

        def key_rank(self, identity):
            return {"never": -1, "sooner": 0}.get(identity, 1)

    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await app.push_screen(Choosy())
        await pilot.pause()

        text = app.screen.query_one(KeyBar).render_line(0).text.strip()
        assert text.startswith("z Sooner  x Later")
        assert "Never" not in text
