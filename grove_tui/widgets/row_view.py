"""Painting the rows of a source, lazily, and repainting one by one.

A view knows keys and rows, not objects. A source lists its keys and makes a row when it becomes
visible. Callers say what changed: `refresh_rows` for content, `refresh_structure` for order. Only
lines that look different are repainted, so one changed cell costs one line and no layout.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from time import monotonic

from msgspec.structs import replace
from textual.geometry import Region
from textual.reactive import var
from textual.strip import Strip
from textual.timer import Timer

from grove_tui.view.columns import Slot
from grove_tui.view.rows import Row, RowSource, TreeSource
from grove_tui.widgets.changes import Changes, Stage, changed_cells, different_cells
from grove_tui.widgets.column_layout import ColumnLayout
from grove_tui.widgets.key_order import KeyOrder
from grove_tui.widgets.row_painter import GUTTER, Look, RowPainter, StyleCache
from grove_tui.widgets.row_window import HEADER_LINES, RowWindow
from grove_tui.widgets.tokens import TOKEN_CSS

_FADE_INTERVAL = 0.25
SETTLE_SECONDS = 5
"""How often columns may become narrower where the room is short."""
_CACHED_ROWS = 400


class RowView(RowWindow):
    """Rows with a cursor that stays on an object; keys and mouse are `LiveTable`'s."""

    COMPONENT_CLASSES = {
        "live-table--header",
        "live-table--cursor",
        "live-table--changed",
    }
    DEFAULT_CSS = (
        """
RowView {
    background: $surface;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: scroll;
    scrollbar-size-vertical: 1;
    & > .live-table--header { color: $foreground; background: $panel; text-style: bold; }
    & > .live-table--cursor { background: $primary 18%; }
    &:focus > .live-table--cursor { background: $primary 35%; text-style: bold; }
    & > .live-table--changed { background: $accent 40%; text-style: bold; }
"""
        + TOKEN_CSS
        + "}"
    )
    wide = var(False)
    """Whether columns for wide mode are shown."""
    ascii = var(False)
    """Whether symbols are replaced by ASCII characters."""
    flashes = var(True)
    """Whether changed cells are pointed at for a moment."""

    def __init__(
        self,
        source: RowSource | None = None,
        *,
        empty: str = "",
        id: str | None = None,  # noqa: A002 - as Textual's widgets spell it
        classes: str | None = None,
    ) -> None:
        """Make a table of `source`; `empty` is what it says while there are no rows."""
        super().__init__(id=id, classes=classes)
        self.empty = empty
        self.follows_first = False
        """Whether a cursor on the first row stays first when rows come in above it."""
        self._source: RowSource | None = None
        self._layout = ColumnLayout()
        self._rows: dict[Hashable, Row] = {}
        self._strips: dict[Hashable, tuple[Row, Look, Strip]] = {}
        self._changes = Changes()
        self._fade_timer: Timer | None = None
        self._due: datetime | None = None
        """When the first of the rows read so far has other times than are shown."""
        self._settled = monotonic()
        self._is_settled = True
        self._styles = StyleCache(self)
        self._painter = RowPainter(self._styles)
        if source is not None:
            self.set_source(source)

    # What callers do

    def set_source(self, source: RowSource) -> None:
        """Show another source; the cursor stays where its key still exists."""
        self._source = source
        self._layout = ColumnLayout(source.columns())
        self._changes.clear()
        self._rows.clear()
        self.refresh_structure()
        self._forget_layout()

    def refresh_structure(self, added: Collection[Hashable] = ()) -> None:
        """Read the order of the rows again.

        The cursor stays on its object, and that line (or else the top one) stays where it is on
        the screen. `added` are keys of objects that are new, not merely unfolded; they flash.
        """
        before = list(self._visible_keys())
        anchor, line = self._anchor()
        follows = self.follows_first and self.cursor_position in (None, 0)
        old, self._order = self._order, KeyOrder(self._source.keys() if self._source else ())
        rows, self._rows = self._rows, {}
        if added and self.flashes and self.is_attached:
            self._changes.note_added(added, monotonic())
            self._keep_fading()
        self._move_cursor(self._order.at(0) if follows else self._heir(self.cursor_key, old))
        self._resize_content()
        self._restore(self.cursor_key if follows else self._heir(anchor, old), line)
        self._repaint_moved(before, rows)

    def refresh_rows(self, keys: Collection[Hashable] | None = None) -> None:
        """Read these rows again (all without argument) and repaint the visible ones that differ."""
        if self._source is None:
            return
        visible = list(self._visible_keys())
        on_screen = set(visible)
        for key in [key for key in self._rows if key not in on_screen]:
            del self._rows[key]
        self._update(
            (index, key) for index, key in enumerate(visible) if keys is None or key in keys
        )

    def refresh_times(self, now: datetime) -> None:
        """Repaint visible rows whose ages or countdowns moved on; to be called once a second."""
        self._settle_sometimes()
        if self._due is None or now < self._due:
            return
        self._due = None
        late = []
        for line, key in enumerate(self._visible_keys()):
            due = row.due if (row := self._rows.get(key)) is not None else None
            if due is not None and due <= now:
                late.append((line, key))
            else:
                self._await(due)
        self._update(late)

    @property
    def source(self) -> RowSource | None:
        """What the table shows."""
        return self._source

    def titles_shown(self) -> list[str]:
        """Return the titles of the columns that fit at the present width."""
        return [self._layout.columns[slot.index].title for slot in self._slots()]

    # Painting

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        slots = self._slots()
        if y < HEADER_LINES:
            return self._painter.header(self._layout.columns, slots, width)
        key = self._order.at(y - HEADER_LINES + self.scroll_offset.y)
        if key is None:
            empty = not self._order and y == HEADER_LINES and self.empty
            return self._painter.message(self.empty, width) if empty else self._painter.blank(width)
        row = self._row(key)
        look = Look.of(self._changes.get(key), cursor=key == self.cursor_key)
        cached = self._strips.get(key)
        if cached is not None and cached[0] is row and cached[1] == look:
            return cached[2]
        if len(self._strips) > _CACHED_ROWS:
            self._strips.clear()
        strip = self._painter.paint(row, look, self._layout.columns, slots, width)
        self._strips[key] = (row, look, strip)
        return strip

    def notify_style_update(self) -> None:
        self._styles.clear()
        self._strips.clear()
        super().notify_style_update()

    def watch_wide(self) -> None:
        self._forget_layout()

    def watch_ascii(self, ascii_only: bool) -> None:
        self._painter.ascii = ascii_only
        self._forget_layout()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if round(old_value) != round(new_value):
            self._measure()
        super().watch_scroll_y(old_value, new_value)

    def on_resize(self) -> None:
        self._resize_content()
        self._measure()
        self._forget_layout()

    def _row(self, key: Hashable) -> Row:
        row = self._rows.get(key)
        if row is None:
            assert self._source is not None
            if len(self._rows) > _CACHED_ROWS:
                self._rows.clear()
            row = self._rows[key] = self._source.row(key)
            self._take(row)
        return row

    def _take(self, row: Row) -> None:
        """Widen columns for a row that was read (they never shrink, so nothing jumps)."""
        self._await(row.due)
        self._is_settled = False
        if self._layout.grow(*self._painter.needed(row)):
            self._forget_layout()

    def _settle_sometimes(self) -> None:
        moment = monotonic()
        if not self._is_settled and moment - self._settled >= SETTLE_SECONDS:
            self._settled = moment
            self._is_settled = True
            self._settle()

    def _settle(self) -> None:
        """Let names have the room that some passing long text once took."""
        rows = [row for key in self._visible_keys() if (row := self._rows.get(key)) is not None]
        if not rows or not self._layout.columns:
            return
        needs, shorts = zip(*(self._painter.needed(row) for row in rows), strict=True)
        if self._layout.settle(_widest(needs), _widest(shorts)):
            self._forget_layout()

    @property
    def _width(self) -> int:
        """Columns of text; `size` counts the scroll bar's, too."""
        return self.scrollable_content_region.width

    def _slots(self) -> list[Slot]:
        return self._layout.slots(self._width - GUTTER, wide=self.wide)

    def _forget_layout(self) -> None:
        self._strips.clear()
        self.refresh()

    def _measure(self) -> None:
        """Read the visible rows, so that columns are wide enough before any is painted."""
        for key in self._visible_keys():
            self._row(key)

    # Repainting what changed

    def _update(self, lines: Iterable[tuple[int, Hashable]]) -> None:
        """Read rows of screen lines again and refresh what looks different."""
        for line, key in lines:
            old = self._rows.get(key)
            new = self._source.row(key) if self._source else None
            if new is None or new == old:
                continue
            self._rows[key] = new
            self._take(new)
            if old is None or replace(old, cells=new.cells) != new:
                self._refresh_line(line)
            if old is not None:
                self._note_change(key, old, new)
                self._refresh_cells(line, different_cells(old, new))

    def _repaint_moved(self, before: Sequence[Hashable], rows: dict[Hashable, Row]) -> None:
        """Refresh the lines on which another row stands than before, or other content."""
        after = list(self._visible_keys())
        self._measure()
        for line in range(max(len(before), len(after))):
            key = after[line] if line < len(after) else None
            moved = line >= len(before) or before[line] != key
            if key is not None and key in rows and rows[key] == self._row(key):
                self._rows[key] = rows[key]
            elif key is not None and key in rows:
                self._note_change(key, rows[key], self._row(key))
                moved = True
            if moved:
                self._refresh_line(line)
        if not before or not after:
            self._refresh_line(0)

    def _note_change(self, key: Hashable, old: Row, new: Row) -> None:
        cells = changed_cells(old, new)
        if cells and self.flashes and self.is_attached:
            self._changes.note(key, cells, monotonic())
            self._keep_fading()

    def _refresh_cells(self, line: int, columns: Collection[int]) -> None:
        """Refresh the gutter and a line up to the last of these cells.

        Textual writes a changed line from its left edge, so what is right of the last changed cell
        is all that can be spared.
        """
        ends = (slot.x + slot.width for slot in self._slots() if slot.index in columns)
        width = GUTTER + max(ends, default=0)
        self.refresh(Region(0, HEADER_LINES + line, min(width, self.size.width), 1))

    def _keep_fading(self) -> None:
        if self._fade_timer is None:
            self._fade_timer = self.set_interval(_FADE_INTERVAL, self._fade)

    def _fade(self) -> None:
        for key, change in self._changes.fade(monotonic()):
            line = self._line_of(key)
            if line is not None:
                was_bright = change.stage is Stage.FADING
                self._refresh_cells(line, change.columns if was_bright else ())
        if not self._changes and self._fade_timer is not None:
            self._fade_timer.stop()
            self._fade_timer = None

    def _await(self, due: datetime | None) -> None:
        if due is not None and (self._due is None or due < self._due):
            self._due = due

    def _heir(self, key: Hashable | None, old: KeyOrder) -> Hashable | None:
        """Return the row for a cursor on `key`, after the order changed."""
        if key is not None and key not in self._order and isinstance(self._source, TreeSource):
            recreated = self._source.heir(key)
            if recreated is not None and recreated in self._order:
                return recreated
        return old.heir(key, self._order)


def _widest(rows: Iterable[Sequence[int]]) -> list[int]:
    """Return the greatest width of each column."""
    return [max(column) for column in zip_longest(*rows, fillvalue=0)]
