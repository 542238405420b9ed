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
        self._slots: list[Slot] = []
        self._for: tuple[int, bool] | None = None

    def grow(self, needed: Sequence[int]) -> bool:
        """Take notice of what a row needs; True when a column became wider."""
        grown = False
        for index, width in enumerate(needed[: len(self._needed)]):
            if width > self._needed[index]:
                self._needed[index] = width
                grown = True
        if grown:
            self._for = None
        return grown

    def settle(self, needed: Sequence[int]) -> bool:
        """Give back width that a flexible column misses and no row on the screen needs.

        Args:
            needed: The widest text of each column among the visible rows.

        Returns:
            Whether a column became narrower.
        """
        if not self._is_squeezed():
            return False
        fixed = [index for index, column in enumerate(self.columns) if not column.flex]
        wanted = [*needed, *[0] * (len(self.columns) - len(needed))]
        spare = [index for index in fixed if self._needed[index] > wanted[index]]
        for index in spare:
            self._needed[index] = wanted[index]
        if spare:
            self._for = None
        return bool(spare)

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
        return self._slots
