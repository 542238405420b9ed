"""A source and an app for the table tests."""

from collections.abc import Hashable
from typing import Any

from textual.app import App, ComposeResult

from grove_tui.view.rows import Cell, Column, Row, Severity
from grove_tui.widgets.live_table import LiveTable
from tests.builders import at

COLUMNS = (
    Column("NAME", min_width=8, flex=True, priority=9, elide="middle"),
    Column("READY", priority=8),
    Column("AGE", priority=5),
    Column("EXTRA", wide=True),
)


class Source:
    """Rows `k0`, `k1`, …; counts how many were made."""

    def __init__(self, count: int = 5, columns: tuple[Column, ...] = COLUMNS) -> None:
        self.order: list[Hashable] = [f"k{number}" for number in range(count)]
        self.values: dict[Hashable, str] = {}
        self.folded: set[Hashable] = set()
        self.marks: set[Hashable] = set()
        self.foldable: set[Hashable] = set()
        self.depths: dict[Hashable, int] = {}
        self.seconds = 0
        self.made = 0
        self._columns = columns

    def columns(self):
        return self._columns

    def keys(self):
        return list(self.order)

    def row(self, key):
        self.made += 1
        cells = (
            Cell(str(key)),
            Cell(self.values.get(key, "1/1"), "ok"),
            Cell(f"{self.seconds}s", due=at(self.seconds + 1)),
            Cell("more"),
        )
        return Row(
            key,
            cells,
            depth=self.depths.get(key, 0),
            glyph="✔",
            foldable=key in self.foldable,
            folded=key in self.folded,
            marked=key in self.marks,
            severity=Severity.OK,
        )


class NestedSource(Source):
    """Rows with parents."""

    def __init__(self) -> None:
        super().__init__(0)
        self.order = ["a", "a/1", "a/2", "b", "b/1"]
        self.foldable = {"a", "b"}
        self.depths = {key: str(key).count("/") for key in self.order}
        self.heirs: dict[Hashable, Hashable] = {}

    def parent(self, key):
        head, slash, _ = key.rpartition("/")
        return head if slash else None

    def heir(self, key):
        return self.heirs.get(key)


class TableApp(App[None]):
    """An app with one table that records what the table says."""

    def __init__(self, source: Any, **kwargs: Any) -> None:
        super().__init__()
        self.said: list[tuple[str, Hashable]] = []
        self.source = source
        self.table = LiveTable(source, **kwargs)

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()

    def on_live_table_highlighted(self, event: LiveTable.Highlighted) -> None:
        self.said.append(("highlighted", event.key))

    def on_live_table_activated(self, event: LiveTable.Activated) -> None:
        self.said.append(("activated", event.key))

    def on_live_table_fold_toggled(self, event: LiveTable.FoldToggled) -> None:
        self.said.append(("fold", event.key))

    def on_live_table_mark_toggled(self, event: LiveTable.MarkToggled) -> None:
        self.said.append(("mark", event.key))

    def on_live_table_header_clicked(self, event: LiveTable.HeaderClicked) -> None:
        self.said.append(("header", event.column))


def lines(table: LiveTable) -> list[str]:
    """What the table shows, line by line."""
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


def styles_of(table: LiveTable, line: int, text: str) -> Any:
    """The style of the segment that holds `text`."""
    segments = table.render_line(line)
    return next(segment.style for segment in segments if text in segment.text)
