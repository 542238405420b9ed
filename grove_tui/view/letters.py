"""Gangs by letter: on the map of nodes a pod is the letter of its gang; no colour is needed.

A capital letter is a ready pod, a small one a pod that is not; a dot is a pod that is not Grove's.
A gang keeps its letter as long as the map is open. Beyond 26 gangs letters are used again; then
colours, and lighting up one gang, tell them apart.
"""

from collections.abc import Hashable, Sequence
from string import ascii_uppercase

from grove_tui.view.ages import countdown, next_step
from grove_tui.view.book import Change, Dirty, Existence, GangBook
from grove_tui.view.gangs import Gang
from grove_tui.view.keys import Key, Kind
from grove_tui.view.naming import SetNames, below
from grove_tui.view.nodebook import Guest, gang_style
from grove_tui.view.nodemap import MapCell, NodeMap
from grove_tui.view.podstatus import POD_GLYPHS
from grove_tui.view.rows import Cell, Column, Row
from grove_tui.view.subject import Filter, Subject

OTHER = "·"
LEGEND_COLUMNS = (
    Column("", width=1, priority=100),
    Column("GANG", min_width=12, flex=True, priority=90, elide="middle"),
    Column("HEALTH", min_width=9, max_width=24, priority=80),
    Column("PODS", min_width=4, justify="right", priority=70),
    Column("NODES", justify="right", priority=60),
    Column("GPU", justify="right", priority=40),
)
POD_COLUMNS = (
    Column("", width=1, priority=100),
    Column("POD", min_width=14, flex=True, priority=90, elide="middle"),
    Column("STATUS", min_width=7, max_width=24, priority=80),
    Column("READY", min_width=5, priority=60),
    Column("CPU", justify="right", priority=30),
    Column("GPU", justify="right", priority=40),
)


class Letters:
    """Which letter stands for which gang."""

    def __init__(self) -> None:
        self._numbers: dict[Key, int] = {}

    def of(self, gang: Key) -> str:
        """Return the letter of a gang."""
        number = self._numbers.setdefault(gang, len(self._numbers))
        return ascii_uppercase[number % len(ascii_uppercase)]

    def pod(self, guest: Guest) -> str:
        """Return what stands for a pod."""
        if guest.gang is None:
            return OTHER
        letter = self.of(guest.gang)
        return letter if guest.facts.is_ready else letter.lower()


class LetteredMap(NodeMap):
    """The cells of the map, with letters for pods."""

    def __init__(self, book: GangBook, letters: Letters) -> None:
        super().__init__(book)
        self._letters = letters

    def cell(self, key: Hashable) -> MapCell:
        """Return one node as a cell."""
        return self.picture_cell(key, self._pods)

    def letter(self, gang: Key) -> str:
        """Return the letter of a gang."""
        return self._letters.of(gang)

    def _pods(self, guests: Sequence[Guest]) -> Cell:
        text = "".join(self._letters.pod(guest) for guest in guests)
        spans = tuple((at, at + 1, guest.style) for at, guest in enumerate(guests))
        return Cell(text, spans=spans)


class Legend:
    """The gangs with their letters, those in trouble first."""

    def __init__(self, book: GangBook, letters: Letters) -> None:
        self.book = book
        self._letters = letters
        self._names = SetNames(book)
        self._filter: Filter | None = None
        for gang in book.all_gangs():
            letters.of(gang.key)

    def set_filter(self, wanted: Filter | None) -> None:
        """Show only what `wanted` accepts; None shows everything."""
        self._filter = wanted

    def columns(self) -> Sequence[Column]:
        """Return the columns of the legend."""
        return LEGEND_COLUMNS

    def gangs(self) -> list[Gang]:
        """Return the wanted gangs, those in trouble first."""
        gangs = [gang for gang in self.book.all_gangs() if self._is_wanted(gang)]
        gangs.sort(key=lambda gang: gang.health.order)
        return gangs

    def keys(self) -> list[Hashable]:
        """Return the keys of the wanted gangs, those in trouble first."""
        return [gang.key for gang in self.gangs()]

    def row(self, key: Hashable) -> Row:
        """Return one gang."""
        assert isinstance(key, Key)
        gang = self.book.gang(key)
        letter = Cell(self._letters.of(key), gang_style(key))
        if gang is None:
            return Row(key, (letter, Cell(str(key), "dim")))
        counts, health = gang.tally, gang.health
        cells = (
            letter,
            self._names.cell(key.namespace, key.name, f"-{key.replica}"),
            self._health(gang),
            Cell(gang.count, health.severity.style),
            Cell(str(len(gang.nodes)) if gang.nodes else ""),
            Cell(str(counts.gpus) if counts.gpus else ""),
        )
        return Row(key, cells, severity=health.severity)

    def dirty(self, change: Change) -> Dirty:
        """Return the rows that a change concerns."""
        if not change.is_material or change.key.kind in (Kind.NODE, Kind.EVENT):
            return Dirty(set())
        gangs = {key for key in change.lineage if key.kind is Kind.GANG}
        return Dirty(gangs, structural=bool(gangs) or change.key.kind is Kind.PODCLIQUESET)

    def _health(self, gang: Gang) -> Cell:
        health = gang.health
        now = self.book.clock()
        left = f" {countdown(health.due, now)}" if health.due else ""
        text = f"{health.word.glyph} {health.word}{left}"
        due = next_step(health.due, now) if health.due else None
        return Cell(text, health.severity.style, due=due)

    def _is_wanted(self, gang: Gang) -> bool:
        return self._filter is None or self._filter(Subject(gang.key, gang, gang))


class NodePods:
    """The pods of one node."""

    def __init__(self, book: GangBook, letters: Letters) -> None:
        self.book = book
        self.node = ""
        self._letters = letters

    def columns(self) -> Sequence[Column]:
        """Return the columns of a node's pods."""
        return POD_COLUMNS

    def keys(self) -> list[Hashable]:
        """Return the pods by gang and name."""
        picture = self.book.nodes.get(self.node)
        return [guest.key for guest in picture.guests] if picture is not None else []

    def row(self, key: Hashable) -> Row:
        """Return one pod."""
        picture = self.book.nodes.get(self.node)
        guests = picture.guests if picture is not None else ()
        guest = next((guest for guest in guests if guest.key == key), None)
        if guest is None:
            return Row(key, (Cell(), Cell(str(key), "dim")))
        facts = guest.facts
        cells = (
            Cell(self._letters.pod(guest), guest.style),
            Cell(guest.key.name, tail=below(guest.key.name, guest.gang.name) if guest.gang else 0),
            Cell(f"{POD_GLYPHS[facts.severity]} {facts.word}", facts.severity.style),
            Cell("{}/{}".format(*facts.containers)),
            Cell(f"{facts.cpu / 1000:g}" if facts.cpu else ""),
            Cell(str(facts.gpus) if facts.gpus else ""),
        )
        return Row(key, cells, severity=facts.severity)

    def dirty(self, change: Change) -> Dirty:
        """Return the rows that a change concerns."""
        if change.key.kind is Kind.NODE:
            return Dirty(set(), structural=change.key.name == self.node)
        if self.node not in change.nodes:
            return Dirty(set())
        came = change.existence is Existence.ADDED
        return Dirty(
            {change.key}, structural=change.is_material, added=[change.key] if came else []
        )
