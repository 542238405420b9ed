"""The main screen: the workload tree, the nodes with their pods, the events."""

from collections.abc import Hashable
from typing import Any, ClassVar

from msgspec import Struct
from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Input, Static

from grove_tui.cluster.gangwatch import GangWatch
from grove_tui.cluster.replay import ReplaySession
from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.screens.alarm_line import AlarmLine
from grove_tui.screens.counts import Counts
from grove_tui.screens.edit_keys import EditKeys
from grove_tui.screens.feed import Feed, LivePanel, NoRows, Scene
from grove_tui.screens.filter_bar import FilterBar
from grove_tui.screens.going import GoingKeys
from grove_tui.screens.marked_keys import MarkedKeys
from grove_tui.screens.replay_keys import ReplayScreen
from grove_tui.screens.status import status_left, status_right
from grove_tui.screens.tree_keys import TreeKeys
from grove_tui.view.book import GangBook
from grove_tui.view.events import Events
from grove_tui.view.keys import Key, Kind
from grove_tui.view.narrow import narrowed
from grove_tui.view.nodes import Nodes
from grove_tui.view.podcliquesets import summary
from grove_tui.view.rows import Cell
from grove_tui.view.tree import Tree
from grove_tui.widgets.key_bar import KeyBar
from grove_tui.widgets.live_table import LiveTable
from grove_tui.widgets.panel import Panel
from grove_tui.widgets.replay_bar import ReplayBar
from grove_tui.widgets.segments import Segments, StatusBar, SummaryStrip
from grove_tui.widgets.text_fit import fit

CONNECTING = "Connecting…"
NO_SETS = "No PodCliqueSet in {where} yet."
HOW_TO_APPLY = " Press a to apply one."
NO_NODES = "No nodes can be seen."
NO_EVENTS = "No events."
NO_MATCH = "No row matches the filter; esc takes it away."


class Panels(Struct, frozen=True):
    """The three tables with what they show."""

    tree: LivePanel[Tree]
    nodes: LivePanel[Nodes]
    events: LivePanel[Events]


