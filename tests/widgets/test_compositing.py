"""A screen that is painted by the line looks like any other."""

import random
from typing import Any

from textual.app import App
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from grove_tui.widgets.compositing import LineScreen

LINES = 12


class Plain(Screen[None]):
    def compose(self):
        with Vertical() as frame:
            frame.styles.border = ("round", "red")
            for number in range(LINES):
                yield Static(f"line {number}", id=f"line-{number}")
        yield Static("below", id="below")


class ByLine(LineScreen[None], Plain):
    """The same, painted by the line."""


class TwoScreens(App[None]):
    CSS = "Vertical { height: 1fr; } #below { height: 3; }"


def recorded(app, screen):
    """Return a list that will hold all that a terminal would be sent."""
    compositor, sent = screen._compositor, []
    render = compositor.render_update

    def render_update(**options: Any) -> Any:
        update = render(**options)
        sent.append(update.render_segments(app.console) if update is not None else "")
        return update

    compositor.render_update = render_update
    return sent


async def written(kind, seed):
    """Change some lines again and again; return all that a terminal would be sent."""
    app: TwoScreens = TwoScreens()
    chance = random.Random(seed)
    async with app.run_test(size=(40, 20)) as pilot:
        screen = kind()
        await app.push_screen(screen)
        await pilot.pause()
        sent = recorded(app, screen)
        for step in range(10):
            for number in chance.sample(range(LINES), chance.randint(1, 4)):
                line = screen.query_one(f"#line-{number}", Static)
                line.update(f"step {step} of {number}", layout=step == 7)
            await pilot.pause()
    return "".join(sent)


async def test_it_writes_what_a_plain_screen_writes():
    for seed in range(5):
        sent = await written(ByLine, seed)
        assert "step 3" in sent
        assert sent == await written(Plain, seed)
