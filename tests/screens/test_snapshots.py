"""Pictures of the screens on a world that stands still; looked at, and compared."""

import pytest
from textual.widgets import Input

from tests.screens.still import app_of, fill, guide_world, still_session

SIZES = {"140x40": (140, 40), "220x50": (220, 50)}
READ_ONLY = {"80x24": (80, 24), "140x40": (140, 40)}
LOOKS = {"80x24": (80, 24), "160x48": (160, 48)}
"""The sizes at which a screen is looked at in each class of themes."""
SMALL = {"60x16": (60, 16), "40x10": (40, 10), "20x4": (20, 4)}
THEMES = ("grove-dark", "grove-light", "grove-contrast", "grove-plain")


async def still(pilot):
    """Wait until the picture does not change any more."""
    before, same = "", 0
    while same < 3:
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause(0.1)
        now = pilot.app.export_screenshot()
        same = same + 1 if now == before else 0
        before = now


@pytest.fixture
def picture(snap_compare, monkeypatch):
    """Compare the app after some keys with its stored picture; a crash is no picture."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")

    def compare(*keys, size=(80, 24), world=None, **settings):
        session = still_session()
        fill(session.informers, guide_world() if world is None else world)
        app = app_of(session, **settings)

        async def settle(pilot):
            await still(pilot)
            for key in keys:
                await pilot.press(key)
            await still(pilot)

        assert snap_compare(app, run_before=settle, terminal_size=size)
        assert app._exception is None

    return compare


@pytest.mark.parametrize("size", SIZES)
def test_main_screen(picture, size):
    picture(size=SIZES[size])


@pytest.mark.parametrize("size", LOOKS)
@pytest.mark.parametrize("theme", THEMES)
def test_main_screen_in_each_class_of_themes(picture, theme, size):
    picture(size=LOOKS[size], theme=theme)


@pytest.mark.parametrize("size", SMALL)
def test_small_terminals(picture, size):
    picture(size=SMALL[size])


def test_nothing_there(picture):
    picture(world=[])


def test_ascii(picture):
    picture(size=(140, 40), ascii=True)


@pytest.mark.parametrize("size", READ_ONLY)
def test_read_only(picture, size):
    picture("down", "down", size=READ_ONLY[size], read_only=True)


@pytest.mark.parametrize("size", READ_ONLY)
def test_help_of_read_only(picture, size):
    picture("question_mark", size=READ_ONLY[size], read_only=True)


@pytest.mark.parametrize("size", READ_ONLY)
def test_palette_of_read_only(picture, size):
    picture("down", "ctrl+p", *"scale", size=READ_ONLY[size], read_only=True)


def test_read_only_without_colours(picture):
    picture("down", size=(80, 24), read_only=True, theme="grove-plain")


def test_scale_dialog_with_a_mistake(picture):
    picture("down", "down", "s", "shift+tab", "ctrl+u", "x", "enter")


def test_apply_dialog(picture):
    picture("a")


def test_filter(picture):
    picture("slash", *"node", "equals_sign", *"x", size=(140, 40))


@pytest.mark.parametrize("size", LOOKS)
@pytest.mark.parametrize("theme", THEMES)
def test_help(picture, theme, size):
    picture("question_mark", size=LOOKS[size], theme=theme)
