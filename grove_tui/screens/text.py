"""A text to read: YAML, a description, help."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from grove_tui.widgets.key_bar import KeyBar


class TextScreen(Screen[None]):
    """Shows one text, which may be wider and longer than the screen."""

    CSS = """
    TextScreen #title { height: 1; padding: 0 1; background: $panel; color: $grove-title;
        text-style: bold; }
    TextScreen #scroll { padding: 0 1; overflow-x: auto; }
    TextScreen #text { width: auto; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", id="text.back"),
        Binding("j", "scroll('down')", "Down", show=False, id="text.down"),
        Binding("k", "scroll('up')", "Up", show=False, id="text.up"),
        Binding("g", "scroll('home')", "Top", show=False, id="text.top"),
        Binding("G", "scroll('end')", "Bottom", show=False, id="text.bottom"),
        Binding("ctrl+f", "scroll('page_down')", "Page down", show=False, id="text.page-down"),
        Binding("ctrl+b", "scroll('page_up')", "Page up", show=False, id="text.page-up"),
        Binding("c", "copy", "Copy", id="text.copy"),
    ]

    def __init__(self, title: str, content: Content) -> None:
        super().__init__()
        self._heading = title
        self._content = content

    def compose(self) -> ComposeResult:
        yield Static(Content(self._heading), id="title")
        with VerticalScroll(id="scroll"):
            yield Static(self._content, id="text")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#scroll").focus()

    def show(self, content: Content) -> None:
        """Show another text in place of the present one."""
        self._content = content
        self.query_one("#text", Static).update(content)

    def action_scroll(self, where: str) -> None:
        scroll = self.query_one("#scroll", VerticalScroll)
        getattr(scroll, f"scroll_{where}")(animate=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._content.plain)
        self.app.notify("Copied.", markup=False, timeout=2)
