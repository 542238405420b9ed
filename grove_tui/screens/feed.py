"""From the stores to the tables: a change marks rows, a paint shows them.

Store handlers run inside the watch and only take notes. Painting happens soon after the first
note and then at most twenty times a second, whatever arrives in between.
"""

from collections.abc import Callable, Hashable
from typing import Any, Generic, Protocol, TypeVar

from grove_tui.cluster.gather import Gatherer
from grove_tui.cluster.session import Session
from grove_tui.kube.objects import HasMetadata
from grove_tui.view.book import Change, Dirty, GangBook
from grove_tui.view.rows import RowSource
from grove_tui.widgets.live_table import LiveTable


class LiveSource(RowSource, Protocol):
    """Rows that know which of them a change concerns."""

    def dirty(self, change: Change) -> Dirty:
        """Return the rows to show again."""
        ...


S = TypeVar("S", bound=LiveSource)


class LivePanel(Generic[S]):
    """A table, what it shows, and what changed since it was painted."""

    def __init__(self, table: LiveTable, source: S) -> None:
        self.table = table
        self.source = source
        self._dirty = Dirty(set())
        table.set_source(source)

    def note(self, change: Change) -> None:
        """Remember which rows a change concerns."""
        self._dirty |= self.source.dirty(change)

    def paint(self, *, is_news: bool) -> None:
        """Show what changed; `is_news` tells whether rows that came are worth pointing at."""
        dirty, self._dirty = self._dirty, Dirty(set())
        if dirty.structural:
            self.table.refresh_structure(dirty.added if is_news else ())
        elif dirty.keys:
            keys: set[Hashable] = set(dirty.keys)
            self.table.refresh_rows(keys)


class Feed:
    """Passes the changes of one session to panels, and tells when they were painted."""

    def __init__(
        self,
        session: Session,
        book: GangBook,
        panels: list[LivePanel[Any]],
        painted: Callable[[], None],
    ) -> None:
        self._book = book
        self._panels = panels
        self._painted = painted
        self._gatherer = Gatherer(self._flush)
        self._session = session
        self._has_painted = False
        self._is_open = True
        for informer in session.informers:
            informer.add_handler(self._note)
        session.on_connection(self.mark)

    def mark(self) -> None:
        """Ask for a paint."""
        if self._is_open:
            self._gatherer.mark()

    def close(self) -> None:
        """Paint no more."""
        self._is_open = False
        self._gatherer.close()

    def _note(self, old: HasMetadata | None, new: HasMetadata | None) -> None:
        if not self._is_open:
            return
        change = self._book.observe(old, new)
        if change is not None:
            for panel in self._panels:
                panel.note(change)
        self._gatherer.mark()

    def _flush(self) -> None:
        for panel in self._panels:
            panel.paint(is_news=self._has_painted)
        # What the first list brings was there before we looked.
        self._has_painted = self._session.has_synced
        self._painted()
