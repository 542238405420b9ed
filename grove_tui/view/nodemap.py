"""The map of all nodes: cells by rack or zone, and what the loss of a node would mean."""

from collections.abc import Callable, Hashable, Iterable, Sequence

from msgspec import Struct

from grove_tui.kube.objects import Pod, Taint
from grove_tui.view.book import Change, Dirty, Existence, GangBook
from grove_tui.view.gangs import Clique, Gang
from grove_tui.view.health import Word
from grove_tui.view.keys import Key, Kind, object_key
from grove_tui.view.nodebook import Guest, NodePicture, Usage
from grove_tui.view.nodes import guests_cell
from grove_tui.view.rows import Cell, Severity

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
"""The taint of cordoned nodes, which have a badge already."""
LEVELS = "▁▂▃▄▅▆▇█"
"""How full a node is, in eighths."""


class MapCell(Struct, frozen=True):
    """A node on the map.

    Attributes:
        key: The node.
        title: Its name without what all names have in common.
        badge: A symbol for a node that is cordoned or not ready.
        level: A symbol for how much of its scarcest resource is requested.
        pods: A symbol for each pod, coloured by gang.
        is_lit: Whether it holds a pod of the selected gang.
        severity: How much attention it deserves.
        room: What is free of what it has, and whether it has taints.
    """

    key: Key
    title: str
    badge: str
    level: str
    pods: Cell
    is_lit: bool
    severity: Severity
    room: str = ""


class Endangered(Struct, frozen=True):
    """A clique that would fall below its minimum without a node.

    Attributes:
        gang: Its gang.
        podclique: Its full name.
        left: Ready pods that would remain.
        minimum: How many it needs.
        ends_gang: Whether the gang would be terminated, and not only a replica of a scaling group.
    """

    gang: Key
    podclique: str
    left: int
    minimum: int
    ends_gang: bool

    def __str__(self) -> str:
        what = "gang breaches" if self.ends_gang else "scaling-group replica breaches"
        return f"{self.podclique}: {self.left} left, {self.minimum} needed: {what}"


class NodeMap:
    """The cells of the map."""

    def __init__(self, book: GangBook) -> None:
        self.book = book
        self.highlighted: frozenset[Key] = frozenset()
        """Gangs whose nodes are lit."""
        self._prefix = ""
        self._usual: frozenset[Taint] = frozenset()
        """The taints that all nodes have; only others are worth a word."""

    def domains(self) -> list[tuple[str, list[Key]]]:
        """Return the nodes by rack or zone; one unnamed domain where no label says."""
        pictures = self.book.nodes.all()
        names = [picture.node.metadata.name for picture in pictures]
        self._prefix = _common(names)
        taints = [frozenset(picture.node.spec.taints) for picture in pictures]
        self._usual = frozenset[Taint]().union(*taints).intersection(*taints)
        found: dict[str, list[Key]] = {}
        for picture in pictures:
            found.setdefault(picture.domain, []).append(object_key(Kind.NODE, picture.node))
        return sorted(found.items(), key=lambda item: (item[0] == "", item[0]))

    def cell(self, key: Hashable) -> MapCell:
        """Return one node as a cell, with a symbol for each pod."""
        return self.picture_cell(key, guests_cell)

    def picture_cell(self, key: Hashable, draw: Callable[[Sequence[Guest]], Cell]) -> MapCell:
        """Return one node as a cell; `draw` says what stands for its pods."""
        assert isinstance(key, Key)
        picture = self.book.nodes.get(key.name)
        title = key.name.removeprefix(self._prefix) or key.name
        if picture is None:
            return MapCell(key, title, "", " ", Cell(), is_lit=False, severity=Severity.NONE)
        return MapCell(
            key,
            title,
            _badge(picture),
            _level(picture),
            draw(picture.guests),
            is_lit=any(guest.gang in self.highlighted for guest in picture.guests),
            severity=picture.severity,
            room=_room(picture, self._usual),
        )

    def dirty(self, change: Change) -> Dirty:
        """Return the cells that a change concerns."""
        if change.key.kind is Kind.NODE:
            return Dirty({change.key}, structural=change.existence is not Existence.CHANGED)
        if change.key.kind is not Kind.POD or not change.is_material:
            return Dirty(set())
        return Dirty({self.book.current(Key(Kind.NODE, "", name)) for name in change.nodes})

    def light(self, keys: Iterable[Key]) -> None:
        """Light up the nodes of the gangs that these rows are, or belong to."""
        gangs: set[Key] = set()
        for key in keys:
            gangs |= gangs_of(self.book, key)
        self.highlighted = frozenset(gangs)


