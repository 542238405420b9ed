"""Rows as text, JSON and SVG: the same rows that the dashboard shows."""

import io
import json
from collections.abc import Sequence
from typing import Any

from grove_tui.view.keys import Key
from grove_tui.view.rows import Cell, Column, Row, RowSource

GAP = 2
INDENT = 2
SVG_WIDTH = 160


def to_text(source: RowSource) -> str:
    """Return the rows as an aligned table with a header."""
    columns, rows = _table(source)
    lines = [[Cell(column.title) for column in columns], *(_cells(row) for row in rows)]
    widths = _widths(lines)
    return "".join(f"{_line(line, widths)}\n" for line in lines)


def to_json(source: RowSource) -> str:
    """Return the rows as JSON, each with those below it."""
    columns, rows = _table(source)
    roots: list[dict[str, Any]] = []
    path: list[dict[str, Any]] = []
    for row in rows:
        entry = _entry(row, columns)
        del path[row.depth :]
        (path[-1].setdefault("children", []) if path else roots).append(entry)
        path.append(entry)
    return json.dumps(roots, indent=2, ensure_ascii=False) + "\n"


def to_svg(source: RowSource, title: str) -> str:
    """Return a picture of the rows in the colours of the default theme."""
    from rich.console import Console
    from rich.text import Text

    from grove_tui.theme import TOKEN_DEFAULTS

    columns, rows = _table(source)
    lines = [[Cell(column.title, "title") for column in columns], *(_cells(row) for row in rows)]
    widths = _widths(lines)
    console = Console(record=True, width=max(SVG_WIDTH, sum(widths)), file=io.StringIO())
    for line in lines:
        text = Text(no_wrap=True)
        for cell, width in zip(line, widths, strict=False):
            colour = TOKEN_DEFAULTS.get(f"grove-{cell.style}", "")
            text.append(cell.text.ljust(width), colour)
        console.print(text, overflow="ignore", crop=False)
    return console.export_svg(title=title)


def _table(source: RowSource) -> tuple[Sequence[Column], list[Row]]:
    columns = [column for column in source.columns() if not column.wide]
    return columns, [source.row(key) for key in source.keys()]  # noqa: SIM118 - no mapping


def _cells(row: Row) -> list[Cell]:
    first = row.cells[0]
    name = f"{' ' * (INDENT * row.depth)}{row.glyph} {first.text}"
    return [Cell(name, first.style or row.severity.style), *row.cells[1:]]


def _widths(lines: Sequence[Sequence[Cell]]) -> list[int]:
    count = min(len(line) for line in lines)
    return [max(len(line[index].text) for line in lines) + GAP for index in range(count)]


def _line(cells: Sequence[Cell], widths: Sequence[int]) -> str:
    pairs = zip(cells, widths, strict=False)
    return "".join(cell.text.ljust(width) for cell, width in pairs).rstrip()


def _entry(row: Row, columns: Sequence[Column]) -> dict[str, Any]:
    pairs = zip(columns, row.cells, strict=False)
    entry: dict[str, Any] = {column.title.lower(): cell.text for column, cell in pairs}
    entry.pop("pods", None)  # a drawing
    if isinstance(row.key, Key):
        entry = {"kind": str(row.key.kind), "namespace": row.key.namespace} | entry
        entry["kind"] = str(row.key.kind)
    return {name: value for name, value in entry.items() if value != ""}
