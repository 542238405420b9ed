"""From the stores to the tables: a change marks rows, a paint shows them.

Store handlers run inside the watch and only take notes. Painting happens soon after the first
note and then at most twenty times a second, whatever arrives in between.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from grove_tui.cluster.gather import Gatherer
from grove_tui.cluster.session import Session
from grove_tui.kube.objects import HasMetadata
from grove_tui.view.book import Change, Dirty, Existence, GangBook
from grove_tui.view.keys import Key, Kind
from grove_tui.view.rows import Column, Row, RowSource
from grove_tui.widgets.live_table import LiveTable


class LiveSource(RowSource, Protocol):
    """Rows that know which of them a change concerns."""

    def dirty(self, change: Change) -> Dirty:
        """Return the rows to show again."""
        ...


class Panel(Protocol):
    """What is told of every change, and painted now and then."""

    def note(self, change: Change) -> None:
        """Remember what a change concerns."""
        ...

    def paint(self, *, is_news: bool) -> None:
        """Show what changed; `is_news` tells whether rows that came are worth pointing at."""
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
        if self.table.source is not self.source:
            return  # it shows other rows at present, and reads these anew before it shows them
        if dirty.structural:
            self.table.refresh_structure(dirty.added if is_news else ())
        elif dirty.keys:
            keys: set[Hashable] = set(dirty.keys)
            self.table.refresh_rows(keys)


class NoRows:
    """What a table shows while there is no cluster."""

    def columns(self) -> Sequence[Column]:
        """Return one column without a title."""
        return (Column("", flex=True),)

    def keys(self) -> Sequence[Hashable]:
        """Return no keys."""
        return ()

    def row(self, key: Hashable) -> Row:
        """Return an empty row; nobody asks."""
        return Row(key, ())


class Feed:
    """Passes the changes of one session to panels, and tells when they were painted."""

    def __init__(
        self,
        session: Session,
        book: GangBook,
        panels: Sequence[Panel],
        painted: Callable[[], None],
        namespace: str = "",
    ) -> None:
        """Follow a session.

        Args:
            session: Whose changes to pass on.
            book: Told of each change before the panels are.
            panels: What to keep up to date.
            painted: Called after each paint.
            namespace: The only one whose changes panels are told; empty for all.
        """
        self._book = book
        self._namespace = namespace
        self._observe: Callable[[HasMetadata | None, HasMetadata | None], Change | None] | None
        self._observe = book.observe
        self._panels = list(panels)
        self._painted = painted
        self._gatherer = Gatherer(self._flush)
        self._session = session
        self._has_painted = False
        for informer in session.informers:
            informer.add_handler(self._note)
        session.on_connection(self.mark)

    def mark(self) -> None:
        """Ask for a paint."""
        if self._observe is not None:
            self._gatherer.mark()

    def join(self, panel: Panel) -> None:
        """Keep one more panel up to date."""
        self._panels.append(panel)

    def leave(self, panel: Panel) -> None:
        """Tell that panel nothing more."""
        if panel in self._panels:
            self._panels.remove(panel)

    def close(self) -> None:
        """Paint no more, and hold nothing: the stores know us as long as they live."""
        self._observe = None
        self._panels = []
        self._book = GangBook(self._session.world, self._session.clock)
        self._gatherer.close()

    def _note(self, old: HasMetadata | None, new: HasMetadata | None) -> None:
        if self._observe is None:
            return
        change = self._observe(old, new)
        if change is not None:
            for part in self._shown(change):
                for panel in self._panels:
                    panel.note(part)
        self._gatherer.mark()

    def _shown(self, change: Change) -> Iterable[Change]:
        """Return what panels see of a change: of other namespaces only what it does to nodes."""
        if not self._namespace or change.key.namespace in ("", self._namespace):
            return (change,)
        nodes = (self._book.current(Key(Kind.NODE, "", name)) for name in change.nodes)
        return (Change(node, Existence.CHANGED) for node in nodes)

    def _flush(self) -> None:
        for panel in self._panels:
            panel.paint(is_news=self._has_painted)
        # What the first list brings was there before we looked.
        self._has_painted = self._session.has_begun
        self._painted()


class Scene(Struct, frozen=True):
    """The open cluster as the screens on top of each other share it."""

    session: Session
    book: GangBook
    feed: Feed
    namespace: str = ""
    """The one that is shown; empty for all."""
