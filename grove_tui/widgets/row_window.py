"""Where rows are on the screen: their order, the page, the cursor and the scroll position.

The cursor is on a key. When the order changes it stays on its object, and the line that it is on
stays where it is on the screen; only what is around it moves.
"""

from collections.abc import Hashable, Iterable

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from grove_tui.widgets.key_order import KeyOrder

HEADER_LINES = 1


class RowWindow(ScrollView):
    """A scrolled list of keys below a line of titles."""

    ALLOW_SELECT = False

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - as Textual's widgets spell it
        classes: str | None = None,
    ) -> None:
        """Make an empty window."""
        super().__init__(id=id, classes=classes)
        self.cursor_key: Hashable | None = None
        self._order = KeyOrder()
        self._painted_thumb = (0, 0, 0)

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on a row and scroll to it; False when there is no such row."""
        if key not in self._order:
            return False
        self._move_cursor(key)
        self._scroll_to_cursor()
        return True

    @property
    def cursor_position(self) -> int | None:
        """Where the cursor stands among all rows."""
        return None if self.cursor_key is None else self._order.position(self.cursor_key)

    @property
    def row_count(self) -> int:
        """How many rows there are, visible or not."""
        return len(self._order)

    def cursor_moved(self, key: Hashable | None) -> None:
        """Be told that the cursor is on another row; for subclasses."""

    # Lines

    def _refresh_line(self, line: int) -> None:
        self.refresh(Region(0, HEADER_LINES + line, self.size.width, 1))

    def _line_of(self, key: Hashable | None) -> int | None:
        """Return the line on which a row is visible now."""
        position = None if key is None else self._order.position(key)
        line = -1 if position is None else position - self.scroll_offset.y
        return line if 0 <= line < self._page() else None

    def _refresh_key(self, key: Hashable | None) -> None:
        line = self._line_of(key)
        if line is not None:
            self._refresh_line(line)

    # Where the cursor and the page are

    def _page(self) -> int:
        return max(0, self.size.height - HEADER_LINES)

    def _visible_keys(self) -> Iterable[Hashable]:
        top = self.scroll_offset.y
        return self._order.keys[top : top + self._page()]

    def _anchor(self) -> tuple[Hashable | None, int]:
        """Return the row that is to stay where it is on the screen, and its line."""
        top = self.scroll_offset.y
        position = self.cursor_position
        if position is not None and 0 <= position - top < self._page():
            return self.cursor_key, position - top
        return self._order.at(top), 0

    def _restore(self, anchor: Hashable | None, line: int) -> None:
        position = None if anchor is None else self._order.position(anchor)
        if position is not None and self.is_attached:
            self.scroll_to(y=max(0, position - line), animate=False)

    def _resize_content(self) -> None:
        """Tell the scroll bar how many rows there are, without a layout of the whole screen.

        The scroll bar is always there, so a different number of rows moves no widget.
        """
        size = Size(self.size.width, len(self._order) + HEADER_LINES)
        if size == self.virtual_size:
            return
        self.set_reactive(Widget.virtual_size, size)
        if not self.is_attached:
            return
        thumb = self._thumb(size)
        if thumb != self._painted_thumb or not self.show_vertical_scrollbar:
            self._scroll_update(size)
            self._painted_thumb = thumb
        else:
            self.vertical_scrollbar.set_reactive(ScrollBar.window_virtual_size, size.height)
            self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def _thumb(self, size: Size) -> tuple[int, int, int]:
        """Return what the thumb of the scroll bar looks like, in eighths of a cell."""
        height = self.size.height
        length = max(8, 8 * height * height // max(1, size.height))
        span = max(1, size.height - height)
        return height, length, round((8 * height - length) * self.scroll_offset.y / span)

    def _move_cursor(self, key: Hashable | None) -> None:
        if key == self.cursor_key:
            return
        previous, self.cursor_key = self.cursor_key, key
        self._refresh_key(previous)
        self._refresh_key(key)
        self.cursor_moved(key)

    def _scroll_to_cursor(self) -> None:
        position = self.cursor_position
        if position is None or not self.is_attached:
            return
        top = self.scroll_offset.y
        lowest = position - max(0, self._page() - 1)
        if position < top or lowest > top:
            self.scroll_to(y=position if position < top else lowest, animate=False)
