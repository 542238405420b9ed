"""A map of cells in groups: all nodes at a glance, rack by rack.

The map knows cells, not nodes. Like a table it is painted lazily from a source, its cursor is on a
key, and only lines that look different are painted again.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from msgspec import Struct
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from grove_tui.view.nodemap import MapCell
from grove_tui.widgets.key_order import KeyOrder
from grove_tui.widgets.map_cell import MapCellPainter
from grove_tui.widgets.row_painter import StyleCache
from grove_tui.widgets.text_fit import fit
from grove_tui.widgets.tokens import TOKEN_CSS

GAP = 2


class MapSource(Protocol):
    """What a map reads."""

    def domains(self) -> Sequence[tuple[str, Sequence[Hashable]]]:
        """Return the groups with their keys, in order."""
        ...

    def cell(self, key: Hashable) -> MapCell:
        """Return one cell."""
        ...


class _Line(Struct, frozen=True):
    """A line of the map: the title of a group, or cells."""

    title: str = ""
    keys: tuple[Hashable, ...] = ()


class NodeMap(ScrollView, can_focus=True):
    """Cells of equal width in groups, with a cursor."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {
        "node-map--domain",
        "node-map--cursor",
        "node-map--lit",
    }
    DEFAULT_CSS = (
        """
NodeMap {
    background: $surface;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-size-vertical: 1;
    & > .node-map--domain { text-style: bold; color: $foreground; background: $panel; }
    & > .node-map--cursor { background: $primary 18%; }
    &:focus > .node-map--cursor { background: $primary 35%; text-style: bold; }
    & > .node-map--lit { background: $accent 25%; text-style: bold; }
"""
        + TOKEN_CSS
        + "}"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", "Left", show=False, id="map.left"),
        Binding("right,l", "move(1)", "Right", show=False, id="map.right"),
        Binding("up,k", "move_line(-1)", "Up", show=False, id="map.up"),
        Binding("down,j", "move_line(1)", "Down", show=False, id="map.down"),
        Binding("g,home", "first", "First", show=False, id="map.first"),
        Binding("G,end", "last", "Last", show=False, id="map.last"),
        Binding("enter", "activate", "Open", show=False, id="map.open"),
    ]

    ascii = var(False)
    """Whether symbols are replaced by ASCII characters."""
    wide = var(False)
    """Whether cells show what is free on their nodes."""

    @dataclass
    class KeyMessage(Message):
        """About the cell with `key`, as it was when the user acted."""

        map: "NodeMap"
        key: Hashable

        @property
        def control(self) -> "NodeMap":
            return self.map

    class Highlighted(KeyMessage):
        """The cursor is on another cell."""

    class Activated(KeyMessage):
        """Enter or a double click on a cell."""

    def __init__(
        self,
        source: MapSource | None = None,
        *,
        id: str | None = None,  # noqa: A002 - as Textual's widgets spell it
        classes: str | None = None,
    ) -> None:
        """Make a map of `source`."""
        super().__init__(id=id, classes=classes)
        self.cursor_key: Hashable | None = None
        self._source = source
        self._order = KeyOrder()
        self._lines: list[_Line] = []
        self._line_of: dict[Hashable, int] = {}
        self._cells: dict[Hashable, MapCell] = {}
        self._styles = StyleCache(self)
        self._painter = MapCellPainter(self._styles)

    # What callers do

    def set_source(self, source: MapSource) -> None:
        """Show another source."""
        self._source = source
        self.refresh_structure()

    def refresh_structure(self) -> None:
        """Read the groups again; the cursor stays on its cell."""
        if self._source is None or not self.is_attached:
            return
        domains = self._source.domains()
        old, keys = self._order, [key for _, members in domains for key in members]
        self._order = KeyOrder(keys)
        self._cells = {key: self._source.cell(key) for key in keys}
        self._painter.measure(self._cells.values(), wide=self.wide)
        self._fill(domains)
        self._move_cursor(old.heir(self.cursor_key, self._order))
        self.refresh()

    def refresh_cells(self, keys: Collection[Hashable] | None = None) -> None:
        """Read these cells again (all without argument) and paint lines that look different."""
        if self._source is None:
            return
        for key in self._order.keys if keys is None else keys:
            if key not in self._cells:
                continue
            cell = self._source.cell(key)
            if cell != self._cells[key]:
                self._cells[key] = cell
                self._refresh_line(self._line_of[key])

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on a cell and scroll to it; False when there is no such cell."""
        if key not in self._order:
            return False
        self._move_cursor(key)
        return True

    @property
    def needed_lines(self) -> int:
        """How many lines all of it takes at the present width."""
        return len(self._lines)

    # Layout

    def on_mount(self) -> None:
        self.refresh_structure()

    def on_resize(self) -> None:
        self.refresh_structure()

    def _fill(self, domains: Sequence[tuple[str, Sequence[Hashable]]]) -> None:
        across = max(1, (self.scrollable_content_region.width + GAP) // (self._painter.width + GAP))
        self._lines = []
        named = any(name for name, _ in domains)
        for name, keys in domains:
            if named:
                self._lines.append(_Line(title=f"{name or 'no rack or zone'} ({len(keys)})"))
            for start in range(0, len(keys), across):
                self._lines.append(_Line(keys=tuple(keys[start : start + across])))
        self._line_of = {key: y for y, line in enumerate(self._lines) for key in line.keys}
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))

    # Painting

    def render_line(self, y: int) -> Strip:
        width, number = self.size.width, y + self.scroll_offset.y
        plain = self._styles.get()
        if number >= len(self._lines):
            return Strip([Segment(" " * width, plain)], width)
        line = self._lines[number]
        if line.title:
            style = self._styles.get("node-map--domain")
            return Strip([Segment(fit(f" {line.title}", width), style)], width)
        segments: list[Segment] = []
        for key in line.keys:
            segments += self._painter.paint(self._cells[key], is_cursor=key == self.cursor_key)
            segments.append(Segment(" " * GAP, plain))
        return Strip(segments).adjust_cell_length(width, plain)

    def _refresh_line(self, number: int) -> None:
        y = number - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def watch_ascii(self, ascii_only: bool) -> None:
        self._painter.ascii = ascii_only
        self.refresh()

    def watch_wide(self) -> None:
        self.refresh_structure()

    # Cursor, keys and mouse

    def _move_cursor(self, key: Hashable | None) -> None:
        if key == self.cursor_key:
            return
        previous, self.cursor_key = self.cursor_key, key
        for changed in (previous, key):
            if changed in self._line_of:
                self._refresh_line(self._line_of[changed])
        self._show_cursor()
        self.post_message(self.Highlighted(self, key))

    def _show_cursor(self) -> None:
        number = self._line_of.get(self.cursor_key)
        if number is None:
            return
        top, height = self.scroll_offset.y, self.size.height
        if number < top or number >= top + height:
            self.scroll_to(y=number if number < top else number - height + 1, animate=False)

    def action_move(self, by: int) -> None:
        position = None if self.cursor_key is None else self._order.position(self.cursor_key)
        wanted = 0 if position is None else position + by
        self._move_cursor(self._order.at(max(0, min(wanted, len(self._order) - 1))))

    def action_move_line(self, by: int) -> None:
        number = self._line_of.get(self.cursor_key)
        if number is None:
            return
        column = self._lines[number].keys.index(self.cursor_key)
        number += by
        while 0 <= number < len(self._lines):
            keys = self._lines[number].keys
            if keys:
                self._move_cursor(keys[min(column, len(keys) - 1)])
                return
            number += by

    def action_first(self) -> None:
        self._move_cursor(self._order.at(0))

    def action_last(self) -> None:
        self._move_cursor(self._order.at(len(self._order) - 1))

    def action_activate(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.Activated(self, self.cursor_key))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        number = offset.y + self.scroll_offset.y if offset is not None else -1
        if offset is None or not 0 <= number < len(self._lines):
            return
        event.stop()
        keys = self._lines[number].keys
        column = offset.x // (self._painter.width + GAP)
        if column < len(keys):
            self._move_cursor(keys[column])
            if event.chain == 2:
                self.post_message(self.Activated(self, keys[column]))
