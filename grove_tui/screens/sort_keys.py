"""The keys that put rows into another order, and show more or fewer columns of them."""

from collections.abc import Mapping
from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.binding import Binding, BindingType

from grove_tui.screens.rows_screen import RowsScreen
from grove_tui.view.sorting import Sort
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
class Sorted(Protocol):
    """A source whose rows can stand in other orders."""

    sort: Sort
    reverse: bool


def _sort_binding(key: str, sort: Sort, title: str) -> Binding:
    return Binding(
        key,
        f"sort('{sort}')",
        f"Sort by {title}",
        tooltip=f"Sort by {title}; again for the reverse",
        show=False,
        id=f"sort.{sort}",
    )


class SortKeys(RowsScreen):
    """Sorts the rows and widens their table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+w", "wide", "Wide", tooltip="All columns", show=False, id="table.wide"),
        _sort_binding("N", Sort.NAME, "name"),
        _sort_binding("A", Sort.AGE, "age, youngest first"),
        _sort_binding("S", Sort.TROUBLE, "status, worst first"),
        _sort_binding("R", Sort.RESTARTS, "restarts"),
        _sort_binding("O", Sort.NODE, "node"),
    ]

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
