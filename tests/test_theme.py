"""Themes: the shipped ones can be read by everybody, a wrong file is one clear sentence."""

import os

import pytest
from textual.color import Color

from grove_tui.theme import (
    PLAIN_THEME,
    TOKEN_DEFAULTS,
    ThemeError,
    ThemeFolders,
    load_theme,
    shipped_directory,
)

SHIPPED = {path.stem: path for path in sorted(shipped_directory().glob("*.yaml"))}
COLOURED = sorted(set(SHIPPED) - {PLAIN_THEME})
MINIMUM = {"grove-contrast": 7.0}
BACKGROUNDS = ("background", "surface", "block-cursor-background")


def contrast(first: Color, second: Color) -> float:
    """Return the contrast ratio of WCAG 2."""

    def luminance(colour: Color) -> float:
        channels = [value / 255 for value in (colour.r, colour.g, colour.b)]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_dark_light_contrast_colorblind_and_plain_are_shipped():
    assert set(SHIPPED) >= {
        "grove-dark",
        "grove-light",
        "grove-contrast",
        "grove-colorblind",
        "grove-plain",
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_theme_sets_every_row_meaning(name):
    theme = load_theme(SHIPPED[name])

    assert theme.name == name
    assert set(TOKEN_DEFAULTS) <= set(theme.variables)


@pytest.mark.parametrize("name", COLOURED)
def test_text_can_be_read_on_every_background(name):
    theme = load_theme(SHIPPED[name])
    colours = theme.to_color_system().generate() | theme.variables
    texts = [*TOKEN_DEFAULTS, "foreground"]

    for background in BACKGROUNDS:
        for text in texts:
            ratio = contrast(Color.parse(colours[text]), Color.parse(colours[background]))
            assert ratio >= MINIMUM.get(name, 4.5), f"{text} on {background}: {ratio:.1f}"


@pytest.mark.parametrize("name", COLOURED)
def test_gangs_differ_in_colour(name):
    colours = load_theme(SHIPPED[name]).variables

    gangs = [colour for token, colour in colours.items() if token.startswith("grove-gang-")]
    assert len(gangs) == len(set(gangs)) == 8


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("primary: nocolour", ["primary is no colour", "'nocolour'"]),
        ("primary: 12", ["primary is no colour", "12"]),
        ("primary: teal\nprimry: red", ["no field primry", "primary"]),
        ("dark: true", ["primary is missing"]),
        ("primary: teal\ndark: night", ["dark must be true or false", "'night'"]),
        ("primary: teal\ntext_alpha: much", ["text_alpha must be a number"]),
        ("primary: teal\nvariables: {grove-ok: '#12'}", ["variables.grove-ok is no colour"]),
        ("primary: teal\nvariables: {grove-okay: red}", ["no variable grove-okay", "grove-ok"]),
        ("- teal", ["must hold the fields"]),
        ("primary: [", ["not YAML", "line"]),
    ],
)
def test_a_wrong_theme_file_is_one_sentence(tmp_path, text, words):
    path = tmp_path / "mine.yaml"
    path.write_text(text)

    with pytest.raises(ThemeError) as caught:
        load_theme(path)

    for word in [str(path), *words]:
        assert word in str(caught.value)


def test_a_users_theme_hides_the_shipped_one_of_its_name(tmp_path):
    (tmp_path / "grove-dark.yaml").write_text("primary: '#123456'")

    folders = ThemeFolders(tmp_path)

    found = folders.find("grove-dark")
    assert found is not None
    assert found.primary == "#123456"
    assert {theme.name: theme.primary for theme in folders.load().themes}["grove-dark"] == "#123456"


def test_a_theme_is_found_by_the_name_inside_its_file(tmp_path):
    (tmp_path / "a.yaml").write_text("name: other\nprimary: teal")

    found = ThemeFolders(tmp_path).find("other")

    assert found is not None
    assert found.name == "other"


def test_a_wrong_file_hides_no_other_theme(tmp_path):
    (tmp_path / "bad.yaml").write_text("primary: nocolour")
    (tmp_path / "good.yaml").write_text("primary: teal")

    loaded = ThemeFolders(tmp_path).load()

    assert "good" in {theme.name for theme in loaded.themes}
    assert len(loaded.problems) == 1
    assert "bad.yaml" in loaded.problems[0]


def test_a_written_file_counts_as_a_change_until_it_is_loaded(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("primary: teal")
    folders = ThemeFolders(tmp_path)
    folders.load()
    unchanged = folders.changed()

    path.write_text("primary: red")
    os.utime(path, ns=(1, 1))

    assert not unchanged
    assert folders.changed()
    folders.load()
    assert not folders.changed()