def gangs_of(book: GangBook, key: Key) -> set[Key]:
    """Return the gangs that a row is, is part of, or consists of."""
    if key.kind is Kind.GANG:
        return {key}
    if key.kind is Kind.PODCLIQUESET:
        pcs = book.world.podcliquesets.get(key.namespace, key.name)
        return {gang.key for gang in book.gangs(pcs)} if pcs is not None else set()
    owner = Kind.SCALING_GROUP if key.kind is Kind.GROUP_REPLICA else key.kind
    found = book.object(book.current(Key(owner, key.namespace, key.name)))
    gang = book.gang_of(found) if found is not None else None
    return {gang.key} if gang is not None else set()


def nodes_of(book: GangBook, key: Key) -> list[str]:
    """Return the node of a pod; of any other row the nodes of its gangs, by name."""
    found = book.object(key)
    if isinstance(found, Pod):
        return [found.spec.node_name] if found.spec.node_name else []
    gangs = (book.gang(gang) for gang in gangs_of(book, key))
    return sorted(frozenset[str]().union(*(gang.nodes for gang in gangs if gang is not None)))


def endangered(book: GangBook, node: str) -> list[Endangered]:
    """Return the cliques that would fall below their minimum if a node died, by gang."""
    picture = book.nodes.get(node)
    if picture is None:
        return []
    gangs = dict.fromkeys(guest.gang for guest in picture.guests if guest.gang is not None)
    found: list[Endangered] = []
    for key in gangs:
        gang = book.gang(key)
        if gang is not None:
            found += _endangered(gang, node)
    return found


def _endangered(gang: Gang, node: str) -> list[Endangered]:
    broken = [
        Endangered(gang.key, clique.key.name, _left(clique, node), clique.tally.minimum, True)
        for clique in gang.cliques
        if _breaks(clique, node)
    ]
    for group in gang.groups:
        lost = [
            replica
            for replica in group.replicas[: group.desired]
            if any(_breaks(clique, node) for clique in replica.cliques)
        ]
        standing = sum(
            replica.health.word is not Word.BREACHED and replica not in lost
            for replica in group.replicas[: group.desired]
        )
        ends = standing < group.minimum
        broken += [
            Endangered(gang.key, clique.key.name, _left(clique, node), clique.tally.minimum, ends)
            for replica in lost
            for clique in replica.cliques
            if _breaks(clique, node)
        ]
    return broken


def _left(clique: Clique, node: str) -> int:
    return sum(pod.is_ready and pod.node != node for pod in clique.facts)


def _breaks(clique: Clique, node: str) -> bool:
    """Tell whether the loss of a node makes the difference for a clique."""
    left, minimum = _left(clique, node), clique.tally.minimum
    return left < minimum and any(pod.node == node and pod.is_ready for pod in clique.facts)


def usage_lines(picture: NodePicture) -> list[str]:
    """Return what is free on a node, in lines of at most 36 characters."""
    cpu, memory, gpus = picture.cpu, picture.memory, picture.gpus
    small = [f"cpu {cpu.free / 1000:g} of {cpu.allocatable / 1000:g} free"]
    if gpus.allocatable:
        small.append(f"gpu {gpus.free} of {gpus.allocatable} free")
    return ["   ".join(small), f"memory {_gib(memory.free)} of {_gib(memory.allocatable)} free"]


def _room(picture: NodePicture, usual: frozenset[Taint]) -> str:
    """Return what is free: `cpu 62/64 mem 500/512Gi gpu 8/8`."""
    parts = [f"cpu {picture.cpu.free // 1000}/{picture.cpu.allocatable // 1000}"]
    memory = picture.memory
    parts.append(f"mem {memory.free >> 30}/{_gib(memory.allocatable)}")
    if picture.gpus.allocatable:
        parts.append(f"gpu {picture.gpus.free}/{picture.gpus.allocatable}")
    taints = (taint for taint in picture.node.spec.taints if taint not in usual)
    if any(taint.key != UNSCHEDULABLE for taint in taints):
        parts.append("tainted")
    return " ".join(parts)


def _gib(amount: int) -> str:
    return f"{amount / (1 << 30):.0f}Gi"


def _badge(picture: NodePicture) -> str:
    if not picture.is_ready:
        return "✖"
    return "⊘" if picture.node.spec.unschedulable else ""


def _level(picture: NodePicture) -> str:
    shares = [_share(usage) for usage in (picture.cpu, picture.memory, picture.gpus, picture.pods)]
    fullest = max(shares)
    return " " if fullest <= 0 else LEVELS[min(len(LEVELS) - 1, int(fullest * len(LEVELS)))]


def _share(usage: Usage) -> float:
    return usage.requested / usage.allocatable if usage.allocatable else 0.0


def _common(names: Sequence[str]) -> str:
    """Return what all names begin with, up to a dash; nothing for a single name."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    same = 0
    while same < len(first) and first[same] == last[same]:
        same += 1
    return first[: first.rfind("-", 0, same) + 1]
