"""The nodes: a map of all of them, which gang is where, and what the loss of one would mean."""

from collections.abc import Hashable, Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from grove_tui.actions import writes
from grove_tui.actions.draining import namespaces_left, plan
from grove_tui.actions.outcome import Outcome
from grove_tui.actions.target import Target
from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.screens.feed import LivePanel, Scene
from grove_tui.screens.filter_bar import FilterBar
from grove_tui.screens.live_screen import LiveScreen
from grove_tui.screens.navigator import TREE
from grove_tui.screens.needs import AT_NODES
from grove_tui.screens.node_facts import MAP_KEY, facts, free_room, staying
from grove_tui.screens.selection import target_of
from grove_tui.screens.table_keys import TableKeys
from grove_tui.view.book import Change, Dirty, GangBook
from grove_tui.view.keys import Key, Kind
from grove_tui.view.letters import Legend, LetteredMap, Letters, NodePods
from grove_tui.view.nodemap import gangs_of, nodes_of
from grove_tui.view.nodes import Nodes
from grove_tui.view.rows import Cell, RowSource
from grove_tui.widgets.live_table import LiveTable
from grove_tui.widgets.node_map import NodeMap
from grove_tui.widgets.text_fit import fit
from grove_tui.widgets.tokens import ASCII

NO_GANGS = "No gangs."
NO_PODS = "No pods on it."


class MapPanel:
    """The map, and what changed since it was painted."""

    def __init__(self, widget: NodeMap, source: LetteredMap) -> None:
        self._map = widget
        self._source = source
        self._dirty = Dirty(set())
        widget.set_source(source)

    def note(self, change: Change) -> None:
        """Remember which cells a change concerns."""
        self._dirty |= self._source.dirty(change)

    def paint(self, *, is_news: bool) -> None:
        """Show what changed."""
        del is_news
        dirty, self._dirty = self._dirty, Dirty(set())
        if dirty.structural:
            self._map.refresh_structure()
        elif dirty.keys:
            keys: set[Hashable] = set(dirty.keys)
            self._map.refresh_cells(keys)


