"""What a table shows: cells, rows, columns, and where rows come from.

Rows are frozen values; two equal rows look the same, so a widget repaints a row only when it is
no longer equal. Styles are words ("ok", "warn", "gang-3"), never colours: the widgets give each
word the colour of the theme, and the text says the same without any colour.
"""

from collections.abc import Hashable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

STYLES = (
    "ok",
    "progress",
    "warn",
    "error",
    "dim",
    "accent",
    "info",
    "title",
    *(f"gang-{number}" for number in range(8)),
)
"""Every style word that a cell may carry; the empty one is plain text."""


class Severity(IntEnum):
    """How much attention a row deserves; sorting by it puts trouble first when reversed."""

    NONE = 0
    OK = 1
    PROGRESS = 2
    WARN = 3
    ERROR = 4

    @property
    def style(self) -> str:
        """The style word of this severity."""
        return ("dim", "ok", "progress", "warn", "error")[self]


class Cell(Struct, frozen=True, gc=False):
    """One piece of text in a row.

    Attributes:
        text: Plain text; never markup. Line breaks are shown as spaces.
        style: A word of `STYLES`, or empty.
        spans: Parts with another style: start, end (character offsets) and style word.
        due: When the text differs though nothing happened (ages, countdowns); None for never. Such
            text changes without being marked as a change.
        tail: How many characters at the end tell it from its neighbours. Where a column cuts in the
            middle, they are the last to go; 0 for as much of the end as of the beginning.
        shorter: What says the same with less, longest first, for where the text does not fit.
    """

    text: str = ""
    style: str = ""
    spans: tuple[tuple[int, int, str], ...] = ()
    due: datetime | None = None
    tail: int = 0
    shorter: tuple["Cell", ...] = ()


class Row(Struct, frozen=True, gc=False):
    """One line of a table.

    Attributes:
        key: Stable identity of what the row shows.
        cells: One for each column of the source.
        depth: Level in a tree; 0 in a list.
        glyph: A symbol before the first cell that says the severity without colour.
        foldable: Whether rows below it can be hidden.
        folded: Whether they are hidden now.
        marked: Whether the user marked it.
        severity: Colours the glyph and sorts trouble first.
    """

    key: Hashable
    cells: tuple[Cell, ...]
    depth: int = 0
    glyph: str = ""
    foldable: bool = False
    folded: bool = False
    marked: bool = False
    severity: Severity = Severity.NONE

    @property
    def due(self) -> datetime | None:
        """When its text differs though nothing happened; None for never."""
        return min((cell.due for cell in self.cells if cell.due is not None), default=None)


class Column(Struct, frozen=True, gc=False):
    """How a column is titled and how much room it takes.

    Attributes:
        title: Header text.
        width: Fixed width; without it the column is as wide as what it shows.
        min_width: The least width that is still readable.
        good_width: The width that is worth more than columns of little priority; 0 for `min_width`.
        justify: Alignment of title and cells.
        wide: Shown only in wide mode.
        flex: Takes the room that the others leave, and is the first to give it back.
        priority: When the room is short, columns with the lowest priority disappear first.
        max_width: The most that text may claim when the width is not fixed; 0 for no limit.
        elide: Where text that does not fit loses characters. Names differ at their end.
    """

    title: str
    width: int | None = None
    min_width: int = 3
    good_width: int = 0
    justify: Literal["left", "right"] = "left"
    wide: bool = False
    flex: bool = False
    priority: int = 0
    max_width: int = 0
    elide: Literal["end", "middle"] = "end"


class RowSource(Protocol):
    """What a table reads: columns, the order of the rows, and single rows on demand."""

    def columns(self) -> Sequence[Column]:
        """Return the columns; they change only together with the source."""
        ...

    def keys(self) -> Sequence[Hashable]:
        """Return the keys of all rows in order, each once."""
        ...

    def row(self, key: Hashable) -> Row:
        """Return one row; called for visible rows only. A vanished key gives an empty row."""
        ...


@runtime_checkable
class TreeSource(RowSource, Protocol):
    """A source whose rows have parents."""

    def parent(self, key: Hashable) -> Hashable | None:
        """Return the key of the row above it in the tree; None for a root."""
        ...

    def heir(self, key: Hashable) -> Hashable | None:
        """Return the row that took the place of one that is gone, if any did."""
        ...
