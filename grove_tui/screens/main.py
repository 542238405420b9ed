"""The main screen: the workload tree, the nodes with their pods, the events, and what keys do."""

from collections.abc import Hashable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Footer, Input, Static

from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.screens.feed import Feed, LivePanel
from grove_tui.screens.object_screen import ObjectScreen
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key
from grove_tui.view.tree import Tree
from grove_tui.widgets.live_table import LiveTable

CONNECTING = "Connecting…"
NOTHING = "No PodCliqueSet here yet. Press a to apply a manifest, for example one of examples/."


class MainScreen(ObjectScreen):
    """What there is and how it does, live."""

    AUTO_FOCUS = "#tree"
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (60, "-narrow"), (190, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (6, "-low"), (16, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "apply", "Apply", tooltip="Apply a manifest file", id="grove.apply"),
        Binding("slash", "filter", "Filter", key_display="/", id="grove.filter"),
        Binding("escape", "back", "Back", show=False, id="grove.back"),
        Binding("tab", "app.focus_next", "Next panel", show=False, id="grove.next-panel"),
        Binding("q", "app.quit", "Quit", id="grove.quit"),
    ]

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._feed: Feed | None = None
        self._tree: Tree | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="banner", markup=False)
        with Container(id="panels"):
            with Vertical(id="left"), Container(id="tree-panel", classes="panel") as panel:
                panel.border_title = "Workloads"
                yield LiveTable(id="tree", empty=CONNECTING)
            with Container(id="right"):
                with Container(id="nodes-panel", classes="panel") as panel:
                    panel.border_title = "Nodes"
                    yield LiveTable(id="nodes")
                with Container(id="events-panel", classes="panel") as panel:
                    panel.border_title = "Events"
                    yield LiveTable(id="events")
        yield Static(Content("Too small: at least 6 lines"), id="too-small")
        yield Input(placeholder="show only rows with…", id="filter")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        for table in self.query(LiveTable):
            table.ascii = self.settings.ascii
        self.set_interval(1, self._tick)

    # The cluster

    def attach(self, session: Session) -> None:
        """Show what this session sees."""
        self.session = session
        book = self.book = GangBook(session.world, session.clock)
        tree = self._tree = Tree(book, show_namespace=not session.place.namespace)
        panels = [LivePanel(self.query_one("#tree", LiveTable), tree)]
        self._feed = Feed(session, book, panels, self._painted)
        self._painted()

    def _painted(self) -> None:
        self._show_connection()
        for screen in self.app.screen_stack:
            follow = getattr(screen, "follow", None)
            if follow is not None:
                follow()

    def _tick(self) -> None:
        for table in self.query(LiveTable):
            table.refresh_times()
        self._show_connection()

    def _show_connection(self) -> None:
        if self.session is None:
            return
        table = self.query_one("#tree", LiveTable)
        empty = NOTHING if self.session.has_synced else CONNECTING
        if table.empty != empty:
            table.empty = empty
            table.refresh()
        banner = self.query_one("#banner", Static)
        sentence = self.stale_sentence()
        banner.set_class(bool(sentence), "-shown")
        if sentence:
            banner.update(Content(sentence))

    # Keys of the screen

    def action_apply(self) -> None:
        self.apply_manifest()

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.add_class("-shown")
        field.focus()

    def action_back(self) -> None:
        field = self.query_one("#filter", Input)
        if field.has_class("-shown"):
            field.value = ""
            field.remove_class("-shown")
        self.query_one("#tree", LiveTable).focus()

    @on(Input.Submitted, "#filter")
    def keep_filter(self) -> None:
        self.query_one("#tree", LiveTable).focus()

    @on(LiveTable.FoldToggled, "#tree")
    def toggle_fold(self, message: LiveTable.FoldToggled) -> None:
        self._fold(message.key)

    @on(LiveTable.Activated, "#tree")
    def open_row(self, message: LiveTable.Activated) -> None:
        row = self._tree.row(message.key) if self._tree is not None else None
        if row is not None and row.foldable:
            self._fold(message.key)
        else:
            self.action_describe()

    def _fold(self, key: Hashable) -> None:
        if self._tree is not None and isinstance(key, Key):
            self._tree.toggle_fold(key)
            self.query_one("#tree", LiveTable).refresh_structure()

    # What actions need to know

    def selected(self) -> Key | None:
        """The row under the cursor of the focused table, or else of the tree."""
        focused = self.focused
        table = focused if isinstance(focused, LiveTable) else self.query_one("#tree", LiveTable)
        key = table.cursor_key
        return key if isinstance(key, Key) else None
