"""Rows as plain lines, for output that is no screen: pipes, tickets, pictures.

A line is a sequence of parts with style words, so that whoever prints it may colour it or not.
Trees are drawn with branches, because there is no folding to be done with them.
"""

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.view.columns import GAP, Slot, fit, natural_width
from grove_tui.view.rows import Cell, Column, Row, RowSource

ELLIPSIS = "…"


class Part(Struct, frozen=True):
    """A piece of a line with a style word, which may be empty."""

    text: str
    style: str = ""


Line = tuple[Part, ...]


def text_of(line: Line) -> str:
    """Return a line without its styles."""
    return "".join(part.text for part in line).rstrip()


def table(source: RowSource, room: int = 0, *, is_tree: bool = False) -> list[Line]:
    """Return the title line and all rows of a source.

    Args:
        source: What to print. Columns that are empty in every row are left out, and so are those
            for wide mode.
        room: Cells available; 0 prints everything whole.
        is_tree: Whether to draw branches before the first cell.
    """
    rows = [source.row(key) for key in source.keys()]  # noqa: SIM118 - a source is no mapping
    prefixes = _prefixes(rows, is_tree=is_tree)
    columns, rows = _used(source.columns(), rows)
    needed = [
        max([_cells_needed(row, prefix, index) for row, prefix in zip(rows, prefixes, strict=True)])
        if rows
        else 0
        for index in range(len(columns))
    ]
    if not room:
        columns = [replace(column, max_width=0) for column in columns]
    natural = sum(natural_width(c, n) for c, n in zip(columns, needed, strict=True))
    natural += GAP * (len(columns) - 1)
    slots = fit(columns, needed, min(room, natural) if room else natural, wide=False)
    lines = [_header(columns, slots)]
    lines += [_line(r, p, columns, slots) for r, p in zip(rows, prefixes, strict=True)]
    return lines


def summary_line(cells: Sequence[Cell]) -> Line:
    """Return cells on one line, such as the counts of a summary."""
    parts: list[Part] = []
    for cell in cells:
        if parts:
            parts.append(Part("  "))
        parts.append(Part(cell.text, cell.style))
    return tuple(parts)


def _used(columns: Sequence[Column], rows: list[Row]) -> tuple[list[Column], list[Row]]:
    used = [
        index
        for index in range(len(columns))
        if not columns[index].wide
        and any(index < len(row.cells) and row.cells[index].text for row in rows)
    ]
    used = used or list(range(len(columns)))
    nothing = Cell()
    cut = [
        replace(row, cells=tuple(row.cells[i] if i < len(row.cells) else nothing for i in used))
        for row in rows
    ]
    return [columns[index] for index in used], cut


def _prefixes(rows: Sequence[Row], *, is_tree: bool) -> list[str]:
    """Return what stands before the name of each row: branches, and the glyph."""
    branches = _branches([row.depth for row in rows]) if is_tree else [""] * len(rows)
    return [
        f"{branch}{row.glyph} " if row.glyph else branch
        for branch, row in zip(branches, rows, strict=True)
    ]


def _branches(depths: Sequence[int]) -> list[str]:
    """Draw the lines from parents to children; the last child gets a corner."""
    branches: list[str] = []
    # Going upwards, the depths that have a row further down below the same parent.
    open_below: set[int] = set()
    for depth in reversed(depths):
        parts = ["│  " if level in open_below else "   " for level in range(1, depth)]
        if depth:
            parts.append("├─ " if depth in open_below else "└─ ")
        branches.append("".join(parts))
        open_below = {level for level in open_below if level <= depth} | {depth}
    return branches[::-1]


def _cells_needed(row: Row, prefix: str, index: int) -> int:
    return cells_of(flat(row.cells[index].text)) + (cells_of(prefix) if index == 0 else 0)


def _header(columns: Sequence[Column], slots: Sequence[Slot]) -> Line:
    gap = " " * GAP
    titles = (_fitted(columns[s.index].title, s.width, columns[s.index]) for s in slots)
    return (Part(gap.join(titles), "title"),)


def _line(row: Row, prefix: str, columns: Sequence[Column], slots: Sequence[Slot]) -> Line:
    parts: list[Part] = []
    for slot in slots:
        if parts:
            parts.append(Part(" " * GAP))
        cell, width = row.cells[slot.index], slot.width
        if slot.index == 0 and prefix:
            branch = prefix[: len(prefix) - len(row.glyph) - 1] if row.glyph else prefix
            parts += [Part(branch, "dim"), Part(prefix[len(branch) :], row.severity.style)]
            width -= cells_of(prefix)
        parts += _parts(cell, _fitted(flat(cell.text), max(1, width), columns[slot.index]))
    return tuple(part for part in parts if part.text)


def _parts(cell: Cell, text: str) -> list[Part]:
    parts: list[Part] = []
    position = 0
    for start, end, style in cell.spans:
        parts += [Part(text[position:start], cell.style), Part(text[start:end], style)]
        position = max(position, end)
    parts.append(Part(text[position:], cell.style))
    return parts


# Text


def flat(text: str) -> str:
    """Return text on one line."""
    return " ".join(text.split()) if "\n" in text or "\t" in text else text


def cells_of(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _fitted(text: str, width: int, column: Column) -> str:
    """Return the text exactly `width` cells wide; what is cut is replaced by an ellipsis."""
    if cells_of(text) > width:
        text = _cut(text, width, column)
    blank = " " * (width - cells_of(text))
    return blank + text if column.justify == "right" else text + blank


def _cut(text: str, width: int, column: Column) -> str:
    if column.elide == "middle" and width >= 8:
        tail = _first(text[::-1], (width - 1) // 2)[::-1]
        return _first(text, width - 1 - cells_of(tail)) + ELLIPSIS + tail
    return _first(text, width - 1) + ELLIPSIS


def _first(text: str, width: int) -> str:
    """Return as many characters as fit into `width` cells."""
    taken = 0
    for index, character in enumerate(text):
        taken += _width(character)
        if taken > width:
            return text[:index]
    return text
