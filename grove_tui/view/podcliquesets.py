"""The overview: one line for each gang, and the counts of the summary strip."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.view.ages import age_cell
from grove_tui.view.bars import clique_bar
from grove_tui.view.book import Change, Dirty, Existence, GangBook
from grove_tui.view.gangs import Clique, Gang, Group
from grove_tui.view.health import Word
from grove_tui.view.keys import Key, Kind
from grove_tui.view.naming import SetNames
from grove_tui.view.nodebook import gang_style, is_node_ready
from grove_tui.view.recycles import remembered
from grove_tui.view.rows import Cell, Column, Row
from grove_tui.view.sorting import Sort, gang_order
from grove_tui.view.subject import Filter, Subject

COLUMNS = (
    Column(
        "GANG", min_width=21, good_width=30, flex=True, priority=100, max_width=48, elide="middle"
    ),
    Column("HEALTH", min_width=9, priority=95, max_width=44),
    Column("CLIQUES", min_width=20, flex=True, priority=80),
    Column("PODS", min_width=4, justify="right", priority=90),
    Column("NODES", justify="right", priority=50),
    Column("GPU", justify="right", priority=40),
    Column("AGE", min_width=4, priority=60),
    Column("RESTARTS", justify="right", priority=10, wide=True),
)
_SHOWN = frozenset({Kind.PODCLIQUESET, Kind.SCALING_GROUP, Kind.PODCLIQUE, Kind.POD})


class Overview:
    """The rows of the overview."""

    def __init__(self, book: GangBook, *, show_namespace: bool = False) -> None:
        self.book = book
        self.marks: set[Key] = set()
        self.sort = Sort.TROUBLE
        self.reverse = False
        self._names = SetNames(book, show_namespace=show_namespace)
        self._filter: Filter | None = None

    def set_filter(self, wanted: Filter | None) -> None:
        """Show only what `wanted` accepts; None shows everything."""
        self._filter = wanted

    def toggle_mark(self, key: Key) -> None:
        """Mark or unmark a row."""
        self.marks ^= {key}

    def columns(self) -> Sequence[Column]:
        """Return the columns of the overview."""
        return COLUMNS

    def keys(self) -> list[Hashable]:
        """Return the gangs in the chosen order: at first those in trouble first."""
        gangs = [gang for gang in self.book.all_gangs() if self._is_wanted(gang)]
        gangs.sort(key=gang_order(self.sort), reverse=self.reverse)
        return [gang.key for gang in gangs]

    def row(self, key: Hashable) -> Row:
        """Return one gang."""
        assert isinstance(key, Key)
        gang = self.book.gang(key)
        if gang is None:
            return Row(key, (Cell(str(key), "dim"),))
        now, counts = self.book.clock(), gang.tally
        cells = (
            self._names.cell(key.namespace, key.name, f"-{key.replica}", gang_style(key)),
            remembered(self.book, gang).cell(now),
            _bars(gang),
            Cell(gang.count, gang.health.severity.style),
            Cell(str(len(gang.nodes)) if gang.nodes else ""),
            Cell(str(counts.gpus) if counts.gpus else ""),
            age_cell(gang.created, now) if gang.created else Cell(),
            Cell(str(counts.restarts) if counts.restarts else "", "warn"),
        )
        return Row(
            key,
            cells,
            glyph=gang.health.word.glyph,
            marked=key in self.marks,
            severity=gang.health.severity,
        )

    def dirty(self, change: Change) -> Dirty:
        """Return the rows that a change concerns."""
        if change.key.kind not in _SHOWN or not change.is_material:
            return Dirty(set())
        gangs = {key for key in change.lineage if key.kind is Kind.GANG}
        is_set = change.key.kind is Kind.PODCLIQUESET
        came = change.existence is Existence.ADDED and change.key.kind is Kind.PODCLIQUE
        moves = self.sort.moves or self._filter is not None
        return Dirty(gangs, structural=is_set or came or moves)

    def _is_wanted(self, gang: Gang) -> bool:
        return self._filter is None or self._filter(Subject(gang.key, gang, gang))


def _bars(gang: Gang) -> Cell:
    """Return the bar of each clique and scaling group, one after the other.

    Where the room is short, those in trouble come first, and minimums are only in the bars.
    """
    parts: tuple[Clique | Group, ...] = (*gang.cliques, *gang.groups)
    worst_first = sorted(parts, key=lambda part: part.health.order)
    return replace(_joined(parts, minimum=True), shorter=(_joined(worst_first, minimum=False),))


def _joined(parts: Iterable[Clique | Group], *, minimum: bool) -> Cell:
    text = ""
    spans: list[tuple[int, int, str]] = []
    for part in parts:
        bar, numbers = _bar(part, minimum=minimum)
        start = len(text) + len(part.title) + 1
        spans.append((start, start + len(bar.text), bar.style))
        text += f"{part.title} {bar.text} {numbers}   "
    return Cell(text.rstrip(), spans=tuple(spans))


def _bar(part: Clique | Group, *, minimum: bool) -> tuple[Cell, str]:
    if isinstance(part, Group):
        ready, desired, least = part.ready, part.desired, part.minimum
    else:
        ready, desired, least = part.tally.ready, part.tally.desired, part.tally.minimum
    bar = clique_bar(ready, desired, least, part.health.severity)
    return bar, f"{ready}/{desired} (min {least})" if minimum else f"{ready}/{desired}"


class Summary(Struct, frozen=True):
    """The cluster at a glance.

    Attributes:
        gangs: How many gangs have each health word, worst first.
        pods_ready: Pods that are ready.
        pods: Pods that are wanted.
        nodes_ready: Nodes that are ready.
        nodes: All nodes.
    """

    gangs: tuple[tuple[Word, int], ...]
    pods_ready: int
    pods: int
    nodes_ready: int
    nodes: int

    def cells(self) -> tuple[Cell, ...]:
        """Return what the strip shows, one cell for each count."""
        counts = [
            Cell(f"{word.glyph} {count} {word}", word.severity.style) for word, count in self.gangs
        ]
        return (
            *(counts or [Cell("no gangs", "dim")]),
            Cell(f"{self.pods_ready}/{self.pods} pods"),
            Cell(
                f"{self.nodes_ready}/{self.nodes} nodes",
                "" if self.nodes_ready == self.nodes else "error",
            ),
        )


def summary(book: GangBook) -> Summary:
    """Count gangs by health, pods and nodes."""
    words: Counter[Word] = Counter()
    ready = desired = 0
    for gang in book.all_gangs():
        words[gang.health.word] += 1
        ready += gang.tally.ready
        desired += gang.tally.desired
    nodes = book.world.nodes.values()
    return Summary(
        gangs=tuple((word, words[word]) for word in Word if words[word]),
        pods_ready=ready,
        pods=desired,
        nodes_ready=sum(is_node_ready(node) for node in nodes),
        nodes=len(nodes),
    )
