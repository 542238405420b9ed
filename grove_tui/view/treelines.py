"""The order of one gang's rows in the workload tree: what is folded, filtered or left out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import is_

from grove_tui.view.gangs import Clique, Gang, Group, GroupReplica
from grove_tui.view.keys import Key
from grove_tui.view.subject import Filter, Node, Subject


@dataclass(frozen=True, slots=True)
class Shape:
    """How trees are to be drawn.

    Attributes:
        is_folded: Whether what is below a row is hidden; not asked while a filter is on.
        wanted: The filter, if any.
        whole: Whether a row that the filter accepts keeps everything below it.
        collapse_single: Leave out the replica level of scaling groups with one replica.
        hide_gang: Leave out the gang's own row, because its set has only this one.
        inherited: Whether the filter accepts the whole set.
        depth: Depth of the gang's row.
        parent: Row of the set.
    """

    is_folded: Callable[[Key], bool]
    wanted: Filter | None
    whole: bool
    collapse_single: bool
    hide_gang: bool
    inherited: bool
    depth: int
    parent: Key


@dataclass(slots=True)
class Lines:
    """The rows of one gang: their order, and the depth, parent and content of each."""

    gang: Gang
    keys: list[Key] = field(default_factory=list)
    places: dict[Key, tuple[int, Key]] = field(default_factory=dict)
    nodes: dict[Key, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """The rows below one set, and what they were drawn from."""

    shape: Shape
    gangs: list[Gang]
    keys: list[Key]

    def shows(self, gangs: list[Gang], shape: Shape) -> bool:
        """Tell whether these gangs would be drawn as they are here."""
        if len(gangs) != len(self.gangs) or shape != self.shape:
            return False
        return all(map(is_, gangs, self.gangs))


@dataclass(slots=True)
class Drawn:
    """What was drawn under one filter; each piece says what it was drawn from.

    Attributes:
        lines: By gang.
        parts: By set.
    """

    lines: dict[Key, tuple[Shape, Lines]] = field(default_factory=dict)
    parts: dict[Key, Part] = field(default_factory=dict)
    _gangs: dict[Key, Key] = field(default_factory=dict)

    def with_row(self, key: Key) -> tuple[Shape, Lines] | None:
        """Return the lines of the gang that a row is in, as they were drawn."""
        return self.lines.get(self._gangs.get(key, key))

    def put(self, shape: Shape, lines: Lines) -> None:
        """Keep the lines of a gang."""
        gang = lines.gang.key
        known = self.lines.get(gang)
        for key in known[1].places if known is not None else ():
            self._gangs.pop(key, None)
        self._gangs.update(dict.fromkeys(lines.places, gang))
        self.lines[gang] = shape, lines

    def forget(self, key: Key) -> None:
        """Draw the gang that a row is in anew when it is shown next."""
        self.lines.pop(self._gangs.get(key, key), None)
        self.parts.clear()


def gang_lines(gang: Gang, shape: Shape) -> Lines:
    """Return the rows of a gang."""
    return _Walk(gang, shape).lines()


class _Walk:
    def __init__(self, gang: Gang, shape: Shape) -> None:
        self._gang = gang
        self._shape = shape
        self._lines = Lines(gang)
        self._below = shape.wanted is None or shape.whole
        """Whether what is accepted keeps everything below it."""

    def lines(self) -> Lines:
        shape, gang = self._shape, self._gang
        accepted = shape.inherited or self._accepts(gang.key, gang)
        below = accepted and self._below
        if shape.hide_gang:
            self._parts(shape.depth, shape.parent, accepted=below)
        elif self._open(gang.key, gang, shape.depth, shape.parent):
            self._parts(shape.depth + 1, gang.key, accepted=below)
        if not shape.hide_gang:
            self._close(gang.key, accepted=accepted)
        return self._lines

    def _parts(self, depth: int, parent: Key, *, accepted: bool) -> None:
        self._cliques(self._gang.cliques, depth, parent, accepted=accepted)
        for group in self._gang.groups:
            self._group(group, depth, parent, accepted=accepted)

    def _group(self, group: Group, depth: int, parent: Key, *, accepted: bool) -> None:
        accepted = accepted or self._accepts(group.key, group)
        below = accepted and self._below
        if self._open(group.key, group, depth, parent):
            if self._shape.collapse_single and len(group.replicas) == 1:
                cliques = group.replicas[0].cliques
                self._cliques(cliques, depth + 1, group.key, accepted=below)
            else:
                for replica in group.replicas:
                    self._replica(replica, depth + 1, group.key, accepted=below)
        self._close(group.key, accepted=accepted)

    def _replica(self, replica: GroupReplica, depth: int, parent: Key, *, accepted: bool) -> None:
        accepted = accepted or self._accepts(replica.key, replica)
        if self._open(replica.key, replica, depth, parent):
            below = accepted and self._below
            self._cliques(replica.cliques, depth + 1, replica.key, accepted=below)
        self._close(replica.key, accepted=accepted)

    def _cliques(
        self, cliques: Iterable[Clique], depth: int, parent: Key, *, accepted: bool
    ) -> None:
        for clique in cliques:
            whole = accepted or self._accepts(clique.key, clique)
            if self._open(clique.key, clique, depth, parent):
                self._pods(clique, depth + 1, accepted=whole and self._below)
            self._close(clique.key, accepted=whole)

    def _pods(self, clique: Clique, depth: int, *, accepted: bool) -> None:
        wanted, gang = self._shape.wanted, self._gang
        if accepted or wanted is None:
            pods: Iterable[Key] = clique.pods
        else:
            both = zip(clique.pods, clique.facts, strict=True)
            pods = [key for key, facts in both if wanted(Subject(key, facts, gang))]
        self._lines.keys.extend(pods)
        self._lines.places.update(dict.fromkeys(pods, (depth, clique.key)))

    def _accepts(self, key: Key, node: Node) -> bool:
        wanted = self._shape.wanted
        return wanted is None or wanted(Subject(key, node, self._gang))

    def _open(self, key: Key, node: Node, depth: int, parent: Key) -> bool:
        """Add a row and tell whether what is below it is to be shown."""
        self._lines.keys.append(key)
        self._lines.places[key] = depth, parent
        self._lines.nodes[key] = node
        return self._shape.wanted is not None or not self._shape.is_folded(key)

    def _close(self, key: Key, *, accepted: bool) -> None:
        """Take the row away again when neither it nor anything below it was accepted."""
        if not accepted and self._lines.keys[-1] == key:
            self._lines.keys.pop()
            del self._lines.places[key]
            del self._lines.nodes[key]
