"""Keys of the workload tree."""

from textual.screen import Screen

from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind
from grove_tui.view.lineage import lineage
from grove_tui.view.tree import Tree
from grove_tui.widgets.live_table import LiveTable


class TreeKeys(Screen[None]):
    """Goes to rows of the tree and of the node list."""

    book: GangBook | None = None

    def reveal(self, key: Key) -> bool:
        """Put the cursor on a row, after unfolding what hides it; False where there is none."""
        book = self.book
        if book is None:
            return False
        if key.kind is Kind.NODE:
            return self._go_to("nodes", book.current(key))
        key = book.current(key) if not key.uid and key.replica < 0 else key
        table = self.query_one("#tree", LiveTable)
        source = table.source
        if isinstance(source, Tree):
            for above in lineage(book, key):
                if source.is_folded(above):
                    source.toggle_fold(above)
            table.refresh_structure()
        return self._go_to("tree", key)

    def _go_to(self, table_id: str, key: Key) -> bool:
        table = self.query_one(f"#{table_id}", LiveTable)
        found = table.move_to(key)
        if found:
            table.focus()
        return found
