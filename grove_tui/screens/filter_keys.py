"""The keys that leave rows out: by a filter that is typed, or all that is not in trouble."""

from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from grove_tui.screens.filter_bar import FilterBar
from grove_tui.screens.rows_screen import RowsScreen
from grove_tui.view.filter import Query, is_trouble
from grove_tui.view.subject import Filter, Subject
from grove_tui.view.tree import Tree


@runtime_checkable
class Filtered(Protocol):
    """A source that can leave rows out."""

    def set_filter(self, wanted: Filter | None) -> None:
        """Show only what `wanted` accepts; None shows everything."""
        ...


class FilterKeys(RowsScreen):
    """Filters the rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", priority=True, id="grove.filter"),
        Binding(
            "ctrl+z",
            "only_trouble",
            "Trouble",
            tooltip="Only what is in trouble, or everything",
            show=False,
            id="table.trouble",
        ),
    ]
    _query: Query | None = None
    _only_trouble = False

    @property
    def is_filtered(self) -> bool:
        """Whether rows may be left out."""
        return bool(self._query) or self._only_trouble

    def action_filter(self) -> None:
        self.query_one(FilterBar).open()

    def action_only_trouble(self) -> None:
        self._only_trouble = not self._only_trouble
        self.refilter()

    @on(FilterBar.Left)
    def leave_filter(self) -> None:
        self.rows_table().focus()

    @on(FilterBar.Changed)
    def take_filter(self, message: FilterBar.Changed) -> None:
        self._query = message.query
        self.refilter()

    def type_filter(self, text: str) -> None:
        """Filter by a text, as if it had been typed."""
        self.query_one(FilterBar).fill(text)

    def drop_filter(self) -> bool:
        """Show everything again; False where everything was shown."""
        was_filtered = self.is_filtered or isinstance(self.focused, Input)
        self._only_trouble = False
        self._query = None
        self.query_one(FilterBar).clear()
        self.refilter()
        return was_filtered

    def refilter(self) -> None:
        """Apply what is typed and chosen to the rows."""
        table = self.rows_table()
        source: object = table.source
        if self.book is None or not isinstance(source, Filtered):
            return
        if isinstance(source, Tree):
            wanted = self._query.tree_filter(self.book) if self._query else None
            holding = self._query.holding(self.book) if self._query else None
            whole = not self._only_trouble
            source.set_filter(self._troubled(wanted), whole=whole, holding=holding)
        else:
            wanted = self._query.filter(self.book) if self._query else None
            source.set_filter(self._troubled(wanted))
        table.refresh_structure()
        self.rows_changed()

    def _troubled(self, wanted: Filter | None) -> Filter | None:
        if not self._only_trouble:
            return wanted
        if wanted is None:
            return is_trouble
        accepts = wanted

        def both(subject: Subject) -> bool:
            return is_trouble(subject) and accepts(subject)

        return both
