"""What the commands for scripts print, and what they wait for: one PodCliqueSet, or everything."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Protocol

from grove_tui.api import labels
from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import HasMetadata
from grove_tui.reconcile.world import INDEX_PART_OF
from grove_tui.view.book import GangBook
from grove_tui.view.export import document, overview
from grove_tui.view.gangs import Gang
from grove_tui.view.health import Word
from grove_tui.view.keys import Key, Kind
from grove_tui.view.plain import Line, Part, summary_line, table
from grove_tui.view.podcliquesets import Overview, summary
from grove_tui.view.rows import Column, Row
from grove_tui.view.tree import Tree

_LEFT_OUT = frozenset({"AGE", "PODS"})
_FINE = frozenset({Word.HEALTHY, Word.SCALED_TO_ZERO})


class Goal(StrEnum):
    """What can be waited for."""

    HEALTHY = "healthy"
    TERMINATED = "terminated"


class Report(Protocol):
    """Something to print, again and again while the cluster changes."""

    @property
    def title(self) -> str:
        """What it is about."""
        ...

    @property
    def exists(self) -> bool:
        """Whether there is anything to print."""
        ...

    @property
    def absence(self) -> str:
        """The sentence for when there is not."""
        ...

    def lines(self, room: int = 0) -> list[Line]:
        """Return it as text, cut to `room` cells where that is not 0."""
        ...

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        ...

    def rows(self) -> list[Row]:
        """Return the rows of which changes are worth a line."""
        ...

    def has_reached(self, goal: Goal) -> bool:
        """Tell whether it is what somebody waits for."""
        ...


class TreeReport:
    """One PodCliqueSet with all that belongs to it."""

    def __init__(self, book: GangBook, namespace: str, name: str, *, cluster: str) -> None:
        self._book = book
        self._namespace = namespace
        self._name = name
        self._cluster = cluster
        self._tree = Tree(book)
        place = Key(Kind.PODCLIQUESET, namespace, name)
        self._tree.set_filter(lambda subject: subject.key.place == place)

    @property
    def title(self) -> str:
        """What it is about."""
        return f"PodCliqueSet {self._namespace}/{self._name} of {self._cluster}"

    @property
    def exists(self) -> bool:
        """Whether the set is there."""
        return self._pcs is not None

    @property
    def absence(self) -> str:
        """Say what there is instead."""
        sets = self._book.podcliquesets()
        known = [pcs.metadata.name for pcs in sets if pcs.metadata.namespace == self._namespace]
        where = f"namespace {self._namespace} of {self._cluster}"
        others = f"there are: {', '.join(known)}" if known else "there are none"
        return f"There is no PodCliqueSet {self._name} in {where}; {others}."

    def lines(self, room: int = 0) -> list[Line]:
        """Return the tree."""
        return table(self._tree, room, is_tree=True)

    def document(self) -> dict[str, Any]:
        """Return the set as JSON."""
        sets = [self._pcs] if self._pcs is not None else []
        return document(self._book, sets, cluster=self._cluster, namespace=self._namespace)

    def rows(self) -> list[Row]:
        """Return all rows of the tree."""
        return [self._tree.row(key) for key in self._tree.keys()]  # noqa: SIM118 - no mapping

    def has_reached(self, goal: Goal) -> bool:
        """Tell whether all its gangs are healthy, or nothing of it is left."""
        pcs, world = self._pcs, self._book.world
        if goal is Goal.HEALTHY:
            return pcs is not None and _is_fine(self._book, [pcs])
        value = f"{self._namespace}/{self._name}"
        parts = (world.podcliques, world.podcliquescalinggroups, world.podgangs, world.pods)
        return pcs is None and not any(part.by_index(INDEX_PART_OF, value) for part in parts)

    @property
    def _pcs(self) -> PodCliqueSet | None:
        return self._book.world.podcliquesets.get(self._namespace, self._name)


class SnapshotReport:
    """Everything: counts, a line per gang, and the tree."""

    def __init__(self, book: GangBook, *, cluster: str, namespace: str) -> None:
        self._book = book
        self._cluster = cluster
        self._namespace = namespace
        self._overview = Overview(book, show_namespace=not namespace)
        self._tree = Tree(book, show_namespace=not namespace)

    @property
    def title(self) -> str:
        """What it is about."""
        return f"{self._cluster}, {self._namespace or 'all namespaces'}"

    @property
    def exists(self) -> bool:
        """A cluster without PodCliqueSets is worth printing, too."""
        return True

    @property
    def absence(self) -> str:
        """Nothing is missing."""
        return ""

    def lines(self, room: int = 0) -> list[Line]:
        """Return counts, overview and tree."""
        lines: list[Line] = [summary_line(summary(self._book).cells())]
        if not self._book.podcliquesets():
            where = f" in namespace {self._namespace}" if self._namespace else ""
            return [*lines, (Part(f"No PodCliqueSets{where}.", "dim"),)]
        return [
            *lines,
            (),
            *table(self._overview, room),
            (),
            *table(self._tree, room, is_tree=True),
        ]

    def document(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return overview(self._book, cluster=self._cluster, namespace=self._namespace)

    def rows(self) -> list[Row]:
        """Return all rows of the tree."""
        return [self._tree.row(key) for key in self._tree.keys()]  # noqa: SIM118 - no mapping

    def has_reached(self, goal: Goal) -> bool:
        """Tell whether all gangs are healthy, or no set and nothing of one is left."""
        world, sets = self._book.world, self._book.podcliquesets()
        if goal is Goal.HEALTHY:
            return _is_fine(self._book, sets)
        parts: tuple[Iterable[HasMetadata], ...] = (
            world.podcliques.values(),
            world.podcliquescalinggroups.values(),
            world.podgangs.values(),
            world.pods.values(),
        )
        return not sets and not any(
            labels.part_of(obj.metadata.labels) for objects in parts for obj in objects
        )


def _is_fine(book: GangBook, sets: Iterable[PodCliqueSet]) -> bool:
    """Tell whether everything is healthy, and as the newest specs want it."""
    return all(
        _is_observed(pcs) and all(_is_settled(gang) for gang in book.gangs(pcs)) for pcs in sets
    )


def _is_settled(gang: Gang) -> bool:
    return gang.health.word in _FINE


def _is_observed(pcs: PodCliqueSet) -> bool:
    """Tell whether the reconciler knows the present spec; who never says so is not waited for."""
    observed = pcs.status.observed_generation
    return observed is None or observed >= pcs.metadata.generation


def changed_rows(before: list[Row], after: list[Row]) -> list[tuple[str, Row]]:
    """Return what differs, as (+, ~ or -, row); ages and countdowns alone are no difference."""
    old = {row.key: row for row in before}
    new = {row.key: row for row in after}
    changes = [("-", row) for key, row in old.items() if key not in new]
    for key, row in new.items():
        if key not in old:
            changes.append(("+", row))
        elif _essence(row) != _essence(old[key]):
            changes.append(("~", row))
    return changes


def change_line(sign: str, row: Row, columns: Sequence[Column]) -> str:
    """Return a change on one line: of what is gone the name, of the rest what is not a drawing."""
    pairs = zip(row.cells, columns, strict=False)
    texts = [
        cell.text for cell, c in pairs if cell.text and not c.wide and c.title not in _LEFT_OUT
    ]
    return " ".join([sign, row.glyph, *texts[:2]] if sign == "-" else [sign, row.glyph, *texts])


def _essence(row: Row) -> tuple[object, ...]:
    return row.glyph, row.severity, *(cell.text for cell in row.cells if cell.due is None)
