"""What happened, in order: to everything, or to one row and all below it.

The timeline reads a history of records and keeps what is worth telling. It is bounded: with each
entry beyond the limit the oldest one is forgotten.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from grove_tui.view.ages import age_cell
from grove_tui.view.book import GangBook
from grove_tui.view.health import Word
from grove_tui.view.history import WHY, Note, Record, Source
from grove_tui.view.keys import Key, Kind, gang_key
from grove_tui.view.narration import Told, tell
from grove_tui.view.rows import Cell, Column, Row, Severity
from grove_tui.view.scope import Scope, scope_of

COLUMNS = (
    Column("TIME", width=10, priority=95),
    Column("AGE", min_width=4, priority=50),
    Column("OBJECT", min_width=16, flex=True, priority=80, elide="middle"),
    Column("WHAT", min_width=32, flex=True, priority=100),
    Column("SOURCE", priority=10, wide=True),
)
LIMIT = 5000
_SHORT = {
    Kind.PODCLIQUESET: "pcs",
    Kind.GANG: "gang",
    Kind.SCALING_GROUP: "pcsg",
    Kind.GROUP_REPLICA: "group",
    Kind.PODCLIQUE: "pclq",
    Kind.POD: "pod",
    Kind.NODE: "node",
    "PodGang": "podgang",
    "HorizontalPodAutoscaler": "hpa",
}
"""Kinds as the tree writes them."""
_GLYPHS = {
    Severity.NONE: "·",
    Severity.OK: "✔",
    Severity.PROGRESS: "◌",
    Severity.WARN: "▲",
    Severity.ERROR: "✖",
}


class Entry(Struct, frozen=True):
    """Something that happened.

    Attributes:
        number: Counts up; the key of its row.
        at: When.
        told: What, in words.
        source: Where it is from: a watch, the reconciler or the user.
        gang: The gang whose health changed, if that is what happened.
    """

    number: int
    at: datetime
    told: Told
    source: str = "watch"
    gang: Key | None = None


class Timeline:
    """The rows of a timeline."""

    def __init__(self, book: GangBook, records: Iterable[Record] = (), limit: int = LIMIT) -> None:
        """Tell these records; later ones come through `observe`."""
        self.book = book
        self.transitions_only = False
        self.newest_first = True
        self._only: Callable[[Entry], bool] | None = None
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._count = 0
        self._selected: Key | None = None
        self._scope: Scope | None = None
        for record in records:
            self.observe(record)

    # What happened

    def observe(self, record: Record) -> Entry | None:
        """Take in a record; returns its entry if it is worth one."""
        if isinstance(record, Note) and record.source is Source.HEALTH:
            return self._add(*_transition(record))
        told = tell(record)
        if told is None:
            return None
        source = record.source if isinstance(record, Note) else "watch"
        if isinstance(record, Note) and record.source is Source.ACTION:
            source = "you"
        return self._add(record.at, told, str(source))

    def observe_gang(
        self, at: datetime, gang: Key, before: Word | None, after: Word | None
    ) -> Entry | None:
        """Take in that a gang changed its health word, came or went."""
        if before is after:
            return None
        severity = after.severity if after is not None else Severity.NONE
        text = f"{before or 'new'} → {after or 'gone'}"
        told = Told(str(gang.kind), gang.namespace, str(gang), text, severity)
        return self._add(at, told, "watch", gang)

    def set_filter(self, wanted: Callable[[Entry], bool] | None) -> None:
        """Show only what `wanted` accepts; None shows everything."""
        self._only = wanted

    def transition(self, key: Hashable, by: int) -> int | None:
        """Return the next wanted change of a gang's health after an entry, or before it."""
        numbers = [entry.number for entry in self.entries() if entry.gang is not None]
        if not isinstance(key, int):
            return numbers[-1] if numbers else None
        later = [n for n in numbers if n > key] if by > 0 else [n for n in numbers if n < key]
        return (later[0] if by > 0 else later[-1]) if later else None

    def entries(self) -> list[Entry]:
        """Return the wanted entries, oldest first."""
        return [entry for entry in self._entries if self.is_wanted(entry)]

    def _add(self, at: datetime, told: Told, source: str, gang: Key | None = None) -> Entry:
        self._count += 1
        entry = Entry(self._count, at, told, source, gang)
        self._entries.append(entry)
        return entry

    # What is shown

    @property
    def selected(self) -> Key | None:
        """The row to which the timeline is limited; None for everything."""
        return self._selected

    def select(self, key: Key | None) -> None:
        """Limit the timeline to a row and everything below it; None for everything.

        What was below it when it was selected stays in the timeline after it is gone.
        """
        self._selected = key
        self._scope = scope_of(self.book, key) if key is not None else None

    def widen(self) -> None:
        """Take in what has come below the selected row since it was selected."""
        if self._scope is not None and self._selected is not None:
            self._scope |= scope_of(self.book, self._selected)

    def holds(self, kind: str, namespace: str, name: str) -> bool:
        """Tell whether an object belongs to what is selected."""
        return self._scope is None or self._scope.holds(kind, namespace, name)

    def columns(self) -> Sequence[Column]:
        """Return the columns of a timeline."""
        return COLUMNS

    def keys(self) -> list[Hashable]:
        """Return the numbers of the wanted entries in the chosen order."""
        self.widen()
        entries = reversed(self._entries) if self.newest_first else iter(self._entries)
        return [entry.number for entry in entries if self.is_wanted(entry)]

    def row(self, key: Hashable) -> Row:
        """Return one entry."""
        entry = self.entry(key)
        if entry is None:
            return Row(key, (Cell(),))
        told = entry.told
        style = told.severity.style if told.severity >= Severity.WARN else ""
        cells = (
            Cell(entry.at.strftime("%H:%M:%S")),
            age_cell(entry.at, self.book.clock()),
            Cell(named(told), "title" if entry.gang else ""),
            Cell(told.text, style),
            Cell(entry.source, "dim"),
        )
        return Row(key, cells, glyph=_GLYPHS[told.severity], severity=told.severity)

    def entry(self, key: Hashable) -> Entry | None:
        """Return the entry with that number, unless it was forgotten."""
        if not isinstance(key, int) or not self._entries:
            return None
        position = key - self._entries[0].number
        return self._entries[position] if 0 <= position < len(self._entries) else None

    def is_wanted(self, entry: Entry) -> bool:
        """Tell whether an entry is shown."""
        if self.transitions_only and entry.gang is None:
            return False
        if self._only is not None and not self._only(entry):
            return False
        if self._scope is None:
            return True
        told = entry.told
        kind = Kind.GANG if entry.gang is not None else told.kind
        return self._scope.holds(str(kind), told.namespace, told.name)


def named(told: Told) -> str:
    """Return what something happened to: its kind as the tree writes it, and its name."""
    return f"{_SHORT.get(told.kind, told.kind)} {told.name}"


def _transition(note: Note) -> tuple[datetime, Told, str, Key]:
    """Return a note about a gang's health as an entry: when, what, from where, of which gang."""
    pcs, _, index = note.key.name.rpartition("-")
    word = note.text.partition("→ ")[2].partition(WHY)[0]
    severity = Word(word).severity if word in set(Word) else Severity.NONE
    told = Told(str(Kind.GANG), note.key.namespace, note.key.name, note.text, severity)
    return note.at, told, "watch", gang_key(note.key.namespace, pcs, int(index))
