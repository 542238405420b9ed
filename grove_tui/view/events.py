"""Events, newest first, of everything or of one row and what is below it."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import UTC, datetime
from heapq import nlargest

from grove_tui.kube.objects import Event
from grove_tui.reconcile.world import INDEX_INVOLVED
from grove_tui.view.ages import age_cell
from grove_tui.view.book import Change, Dirty, Existence, GangBook
from grove_tui.view.keys import Key, Kind, object_key
from grove_tui.view.rows import Cell, Column, Row, Severity
from grove_tui.view.scope import Scope, scope_of
from grove_tui.view.subject import Filter, Subject

COLUMNS = (
    Column("AGE", min_width=4, priority=95),
    Column("TYPE", min_width=6, priority=50),
    Column("REASON", min_width=6, max_width=34, priority=90),
    Column("OBJECT", min_width=18, max_width=40, flex=True, priority=60, elide="middle"),
    Column("COUNT", justify="right", priority=20, wide=True),
    Column("MESSAGE", min_width=32, flex=True, priority=100),
    Column("SOURCE", priority=10, wide=True, max_width=24),
)
LIMIT = 1000
"""The most events that are listed; older ones are still in the cluster."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Events:
    """The rows of the event list."""

    def __init__(self, book: GangBook) -> None:
        self.book = book
        self.warnings_first = False
        """Whether warnings stand before all others; so they do about one row."""
        self.warnings_only = False
        self._selected: Key | None = None
        self._filter: Filter | None = None

    def set_filter(self, wanted: Filter | None) -> None:
        """Show only what `wanted` accepts; None shows everything."""
        self._filter = wanted

    @property
    def selected(self) -> Key | None:
        """The row to which the list is limited; None for all events."""
        return self._selected

    def select(self, key: Key | None) -> None:
        """Limit the list to a row and everything below it; None for all events."""
        self._selected = key
        self.warnings_first = key is not None

    def columns(self) -> Sequence[Column]:
        """Return the columns of the event list."""
        return COLUMNS

    def keys(self) -> list[Hashable]:
        """Return the wanted events, newest first."""
        found = nlargest(LIMIT, self._wanted(), key=self._order)
        return [object_key(Kind.EVENT, event) for event in found]

    def row(self, key: Hashable) -> Row:
        """Return one event."""
        event = self.book.object(key) if isinstance(key, Key) else None
        if not isinstance(event, Event):
            return Row(key, (Cell(),))
        is_warning = event.type == "Warning"
        style = Severity.WARN.style if is_warning else ""
        involved = event.involved_object
        cells = (
            age_cell(event.last_seen, self.book.clock()),
            Cell(event.type, style or "dim"),
            Cell(event.reason, style, shorter=(Cell(_brief(event.reason), style),)),
            Cell(f"{involved.kind.lower()}/{involved.name}", "dim"),
            Cell(f"x{event.count}" if event.count > 1 else ""),
            Cell(event.message),
            Cell(event.source.component or event.reporting_component, "dim"),
        )
        return Row(
            key,
            cells,
            glyph="▲" if is_warning else "·",
            severity=Severity.WARN if is_warning else Severity.NONE,
        )

    def dirty(self, change: Change) -> Dirty:
        """Return the rows that a change concerns."""
        if change.key.kind is not Kind.EVENT:
            return Dirty(set())
        return Dirty(
            {change.key},
            structural=True,
            added=[change.key] if change.existence is Existence.ADDED else [],
        )

    def _wanted(self) -> Iterable[Event]:
        events: Iterable[Event] = self.book.world.events.values()
        if self._selected is not None:
            events = _of_scope(self.book, scope_of(self.book, self._selected))
        if self.warnings_only:
            events = (event for event in events if event.type == "Warning")
        wanted = self._filter
        if wanted is None:
            return events
        return (e for e in events if wanted(Subject(object_key(Kind.EVENT, e), e)))

    def _order(self, event: Event) -> tuple[bool, datetime, str]:
        first = self.warnings_first and event.type == "Warning"
        return first, event.last_seen or _LONG_AGO, event.metadata.name


def _of_scope(book: GangBook, scope: Scope) -> Iterable[Event]:
    """Return the events of a scope.

    Pods that are gone have events too, and are in no index, so a scope with cliques is found by
    looking at every event.
    """
    events = book.world.events
    if scope.podcliques:
        return (event for event in events.values() if scope.holds_event(event))
    return (
        event
        for place in scope.objects
        for event in events.by_index(INDEX_INVOLVED, _index_value(*place))
    )


def _index_value(kind: str, namespace: str, name: str) -> str:
    return f"{namespace}/{kind}/{name}"


def _brief(reason: str) -> str:
    """Return a reason without the word that says no more than that it is not a Warning."""
    return reason.removesuffix("Successful") or reason