class NodesScreen(TableKeys, LiveScreen):
    """A map with a legend of gangs and the selected node in detail."""

    AUTO_FOCUS = "#map"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    CSS = """
    NodesScreen #body { layout: vertical; height: 1fr; }
    NodesScreen #map-panel { height: 2fr; width: 1fr; }
    NodesScreen #side { layout: horizontal; height: 3fr; width: 1fr; }
    NodesScreen #gangs-panel { width: 1fr; height: 1fr; }
    NodesScreen #node-panel { width: 1fr; height: 1fr; }
    NodesScreen #facts-scroll { height: auto; max-height: 60%; }
    NodesScreen #facts { height: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    NodesScreen #node-pods { height: 1fr; }
    NodesScreen.-wide #body { layout: horizontal; }
    NodesScreen.-wide #map-panel { height: 1fr; width: 3fr; }
    NodesScreen.-wide #side { layout: vertical; height: 1fr; width: 2fr; }
    NodesScreen.-wide #gangs-panel { width: 1fr; height: 2fr; }
    NodesScreen.-wide #node-panel { width: 1fr; height: 3fr; }
    """
    OWN_KEYS = ("node",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cordon(True)", "Cordon", tooltip="Keep new pods off it", id="node.cordon"),
        Binding(
            "u", "cordon(False)", "Uncordon", tooltip="Let new pods in again", id="node.uncordon"
        ),
        Binding("D", "drain", "Drain", tooltip="Cordon it and evict its pods", id="node.drain"),
        Binding("tab", "app.focus_next", "Next panel", show=False, id="nodes.next-panel"),
        Binding(
            "shift+tab", "app.focus_previous", "Previous panel", show=False, id="nodes.last-panel"
        ),
        Binding("escape", "back", "Back", id="nodes.back"),
        Binding("q", "back", "Back", show=False, id="nodes.close"),
    ]

    def __init__(
        self, settings: Settings, scene: Scene, about: Key | None = None, text: str = ""
    ) -> None:
        """Show the nodes.

        Args:
            settings: What the user set.
            scene: The cluster.
            about: A row whose gang is lit, or a node that is selected, at first.
            text: The filter of gangs to begin with.
        """
        super().__init__(settings, scene)
        book = scene.book
        letters = Letters()
        self._about = about
        self._text = text
        self._map = LetteredMap(book, letters)
        self._legend = Legend(book, letters)
        self._pods = NodePods(book, letters)

    def compose_body(self) -> Iterable[Widget]:
        with Container(id="body"):
            with Container(id="map-panel", classes="panel") as panel:
                panel.border_title = "Map"
                panel.border_subtitle = Content(
                    MAP_KEY.translate(ASCII) if self.settings.ascii else MAP_KEY
                )
                yield NodeMap(id="map")
            with Container(id="side"):
                with Container(id="gangs-panel", classes="panel") as panel:
                    panel.border_title = "Gangs"
                    yield LiveTable(empty=NO_GANGS, id="gangs")
                with Container(id="node-panel", classes="panel") as panel:
                    panel.border_title = "Node"
                    with VerticalScroll(id="facts-scroll"):
                        yield Static(id="facts", markup=False)
                    yield LiveTable(empty=NO_PODS, id="node-pods")
        yield FilterBar(id="filter-bar")

    def on_mount(self) -> None:
        node_map = self.query_one(NodeMap)
        node_map.ascii = self.settings.ascii
        self.join(MapPanel(node_map, self._map))
        self.join(LivePanel(self._table("gangs"), self._legend))
        self.join(LivePanel(self._table("node-pods"), self._pods))
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        node_map, about, book = self.query_one(NodeMap), self._about, self._the_book
        # With few nodes there is room to say what is free on each.
        node_map.wide = True
        node_map.wide = node_map.needed_lines <= node_map.size.height
        if about is not None and about.kind is Kind.NODE:
            node_map.move_to(book.current(about))
        elif about is not None:
            wanted = gangs_of(book, about)
            gangs = [gang.key for gang in self._legend.gangs() if gang.key in wanted]
            if gangs:
                self._table("gangs").move_to(gangs[0])
            if nodes := nodes_of(book, about):
                node_map.move_to(book.current(Key(Kind.NODE, "", nodes[0])))
        if self._text:
            self.type_filter(self._text)
        self._light(self._table("gangs").cursor_key)
        self._show_node()

    # What is selected

    def rows_table(self) -> LiveTable:
        return self._table("gangs")

    def rows_changed(self) -> None:
        self.follow()

    def selected(self) -> Key | None:
        focused = self.focused
        if isinstance(focused, LiveTable):
            return focused.cursor_key if isinstance(focused.cursor_key, Key) else None
        return self._node_key()

    def rows_to_save(self) -> tuple[str, RowSource | None]:
        focused = self.focused
        if not isinstance(focused, LiveTable):
            return "nodes", Nodes(self._the_book)
        is_gangs = focused.id == "gangs"
        return "gangs" if is_gangs else f"pods-on-{self._node_key()}", focused.source

    def _node_key(self) -> Key | None:
        key = self.query_one(NodeMap).cursor_key
        return key if isinstance(key, Key) else None

    @on(NodeMap.Highlighted)
    def select_node(self) -> None:
        self._show_node()
        self.refresh_bindings()

    @on(LiveTable.Highlighted, "#gangs")
    def light_gang(self, message: LiveTable.Highlighted) -> None:
        self._light(message.key)

    @on(NodeMap.Activated)
    def open_node(self) -> None:
        self._table("node-pods").focus()

    @on(LiveTable.Activated)
    def open_row(self, message: LiveTable.Activated) -> None:
        if isinstance(message.key, Key):
            self.navigator.reveal(message.key)

    def action_back(self) -> None:
        if self.drop_filter() or self.focused is not self.query_one(NodeMap):
            self.query_one(NodeMap).focus()
        else:
            self.navigator.open(TREE)

    def action_wide(self) -> None:
        node_map = self.query_one(NodeMap)
        node_map.wide = not node_map.wide

    def key_rank(self, identity: str) -> int:
        """See `KeyChooser`; of cordon and uncordon only the one that would change something."""
        key = self._node_key()
        picture = self._the_book.nodes.get(key.name) if key is not None else None
        if picture is not None and identity in ("node.cordon", "node.uncordon"):
            is_cordoned = picture.node.spec.unschedulable
            return 0 if is_cordoned is (identity == "node.uncordon") else -1
        return super().key_rank(identity)

    # What is shown

    def heading(self) -> tuple[list[Cell], list[Cell]]:
        pictures = self._the_book.nodes.all()
        cordoned = sum(picture.node.spec.unschedulable for picture in pictures)
        lost = sum(not picture.is_ready for picture in pictures)
        left = [Cell("Nodes", "title"), Cell(str(len(pictures)))]
        left += [Cell(f"✖ {lost} not ready", "error")] if lost else []
        left += [Cell(f"⊘ {cordoned} cordoned", "warn")] if cordoned else []
        left += [*free_room(pictures), *self.shown_cells()]
        return left, []

    def show_state(self, session: Session) -> None:
        super().show_state(session)
        self._show_node()

    def _light(self, key: Hashable) -> None:
        lit = frozenset({key}) if isinstance(key, Key) else frozenset[Key]()
        if lit != self._map.highlighted:
            self._map.highlighted = lit
            self.query_one(NodeMap).refresh_cells()
            name = str(next(iter(lit))) if lit else ""
            title = f"Map · [{name}] is lit" if name else "Map"
            self.query_one("#map-panel").border_title = Content(title)

    def _show_node(self) -> None:
        key = self._node_key()
        picture = self._the_book.nodes.get(key.name) if key is not None else None
        panel = self.query_one("#node-panel")
        if key is None or picture is None:
            self.query_one("#facts", Static).update(Content("No node is selected."))
            panel.border_title = "Node"
            return
        room = max(8, panel.size.width - 4)
        panel.border_title = Content(fit(key.name, min(len(key.name), room), elide="middle"))
        breach = "x" if self.settings.ascii else "✖"

        def sign(gang: Key) -> str:
            return f"{breach} {self._map.letter(gang)}"

        shown = self.query_one("#facts", Static)
        shown.update(facts(self._the_book, picture, sign, shown.content_size.width))
        if self._pods.node != key.name:
            self._pods.node = key.name
            self._table("node-pods").refresh_structure()

    # What is done

    def action_cordon(self, unschedulable: bool) -> None:
        target = self._writable_node("cordon")
        if target is not None:
            self._cordon(target, unschedulable=unschedulable)

    def action_drain(self) -> None:
        target = self._writable_node("drain")
        if target is not None:
            self._drain(target)

    @work(exit_on_error=False)
    async def _cordon(self, target: Target, *, unschedulable: bool) -> None:
        from grove_tui.screens.confirm import ConfirmDialog

        session, book = self._opened()
        picture = book.nodes.get(target.name)
        pods = len(picture.guests) if picture is not None else 0
        if unschedulable:
            lines = ["No new pods are put on it.", staying(pods)]
        else:
            lines = ["New pods may be put on it again."]
        word = "Cordon" if unschedulable else "Uncordon"
        if await self.app.push_screen_wait(ConfirmDialog(f"{word} {target.name}", lines, word)):
            with self.waiting():
                outcome = await writes.cordon(session.client, target, unschedulable=unschedulable)
            self.tell(outcome, target)

    @work(exit_on_error=False)
    async def _drain(self, target: Target) -> None:
        from grove_tui.screens.drain import DrainDialog

        session, _ = self._opened()
        planned = plan(session.world, target.name)
        if planned is None or planned.node != target:
            self.tell(Outcome(False, f"{target} is gone."))
            return
        outcome = await self.app.push_screen_wait(DrainDialog(session, planned))
        if outcome is not None:
            self.tell(outcome, target)

    def acted_on(self, action: str) -> Key | None:
        return self._node_key() if action in AT_NODES else super().acted_on(action)

    def concerned(self) -> Iterable[str]:
        yield from super().concerned()
        key = self._node_key()
        if key is not None:
            yield from namespaces_left(self._the_book.world, key.name)

    def _writable_node(self, action: str) -> Target | None:
        """Return the node on the map, or None after saying why nothing can be done to it."""
        reason, key = self.availability(action).reason, self._node_key()
        if reason or key is None:
            self.tell(Outcome(False, reason or "Select a node on the map first."))
            return None
        target = target_of(self._the_book, key)
        if target is None:
            self.tell(Outcome(False, f"{key.capitalized} is gone."))
        return target

    @property
    def _the_book(self) -> GangBook:
        assert self.book is not None
        return self.book

    def _table(self, table_id: str) -> LiveTable:
        return self.query_one(f"#{table_id}", LiveTable)
