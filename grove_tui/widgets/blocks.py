"""Paragraphs one below the other, of which some can be chosen: for texts that lead elsewhere.

A block is given as lines of cells, not as markup. Lines that are too long are wrapped under their
own indent. Showing the same blocks again changes nothing; a block keeps the focus by its key.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from grove_tui.view.rows import Cell
from grove_tui.widgets.tokens import ASCII

INDENT = 3
_BOLD = frozenset({"title", "error"})


class Line(Struct, frozen=True):
    """One line of a block: what stands before it, and its text."""

    text: str
    style: str = ""
    lead: Cell = Cell()


class Block(Struct, frozen=True):
    """A paragraph.

    Attributes:
        key: Its identity.
        lines: What it says.
        depth: How far it is indented.
        is_link: Whether it can be chosen.
        gap: Whether a blank line follows it.
    """

    key: Hashable
    lines: tuple[Line, ...]
    depth: int = 0
    is_link: bool = False
    gap: bool = False


class BlockItem(Widget, can_focus=True):
    """One block."""

    ALLOW_SELECT = False

    def __init__(self, block: Block, *, ascii_only: bool) -> None:
        super().__init__()
        self.can_focus = block.is_link
        self.set_class(block.gap, "-gap")
        self.block = block
        self._ascii = ascii_only

    def show(self, block: Block) -> None:
        """Show another block in place of the present one."""
        if block == self.block:
            return
        self.block = block
        self.can_focus = block.is_link
        self.set_class(block.gap, "-gap")
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - see `Widget`
        return len(self._wrapped(width))

    def render(self) -> Content:
        return Content("\n").join(self._wrapped(self.size.width))

    def _wrapped(self, width: int) -> list[Content]:
        return [part for line in self.block.lines for part in self._wrap(line, width)]

    def _wrap(self, line: Line, width: int) -> list[Content]:
        indent = " " * (INDENT * self.block.depth)
        lead = Content.styled(self._plain(line.lead.text), _rule(line.lead.style))
        before = Content.assemble(indent, lead)
        text = Content.styled(self._plain(line.text), _rule(line.style))
        room = max(10, width - before.cell_length)
        parts = text.wrap(room)
        hanging = Content(" " * before.cell_length)
        return [
            Content.assemble(before if number == 0 else hanging, part.rstrip())
            for number, part in enumerate(parts or [Content("")])
        ]

    def _plain(self, text: str) -> str:
        return text.translate(ASCII) if self._ascii and not text.isascii() else text


def _rule(style: str) -> str:
    if not style:
        return ""
    return f"bold $grove-{style}" if style in _BOLD else f"$grove-{style}"


class BlockList(VerticalScroll, can_focus=False):
    """Blocks, with keys and mouse to go from one link to the next."""

    DEFAULT_CSS = """
    BlockList { background: $surface; padding: 0 1; }
    BlockItem { width: 1fr; height: auto; padding: 0 1; border-left: blank; }
    BlockItem.-gap { margin-bottom: 1; }
    BlockItem:focus { background: $primary 20%; border-left: outer $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="blocks.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="blocks.up"),
        Binding("g,home", "scroll_home", "Top", show=False, id="blocks.top"),
        Binding("G,end", "scroll_end", "Bottom", show=False, id="blocks.bottom"),
        Binding("ctrl+f,pagedown", "page_down", "Page down", show=False, id="blocks.page-down"),
        Binding("ctrl+b,pageup", "page_up", "Page up", show=False, id="blocks.page-up"),
        Binding("enter", "choose", "Go to it", tooltip="Go to what it is about", id="blocks.open"),
    ]

    def __init__(
        self,
        blocks: Sequence[Block] = (),
        *,
        ascii_only: bool = False,
        id: str | None = None,  # noqa: A002 - as Textual's widgets spell it
    ) -> None:
        """Make a list that begins with these blocks, if wanted without symbols beyond ASCII."""
        super().__init__(id=id)
        self._ascii = ascii_only
        self._blocks = tuple(blocks)

    def compose(self) -> ComposeResult:
        for block in self._blocks:
            yield BlockItem(block, ascii_only=self._ascii)

    @dataclass
    class Chosen(Message):
        """Enter or a double click on a block that is a link."""

        key: Hashable

    @property
    def focused_key(self) -> Hashable | None:
        """The key of the block that has the focus."""
        focused = self.screen.focused
        return focused.block.key if isinstance(focused, BlockItem) else None

    async def show(self, blocks: Sequence[Block]) -> None:
        """Show these blocks."""
        items = list(self.query(BlockItem))
        if [item.block.key for item in items] == [block.key for block in blocks]:
            for item, block in zip(items, blocks, strict=True):
                item.show(block)
            return
        key = self.focused_key
        had_focus = key is not None or not items
        async with self.batch():
            await self.remove_children()
            await self.mount_all(BlockItem(block, ascii_only=self._ascii) for block in blocks)
        if had_focus:
            self._focus(key)

    def _focus(self, key: Hashable | None) -> None:
        links = self._links()
        wanted = next((item for item in links if item.block.key == key), None)
        if wanted is not None or links:
            (wanted or links[0]).focus()

    def action_move(self, by: int) -> None:
        links = self._links()
        position = next((i for i, item in enumerate(links) if item.has_focus), -1) + by
        if 0 <= position < len(links):
            links[position].focus()
        elif by > 0:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)

    def action_choose(self) -> None:
        key = self.focused_key
        if key is not None:
            self.post_message(self.Chosen(key))

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2:
            self.action_choose()

    def _links(self) -> list[BlockItem]:
        return [item for item in self.query(BlockItem) if item.block.is_link]
