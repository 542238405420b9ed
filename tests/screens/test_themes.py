"""Themes on the screen: chosen, listed, and read again when their file is written."""

import os

import pytest

from grove_tui.theme import PLAIN_THEME, ThemeError, ThemeFolders
from grove_tui.widgets.line_filters import ascii_of
from grove_tui.widgets.text_fit import width_of
from tests.screens.still import app_of, fill, guide_world, still_session


def app_with(folder, **settings):
    session = still_session()
    fill(session.informers, guide_world())
    app = app_of(session, **settings)
    app._folders = ThemeFolders(folder)
    return app


async def test_all_shipped_themes_are_listed_and_can_be_worn(tmp_path):
    app = app_with(tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause(0.1)
        own = [name for name in app.available_themes if name.startswith("grove-")]

        assert len(own) >= 5
        for name in [*own, "textual-light", "ansi-dark"]:
            app.theme = name
            await pilot.pause()
        assert app._exception is None


async def test_a_written_theme_is_worn_at_once(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("primary: teal\nbackground: '#101010'")
    app = app_with(tmp_path)
    async with app.run_test() as pilot:
        app._register_themes()
        app.theme = "mine"
        await pilot.pause()
        assert app.screen.styles.background.hex == "#101010"

        path.write_text("primary: teal\nbackground: '#202020'")
        os.utime(path, ns=(1, 1))
        app._reload_themes()
        await pilot.pause()

        assert app.screen.styles.background.hex == "#202020"


async def test_a_theme_that_became_wrong_is_told_and_the_old_one_stays(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("primary: teal\nbackground: '#101010'")
    app = app_with(tmp_path)
    async with app.run_test(notifications=True) as pilot:
        app._register_themes()
        app.theme = "mine"
        await pilot.pause()

        path.write_text("primary: nocolour")
        os.utime(path, ns=(1, 1))
        app._reload_themes()
        await pilot.pause()

        assert any("primary is no colour" in n.message for n in app._notifications)
        assert app.screen.styles.background.hex == "#101010"


def test_no_color_means_the_terminals_own_colours(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    assert app_of(still_session()).theme == PLAIN_THEME


@pytest.mark.parametrize("keys", [(), ("t",), ("X",), ("question_mark",), ("ctrl+p",), ("s",)])
async def test_no_color_paints_with_the_terminals_own_ink_on_its_own_paper(monkeypatch, keys):
    monkeypatch.setenv("NO_COLOR", "1")
    session = still_session()
    fill(session.informers, guide_world())
    app = app_of(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("down", *keys)
        await pilot.pause(0.2)

        styles = {
            segment.style
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None
        }
        colors = {color for style in styles for color in (style.color, style.bgcolor)}
        assert all(color is None or color.is_default for color in colors)


@pytest.mark.parametrize(
    "keys", [(), ("t",), ("X",), ("T",), ("question_mark",), ("ctrl+p",), ("s",), ("v",), ("B",)]
)
async def test_ascii_means_every_character_of_every_screen(keys):
    session = still_session()
    fill(session.informers, guide_world())
    app = app_of(session, ascii=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("down", *keys)
        await pilot.pause(0.2)

        strips = app.screen._compositor.render_strips()
        assert "".join(strip.text for strip in strips).isascii()
        assert {strip.cell_length for strip in strips} == {100}


@pytest.mark.parametrize("text", ["日本 → ok", "👩‍🚀│", "e\u0301▁", "a\u00a0b"])
def test_ascii_keeps_the_width(text):
    assert ascii_of(text).isascii()
    assert len(ascii_of(text)) == width_of(text)


def test_an_unknown_theme_names_the_known_ones():
    with pytest.raises(ThemeError, match=r"no theme pink; there are .*grove-dark.*nord"):
        app_of(still_session(), theme="pink")
