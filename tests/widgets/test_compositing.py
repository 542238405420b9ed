"""A screen that is painted by the line looks like any other."""

import random

from textual.app import App
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from grove_tui.widgets.compositing import LineScreen

LINES = 12


class Plain(Screen):
    def compose(self):
        with Vertical() as frame:
            frame.styles.border = ("round", "red")
            for number in range(LINES):
                yield Static(f"line {number}", id=f"line-{number}")
        yield Static("below", id="below")


class ByLine(LineScreen, Plain):
    """The same, painted by the line."""


class TwoScreens(App):
    CSS = "Vertical { height: 1fr; } #below { height: 3; }"


def painted(screen):
    """Return what a terminal shows that got every update since the first."""
    return [strip.text for strip in screen._compositor.render_strips()]


async def written(kind, seed):
    """Change some lines again and again; return all that was written, and what is there."""
    app, chance, updates = TwoScreens(), random.Random(seed), []
    async with app.run_test(size=(40, 20)) as pilot:
        screen = kind()
        await app.push_screen(screen)
        await pilot.pause()
        for step in range(10):
            for number in chance.sample(range(LINES), chance.randint(1, 4)):
                screen.query_one(f"#line-{number}", Static).update(f"step {step} of {number}")
            screen._compositor.update_widgets(screen._dirty_widgets)
            update = screen._compositor.render_update()
            options = app.console.options
            updates.append(
                "".join(s.text for s in app.console.render(update, options)) if update else ""
            )
            await pilot.pause()
        return updates, painted(screen)


async def test_it_writes_what_a_plain_screen_writes():
    for seed in range(5):
        updates, _ = await written(ByLine, seed)
        assert any(f"step {step}" in "".join(updates) for step in range(10))
        assert await written(ByLine, seed) == await written(Plain, seed)
