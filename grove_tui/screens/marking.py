"""The keys that mark rows, and which rows are marked; what is done to them is in `marked_keys`."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.binding import Binding, BindingType

from grove_tui.screens.rows_screen import RowsScreen
from grove_tui.view.keys import Key
from grove_tui.widgets.live_table import LiveTable


@runtime_checkable
class Marked(Protocol):
    """A source whose rows can be marked."""

    marks: set[Key]

    def keys(self) -> Sequence[Hashable]:
        """Return the keys of all rows in order."""
        ...


class MarkingKeys(RowsScreen):
    """Marks rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
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
    _last_mark: Key | None = None

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
        book, left_out = self.book, frozenset(keys)
        for table in self.query(LiveTable):
            source: object = table.source
            if isinstance(source, Marked) and book is not None:
                found = source.marks - left_out
                source.marks &= {k for k in found if not k.uid or book.object(k) is not None}
                table.refresh_rows()
        self.rows_changed()

    def chosen(self) -> list[Key]:
        """Return the marked rows in order, or else the selected one."""
        marks, source = self.marks, self.rows_table().source
        if not marks or source is None:
            return super().chosen()
        return [key for key in source.keys() if key in marks]  # noqa: SIM118 - no mapping

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
