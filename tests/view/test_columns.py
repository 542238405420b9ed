"""Dividing a table's width: nothing is narrowed but what may be, the least important goes first."""

import pytest
from hypothesis import given, strategies as st

from grove_tui.view.columns import GAP, fit, natural_width
from grove_tui.view.rows import Column
from grove_tui.view.treerows import COLUMNS

NAME = Column("NAME", min_width=10, flex=True, priority=9)
READY = Column("READY", priority=8)
AGE = Column("AGE", priority=5)
EXTRA = Column("EXTRA", wide=True, priority=1)
TABLE = (NAME, READY, AGE, EXTRA)


def widths(room, needed=(20, 5, 4, 5), wide=False, columns=TABLE):
    slots = fit(columns, needed, room, wide=wide)
    return {columns[slot.index].title: slot.width for slot in slots}


@pytest.mark.parametrize(
    ("room", "wide", "expected"),
    [
        (60, False, {"NAME": 47, "READY": 5, "AGE": 4}),
        (60, True, {"NAME": 40, "READY": 5, "AGE": 4, "EXTRA": 5}),
        (33, False, {"NAME": 20, "READY": 5, "AGE": 4}),
        (28, False, {"NAME": 15, "READY": 5, "AGE": 4}),
        (22, False, {"NAME": 15, "READY": 5}),
        (12, False, {"NAME": 12}),
        (5, False, {"NAME": 5}),
        (-3, False, {"NAME": 1}),
    ],
)
def test_the_flexible_column_gives_and_takes_and_then_columns_disappear(room, wide, expected):
    assert widths(room, wide=wide) == expected


@pytest.mark.parametrize(
    ("column", "needed", "width"),
    [
        (Column("A", width=7), 99, 7),
        (Column("LONG TITLE"), 3, 10),
        (Column("A", min_width=5), 3, 5),
        (Column("A", max_width=8), 99, 8),
        (Column("A"), 99, 99),
    ],
)
def test_a_column_claims_what_its_text_needs_within_bounds(column, needed, width):
    assert natural_width(column, needed) == width


def test_a_table_of_fixed_columns_leaves_room_unused():
    assert widths(40, (5, 4), columns=(READY, AGE)) == {"READY": 5, "AGE": 4}


@given(st.integers(1, 250), st.lists(st.integers(0, 60), min_size=11, max_size=11), st.booleans())
def test_columns_never_overlap_nor_leave_the_table(room, needed, wide):
    slots = fit(COLUMNS, needed, room, wide=wide)

    ends = [0, *(slot.x + slot.width + GAP for slot in slots)]
    assert [slot.x for slot in slots] == ends[:-1]
    assert slots[-1].x + slots[-1].width <= max(room, 1)
    for slot in slots:
        column = COLUMNS[slot.index]
        if not column.flex and len(slots) > 1:
            assert slot.width == natural_width(column, needed[slot.index])


@pytest.mark.parametrize(
    "text",
    [
        "breached (terminates in 3:12:07)",
        "breached (not armed: clique missing)",
        "unschedulable (no node for 12 pods)",
        "degraded (replica 1 recycles in 3:12:07)",
    ],
)
def test_on_eighty_columns_the_words_of_trouble_are_whole(text):
    needed = [60, 4, 11, 11, len(text), 8, 4, 14, 12, 3, 40]
    titles = [column.title for column in COLUMNS]

    slots = fit(COLUMNS, needed, 77, wide=False)

    shown = {titles[slot.index]: slot.width for slot in slots}
    assert shown["STATUS"] == len(text)
    assert shown["NAME"] >= 22
    assert shown["READY"] == 11


def test_columns_in_which_nothing_stands_go_before_any_text_is_cut():
    needed = [60, 0, 11, 11, 20, 0, 4, 14, 0, 0, 0]
    titles = [column.title for column in COLUMNS]

    slots = fit(COLUMNS, needed, 130, wide=False)

    assert [titles[slot.index] for slot in slots] == [
        "NAME",
        "READY",
        "PODS",
        "STATUS",
        "AGE",
        "NODE",
    ]
    assert slots[0].width >= 60
