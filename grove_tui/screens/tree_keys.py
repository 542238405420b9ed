"""Keys of the workload tree, and of the overview that can take its place."""

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from grove_tui.kube.objects import Pod
from grove_tui.screens.feed import LivePanel, Scene
from grove_tui.screens.saving import SaveKeys
from grove_tui.screens.table_keys import TableKeys
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind
from grove_tui.view.lineage import lineage
from grove_tui.view.podcliquesets import Overview
from grove_tui.view.rows import Cell, RowSource
from grove_tui.view.tree import Tree
from grove_tui.widgets.live_table import LiveTable


class TreeKeys(TableKeys, SaveKeys):
    """Goes to rows of the tree and of the node list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "v",
            "overview",
            "Overview",
            tooltip="One line for each gang, or the tree",
            id="grove.overview",
        ),
        Binding(
            "J",
            "owner",
            "Owner",
            tooltip="To what the selected row is a part of",
            show=False,
            id="object.owner",
        ),
        Binding(
            "o",
            "node",
            "Node",
            tooltip="To the node of the selected pod",
            show=False,
            id="object.node",
        ),
        Binding(
            "z",
            "fold_all",
            "Fold",
            tooltip="Fold everything to gangs, to cliques, or unfold it",
            show=False,
            id="tree.fold-all",
        ),
    ]
    namespace = ""
    """The one that is shown; empty for all."""
    _tree: RowSource | None = None
    _gangs: Overview | None = None
    _fold_level = 0

    @property
    def scene(self) -> Scene | None:
        """What other screens show as well; None while there is no cluster."""
        return None

    def rows_table(self) -> LiveTable:
        return self.query_one("#tree", LiveTable)

    def rows_changed(self) -> None:
        panel = self.query_one("#tree-panel")
        cells = [Cell("Gangs" if self.is_overview(self.rows_table()) else "Workloads")]
        panel.border_title = Content(" · ".join(c.text for c in [*cells, *self.shown_cells()]))

    def rows_to_save(self) -> tuple[str, RowSource | None]:
        focused = self.focused
        table = focused if isinstance(focused, LiveTable) else self.rows_table()
        name = table.id or ""
        if name == "tree":
            name = "gangs" if self.is_overview(table) else "workloads"
        return f"{name}-{self.namespace}", table.source

    # Overview and tree

    def action_overview(self) -> None:
        self.show_overview(wanted=not self.is_overview(self.rows_table()))

    def show_overview(self, *, wanted: bool) -> None:
        """Show one line for each gang, or the tree; the cursor stays on its gang."""
        table, book = self.rows_table(), self.book
        if book is None or self.is_overview(table) is wanted:
            return
        here = table.cursor_key
        if wanted:
            self._tree = table.source
            self._show_gangs(book, table)
            if isinstance(here, Key):
                table.move_to(self._worst_at(here, book))
        elif self._tree is not None:
            table.set_source(self._tree)
            if isinstance(here, Key):
                self.reveal(here)
        self.refilter()
        self.rows_changed()

    def _worst_at(self, here: Key, book: GangBook) -> Hashable:
        """Return the gang that a row is or is in; of a set's gangs the first in the overview."""
        gangs = [key for key in lineage(book, here) if key.kind is Kind.GANG]
        if not gangs and self._gangs is not None and here.kind is Kind.PODCLIQUESET:
            names = here.namespace, here.name
            listed = self._gangs.keys()
            keys = (key for key in listed if isinstance(key, Key))
            gangs = [key for key in keys if (key.namespace, key.name) == names]
        return gangs[0] if gangs else here

    def _show_gangs(self, book: GangBook, table: LiveTable) -> None:
        scene = self.scene
        if self._gangs is not None and self._gangs.book is book:
            table.set_source(self._gangs)
        elif scene is not None:
            self._gangs = Overview(book, show_namespace=not self.namespace)
            scene.feed.join(LivePanel(table, self._gangs))

    def is_overview(self, table: LiveTable) -> bool:
        """Tell whether a table shows one line for each gang."""
        return isinstance(table.source, Overview)

    def reveal(self, key: Key) -> bool:
        """Put the cursor on a row, after unfolding what hides it; False where there is none."""
        book = self.book
        if book is None:
            return False
        if key.kind is Kind.NODE:
            return self._go_to("nodes", book.current(key))
        key = book.current(key) if not key.uid and key.replica < 0 else key
        self.show_overview(wanted=False)
        table = self.rows_table()
        source = table.source
        if isinstance(source, Tree):
            for above in lineage(book, key):
                if source.is_folded(above):
                    source.toggle_fold(above)
            table.refresh_structure()
        return self._go_to("tree", key)

    # From row to row

    def action_owner(self) -> None:
        key = self._here()
        owners = lineage(self.book, key) if key is not None and self.book is not None else ()
        if owners:
            self.reveal(owners[0])

    def action_node(self) -> None:
        key = self._here()
        book = self.book
        pod = book.object(key) if key is not None and book is not None else None
        if isinstance(pod, Pod) and pod.spec.node_name:
            self.reveal(Key(Kind.NODE, "", pod.spec.node_name))
        else:
            self.app.notify("Select a pod that has a node.", markup=False)

    def action_fold_all(self) -> None:
        """Hide the pods, then all of every gang, then nothing."""
        table = self.rows_table()
        source = table.source
        if not isinstance(source, Tree):
            return
        self._fold_level = (self._fold_level + 1) % 3
        source.unfold_all()
        if self._fold_level:
            source.keys()  # what is folded has to be known, and it is known once it was listed
            source.fold_all(Kind.PODCLIQUE if self._fold_level == 1 else Kind.GANG)
        table.refresh_structure()

    def _here(self) -> Key | None:
        focused = self.focused
        table = focused if isinstance(focused, LiveTable) else self.rows_table()
        return table.cursor_key if isinstance(table.cursor_key, Key) else None

    def _go_to(self, table_id: str, key: Key) -> bool:
        table = self.query_one(f"#{table_id}", LiveTable)
        found = table.move_to(key)
        if found:
            table.focus()
        return found
