"""How wide a table's columns are: what rows have needed so far, fitted into the room there is."""

from collections.abc import Sequence

from grove_tui.view.columns import Slot, fit
from grove_tui.view.rows import Column


class ColumnLayout:
    """Columns that grow with the rows that were seen.

    They shrink only on request, so that nothing jumps while text comes and goes.
    """

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        self.columns = tuple(columns)
        self._needed = [0] * len(self.columns)
        self._short = [0] * len(self.columns)
        self._slots: list[Slot] = []
        self._for: tuple[int, bool] | None = None

    def grow(self, needed: Sequence[int], short: Sequence[int] = ()) -> bool:
        """Take notice of what a row needs; True when a column became wider.

        Args:
            needed: The width of each cell's text.
            short: The width of what would do where the room is short; the same where not given.
        """
        grown = _raise(self._needed, needed)
        grown |= _raise(self._short, short or needed)
        if grown:
            self._for = None
        return grown

    def settle(self, needed: Sequence[int], short: Sequence[int] = ()) -> bool:
        """Give back width that a flexible column misses and no row on the screen needs.

        Args:
            needed: The widest text of each column among the visible rows.
            short: The same of what would do where the room is short.

        Returns:
            Whether a column became narrower.
        """
        if not self._is_squeezed():
            return False
        fixed = [index for index, column in enumerate(self.columns) if not column.flex]
        spare = _lower(self._needed, needed, fixed)
        spare |= _lower(self._short, short or needed, fixed)
        if spare:
            self._for = None
        return spare

    def _is_squeezed(self) -> bool:
        if len(self._slots) < sum(not column.wide for column in self.columns):
            return True
        return any(
            self.columns[slot.index].flex and slot.width < self._needed[slot.index]
            for slot in self._slots
        )

    def slots(self, room: int, *, wide: bool) -> list[Slot]:
        """Return the columns that fit, with their places."""
        if self._for != (room, wide):
            self._for = room, wide
            self._slots = fit(self.columns, self._needed, room, wide=wide) if self.columns else []
            if self._slots and self._is_squeezed():
                self._slots = fit(self.columns, self._short, room, wide=wide)
        return self._slots


def _raise(known: list[int], needed: Sequence[int]) -> bool:
    """Raise known widths to those that are needed; True when one was."""
    grown = False
    for index, width in enumerate(needed[: len(known)]):
        if width > known[index]:
            known[index] = width
            grown = True
    return grown


def _lower(known: list[int], needed: Sequence[int], columns: Sequence[int]) -> bool:
    """Lower the widths of some columns to those that are needed; True when one was."""
    lowered = False
    for index in columns:
        width = needed[index] if index < len(needed) else 0
        if width < known[index]:
            known[index] = width
            lowered = True
    return lowered
