"""What happens to every painted line before it goes to the terminal."""

from collections.abc import Iterable
from functools import lru_cache

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor

from grove_tui.widgets.text_fit import width_of
from grove_tui.widgets.tokens import ASCII

_FRAMES = str.maketrans(
    {
        **dict.fromkeys("─━═▔▁▂▃▄▅▆▇", "-"),
        **dict.fromkeys("│┃║▏▕▌▐▊▎", "|"),
        **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╔╗╚╝", "+"),
        "█": "#",
        "↑": "^",
        "↓": "v",
        "←": "<",
        "⏎": "<",
        "\N{EN DASH}": "-",
        "\N{MULTIPLICATION SIGN}": "x",
        "\u00a0": " ",
    }
)
"""What frames, scroll bars and arrows become."""


@lru_cache(4096)
def ascii_of(text: str) -> str:
    """Return a text of the same width in ASCII; what has no likeness there is a question mark."""
    text = text.translate(ASCII).translate(_FRAMES)
    if text.isascii():
        return text
    width = width_of(text)
    plain = "".join(char if char.isascii() else "?" * width_of(char) for char in text)
    return plain[:width].ljust(width)


class AsciiFilter(LineFilter):
    """Lets nothing but ASCII through, from whatever widget it comes."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """See `LineFilter`."""
        del background
        return [
            segment
            if segment.text.isascii()
            else Segment(ascii_of(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def uncolored(filters: Iterable[LineFilter]) -> list[LineFilter]:
    """Return the filters of a theme that has the terminal's own colours, when there shall be none.

    Textual takes its filter before the theme is known. One that makes grey of colours turns the
    terminal's ink and its paper both into black.
    """
    return [NoColor() if isinstance(filter_, Monochrome) else filter_ for filter_ in filters]
