"""Rows become aligned lines: whole where there is room, cut with an ellipsis where there is not."""

import pytest
from hypothesis import given, strategies as st

from grove_tui.view.plain import cells_of, summary_line, table, text_of
from grove_tui.view.rows import Cell, Column, Row, Severity

COLUMNS = (
    Column("NAME", min_width=8, flex=True, elide="middle"),
    Column("COUNT", justify="right"),
    Column("NOTE", max_width=6),
    Column("SECRET", wide=True),
)


class Source:
    def __init__(self, *rows):
        self.rows = {row.key: row for row in rows}

    def columns(self):
        return COLUMNS

    def keys(self):
        return list(self.rows)

    def row(self, key):
        return self.rows[key]


def row(name, depth=0, glyph="", **texts):
    cells = [name, *(texts.get(part, "") for part in ("count", "note", "secret"))]
    return Row(name, tuple(Cell(text) for text in cells), depth=depth, glyph=glyph)


def printed(*rows, room=0, is_tree=False):
    return [text_of(line) for line in table(Source(*rows), room, is_tree=is_tree)]


def test_columns_are_aligned_and_as_wide_as_they_need_to_be():
    assert printed(row("a", count="1", note="n"), row("longer-name", count="100")) == [
        "NAME         COUNT  NOTE",
        "a                1  n",
        "longer-name    100",
    ]


def test_columns_without_content_and_those_for_wide_mode_are_left_out():
    assert printed(row("a", secret="s")) == ["NAME", "a"]


def test_without_a_limit_nothing_is_cut():
    assert printed(row("a", note="much longer than six"))[1] == "a         much longer than six"


def test_with_a_limit_names_lose_their_middle():
    lines = printed(row("abcdefghijklmnopqrstuvwxyz", count="1"), room=22)

    assert lines[1] == "abcdefg…tuvwxyz      1"


def test_a_tree_has_branches_that_end_with_the_last_child():
    rows = [
        row("set", glyph="✔"),
        row("gang-0", 1, "✔"),
        row("pod-a", 2),
        row("pod-b", 2),
        row("gang-1", 1),
        row("pod-c", 2, "●"),
    ]

    assert printed(*rows, is_tree=True)[1:] == [
        "✔ set",
        "├─ ✔ gang-0",
        "│  ├─ pod-a",
        "│  └─ pod-b",
        "└─ gang-1",
        "   └─ ● pod-c",
    ]


def test_wide_characters_and_line_breaks_keep_the_columns():
    lines = printed(row("日本語", count="1"), row("a\nb", count="2"))

    assert [cells_of(line) for line in lines] == [15, 15, 15]
    assert lines[2].startswith("a b ")


def test_parts_keep_the_styles_of_cells_and_spans():
    cell = Cell("12345", "ok", spans=((1, 3, "error"),))
    source = Source(Row("x", (cell,), severity=Severity.ERROR, glyph="!"))

    parts = {(part.text.strip(), part.style) for part in table(source)[1]}

    assert {("!", "error"), ("1", "ok"), ("23", "error"), ("45", "ok")} <= parts


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=30), st.integers(0, 4), st.text(max_size=20)),
        min_size=1,
        max_size=8,
        unique_by=lambda item: item[0],
    ),
    st.integers(12, 80),
)
def test_no_line_is_wider_than_the_room(items, room):
    rows = [row(name, depth, note=note) for name, depth, note in items]

    lines = table(Source(*rows), room, is_tree=True)

    widest = max(cells_of("".join(part.text for part in line)) for line in lines[1:])
    deepest = max(depth for _, depth, _ in items)
    assert widest <= max(room, 3 * deepest + 8 + 2 + 6)


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("é", 1), ("e\u0301", 1), ("語", 2)])
def test_width_of_text(text, cells):
    assert cells_of(text) == cells


def test_a_summary_is_one_line():
    assert text_of(summary_line([Cell("1 healthy", "ok"), Cell("2 nodes")])) == "1 healthy  2 nodes"
