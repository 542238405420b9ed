"""The workload tree: set, replica, scaling group, its replicas, cliques, pods.

The order of rows is kept per gang and per set, so a change costs the lines of one gang and a walk
through one set, not through the cluster.
A row is made when it is shown.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence

from msgspec.structs import replace

from grove_tui.api.objects import PodCliqueSet
from grove_tui.view.book import Change, Dirty, Existence, GangBook
from grove_tui.view.gangs import Gang
from grove_tui.view.keys import Key, Kind, object_key
from grove_tui.view.naming import below
from grove_tui.view.rows import Cell, Column, Row
from grove_tui.view.sorting import Sort, gang_order, youngest_first
from grove_tui.view.subject import Filter, Node, Subject
from grove_tui.view.treelines import Drawn, Lines, Part, Shape, gang_lines
from grove_tui.view.treerows import COLUMNS, TreeRows

Holding = Callable[[Sequence[Gang]], Sequence[Gang]]
"""Returns those of the gangs of one set in which a row may be wanted."""

_TREE_KINDS = frozenset(
    {Kind.PODCLIQUESET, Kind.GANG, Kind.SCALING_GROUP, Kind.GROUP_REPLICA, Kind.PODCLIQUE, Kind.POD}
)


class Tree:
    """The rows of the workload tree."""

    def __init__(
        self,
        book: GangBook,
        *,
        collapse_single: bool = False,
        sort: Sort = Sort.NAME,
        show_namespace: bool = False,
    ) -> None:
        """Make the tree of a book.

        Args:
            book: The gangs.
            collapse_single: Leave out the level of replicas where there is only one.
            sort: The order of sets and of the gangs in them.
            show_namespace: Write the namespace before the name of a set.
        """
        self.book = book
        self.sort = sort
        self.reverse = False
        self.marks: set[Key] = set()
        self._collapse_single = collapse_single
        self._filter: Filter | None = None
        self._whole = True
        self._folded: set[Key] = set()
        self._show_namespace = show_namespace
        self._holding: Holding | None = None
        self._drawn = self._everything = Drawn()
        self._rows = TreeRows(book, show_namespace=show_namespace)

    # What is shown

    @property
    def collapse_single(self) -> bool:
        """Whether a level with only one replica is left out."""
        return self._collapse_single

    @collapse_single.setter
    def collapse_single(self, value: bool) -> None:
        self._collapse_single = value
        self._forget_lines()

    def set_filter(
        self,
        wanted: Filter | None,
        *,
        whole: bool = True,
        holding: Holding | None = None,
    ) -> None:
        """Show only what `wanted` accepts and what is above it; None shows everything.

        Args:
            wanted: The filter.
            whole: Whether a row that is accepted keeps everything below it.
            holding: Leaves out gangs in which `wanted` accepts nothing, if there is a quick way.
        """
        if self._filter is None:
            self._everything = self._drawn
        self._filter = wanted
        self._whole = whole
        self._holding = holding
        # What was drawn before is still good for all gangs that did not change since.
        self._drawn = self._everything if wanted is None else Drawn()

    def is_folded(self, key: Key) -> bool:
        """Tell whether the rows below are hidden."""
        return key.place in self._folded

    def toggle_fold(self, key: Key) -> None:
        """Fold or unfold a row; what is recreated in its place stays folded."""
        self._folded ^= {key.place}
        for drawn in (self._drawn, self._everything):
            drawn.forget(key)

    def fold_all(self, kind: Kind) -> None:
        """Fold every row of a kind."""
        parts = (lines for _, lines in self._drawn.lines.values())
        everything = (key for lines in parts for key in (lines.gang.key, *lines.nodes))
        sets = (object_key(Kind.PODCLIQUESET, pcs) for pcs in self.book.podcliquesets())
        self._folded |= {key.place for key in (*everything, *sets) if key.kind is kind}
        self._forget_lines()

    def unfold_all(self) -> None:
        """Show everything."""
        self._folded.clear()
        self._forget_lines()

    def unfolded(self) -> "Tree":
        """Return another tree of the same rows, filtered and ordered alike, all unfolded."""
        shown = Tree(
            self.book,
            collapse_single=self._collapse_single,
            sort=self.sort,
            show_namespace=self._show_namespace,
        )
        shown.reverse, shown.marks = self.reverse, self.marks
        shown.set_filter(self._filter, whole=self._whole)
        return shown

    def toggle_mark(self, key: Key) -> None:
        """Mark or unmark a row."""
        self.marks ^= {key}

    # What the table reads

    def columns(self) -> Sequence[Column]:
        """Return the columns of the tree."""
        return COLUMNS

    def keys(self) -> list[Hashable]:
        """Return the visible rows in order."""
        keys: list[Hashable] = []
        for pcs in self._sets():
            key = object_key(Kind.PODCLIQUESET, pcs)
            accepted = self._filter is None or self._filter(Subject(key, pcs))
            keys.append(key)
            before = len(keys)
            if self._filter is not None or not self.is_folded(key):
                keys += self._part(pcs, key, inherited=accepted and self._keeps_below)
            if not accepted and len(keys) == before:
                keys.pop()
        self._forget_gone_sets()
        return keys

    def row(self, key: Hashable) -> Row:
        """Return one row."""
        assert isinstance(key, Key)
        lines = self._lines_with(key)
        content = self._rows.content(key, self._node(key, lines))
        depth, parent = lines.places.get(key, (0, None)) if lines else (0, None)
        return Row(
            key,
            content.cells if parent is None else _under(parent, content.cells),
            depth=depth,
            glyph=content.glyph,
            foldable=content.foldable,
            folded=content.foldable and self._filter is None and self.is_folded(key),
            marked=key in self.marks,
            severity=content.severity,
        )

    def parent(self, key: Hashable) -> Hashable | None:
        """Return the row above in the tree."""
        assert isinstance(key, Key)
        lines = self._lines_with(key)
        return lines.places[key][1] if lines and key in lines.places else None

    def heir(self, key: Hashable) -> Hashable | None:
        """Return the row of what was recreated in the place of an object that is gone."""
        return self.book.current(key) if isinstance(key, Key) else None

    def dirty(self, change: Change) -> Dirty:
        """Return the rows that a change concerns."""
        if change.key.kind not in _TREE_KINDS:
            return Dirty(set())
        came = change.existence is Existence.ADDED
        went = change.existence is Existence.REMOVED
        if not change.is_material and not came and not went:
            return Dirty({change.key})
        reorders = self._filter is not None or self.sort.moves
        return Dirty(
            {change.key, *change.lineage},
            structural=came or went or reorders or change.key.kind is not Kind.POD,
            added=[change.key] if came else [],
        )

    # The lines of gangs

    @property
    def _keeps_below(self) -> bool:
        return self._filter is None or self._whole

    def _sets(self) -> Iterable[PodCliqueSet]:
        sets = self.book.podcliquesets()
        if self.sort is Sort.TROUBLE:
            return sorted(
                sets, key=lambda pcs: self.book.set_health(pcs).order, reverse=self.reverse
            )
        if self.sort is Sort.AGE:
            return sorted(sets, key=_age_of, reverse=self.reverse)
        return list(reversed(sets)) if self.reverse else sets

    def _part(self, pcs: PodCliqueSet, key: Key, *, inherited: bool) -> Sequence[Key]:
        """Return the rows below a set."""
        gangs = list(self.book.gangs(pcs))
        if self.sort is not Sort.NAME:
            gangs.sort(key=gang_order(self.sort), reverse=self.reverse)
        hide_gang = self._collapse_single and len(gangs) == 1
        shape = Shape(
            is_folded=self.is_folded,
            wanted=self._filter,
            whole=self._whole,
            collapse_single=self._collapse_single,
            hide_gang=hide_gang,
            inherited=inherited,
            depth=1,
            parent=key,
        )
        known = self._drawn.parts.get(key)
        if known is None or not known.shows(gangs, shape):
            asked = gangs if self._holding is None or inherited else self._holding(gangs)
            keys = [row for gang in asked for row in self._gang_lines(gang, shape).keys]
            known = self._drawn.parts[key] = Part(shape, gangs, keys)
        return known.keys

    def _forget_gone_sets(self) -> None:
        parts = self._drawn.parts
        if len(parts) > len(self.book.podcliquesets()):
            for key in [key for key in parts if self.book.object(key) is None]:
                del parts[key]

    def _gang_lines(self, gang: Gang, shape: Shape) -> Lines:
        known = self._drawn.lines.get(gang.key)
        if known is not None and known[1].gang is gang and known[0] == shape:
            return known[1]
        lines = gang_lines(gang, shape)
        self._drawn.put(shape, lines)
        return lines

    def _lines_with(self, key: Key) -> Lines | None:
        """Return the lines of the gang that a row is in, as they are now."""
        known = self._drawn.with_row(key)
        if known is None:
            return None
        gang = self.book.gang(known[1].gang.key)
        return self._gang_lines(gang, known[0]) if gang is not None else known[1]

    def _node(self, key: Key, lines: Lines | None) -> Node | None:
        if key.kind is Kind.PODCLIQUESET:
            found = self.book.object(key)
            return found if isinstance(found, PodCliqueSet) else None
        if key.kind is Kind.GANG:
            return self.book.gang(key)
        return lines.nodes.get(key) if lines is not None else None

    def _forget_lines(self) -> None:
        self._drawn = self._everything = Drawn()


def _under(parent: Key, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return the cells of a row whose name need not repeat what the row above it says."""
    name, *others = cells
    return replace(name, tail=below(name.text, str(parent))), *others


def _age_of(pcs: PodCliqueSet) -> float:
    return youngest_first(pcs.metadata.creation_timestamp)
