"""A text to read and to search: YAML, a description, help."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from grove_tui.screens.finding import Finding
from grove_tui.widgets.key_bar import KeyBar


class TextScreen(Screen[None]):
    """Shows one text, which may be wider and longer than the screen."""

    DEFAULT_CSS = """
    TextScreen #title { height: 1; padding: 0 1; background: $panel; color: $grove-title;
        text-style: bold; }
    TextScreen #scroll { padding: 0 1; overflow-x: auto; }
    TextScreen #text { width: auto; height: auto; }
    TextScreen #search { display: none; border: none; height: 1; padding: 0 1;
        background: $panel; }
    TextScreen #search.-shown { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", id="text.back"),
        Binding("slash", "search", "Search", key_display="/", id="text.search"),
        Binding("n", "find(1)", "Next match", show=False, id="text.next-match"),
        Binding("N", "find(-1)", "Previous match", show=False, id="text.previous-match"),
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
        self._finding = Finding(content.plain, "")

    def compose(self) -> ComposeResult:
        yield Static(Content(self._heading), id="title")
        with VerticalScroll(id="scroll"):
            yield Static(self._content, id="text")
        yield Input(placeholder="find a text", id="search", select_on_focus=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#scroll").focus()

    def show(self, content: Content) -> None:
        """Show another text in place of the present one."""
        self._content = content
        self._find(self._finding.wanted)

    # Searching

    def action_search(self) -> None:
        field = self.query_one("#search", Input)
        field.add_class("-shown")
        field.focus()

    @on(Input.Changed, "#search")
    def find_while_typing(self, message: Input.Changed) -> None:
        self._find(message.value)

    @on(Input.Submitted, "#search")
    def keep_search(self) -> None:
        self.query_one("#search").remove_class("-shown")
        self.query_one("#scroll").focus()

    def action_find(self, by: int) -> None:
        self._finding.step(by)
        self._show_matches()

    def action_back(self) -> None:
        """Leave the search first, then the screen."""
        field = self.query_one("#search", Input)
        if not self._finding.wanted and not field.has_class("-shown"):
            self.dismiss(None)
            return
        field.value = ""
        self._find("")
        self.keep_search()

    def _find(self, wanted: str) -> None:
        top = self.query_one("#scroll").scroll_offset.y
        self._finding = Finding(self._content.plain, wanted, top)
        self._show_matches()

    def _show_matches(self) -> None:
        finding = self._finding
        found = f"   {finding}" if finding.wanted else ""
        self.query_one("#title", Static).update(Content(f"{self._heading}{found}"))
        self.query_one("#text", Static).update(finding.marked(self._content))
        place = finding.place
        if place is not None:
            scroll = self.query_one("#scroll", VerticalScroll)
            line, column = place
            room = scroll.scrollable_content_region
            x = 0 if column < room.width else column - room.width // 2
            scroll.scroll_to(x, max(0, line - room.height // 3), animate=False)

    def action_scroll(self, where: str) -> None:
        scroll = self.query_one("#scroll", VerticalScroll)
        getattr(scroll, f"scroll_{where}")(animate=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._content.plain)
        self.app.notify("Copied.", markup=False, timeout=2)
