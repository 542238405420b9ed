"""What all keys for the rows of a table share: which table it is."""

from grove_tui.screens.copying import CopyKeys
from grove_tui.view.book import GangBook
from grove_tui.widgets.live_table import LiveTable


class RowsScreen(CopyKeys):
    """Has a table of rows, which a subclass names."""

    book: GangBook | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether rows may be left out."""
        return False

    def rows_table(self) -> LiveTable:
        """Return the table that the keys are for."""
        raise LookupError

    def rows_changed(self) -> None:
        """Be told that other rows are shown than before, or in another order."""
