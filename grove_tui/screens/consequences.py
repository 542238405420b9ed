"""What would follow, line by line, in a pane that scrolls."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message

from grove_tui.actions.preview.line import DANGER, Line
from grove_tui.view.rows import Cell
from grove_tui.widgets.blocks import Block, BlockItem, Line as BlockLine


class Consequences(VerticalScroll, can_focus=False):
    """The lines of a preview; scrolls when they are many."""

    DEFAULT_CSS = """
    Consequences { height: auto; scrollbar-size-vertical: 1; }
    Consequences BlockItem { width: 1fr; height: auto; padding: 0; border-left: none; }
    """

    class Fitted(Message):
        """Its lines or its height changed."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(id="consequences")
        self._ascii = ascii_only
        self._lines: tuple[Line, ...] = ()

    def compose(self) -> ComposeResult:
        yield _Text(Block(0, ()), ascii_only=self._ascii)

    def on_resize(self) -> None:
        self.post_message(self.Fitted())

    @property
    def text(self) -> str:
        """What it says, line by line."""
        return "\n".join(line.text for line in self._lines)

    def show(self, found: Sequence[Line]) -> None:
        """Show these lines in place of the present ones."""
        self._lines = tuple(found)
        shown = tuple(
            BlockLine(line.text, _style(line), Cell(f"{line.symbol} ", line.style))
            for line in found
        )
        self.query_one(BlockItem).show(Block(0, shown))


class _Text(BlockItem):
    """The lines, as high as they are."""

    def on_resize(self) -> None:
        self.post_message(Consequences.Fitted())


def _style(line: Line) -> str:
    """The symbol carries the colour; only what is dangerous is coloured as a whole."""
    return line.style if line.symbol == DANGER or line.style in ("title", "dim") else ""
