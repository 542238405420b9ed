"""Colours only where they belong, and pictures that keep the columns."""

import io
import xml.etree.ElementTree as ET

import pytest

from grove_tui.cli.drawing import svg, terminal_text, wants_color
from grove_tui.view.plain import Part

LINES = [(Part("NAME   COUNT", "title"),), (), (Part("<a&b>", "error"), Part("  5"))]
SVG = "{http://www.w3.org/2000/svg}"


class Stream(io.StringIO):
    def __init__(self, *, is_tty):
        super().__init__()
        self.is_tty = is_tty

    def isatty(self):
        return self.is_tty


@pytest.mark.parametrize(
    ("environment", "is_tty", "colored"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({}, True, False),
    ],
)
def test_colour_is_for_terminals_that_have_it_and_allow_it(environment, is_tty, colored):
    assert wants_color(Stream(is_tty=is_tty), environment) is colored


def test_plain_text_has_no_escape_sequences():
    assert terminal_text(LINES, color=False) == "NAME   COUNT\n\n<a&b>  5\n"


def test_colours_end_where_they_are_meant_to():
    text = terminal_text(LINES, color=True)

    assert text == "\x1b[1mNAME   COUNT\x1b[0m\n\n\x1b[1;31m<a&b>\x1b[0m  5\n"


def test_a_picture_is_xml_with_each_word_at_its_column():
    root = ET.fromstring(svg(LINES, "demo <x>"))

    words = {span.text: span for span in root.iter(f"{SVG}tspan")}
    assert root.findtext(f"{SVG}title") == "demo <x>"
    assert words.keys() == {"demo <x>", "NAME", "COUNT", "<a&b>", "5"}
    assert words["<a&b>"].get("class") == "error"
    assert place(words["COUNT"]) == place(words["5"])
    assert place(words["NAME"]) < place(words["COUNT"])


def place(span):
    return float(span.get("x"))
