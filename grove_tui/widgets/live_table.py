"""The live table: rows of a source with a cursor, for keyboard and mouse.

What it says, it says about a key: the row that the user meant, whatever moves in the meantime.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from grove_tui.view.rows import TreeSource
from grove_tui.widgets.row_painter import GUTTER, fold_mark_span
from grove_tui.widgets.row_view import RowView
from grove_tui.widgets.row_window import HEADER_LINES


class LiveTable(RowView, can_focus=True):
    """A table whose cursor stays on an object and which repaints only what changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "cursor_down", "Down", show=False, id="table.down"),
        Binding("k,up", "cursor_up", "Up", show=False, id="table.up"),
        Binding("g,home", "cursor_first", "First row", show=False, id="table.first"),
        Binding("G,end", "cursor_last", "Last row", show=False, id="table.last"),
        Binding(
            "ctrl+f,pagedown", "cursor_page_down", "Page down", show=False, id="table.page-down"
        ),
        Binding("ctrl+b,pageup", "cursor_page_up", "Page up", show=False, id="table.page-up"),
        Binding("left", "fold", "Fold", show=False, id="table.fold"),
        Binding("right", "unfold", "Unfold", show=False, id="table.unfold"),
        Binding("enter", "activate", "Open", show=False, id="table.open"),
        Binding("space", "mark", "Mark", show=False, id="table.mark"),
    ]

    @dataclass
    class KeyMessage(Message):
        """About the row with `key`, as it was when the user acted."""

        table: "LiveTable"
        key: Hashable

        @property
        def control(self) -> "LiveTable":
            return self.table

    class Highlighted(KeyMessage):
        """The cursor is on another row, or on none (`key` is None)."""

    class Activated(KeyMessage):
        """Enter or a double click on a row."""

    class FoldToggled(KeyMessage):
        """A row is to be folded or unfolded."""

    class MarkToggled(KeyMessage):
        """A row is to be marked or unmarked."""

    @dataclass
    class HeaderClicked(Message):
        """A click on the title of a column (its index in the source)."""

        table: "LiveTable"
        column: int

        @property
        def control(self) -> "LiveTable":
            return self.table

    def cursor_moved(self, key: Hashable | None) -> None:
        if self.is_attached:
            self.post_message(self.Highlighted(self, key))

    # Keys

    def action_cursor_down(self) -> None:
        self._step(1)

    def action_cursor_up(self) -> None:
        self._step(-1)

    def action_cursor_first(self) -> None:
        self._step(-len(self._order))

    def action_cursor_last(self) -> None:
        self._step(len(self._order))

    def action_cursor_page_down(self) -> None:
        self._step(max(1, self._page() - 1))

    def action_cursor_page_up(self) -> None:
        self._step(-max(1, self._page() - 1))

    def action_fold(self) -> None:
        if self.cursor_key is None:
            return
        row = self._row(self.cursor_key)
        if row.foldable and not row.folded:
            self.post_message(self.FoldToggled(self, self.cursor_key))
        elif isinstance(self._source, TreeSource):
            parent = self._source.parent(self.cursor_key)
            if parent is not None:
                self.move_to(parent)

    def action_unfold(self) -> None:
        if self.cursor_key is None:
            return
        row = self._row(self.cursor_key)
        if row.foldable and row.folded:
            self.post_message(self.FoldToggled(self, self.cursor_key))
        elif row.foldable:
            self._step(1)

    def action_activate(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.Activated(self, self.cursor_key))

    def action_mark(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.MarkToggled(self, self.cursor_key))
            # At once, so that a key pressed again before the message arrives means the next row.
            self._step(1)

    # Mouse

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        if offset.y < HEADER_LINES:
            self._click_header(offset.x)
            return
        key = self._order.at(offset.y - HEADER_LINES + self.scroll_offset.y)
        if key is None:
            return
        self._move_cursor(key)
        row = self._row(key)
        start, end = fold_mark_span(row)
        if row.foldable and start <= offset.x < end:
            self.post_message(self.FoldToggled(self, key))
        elif event.chain == 2:
            self.post_message(self.Activated(self, key))

    def _click_header(self, x: int) -> None:
        for slot in self._slots():
            if slot.x <= x - GUTTER < slot.x + slot.width:
                self.post_message(self.HeaderClicked(self, slot.index))

    def _step(self, rows: int) -> None:
        position = self.cursor_position
        wanted = 0 if position is None else position + rows
        self._move_cursor(self._order.at(max(0, min(wanted, len(self._order) - 1))))
        self._scroll_to_cursor()
