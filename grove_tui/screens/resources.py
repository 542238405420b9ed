"""A table of one kind of thing on a screen of its own; knows no kind by itself."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from grove_tui.config import Settings
from grove_tui.screens.feed import LivePanel, LiveSource, Scene
from grove_tui.screens.filter_bar import FilterBar
from grove_tui.screens.listings import Listing
from grove_tui.screens.live_screen import LiveScreen
from grove_tui.screens.navigator import TREE
from grove_tui.screens.table_keys import TableKeys
from grove_tui.view.events import Events
from grove_tui.view.keys import Key
from grove_tui.view.rows import Cell, RowSource
from grove_tui.widgets.live_table import LiveTable

NO_MATCH = "No row matches the filter; esc takes it away."


class ResourceScreen(TableKeys, LiveScreen):
    """Shows what a listing lists."""

    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="list.back"),
        Binding("q", "back", "Back", show=False, id="list.close"),
    ]

    def __init__(
        self,
        settings: Settings,
        scene: Scene,
        listing: Listing,
        *,
        about: Key | None = None,
        text: str = "",
    ) -> None:
        """Show a listing.

        Args:
            settings: What the user set.
            scene: The cluster.
            listing: What to list.
            about: Of events, only those about this row and what is below it.
            text: The filter to begin with.
        """
        super().__init__(settings, scene)
        self._listing = listing
        self._about = about
        self._text = text
        several = not scene.namespace
        self._source: LiveSource = listing.make(scene.book, several)
        if about is not None and isinstance(self._source, Events):
            self._source.select(about)

    def compose_body(self) -> Iterable[Widget]:
        yield LiveTable(empty=self._listing.empty, id="rows")
        yield FilterBar(id="filter-bar")

    def on_mount(self) -> None:
        table = self.rows_table()
        # Rows of several namespaces need the column that names it.
        table.wide = not self.namespace
        self.join(LivePanel(table, self._source))
        if self._text:
            self.type_filter(self._text)

    def heading(self) -> tuple[list[Cell], list[Cell]]:
        count = self._listing.counted(self.rows_table().row_count)
        about = [Cell(f"of {self._about}", "title")] if self._about is not None else []
        left = [Cell(self._listing.title, "title"), *about, Cell(count), *self.shown_cells()]
        namespace = self.namespace
        return left, [Cell(f"namespace {namespace}" if namespace else "all namespaces", "dim")]

    def rows_table(self) -> LiveTable:
        return self.query_one("#rows", LiveTable)

    def rows_changed(self) -> None:
        table = self.rows_table()
        table.empty = NO_MATCH if self.is_filtered else self._listing.empty
        self.follow()

    def rows_to_save(self) -> tuple[str, RowSource | None]:
        what = self._about if self._about is not None else self.namespace
        return f"{self._listing.title.lower()}-{what}", self._source

    def selected(self) -> Key | None:
        key = self.rows_table().cursor_key
        return key if isinstance(key, Key) else None

    def action_back(self) -> None:
        if self.drop_filter():
            self.rows_table().focus()
        elif self._about is not None:
            self.dismiss(None)
        else:
            self.navigator.open(TREE)

    @on(LiveTable.Activated)
    def open_row(self) -> None:
        key = self.subject()
        if key is not None:
            self.navigator.reveal(key)
        else:
            self.app.notify("What it is about is gone.", markup=False)
