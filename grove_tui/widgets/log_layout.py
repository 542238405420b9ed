"""Where the rows of a log are on a screen of a given width, wrapped or not.

What is said about the log is always wrapped: there is no text to be lined up with, and it is to be
read whole.

Rows are only added at the end and dropped at the start, so positions are kept as absolute counts of
screen lines and nothing is counted again when the oldest rows go.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from msgspec import Struct
from rich.cells import cell_len, chop_cells


class LogRow(Struct, frozen=True):
    """One line of a log.

    Attributes:
        prefix: Says where it is from; shown in front of every screen line of it.
        style: Style word of the prefix.
        text: The line.
        is_note: Whether it is about the log and not from it.
    """

    prefix: str
    style: str
    text: str
    is_note: bool = False


class Piece(Struct, frozen=True):
    """What of a row's text one screen line shows, and at which character that starts."""

    text: str
    start: int = 0


class LogLayout:
    """Rows and the screen lines that they take."""

    def __init__(self) -> None:
        self.rows: list[LogRow] = []
        self.first = 0
        """Number of the oldest row; rows are numbered from the first that ever was."""
        self.widest = 0
        """Cells of the widest text."""
        self._room = 80
        self._wrap = False
        self._ends: list[int] = []
        self._base = 0

    @property
    def height(self) -> int:
        """Screen lines of all rows."""
        return (self._ends[-1] if self._ends else self._base) - self._base

    def shape(self, room: int, *, wrap: bool) -> None:
        """Lay everything out for texts of `room` cells."""
        room = max(1, room)
        changed = (wrap, room) != (self._wrap, self._room)
        self._room, self._wrap = room, wrap
        if changed:
            rows, self.rows = self.rows, []
            self._ends, self._base = [], 0
            self.extend(rows)

    def extend(self, rows: Iterable[LogRow]) -> None:
        """Add rows at the end."""
        end = self._ends[-1] if self._ends else self._base
        for row in rows:
            width = _cells(row.text)
            if not row.is_note:
                self.widest = max(self.widest, width)
            end += self._lines_of(row, width)
            self._ends.append(end)
            self.rows.append(row)

    def drop(self, count: int) -> int:
        """Forget the oldest rows; return how many screen lines they took."""
        if not count:
            return 0
        before = self._base
        self._base = self._ends[count - 1]
        del self.rows[:count]
        del self._ends[:count]
        self.first += count
        return self._base - before

    def clear(self) -> None:
        """Forget all rows."""
        self.drop(len(self.rows))
        self.widest = 0

    def at(self, line: int) -> tuple[int, int] | None:
        """Return the index of the row that a screen line shows, and which line of it that is."""
        if not 0 <= line < self.height:
            return None
        index = bisect_right(self._ends, self._base + line)
        return index, line - self.line_of(index)

    def line_of(self, index: int) -> int:
        """Return the first screen line of a row."""
        return (self._ends[index - 1] if index else self._base) - self._base

    def piece(self, index: int, line: int, x: int = 0) -> Piece:
        """Return what is shown of a row on one of its screen lines.

        Args:
            index: The row.
            line: Which of its screen lines.
            x: Cells scrolled off at the left; where the row is not wrapped.
        """
        row = self.rows[index]
        text, wrapped = row.text, self._is_wrapped(row)
        if text.isascii():
            start = line * self._room if wrapped else x
            return Piece(text[start : start + self._room], start)
        if wrapped:
            chunks = chop_cells(text, self._room) or [text]
            return Piece(chunks[line], sum(map(len, chunks[:line])))
        start = len(chop_cells(text, x)[0]) if x and cell_len(text) > x else len(text) * bool(x)
        shown = chop_cells(text[start:], self._room)
        return Piece(shown[0] if shown else text[start:], start)

    def find(self, needle: str) -> list[int]:
        """Return the numbers of the rows that hold a text, whatever its case."""
        needle = needle.casefold()
        return [
            self.first + index
            for index, row in enumerate(self.rows)
            if needle in row.text.casefold()
        ]

    def _is_wrapped(self, row: LogRow) -> bool:
        return self._wrap or row.is_note

    def _lines_of(self, row: LogRow, width: int) -> int:
        if not self._is_wrapped(row) or width <= self._room:
            return 1
        text = row.text
        return -(-width // self._room) if text.isascii() else len(chop_cells(text, self._room))


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def common_prefix(names: Sequence[str]) -> int:
    """Return how many characters the names begin with in common, up to a whole word."""
    if len(names) < 2:
        return 0
    # What the first and the last in order share, all between them share.
    first, last = min(names), max(names)
    count = 0
    for ours, theirs in zip(first, last, strict=False):
        if ours != theirs:
            break
        count += 1
    return first.rfind("-", 0, count) + 1


def letters(number: int) -> str:
    """Return A to Z, then AA and so on."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
