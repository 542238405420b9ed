"""Keys that every table of objects understands: filter, order, width, marks."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from grove_tui.screens.copying import CopyKeys
from grove_tui.screens.filter_bar import FilterBar
from grove_tui.view.book import GangBook
from grove_tui.view.filter import Query, is_trouble
from grove_tui.view.keys import Key
from grove_tui.view.rows import Cell
from grove_tui.view.sorting import Sort
from grove_tui.view.subject import Filter, Subject
from grove_tui.view.tree import Tree
from grove_tui.widgets.live_table import LiveTable

SORTED_BY: Mapping[str, Sort] = {
    "NAME": Sort.NAME,
    "GANG": Sort.NAME,
    "STATUS": Sort.TROUBLE,
    "HEALTH": Sort.TROUBLE,
    "READY": Sort.READY,
    "PODS": Sort.READY,
    "RESTARTS": Sort.RESTARTS,
    "AGE": Sort.AGE,
    "NODE": Sort.NODE,
    "GPU": Sort.GPU,
}
"""What a click on the title of a column sorts by."""


@runtime_checkable
class Filtered(Protocol):
    """A source that can leave rows out."""

    def set_filter(self, wanted: Filter | None) -> None:
        """Show only what `wanted` accepts; None shows everything."""
        ...


@runtime_checkable
class Sorted(Protocol):
    """A source whose rows can stand in other orders."""

    sort: Sort
    reverse: bool


@runtime_checkable
class Marked(Protocol):
    """A source whose rows can be marked."""

    marks: set[Key]

    def keys(self) -> Sequence[Hashable]:
        """Return the keys of all rows in order."""
        ...


def _sort_binding(key: str, sort: Sort, title: str) -> Binding:
    return Binding(
        key,
        f"sort('{sort}')",
        f"Sort by {title}",
        tooltip=f"Sort by {title}; again for the reverse",
        show=False,
        id=f"sort.{sort}",
    )


class TableKeys(CopyKeys):
    """Filters, sorts, widens and marks the rows of one table, which a subclass names."""

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
        Binding("ctrl+w", "wide", "Wide", tooltip="All columns", show=False, id="table.wide"),
        _sort_binding("N", Sort.NAME, "name"),
        _sort_binding("A", Sort.AGE, "age, youngest first"),
        _sort_binding("S", Sort.TROUBLE, "status, worst first"),
        _sort_binding("R", Sort.RESTARTS, "restarts"),
        _sort_binding("O", Sort.NODE, "node"),
        Binding(
            "ctrl+@,ctrl+space",
            "mark_range",
            "Mark range",
            tooltip="Mark everything from the last mark to here",
            key_display="^space",
            show=False,
            id="table.mark-range",
        ),
        Binding(
            "ctrl+backslash",
            "clear_marks",
            "Unmark all",
            key_display="^\\",
            show=False,
            id="table.clear-marks",
        ),
    ]
    book: GangBook | None = None
    _query: Query | None = None
    _only_trouble = False
    _last_mark: Key | None = None

    def rows_table(self) -> LiveTable:
        """Return the table that the keys are for."""
        raise LookupError

    def rows_changed(self) -> None:
        """Be told that other rows are shown than before, or in another order."""

    @property
    def is_filtered(self) -> bool:
        """Whether rows may be left out."""
        return bool(self._query) or self._only_trouble

    @property
    def marks(self) -> set[Key]:
        """What is marked; keys of objects that are gone are not in it."""
        source: object = self.rows_table().source
        if not isinstance(source, Marked) or self.book is None:
            return set()
        book = self.book
        return {key for key in source.marks if not key.uid or book.object(key) is not None}

    def marked_keys(self) -> Collection[Key]:
        """Return the marked rows of the focused table, or else of the main one, in any order."""
        source = self._marked_source()
        return source.marks if source is not None else ()

    def marked_rows(self) -> Mapping[Key, str]:
        """Return the marked rows in order, each with what hides it; those in view come first.

        What is gone is among them, so that somebody can say so.
        """
        source = self._marked_source()
        if source is None or not source.marks:
            return {}
        seen = [key for key in source.keys() if key in source.marks and isinstance(key, Key)]  # noqa: SIM118 - no mapping
        reason = "hidden by the filter" if self.is_filtered else "folded away"
        unseen = sorted(source.marks.difference(seen))
        return dict.fromkeys(seen, "") | dict.fromkeys(unseen, reason)

    def _marked_source(self) -> Marked | None:
        focused = self.focused
        table = focused if isinstance(focused, LiveTable) else self.rows_table()
        source: object = table.source
        return source if isinstance(source, Marked) else None

    def unmark(self, keys: Iterable[Key]) -> None:
        """Take the marks from these rows, and from what is gone."""
        table = self.rows_table()
        source: object = table.source
        if isinstance(source, Marked):
            source.marks &= self.marks.difference(keys)
            table.refresh_rows()
            self.rows_changed()

    def chosen(self) -> list[Key]:
        """Return the marked rows in order, or else the selected one."""
        marks, source = self.marks, self.rows_table().source
        if not marks or source is None:
            return super().chosen()
        return [key for key in source.keys() if key in marks]  # noqa: SIM118 - no mapping

    def shown_cells(self) -> list[Cell]:
        """Return what is special about the rows, for a title: filter, order, marks."""
        text = self.query_one(FilterBar).text if self._query else ""
        source: object = self.rows_table().source
        marks = len(self.marks)
        cells = [Cell(f"/{text}", "accent")] if text else []
        if self._only_trouble:
            cells.append(Cell("only trouble", "warn"))
        if isinstance(source, Sorted) and (source.sort is not Sort.NAME or source.reverse):
            cells.append(Cell(f"by {source.sort}{' reversed' if source.reverse else ''}"))
        if marks:
            cells.append(Cell(f"{marks} marked", "accent"))
        return cells

    # Filter

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

    # Order and width

    def action_wide(self) -> None:
        table = self.rows_table()
        table.wide = not table.wide

    def action_sort(self, name: str) -> None:
        self.sort_by(Sort(name))

    def sort_by(self, sort: Sort) -> None:
        """Order the rows; by the same once more reverses them."""
        table = self.rows_table()
        source: object = table.source
        if not isinstance(source, Sorted):
            return
        source.reverse = sort is source.sort and not source.reverse
        source.sort = sort
        table.refresh_structure()
        self.rows_changed()

    @on(LiveTable.HeaderClicked)
    def sort_by_column(self, message: LiveTable.HeaderClicked) -> None:
        source = message.table.source
        if source is None or message.table is not self.rows_table():
            return
        sort = SORTED_BY.get(source.columns()[message.column].title)
        if sort is not None:
            self.sort_by(sort)

    # Marks

    @on(LiveTable.MarkToggled)
    def toggle_mark(self, message: LiveTable.MarkToggled) -> None:
        source: object = message.table.source
        key = message.key
        if isinstance(source, Marked) and isinstance(key, Key):
            source.marks ^= {key}
            self._last_mark = key
            message.table.refresh_rows({key})
            self.rows_changed()

    def action_mark_range(self) -> None:
        table = self.rows_table()
        source: object = table.source
        here = table.cursor_key
        if not isinstance(source, Marked) or not isinstance(here, Key):
            return
        keys = list(source.keys())
        start = self._last_mark if self._last_mark in keys else here
        first, last = sorted((keys.index(start), keys.index(here)))
        source.marks |= {key for key in keys[first : last + 1] if isinstance(key, Key)}
        self._last_mark = here
        table.refresh_rows()
        self.rows_changed()

    def action_clear_marks(self) -> None:
        table = self.rows_table()
        source: object = table.source
        if isinstance(source, Marked):
            source.marks.clear()
            table.refresh_rows()
            self.rows_changed()
