"""All pods as a list, with the columns of `kubectl get pods -o wide` and their gang."""

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from grove_tui.kube.objects import Pod
from grove_tui.view.ages import age_cell
from grove_tui.view.book import Change, Dirty, Existence, GangBook
from grove_tui.view.keys import Key, Kind, object_key
from grove_tui.view.naming import below
from grove_tui.view.nodebook import gang_of, gang_style
from grove_tui.view.podstatus import POD_GLYPHS, PodFacts
from grove_tui.view.rows import Cell, Column, Row, Severity
from grove_tui.view.sorting import Sort, pod_order
from grove_tui.view.subject import Filter, Subject
from grove_tui.view.treerows import is_wedged, restarts_cell, wedged_at

COLUMNS = (
    Column("NAME", min_width=22, good_width=36, flex=True, priority=100, elide="middle"),
    Column("NAMESPACE", priority=30, wide=True, max_width=24),
    Column("GANG", priority=35, max_width=32, elide="middle"),
    Column("READY", min_width=5, priority=90),
    Column("STATUS", min_width=9, max_width=30, priority=95),
    Column("RESTARTS", priority=40, max_width=16),
    Column("AGE", min_width=4, priority=70),
    Column("IP", min_width=8, priority=20),
    Column("NODE", min_width=6, priority=60, max_width=40, elide="middle"),
    Column("GPU", justify="right", priority=10, wide=True),
)


class Pods:
    """The rows of the pod list."""

    def __init__(self, book: GangBook) -> None:
        self.book = book
        self.marks: set[Key] = set()
        self.sort = Sort.NAME
        self.reverse = False
        self._filter: Filter | None = None
        self._order: list[Key] | None = None

    def set_filter(self, wanted: Filter | None) -> None:
        """Show only what `wanted` accepts; None shows everything."""
        self._filter = wanted

    def toggle_mark(self, key: Key) -> None:
        """Mark or unmark a row."""
        self.marks ^= {key}

    def columns(self) -> Sequence[Column]:
        """Return the columns of the pod list."""
        return COLUMNS

    def keys(self) -> list[Hashable]:
        """Return the wanted pods in the chosen order."""
        keys: list[Key] = [key for key in self._sorted() if self._is_wanted(key)]
        if self.sort is not Sort.NAME:
            order = pod_order(self.sort)
            keys.sort(key=lambda key: self._place(key, order), reverse=self.reverse)
        elif self.reverse:
            keys.reverse()
        return list(keys)

    def row(self, key: Hashable) -> Row:
        """Return one pod."""
        assert isinstance(key, Key)
        pod = self.book.object(key)
        if not isinstance(pod, Pod):
            return Row(key, (Cell(key.name, "dim"), Cell(key.namespace, "dim")))
        facts, now, gang = self.book.facts(pod), self.book.clock(), gang_of(pod)
        severity = Severity.ERROR if is_wedged(pod, now) else facts.severity
        cells = (
            Cell(key.name, tail=below(key.name, gang.name) if gang is not None else 0),
            Cell(pod.metadata.namespace),
            Cell(str(gang), gang_style(gang)) if gang is not None else Cell(),
            Cell("{}/{}".format(*facts.containers)),
            Cell(facts.word, severity.style, due=wedged_at(pod, now)),
            restarts_cell(facts, now),
            age_cell(pod.metadata.creation_timestamp, now),
            Cell(pod.status.pod_ip),
            Cell(facts.node),
            Cell(str(facts.gpus) if facts.gpus else ""),
        )
        return Row(
            key,
            cells,
            glyph=POD_GLYPHS[severity],
            marked=key in self.marks,
            severity=severity,
        )

    def dirty(self, change: Change) -> Dirty:
        """Return the rows that a change concerns."""
        if change.key.kind is not Kind.POD:
            return Dirty(set())
        came = change.existence is Existence.ADDED
        went = change.existence is Existence.REMOVED
        if self._order is not None and came:
            insort(self._order, change.key)
        elif self._order is not None and went:
            self._drop(change.key)
        moves = change.is_material and (self._filter is not None or self.sort.moves)
        return Dirty(
            {change.key},
            structural=came or went or moves,
            added=[change.key] if came else [],
        )

    def _sorted(self) -> list[Key]:
        if self._order is None:
            self._order = sorted(object_key(Kind.POD, pod) for pod in self.book.world.pods.values())
        return self._order

    def _drop(self, key: Key) -> None:
        assert self._order is not None
        position = bisect_left(self._order, key)
        if position < len(self._order) and self._order[position] == key:
            del self._order[position]

    def _is_wanted(self, key: Key) -> bool:
        if self._filter is None and self.sort is Sort.NAME:
            return True
        pod = self.book.object(key)
        if not isinstance(pod, Pod):
            return False
        return self._filter is None or self._filter(
            Subject(key, self.book.facts(pod), self.book.gang_of(pod))
        )

    def _place(self, key: Key, order: Callable[[Pod, PodFacts], Any]) -> Any:
        pod = self.book.object(key)
        assert isinstance(pod, Pod)
        return order(pod, self.book.facts(pod))
