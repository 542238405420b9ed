"""Dividing a table's width among its columns."""

from collections.abc import Sequence

from msgspec import Struct

from grove_tui.view.rows import Column

GAP = 2
"""Blank cells between two columns."""
LITTLE = 45
"""Columns of less priority go before a flexible one is narrower than is good for it."""


class Slot(Struct, frozen=True, gc=False):
    """A column that is shown: its index in the source, where it starts and how wide it is."""

    index: int
    x: int
    width: int


def natural_width(column: Column, needed: int) -> int:
    """Return the width that a column claims for text that is `needed` cells wide."""
    if column.width is not None:
        return column.width
    claimed = max(needed, len(column.title), column.min_width)
    return min(claimed, column.max_width) if column.max_width else claimed


def fit(columns: Sequence[Column], needed: Sequence[int], room: int, *, wide: bool) -> list[Slot]:
    """Place columns from left to right in `room` cells.

    Columns in which nothing stands go first. Then flexible columns give up width, down to what is
    good; then columns of little priority are left out. If that is not enough, flexible columns are
    narrowed to their minimum and more columns left out, those of the lowest priority first (the
    rightmost of equals). No other column is ever narrowed, so a number is shown whole or not at
    all.

    Args:
        columns: The columns of the source.
        needed: Width of the widest known text of each column.
        room: Cells available.
        wide: Whether columns that are only for wide mode may appear.
    """
    widths = [natural_width(column, need) for column, need in zip(columns, needed, strict=True)]
    shown = [index for index, column in enumerate(columns) if wide or not column.wide]
    if sum(widths[index] + GAP for index in shown) - GAP > room and any(needed):
        shown = [index for index in shown if needed[index] or columns[index].flex] or shown
    while len(shown) > 1 and _least(columns, widths, shown, good=True) > room:
        lowest = _lowest(columns, shown)
        if columns[lowest].priority >= LITTLE:
            break
        shown.remove(lowest)
    while len(shown) > 1 and _least(columns, widths, shown) > room:
        shown.remove(_lowest(columns, shown))
    return _place(columns, widths, shown, room)


def _lowest(columns: Sequence[Column], shown: Sequence[int]) -> int:
    return min(shown, key=lambda index: (columns[index].priority, -index))


def _least(
    columns: Sequence[Column], widths: Sequence[int], shown: Sequence[int], *, good: bool = False
) -> int:
    """Return the room that these columns take when the flexible ones are at their minimum."""
    return GAP * (len(shown) - 1) + sum(
        min(_bound(columns[index], good=good), widths[index])
        if columns[index].flex
        else widths[index]
        for index in shown
    )


def _bound(column: Column, *, good: bool) -> int:
    return max(column.min_width, column.good_width) if good else column.min_width


def _place(
    columns: Sequence[Column], widths: Sequence[int], shown: Sequence[int], room: int
) -> list[Slot]:
    spare = room - GAP * (len(shown) - 1) - sum(widths[index] for index in shown)
    flexible = [index for index in shown if columns[index].flex] or shown[-1:]
    given = _share(columns, widths, flexible, spare)
    slots: list[Slot] = []
    x = 0
    for index in shown:
        width = max(1, widths[index] + given.get(index, 0))
        slots.append(Slot(index, x, width))
        x += width + GAP
    return slots


def _share(
    columns: Sequence[Column], widths: Sequence[int], flexible: Sequence[int], spare: int
) -> dict[int, int]:
    """Return how much each flexible column gains, or loses where `spare` is negative."""
    if spare >= 0:
        # The last takes it all: what stands before it is as wide as it needs to be already.
        return {flexible[-1]: spare} if columns[flexible[-1]].flex else {}
    given: dict[int, int] = {}
    for index in reversed(flexible):
        least = min(columns[index].min_width, widths[index])
        given[index] = -min(-spare, widths[index] - least)
        spare -= given[index]
    if spare < 0:
        given[flexible[0]] = given.get(flexible[0], 0) + spare
    return given
