"""Fitting plain text into a number of terminal cells."""

from typing import Literal

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"


def flatten(text: str, limit: int, *, ends: bool = False) -> str:
    """Return text on one line, cut far beyond what `limit` cells can show.

    With `ends` the end of the text is kept as well as its beginning.
    """
    if len(text) > 4 * limit:
        text = text[: 4 * limit] + (text[-4 * limit :] if ends else "")
    if "\n" in text or "\t" in text:
        text = " ".join(text.split())
    return text


def width_of(text: str) -> int:
    """Return how many cells the text takes."""
    return len(text) if text.isascii() else cell_len(text)


def fit(
    text: str,
    width: int,
    *,
    justify: Literal["left", "right"] = "left",
    elide: Literal["end", "middle"] = "end",
    tail: int = 0,
) -> str:
    """Return the text exactly `width` cells wide; what is cut is replaced by an ellipsis.

    Args:
        text: What to show.
        width: Cells to fill.
        justify: At which side text stands that is shorter.
        elide: Where text that is longer loses characters.
        tail: Characters at the end that a cut in the middle leaves if it can.
    """
    needed = width_of(text)
    if needed > width:
        return _cut(text, width, elide, tail)
    blank = " " * (width - needed)
    return blank + text if justify == "right" else text + blank


def _cut(text: str, width: int, elide: Literal["end", "middle"], tail: int) -> str:
    if width <= 1:
        return ELLIPSIS[:width]
    if elide == "end" or width < 8:
        return set_cell_size(text, width - 1) + ELLIPSIS
    tail_width = width_of(text[-tail:]) if tail else (width - 1) // 2
    if tail_width >= width:
        # What tells it from its neighbours begins the tail, and goes on to its end.
        return ELLIPSIS + _cut(text[-tail:], width - 1, "middle", 0)
    head = set_cell_size(text, width - 1 - tail_width)
    return head + ELLIPSIS + _last_cells(text, tail_width)


def _last_cells(text: str, width: int) -> str:
    """Return the end of the text, padded on the left where a wide character does not fit."""
    if text.isascii():
        return text[-width:]
    taken = 0
    start = len(text)
    while start > 0 and taken + cell_len(text[start - 1]) <= width:
        start -= 1
        taken += cell_len(text[start])
    return " " * (width - taken) + text[start:]
