"""The nodes, each with its pods; unfolded, the pods are rows below it."""

from collections.abc import Callable, Hashable, Sequence

from grove_tui.kube import quantity
from grove_tui.kube.objects import Node, Pod
from grove_tui.view.ages import age_cell
from grove_tui.view.book import Change, Dirty, Existence, GangBook
from grove_tui.view.keys import Key, Kind, object_key
from grove_tui.view.nodebook import Guest, NodePicture, Usage
from grove_tui.view.podstatus import POD_GLYPHS
from grove_tui.view.rows import Cell, Column, Row, Severity

COLUMNS = (
    Column("NODE", min_width=10, priority=100, elide="middle", max_width=40),
    Column("STATUS", min_width=5, priority=90),
    Column("COUNT", priority=60, justify="right"),
    Column("PODS", min_width=6, flex=True, priority=80),
    Column("CPU", justify="right", priority=50),
    Column("MEM", justify="right", priority=30),
    Column("GPU", justify="right", priority=40),
    Column("DOMAIN", wide=True, priority=20, max_width=24),
    Column("TAINTS", wide=True, priority=15, max_width=40),
    Column("AGE", wide=True, priority=10),
)
_GIB = 1 << 30


class Nodes:
    """The rows of the node list."""

    def __init__(self, book: GangBook) -> None:
        self.book = book
        self.marks: set[Key] = set()
        self.highlighted: frozenset[Key] = frozenset()
        self._unfolded: set[Key] = set()

    # What is shown

    def is_folded(self, key: Key) -> bool:
        """Tell whether the pods of a node are hidden, as they are at first."""
        return key.place not in self._unfolded

    def toggle_fold(self, key: Key) -> None:
        """Show or hide the pods of a node."""
        if key.kind is Kind.NODE:
            self._unfolded ^= {key.place}

    def toggle_mark(self, key: Key) -> None:
        """Mark or unmark a row."""
        self.marks ^= {key}

    # What the table reads

    def columns(self) -> Sequence[Column]:
        """Return the columns of the node list."""
        return COLUMNS

    def keys(self) -> list[Hashable]:
        """Return the nodes by name, with the pods of those that are unfolded."""
        keys: list[Hashable] = []
        nodes = sorted(self.book.world.nodes.values(), key=lambda node: node.metadata.name)
        for node in nodes:
            key = object_key(Kind.NODE, node)
            keys.append(key)
            picture = None if self.is_folded(key) else self.book.nodes.get(node.metadata.name)
            if picture is not None:
                keys.extend(guest.key for guest in picture.guests)
        return keys

    def row(self, key: Hashable) -> Row:
        """Return one node, or one pod below its node."""
        assert isinstance(key, Key)
        if key.kind is Kind.POD:
            return self._pod_row(key)
        picture = self.book.nodes.get(key.name)
        if picture is None:
            return Row(key, (Cell(key.name, "dim"),))
        return Row(
            key,
            self._cells(picture),
            glyph="●" if picture.is_ready else "✖",
            foldable=bool(picture.guests),
            folded=self.is_folded(key),
            marked=key in self.marks,
            severity=picture.severity,
        )

    def parent(self, key: Hashable) -> Hashable | None:
        """Return the node that a pod is on."""
        pod = self.book.object(key) if isinstance(key, Key) and key.kind is Kind.POD else None
        if not isinstance(pod, Pod):
            return None
        return self.book.current(Key(Kind.NODE, "", pod.spec.node_name))

    def heir(self, key: Hashable) -> Hashable | None:
        """Return the node that was registered anew under the same name."""
        is_node = isinstance(key, Key) and key.kind is Kind.NODE
        return self.book.current(key) if is_node and isinstance(key, Key) else None

    def dirty(self, change: Change) -> Dirty:
        """Return the rows that a change concerns."""
        is_update = change.existence is Existence.CHANGED
        if change.key.kind is Kind.NODE:
            return Dirty({change.key}, structural=not is_update)
        if change.key.kind is not Kind.POD or not change.nodes:
            return Dirty(set())
        if is_update and not change.is_material:
            return Dirty({change.key})
        nodes = {self.book.current(Key(Kind.NODE, "", name)) for name in change.nodes}
        moved = not is_update or change.is_material
        unfolded = moved and any(not self.is_folded(node) for node in nodes)
        return Dirty(nodes | {change.key}, structural=unfolded)

    def _cells(self, picture: NodePicture) -> tuple[Cell, ...]:
        node: Node = picture.node
        return (
            Cell(node.metadata.name, "title" if self._is_highlighted(picture) else ""),
            _status(picture),
            Cell(f"{picture.pods.requested}/{picture.pods.allocatable}"),
            guests_cell(picture.guests),
            _usage_cell(picture.cpu, quantity.format_cpu),
            _usage_cell(picture.memory, _gib),
            _usage_cell(picture.gpus, str),
            Cell(picture.domain, "dim"),
            Cell(picture.taints, "dim"),
            age_cell(node.metadata.creation_timestamp, self.book.clock()),
        )

    def _is_highlighted(self, picture: NodePicture) -> bool:
        return any(guest.gang in self.highlighted for guest in picture.guests)

    def _pod_row(self, key: Key) -> Row:
        pod = self.book.object(key)
        if not isinstance(pod, Pod):
            return Row(key, (Cell(key.name, "dim"),), depth=1)
        facts = self.book.facts(pod)
        cells = (
            Cell(pod.metadata.name),
            Cell(facts.word, facts.severity.style),
            Cell("{}/{}".format(*facts.containers)),
            Cell(pod.status.pod_ip, "dim"),
            Cell(quantity.format_cpu(facts.cpu) if facts.cpu else ""),
            Cell(_gib(facts.memory) if facts.memory else ""),
            Cell(str(facts.gpus) if facts.gpus else ""),
            Cell(),
            Cell(),
            age_cell(pod.metadata.creation_timestamp, self.book.clock()),
        )
        return Row(
            key,
            cells,
            depth=1,
            glyph=POD_GLYPHS[facts.severity],
            marked=key in self.marks,
            severity=facts.severity,
        )


def _status(picture: NodePicture) -> Cell:
    """Return kubectl's STATUS; where the room is short with the word that kubectl cordon has."""
    style = picture.severity.style
    short = picture.status.replace("SchedulingDisabled", "cordoned")
    return Cell(picture.status, style, shorter=(Cell(short, style),))


def guests_cell(guests: Sequence[Guest]) -> Cell:
    """Return a symbol for each pod: its shape says the state, its colour the gang."""
    text = "".join(POD_GLYPHS[guest.facts.severity] for guest in guests)
    spans: list[tuple[int, int, str]] = []
    for position, guest in enumerate(guests):
        if spans and spans[-1][1] == position and spans[-1][2] == guest.style:
            spans[-1] = spans[-1][0], position + 1, guest.style
        else:
            spans.append((position, position + 1, guest.style))
    return Cell(text, spans=tuple(spans))


def _usage_cell(usage: Usage, write: Callable[[int], str]) -> Cell:
    if not usage.allocatable:
        return Cell("-" if not usage.requested else write(usage.requested), "dim")
    share = usage.requested / usage.allocatable
    style = Severity.WARN.style if share >= 0.9 else ""
    return Cell(f"{write(usage.requested)}/{write(usage.allocatable)}", style)


def _gib(amount: int) -> str:
    """Return bytes in GiB, as short as a column needs them."""
    size = amount / _GIB
    return f"{size:.0f}Gi" if size >= 10 or size == int(size) else f"{size:.1f}Gi"