class MainScreen(TreeKeys, GoingKeys, ReplayScreen, MarkedKeys, EditKeys):
    """What there is and how it does, live."""

    AUTO_FOCUS = "#tree"
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (60, "-narrow"), (190, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (6, "-low"), (16, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "apply", "Apply", tooltip="Apply a manifest file", id="grove.apply"),
        Binding(
            "E",
            "scope_events",
            "Events",
            tooltip="Events of the selected object, or of everything",
            show=False,
            id="object.events",
        ),
        Binding(
            "ctrl+r",
            "look_again",
            "Refresh",
            tooltip="List everything again",
            show=False,
            id="grove.refresh",
        ),
        Binding("escape", "back", "Back to the tree", show=False, id="grove.back"),
        Binding("tab", "app.focus_next", "Next panel", show=False, id="grove.next-panel"),
        Binding(
            "shift+tab", "app.focus_previous", "Previous panel", show=False, id="grove.last-panel"
        ),
        Binding("q", "app.quit", "Quit", id="grove.quit"),
    ]

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._feed: Feed | None = None
        self._panels: Panels | None = None
        self._counts: Counts | None = None
        self._activity: list[Cell] = []
        self._alarm = AlarmLine()

    def compose(self) -> ComposeResult:
        yield SummaryStrip(id="summary", elides=True)
        yield Static(id="banner", markup=False)
        with Container(id="panels"):
            with Container(id="left"), Panel(id="tree-panel", title="Workloads"):
                yield LiveTable(id="tree", empty=CONNECTING)
            with Container(id="right"):
                with Container(id="nodes-panel", classes="panel") as panel:
                    panel.border_title = "Nodes"
                    yield LiveTable(id="nodes")
                with Container(id="events-panel", classes="panel") as panel:
                    panel.border_title = "Events"
                    yield LiveTable(id="events")
        yield Static(Content("Too small: at least 6 lines"), id="too-small")
        yield FilterBar(id="filter-bar")
        yield ReplayBar(id="replay-bar")
        yield StatusBar(id="status")
        yield KeyBar()

    def on_mount(self) -> None:
        for table in self.query(LiveTable):
            table.ascii = self.settings.ascii
        # News comes in at the top; who reads further down is left there.
        self._table("events").follows_first = True
        for line in self.query(Segments):
            line.ascii = self.settings.ascii
        self.set_interval(1, self._tick)

    # The cluster

    @property
    def scene(self) -> Scene | None:
        """What other screens show as well; None while there is no cluster."""
        if self.session is None or self.book is None or self._feed is None:
            return None
        return Scene(self.session, self.book, self._feed, self.namespace)

    def attach(self, session: Session, namespace: str = "") -> None:
        """Show what this session sees, of one namespace or all, in place of any earlier one."""
        self.detach()
        self.session = session
        self.namespace = namespace or session.place.namespace
        book = self.book = GangBook(narrowed(session.world, namespace), session.clock)
        panels = self._panels = Panels(
            LivePanel(self._table("tree"), Tree(book, show_namespace=not self.namespace)),
            LivePanel(self._table("nodes"), Nodes(book)),
            LivePanel(self._table("events"), Events(book)),
        )
        shown: list[LivePanel[Any]] = [panels.tree, panels.nodes, panels.events]
        self._feed = Feed(session, book, shown, self._painted, namespace)
        if not isinstance(session, ReplaySession):
            self._feed.join(GangWatch(book, session.recorder))
        self._counts = Counts(self._summarize)
        self._feed.join(self._counts)
        self._counts.paint(is_news=False)
        self.rows_changed()
        self._painted()

    def narrow(self, namespace: str) -> None:
        """Show one of the namespaces that the session sees, or with an empty name all of them."""
        if self.session is not None:
            self.attach(self.session, namespace)
            self.refilter()

    def detach(self) -> None:
        """Follow the present session no longer."""
        if self._feed is not None:
            self._feed.close()
            self._feed = None
        if self._counts is not None:
            self._counts.close()
            self._counts = None
        self.session = None

    def leave(self) -> None:
        """Show nothing of the cluster that is being left: nobody shall take it for the next one."""
        self.detach()
        self.book = None
        for table in self.query(LiveTable):
            table.set_source(NoRows())
            table.empty = CONNECTING
        for line in self.query(Segments):
            line.show([])
        self.query_one("#banner").remove_class("-shown")
        self.judge_keys()

    def _painted(self) -> None:
        self._show_connection()
        self.judge_keys()
        self.show_replay()
        for screen in self.app.screen_stack:
            follow = getattr(screen, "follow", None)
            if follow is not None:
                follow()

    def _tick(self) -> None:
        if self.session is None:
            self._activity = []
            return
        now = self.session.clock()
        for table in self.query(LiveTable):
            table.refresh_times(now)
        # Counters change with every event; once a second is often enough to read them.
        self._activity = status_right(self.session)
        self._show_connection()
        self._alarm.say(self.query_one(Panel), self.book)

    def _summarize(self) -> None:
        # While the app is left, the strip may be gone already.
        strip = self.query(SummaryStrip)
        if self.book is not None and strip:
            strip.first().show(summary(self.book).cells())
            self._alarm.look(self.book)
            self._alarm.say(self.query_one(Panel), self.book)

    def _show_connection(self) -> None:
        if self.session is None:
            return
        left = status_left(self.session, self.settings, self.namespace)
        self.query_one(StatusBar).show(left, self._activity)
        has_read = self.session.freshness.has_read
        where = self.namespace or "any namespace"
        how = HOW_TO_APPLY if self.availability("apply").allowed else ""
        empty = NO_MATCH if self.is_filtered else NO_SETS.format(where=where) + how
        self._show_empty("tree", empty if has_read("podcliquesets") else CONNECTING)
        self._show_empty("nodes", NO_NODES if has_read("nodes") else "")
        self._show_empty("events", NO_EVENTS if has_read("events") else "")
        banner = self.query_one("#banner", Static)
        sentence = self.stale_sentence()
        banner.set_class(bool(sentence), "-shown")
        if sentence:
            banner.update(Content(sentence))

    def _show_empty(self, table_id: str, sentence: str) -> None:
        table = self._table(table_id)
        if table.empty != sentence:
            table.empty = sentence
            table.refresh()

    def _table(self, table_id: str) -> LiveTable:
        return self.query_one(f"#{table_id}", LiveTable)

    # Keys of the screen

    def action_apply(self) -> None:
        self.apply_manifest()

    def action_look_again(self) -> None:
        if self.session is not None:
            self.session.look_again()

    def action_back(self) -> None:
        tree = self._table("tree")
        # Out of a panel first; from the tree itself, out of the filter.
        if self.focused is tree or isinstance(self.focused, Input):
            self.drop_filter()
        tree.focus()

    def action_scope_events(self) -> None:
        if self._panels is None:
            return
        events = self._panels.events
        key = self.selected()
        scope = None if events.source.selected is not None or key is None else key
        events.source.select(scope)
        events.table.refresh_structure()
        panel = self.query_one("#events-panel")
        title = "Events" if scope is None else f"Events of {scope}"
        # The end of a name says more than its beginning.
        title = fit(title, min(cell_len(title), max(8, panel.size.width - 4)), elide="middle")
        panel.border_title = Content(title)

    # Rows

    @on(LiveTable.FoldToggled)
    def toggle_fold(self, message: LiveTable.FoldToggled) -> None:
        self._fold(message.table, message.key)

    @on(LiveTable.Activated)
    def open_row(self, message: LiveTable.Activated) -> None:
        source = message.table.source
        if self.is_overview(message.table) and isinstance(message.key, Key):
            self.reveal(message.key)
        elif source is not None and source.row(message.key).foldable:
            self._fold(message.table, message.key)
        else:
            self.action_describe()

    @on(LiveTable.Highlighted, "#tree")
    def light_up_nodes(self, message: LiveTable.Highlighted) -> None:
        if self._panels is None:
            return
        gangs = self._gangs_of(message.key)
        nodes = self._panels.nodes
        if gangs != nodes.source.highlighted:
            nodes.source.highlighted = gangs
            # Nothing changed in the cluster, so nothing is to be pointed at.
            nodes.table.flashes = False
            nodes.table.refresh_rows()
            nodes.table.flashes = True

    def _fold(self, table: LiveTable, key: Hashable) -> None:
        source = table.source
        if isinstance(source, Tree | Nodes) and isinstance(key, Key):
            source.toggle_fold(key)
            table.refresh_structure()

    def _gangs_of(self, key: Hashable) -> frozenset[Key]:
        """Return the gangs that a row is, is part of, or consists of."""
        if self.book is None or not isinstance(key, Key):
            return frozenset()
        if key.kind is Kind.GANG:
            return frozenset({key})
        if key.kind is Kind.PODCLIQUESET:
            pcs = self.book.world.podcliquesets.get(key.namespace, key.name)
            return frozenset(gang.key for gang in self.book.gangs(pcs)) if pcs else frozenset()
        found = self.book.object(self.book.current(Key(*_owner(key))))
        gang = self.book.gang_of(found) if found is not None else None
        return frozenset({gang.key}) if gang is not None else frozenset()

    def selected(self) -> Key | None:
        """Return the row under the cursor of the focused table, or else of the tree."""
        focused = self.focused
        table = focused if isinstance(focused, LiveTable) else self._table("tree")
        return table.cursor_key if isinstance(table.cursor_key, Key) else None


def _owner(key: Key) -> tuple[Kind, str, str]:
    kind = Kind.SCALING_GROUP if key.kind is Kind.GROUP_REPLICA else key.kind
    return kind, key.namespace, key.name
