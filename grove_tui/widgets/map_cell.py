"""Painting one cell of a map: badge, name, fill level, pods."""

from collections.abc import Iterable

from rich.segment import Segment

from grove_tui.view.nodemap import MapCell
from grove_tui.widgets.row_painter import CURSOR, StyleCache
from grove_tui.widgets.text_fit import fit, width_of
from grove_tui.widgets.tokens import ASCII

LONGEST_TITLE = 20
MOST_PODS = 12
"""Pods that a cell shows at most; the rest is counted."""


class MapCellPainter:
    """Turns cells into segments, all of one width."""

    def __init__(self, styles: StyleCache) -> None:
        self._styles = styles
        self._widths = (4, 4, 0)
        self.ascii = False

    def measure(self, cells: Iterable[MapCell], *, wide: bool = False) -> None:
        """Fix the widths of names, pods and free room: those of the widest, within bounds.

        Args:
            cells: All cells.
            wide: Whether to show what is free.
        """
        cells = list(cells)
        titles = max((width_of(cell.title) + 2 for cell in cells), default=4)
        pods = max((min(MOST_PODS, len(cell.pods.text)) for cell in cells), default=0)
        room = max((width_of(cell.room) + 1 for cell in cells), default=0) if wide else 0
        most = max((len(cell.pods.text) for cell in cells), default=0)
        more = len(f"+{most - MOST_PODS} ") if most > MOST_PODS else 1
        self._widths = min(LONGEST_TITLE, titles), pods + more, room

    @property
    def width(self) -> int:
        """Width of a cell."""
        title, pods, room = self._widths
        return 2 + title + 2 + pods + room

    def paint(self, cell: MapCell, *, is_cursor: bool) -> list[Segment]:
        """Return a cell, exactly `width` cells of the terminal wide."""
        base = ("node-map--cursor",) if is_cursor else ("node-map--lit",) if cell.is_lit else ()
        title_width, pods_width, room_width = self._widths
        name = fit(cell.title, title_width - 2, elide="middle")
        name = f"[{name.rstrip()}]".ljust(title_width) if cell.is_lit else f" {name} "
        severity = f"token--{cell.severity.style}"
        shown = cell.pods.text[:MOST_PODS]
        more = len(cell.pods.text) - len(shown)
        rest = f"+{more}" if more else ""
        return [
            self._segment(CURSOR if is_cursor else " ", (*base, "token--accent")),
            self._segment(cell.badge or " ", (*base, severity)),
            self._segment(name, base),
            self._segment(f"{cell.level} ", (*base, "token--dim")),
            *self._pod_segments(cell, shown, base),
            self._segment(fit(rest, pods_width - len(shown)), (*base, "token--dim")),
            self._segment(fit(cell.room, room_width), (*base, "token--dim")),
        ]

    def _pod_segments(self, cell: MapCell, shown: str, base: tuple[str, ...]) -> Iterable[Segment]:
        for start, end, token in cell.pods.spans:
            text = shown[start:end]
            if text:
                yield self._segment(text, (*base, f"token--{token}"))

    def _segment(self, text: str, names: tuple[str, ...]) -> Segment:
        text = text.translate(ASCII) if self.ascii and not text.isascii() else text
        return Segment(text, self._styles.get(*names))
