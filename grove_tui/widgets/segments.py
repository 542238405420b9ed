"""A line of cells: the summary strip above the tables, the status bar below them.

The line is given cells, not text: each has a style word, and is shown whole or not at all, the
first ones first; only titles are shortened. Setting the same cells again paints nothing.
"""

from collections.abc import Sequence

from rich.segment import Segment
from textual.reactive import reactive, var
from textual.strip import Strip
from textual.widget import Widget

from grove_tui.view.rows import Cell
from grove_tui.widgets.row_painter import StyleCache
from grove_tui.widgets.text_fit import fit, flatten, width_of
from grove_tui.widgets.tokens import ASCII, TOKEN_CSS

MORE = " …"
SHORTEST_TITLE = 12


class Segments(Widget):
    """One line of cells, some at the left and some at the right."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"segments--separator"}
    DEFAULT_CSS = (
        """
Segments {
    height: 1;
    width: 1fr;
    padding: 0 1;
    background: $panel;
    color: $foreground;
    & > .segments--separator { color: $foreground 40%; }
"""
        + TOKEN_CSS
        + "}"
    )
    SEPARATOR = " │ "

    left: reactive[tuple[Cell, ...]] = reactive(())
    """Cells from the left edge on; the last ones are left out when the room is short."""
    right: reactive[tuple[Cell, ...]] = reactive(())
    """Cells at the right edge; left out before those at the left."""
    ascii = var(False)
    """Whether symbols are replaced by ASCII characters."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - as Textual's widgets spell it
        classes: str | None = None,
        elides: bool = False,
    ) -> None:
        """Make an empty line; with `elides` an ellipsis says that cells were left out."""
        super().__init__(id=id, classes=classes)
        self._elides = elides
        self._styles = StyleCache(self)

    def show(self, left: Sequence[Cell], right: Sequence[Cell] = ()) -> None:
        """Show these cells; empty ones are skipped."""
        self.left = tuple(cell for cell in left if cell.text)
        self.right = tuple(cell for cell in right if cell.text)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y > 0 or width <= 0:
            return Strip.blank(max(0, width), self._styles.get())
        left, room = self._fitting(self.left, width)
        if self._elides and _length(left) < _width(self.left, len(self.SEPARATOR)):
            left, room = self._fitting(self.left, width - len(MORE))
            left.append(Segment(self._plain(MORE), self._styles.token("", "dim")))
        right, _ = self._fitting(self.right, room - len(self.SEPARATOR) if left else room)
        blank = width - _length(left) - _length(right)
        filler = Segment(" " * max(0, blank), self._styles.get())
        return Strip([*left, filler, *right]).adjust_cell_length(width, self._styles.get())

    def watch_ascii(self) -> None:
        self.refresh()

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def _fitting(self, cells: Sequence[Cell], room: int) -> tuple[list[Segment], int]:
        """Return segments for as many cells as fit, and the room that is left."""
        segments: list[Segment] = []
        for cell in cells:
            separator = self._plain(self.SEPARATOR) if segments else ""
            text = self._plain(flatten(cell.text, 400))
            needed = width_of(text) + len(separator)
            if needed > room:
                text = self._shortened(cell, text, room, is_first=not segments)
                needed = room
            if not text:
                break
            if separator:
                segments.append(Segment(separator, self._styles.get("segments--separator")))
            segments.append(Segment(text, self._styles.token("", cell.style)))
            room -= needed
        return segments, room

    def _shortened(self, cell: Cell, text: str, room: int, *, is_first: bool) -> str:
        """Return what is shown of a cell that does not fit: a part of a name, or nothing."""
        if is_first and cell in self.left:
            return self._plain(fit(text, room))
        room -= len(self.SEPARATOR)
        if cell.style != "title" or room < SHORTEST_TITLE:
            return ""
        return self._plain(fit(text, room, elide="middle"))

    def _plain(self, text: str) -> str:
        return text.translate(ASCII) if self.ascii and not text.isascii() else text


def _width(cells: Sequence[Cell], gap: int) -> int:
    """Return the room that all cells together take."""
    return sum(width_of(flatten(cell.text, 400)) for cell in cells) + gap * (len(cells) - 1)


def _length(segments: Sequence[Segment]) -> int:
    return sum(width_of(segment.text) for segment in segments)


class SummaryStrip(Segments):
    """The cluster at a glance: gangs by health, pods, nodes."""


class StatusBar(Segments):
    """Which cluster, who reconciles, how fresh the data is, what the reconciler does."""
