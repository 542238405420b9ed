"""Keys that every table of objects understands: filter, order, width, marks."""

from grove_tui.screens.filter_bar import FilterBar
from grove_tui.screens.filter_keys import FilterKeys
from grove_tui.screens.marking import MarkingKeys
from grove_tui.screens.sort_keys import Sorted, SortKeys
from grove_tui.view.rows import Cell
from grove_tui.view.sorting import Sort


class TableKeys(FilterKeys, SortKeys, MarkingKeys):
    """Filters, sorts, widens and marks the rows of one table, which a subclass names."""

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
