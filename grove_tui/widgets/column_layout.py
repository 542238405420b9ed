"""How wide a table's columns are: what rows have needed so far, fitted into the room there is."""

from collections.abc import Sequence

from grove_tui.view.columns import Slot, fit
from grove_tui.view.rows import Column


class ColumnLayout:
    """Columns that grow with the rows that were seen and never shrink, so that nothing jumps."""

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

    def slots(self, room: int, *, wide: bool) -> list[Slot]:
        """Return the columns that fit, with their places."""
        if self._for != (room, wide):
            self._for = room, wide
            self._slots = fit(self.columns, self._needed, room, wide=wide) if self.columns else []
        return self._slots
