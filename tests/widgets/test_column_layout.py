"""Columns grow at once, and give width back only where a name misses it."""

from grove_tui.view.rows import Column
from grove_tui.widgets.column_layout import ColumnLayout

COLUMNS = (
    Column("NAME", min_width=4, flex=True, priority=9),
    Column("STATUS", priority=8),
    Column("AGE", priority=7),
)


def widths(layout, room):
    return [slot.width for slot in layout.slots(room, wide=False)]


def test_a_column_grows_with_what_rows_need():
    layout = ColumnLayout(COLUMNS)
    layout.grow([10, 6, 3])

    assert layout.grow([10, 12, 3])
    assert widths(layout, 40)[1:] == [12, 3]


def test_width_that_nobody_needs_any_more_goes_to_the_name():
    layout = ColumnLayout(COLUMNS)
    layout.grow([30, 20, 3])
    assert widths(layout, 40) == [13, 20, 3]

    assert layout.settle([30, 7, 2])
    assert widths(layout, 40) == [26, 7, 3]


def test_columns_stay_where_the_name_is_whole():
    layout = ColumnLayout(COLUMNS)
    layout.grow([10, 20, 3])
    before = widths(layout, 60)

    assert not layout.settle([10, 7, 2])
    assert widths(layout, 60) == before


def test_a_column_that_was_dropped_comes_back():
    layout = ColumnLayout(COLUMNS)
    layout.grow([10, 30, 3])
    assert len(widths(layout, 38)) == 2

    assert layout.settle([10, 7])
    assert len(widths(layout, 38)) == 3
