"""A log that goes on: painted line by line, with search, wrapping and a place to stand still."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from grove_tui.widgets.log_layout import LogLayout, LogRow, Piece
from grove_tui.widgets.row_painter import StyleCache
from grove_tui.widgets.text_fit import fit, width_of
from grove_tui.widgets.tokens import ASCII, TOKEN_CSS

BAR = "│ "


class LogView(ScrollView, can_focus=True):
    """Shows rows; while `following`, always the newest."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"log-view--match", "log-view--current"}
    DEFAULT_CSS = (
        """
LogView {
    background: $surface;
    color: $foreground;
    overflow-x: auto;
    overflow-y: scroll;
    padding: 0 0 0 1;
    scrollbar-size: 1 1;
    scrollbar-background: $surface;
    scrollbar-background-hover: $surface;
    scrollbar-background-active: $surface;
    scrollbar-corner-color: $surface;
    scrollbar-color: $panel;
    & > .log-view--match { background: $warning 45%; text-style: bold; }
    & > .log-view--current { background: $primary 30%; }
"""
        + TOKEN_CSS
        + "}"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Down", show=False, id="log.down"),
        Binding("k,up", "scroll_up", "Up", show=False, id="log.up"),
        Binding("g,home", "scroll_home", "Top", show=False, id="log.top"),
        Binding("G,end", "scroll_end", "Bottom", show=False, id="log.bottom"),
        Binding("ctrl+f,pagedown", "page_down", "Page down", show=False, id="log.page-down"),
        Binding("ctrl+b,pageup", "page_up", "Page up", show=False, id="log.page-up"),
    ]
    following = var(True)
    """Whether new rows are scrolled to; scrolling up ends it, scrolling to the end begins it."""
    wrap = var(False)
    """Whether long lines go on below instead of beyond the right edge."""
    ascii = var(False)
    """Whether symbols are replaced by ASCII characters."""

    class Followed(Message):
        """`following` changed."""

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002 - as Textual's widgets spell it
        """Make an empty log, which says `empty`."""
        super().__init__(id=id)
        self.empty = empty
        self._layout = LogLayout()
        self._styles = StyleCache(self)
        self._needle = ""
        self._matches: list[int] = []
        self._current: int | None = None
        self._prefix = 0

    # What callers do

    def extend(self, rows: Sequence[LogRow], dropped: int = 0) -> None:
        """Add rows at the end and forget the oldest ones."""
        following, top = self.following, self.scroll_offset.y
        layout = self._layout
        found = layout.first + len(layout.rows)
        if rows and self._measure_prefix(rows):
            self._shape()
        layout.extend(rows)
        gone = layout.drop(dropped)
        if self._needle:
            needle = self._needle.casefold()
            later = enumerate(rows, found)
            self._matches += [number for number, row in later if needle in row.text.casefold()]
            self._matches = [number for number in self._matches if number >= layout.first]
        self._resize()
        if following:
            self.scroll_to_end()
        elif gone:
            self.scroll_to(y=max(0, top - gone), animate=False)
            self.following = False
        self.refresh()

    def clear(self) -> None:
        """Forget all rows."""
        self._layout.clear()
        self._matches, self._current = [], None
        self._prefix = 0
        self._resize()
        self.refresh()

    def replace(self, rows: Sequence[LogRow]) -> None:
        """Show the same lines in another form; what is at the top stays there."""
        following = self.following
        top = self._layout.at(self.scroll_offset.y)
        needle, current = self._needle, self._current
        number = self._layout.first
        self.clear()
        self._layout.first = number
        self.extend(rows)
        self._matches = self._layout.find(needle) if needle else []
        self._current = current
        if following:
            self.scroll_to_end()
        elif top is not None:
            self.scroll_to(y=self._layout.line_of(min(top[0], len(rows) - 1)), animate=False)
            self.following = False

    def search(self, needle: str) -> int:
        """Point out a text; go to its last occurrence on or above the screen; return how many."""
        self._needle = needle
        self._matches = self._layout.find(needle) if needle else []
        self._current = None
        if self._matches:
            below = self._layout.at(self.scroll_offset.y + self.scrollable_size.height - 1)
            limit = self._layout.first + (below[0] if below else len(self._layout.rows))
            earlier = [number for number in self._matches if number <= limit]
            self._go_to_match((earlier or self._matches)[-1])
        self.refresh()
        return len(self._matches)

    def next_match(self, direction: int) -> tuple[int, int]:
        """Go to the next match, or the previous one; return which it is (from 1) of how many."""
        if not self._matches:
            return 0, 0
        before = self._matches.index(self._current) if self._current in self._matches else -1
        index = (before + direction) % len(self._matches)
        self._go_to_match(self._matches[index])
        return index + 1, len(self._matches)

    def scroll_to_end(self) -> None:
        """Show the newest row, and every newer one that comes."""
        self.scroll_to(y=self.max_scroll_y, animate=False)
        self.following = True

    @property
    def rows(self) -> Sequence[LogRow]:
        """The rows, oldest first."""
        return self._layout.rows

    # Painting

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_size.width
        plain = self._styles.get()
        place = self._layout.at(self.scroll_offset.y + y)
        if place is None:
            text = self.empty if not y and not self._layout.rows else ""
            return Strip([Segment(fit(text, width), self._styles.token("", "dim"))], width)
        index, line = place
        row = self._layout.rows[index]
        piece = self._layout.piece(index, line, 0 if self.wrap else self.scroll_offset.x)
        is_current = self._layout.first + index == self._current
        base = ("log-view--current",) if is_current else ()
        segments = [*self._prefix_of(row, base), *self._text(row, piece, base)]
        end = self._styles.get(*base) if is_current else plain
        return Strip(segments).adjust_cell_length(width, end)

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def watch_wrap(self) -> None:
        top = self._layout.at(self.scroll_offset.y)
        following = self.following
        self._shape()
        self._resize()
        if following:
            self.scroll_to_end()
        elif top is not None:
            self.scroll_to(x=0, y=self._layout.line_of(top[0]), animate=False)
        self.refresh()

    def watch_following(self) -> None:
        if self.is_attached:
            self.post_message(self.Followed())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value:
            self.following = False
        elif new_value >= self.max_scroll_y:
            self.following = True

    def on_resize(self) -> None:
        following = self.following
        self._shape()
        self._resize()
        if following:
            self.scroll_to_end()

    def _prefix_of(self, row: LogRow, base: tuple[str, ...]) -> list[Segment]:
        if not self._prefix:
            return []
        text = fit(row.prefix, self._prefix) + " " + BAR
        text = text.translate(ASCII) if self.ascii else text
        return [Segment(text, self._styles.get(*base, f"token--{row.style}"))]

    def _text(self, row: LogRow, piece: Piece, base: tuple[str, ...]) -> list[Segment]:
        style = self._styles.get(*base, *(("token--dim",) if row.is_note else ()))
        if not self._needle:
            return [Segment(piece.text, style)]
        found = self._styles.get(*base, "log-view--match")
        segments: list[Segment] = []
        position = 0
        for start, end in _occurrences(row.text, self._needle):
            start, end = max(position, start - piece.start), end - piece.start
            if end <= position or start >= len(piece.text):
                continue
            segments.append(Segment(piece.text[position:start], style))
            segments.append(Segment(piece.text[start:end], found))
            position = end
        segments.append(Segment(piece.text[position:], style))
        return [segment for segment in segments if segment.text]

    # Sizes and places

    def _measure_prefix(self, rows: Sequence[LogRow]) -> bool:
        widest = max(width_of(row.prefix) for row in rows)
        if widest <= self._prefix:
            return False
        self._prefix = widest
        return True

    @property
    def _gutter_cells(self) -> int:
        return self._prefix + 1 + len(BAR) if self._prefix else 0

    def _shape(self) -> None:
        self._layout.shape(self.scrollable_size.width - self._gutter_cells, wrap=self.wrap)

    def _resize(self) -> None:
        """Tell the scrollbars how much there is, without a new layout of the screen."""
        width = 0 if self.wrap else self._layout.widest + self._gutter_cells
        size = Size(width, self._layout.height)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            if self.is_attached:
                self._scroll_update(size)

    def _go_to_match(self, number: int) -> None:
        self._current = number
        line = self._layout.line_of(number - self._layout.first)
        top, height = self.scroll_offset.y, self.scrollable_size.height
        if not top <= line < top + height:
            self.scroll_to(y=max(0, line - height // 2), animate=False)
        self.following = False
        self.refresh()


def _occurrences(text: str, needle: str) -> list[tuple[int, int]]:
    """Return where a text occurs in another, whatever its case."""
    lowered, needle = text.lower(), needle.lower()
    found: list[tuple[int, int]] = []
    start = lowered.find(needle)
    while start >= 0:
        found.append((start, start + len(needle)))
        start = lowered.find(needle, start + len(needle))
    return found
