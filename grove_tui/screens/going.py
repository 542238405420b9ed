"""Keys that lead from one screen to another."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from grove_tui.cluster.session import Session
from grove_tui.screens.copying import CopyKeys
from grove_tui.screens.log_keys import LogKeys
from grove_tui.screens.navigator import Navigator
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind
from grove_tui.view.lineage import subject_of
from grove_tui.widgets.live_table import LiveTable
from grove_tui.widgets.node_map import NodeMap

if TYPE_CHECKING:
    from grove_tui.app import GroveApp


_OPENING_LINES = frozenset({"command", "filter"})
"""Actions whose keys are characters like any other while something is typed."""
_SCALING = frozenset({"object.scale", "object.more", "object.fewer", "object.preview"})
_USELESS: Mapping[Kind, frozenset[str]] = {
    Kind.NODE: _SCALING | {"object.delete", "object.logs", "object.previous-logs", "object.node"},
    Kind.EVENT: _SCALING | {"object.delete", "object.edit"},
    Kind.GANG: frozenset({"object.delete"}),
    Kind.GROUP_REPLICA: frozenset({"object.delete"}),
}
"""Keys that would only say that they cannot be used on such a row."""


class GoingKeys(CopyKeys, LogKeys):
    """Asks why, asks what happened, and goes elsewhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "X", "explain", "Why", tooltip="Explain why the selected object is so", id="object.why"
        ),
        Binding(
            "T",
            "timeline",
            "Timeline",
            tooltip="What happened to the selected object and below it",
            id="object.timeline",
        ),
        Binding(
            "t",
            "node_map",
            "Nodes",
            tooltip="The map of nodes, with the selected gang lit",
            show=False,
            id="grove.nodes",
        ),
        Binding(
            "colon",
            "command",
            "Go to",
            tooltip="Type where to go: pods, nodes, events, ns, ctx …",
            key_display=":",
            # What is typed at once after it is for the line, not for what has the focus now.
            priority=True,
            id="grove.command",
        ),
        Binding(
            "left_square_bracket",
            "go_back(-1)",
            "Where I was",
            tooltip="Back to where you were before",
            key_display="[",
            show=False,
            id="grove.go-back",
        ),
        Binding(
            "right_square_bracket",
            "go_back(1)",
            "Forward",
            tooltip="Forward again",
            key_display="]",
            show=False,
            id="grove.go-forward",
        ),
    ]
    OWN_KEYS: ClassVar[tuple[str, ...]] = ()
    """What the ids of this screen's own keys begin with; they come first in the line of keys."""
    session: Session | None = None
    book: GangBook | None = None
    _kind_shown: Kind | None = None

    @on(LiveTable.Highlighted)
    @on(NodeMap.Highlighted)
    def show_keys_of_selection(self) -> None:
        key = self.selected()
        kind = key.kind if key is not None else None
        if kind is not self._kind_shown:
            self._kind_shown = kind
            self.refresh_bindings()

    def key_rank(self, identity: str) -> int:
        """See `KeyChooser`; what means nothing for the selected row is left out."""
        key = self.selected()
        group = identity.partition(".")[0]
        if group == "object" and (key is None or identity in _USELESS.get(key.kind, ())):
            return -1
        if group in self.OWN_KEYS:
            return 0
        return 1 if group == "object" else 2

    @property
    def navigator(self) -> Navigator:
        """The way from screen to screen."""
        return cast("GroveApp", self.app).navigator

    def selected(self) -> Key | None:
        """Return the row that the keys are for."""
        return None

    def subject(self) -> Key | None:
        """Return the object that the selected row is, or is an event about."""
        key = self.selected()
        return subject_of(self.book, key) if key is not None and self.book is not None else None

    def action_explain(self) -> None:
        key = self.subject()
        if key is not None:
            self.navigator.explain(key)

    def action_timeline(self) -> None:
        self.navigator.timeline(self.subject())

    def action_node_map(self) -> None:
        self.navigator.node_map(self.subject())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _OPENING_LINES and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def action_command(self) -> None:
        self.navigator.ask()

    def action_go_back(self, by: int) -> None:
        if not self.navigator.step(by):
            where = "before" if by < 0 else "after"
            self.app.notify(f"There is nothing {where} this.", markup=False)
