"""The content of the workload tree's rows."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import is_
from typing import NamedTuple

from msgspec import Struct

from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import Pod
from grove_tui.view.ages import age, age_cell, next_step
from grove_tui.view.bars import clique_bar
from grove_tui.view.book import GangBook
from grove_tui.view.gangs import Clique, Gang, Group, GroupReplica
from grove_tui.view.health import Health
from grove_tui.view.keys import Key
from grove_tui.view.naming import SetNames
from grove_tui.view.podstatus import POD_GLYPHS, PodFacts
from grove_tui.view.recycles import remembered
from grove_tui.view.rows import Cell, Column, Severity
from grove_tui.view.subject import Node

COLUMNS = (
    Column("NAME", min_width=22, good_width=36, flex=True, priority=100, elide="middle"),
    Column("KIND", priority=20),
    Column("READY", min_width=5, priority=90),
    Column("PODS", min_width=5, priority=50),
    Column("STATUS", min_width=10, max_width=40, priority=95),
    Column("RESTARTS", priority=40, max_width=16),
    Column("AGE", min_width=4, priority=70),
    Column("NODE", min_width=6, priority=60, max_width=40, elide="middle"),
    Column("IP", min_width=8, priority=30),
    Column("GPU", justify="right", priority=10, wide=True),
    Column("HOSTNAME", priority=5, wide=True, max_width=48, elide="middle"),
)
WEDGED = timedelta(seconds=30)
"""How long after its grace period a pod that still terminates is stuck."""

RESTART_STEP = 20
"""After how many seconds it is said anew how long ago a restart was."""

_NOTHING = Cell()


class Content(NamedTuple):
    """A row without its place in the tree."""

    cells: tuple[Cell, ...]
    glyph: str
    severity: Severity
    foldable: bool = False


class Summary(Struct, frozen=True, gc=False):
    """What rows above the pods show besides their health."""

    name: str
    kind: str
    ready: str
    restarts: int
    nodes: frozenset[str]
    gpus: int
    foldable: bool
    bar: Cell = _NOTHING
    created: datetime | None = None


class TreeRows:
    """Makes the content of rows."""

    def __init__(self, book: GangBook, *, show_namespace: bool = False) -> None:
        self._book = book
        self._names = SetNames(book, show_namespace=show_namespace)
        self._sets: dict[str, tuple[PodCliqueSet, list[Gang], Summary, Health]] = {}

    def content(self, key: Key, node: Node | None) -> Content:
        """Return what the row of `key` shows; of an object that is gone only the name."""
        now = self._book.clock()
        if isinstance(node, PodCliqueSet):
            summary, health = self._set(node)
            name = self._names.cell(key.namespace, key.name, style="title")
            return _content(health, summary, now, name)
        if node is None or isinstance(node, PodFacts):
            return self._pod(key, now)
        health = remembered(self._book, node) if isinstance(node, Gang) else node.health
        return _content(health, _summary(node), now)

    def _set(self, pcs: PodCliqueSet) -> tuple[Summary, Health]:
        """Return what a set shows; its sums over all gangs are made when one of them changed."""
        gangs = list(self._book.gangs(pcs))
        known = self._sets.get(pcs.metadata.uid)
        if known is not None and known[0] is pcs and _are_same(known[1], gangs):
            return known[2:]
        summary, health = self._sum(pcs, gangs), self._book.set_health(pcs)
        self._sets[pcs.metadata.uid] = pcs, gangs, summary, health
        return summary, health

    def _sum(self, pcs: PodCliqueSet, gangs: list[Gang]) -> Summary:
        available = sum(gang.is_available for gang in gangs[: pcs.spec.replicas])
        return Summary(
            name=pcs.metadata.name,
            kind="pcs",
            ready=f"{available}/{pcs.spec.replicas}",
            restarts=sum(gang.tally.restarts for gang in gangs),
            created=pcs.metadata.creation_timestamp,
            nodes=frozenset[str]().union(*(gang.nodes for gang in gangs)),
            gpus=sum(gang.tally.gpus for gang in gangs),
            foldable=bool(gangs),
        )

    def _pod(self, key: Key, now: datetime) -> Content:
        pod = self._book.object(key)
        if not isinstance(pod, Pod):
            return Content((Cell(key.name, "dim"),), "", Severity.NONE)
        facts = self._book.facts(pod)
        severity = Severity.ERROR if is_wedged(pod, now) else facts.severity
        cells = (
            Cell(pod.metadata.name),
            Cell("pod", "dim"),
            Cell("{}/{}".format(*facts.containers)),
            Cell(),
            Cell(facts.word, severity.style, due=wedged_at(pod, now)),
            restarts_cell(facts, now),
            age_cell(pod.metadata.creation_timestamp, now),
            Cell(facts.node),
            Cell(pod.status.pod_ip),
            Cell(str(facts.gpus) if facts.gpus else ""),
            Cell(pod.spec.hostname),
        )
        return Content(cells, POD_GLYPHS[severity], severity)


def _are_same(known: list[Gang], gangs: list[Gang]) -> bool:
    return len(known) == len(gangs) and all(map(is_, known, gangs))


def _summary(node: Gang | Group | GroupReplica | Clique) -> Summary:
    if isinstance(node, Gang):
        return _gang(node)
    if isinstance(node, Group):
        return _group(node)
    return _clique(node) if isinstance(node, Clique) else _group_replica(node)


def _gang(gang: Gang) -> Summary:
    return Summary(
        name=gang.name,
        kind="gang",
        ready=gang.count,
        restarts=gang.tally.restarts,
        created=gang.created,
        nodes=gang.nodes,
        gpus=gang.tally.gpus,
        foldable=True,
    )


def _group(group: Group) -> Summary:
    return Summary(
        name=group.key.name,
        kind="pcsg",
        ready=_of_minimum(group.ready, group.desired, group.minimum),
        bar=clique_bar(group.ready, group.desired, group.minimum, group.health.severity),
        restarts=group.tally.restarts,
        created=group.group.metadata.creation_timestamp if group.group else None,
        nodes=_nodes(clique for replica in group.replicas for clique in replica.cliques),
        gpus=group.tally.gpus,
        foldable=bool(group.replicas),
    )


def _group_replica(replica: GroupReplica) -> Summary:
    counts = replica.tally
    return Summary(
        name=str(replica.key),
        kind="group",
        ready=f"{counts.ready}/{counts.desired}",
        restarts=counts.restarts,
        nodes=_nodes(replica.cliques),
        gpus=counts.gpus,
        foldable=True,
    )


def _clique(clique: Clique) -> Summary:
    counts, podclique = clique.tally, clique.podclique
    return Summary(
        name=clique.key.name,
        kind="pclq",
        ready=_of_minimum(counts.ready, counts.desired, counts.minimum),
        bar=clique_bar(counts.ready, counts.desired, counts.minimum, clique.health.severity),
        restarts=counts.restarts,
        created=podclique.metadata.creation_timestamp if podclique else None,
        nodes=_nodes([clique]),
        gpus=counts.gpus,
        foldable=bool(clique.pods),
    )


def _content(health: Health, summary: Summary, now: datetime, name: Cell | None = None) -> Content:
    """Return the content of a row above the pods; `name` is how its name is written, if not so."""
    restarts, gpus = summary.restarts, summary.gpus
    cells = (
        name or Cell(summary.name, "title" if summary.kind == "gang" else ""),
        Cell(summary.kind, "dim"),
        Cell(summary.ready, health.severity.style),
        summary.bar,
        health.cell(now),
        Cell(str(restarts) if restarts else "", "warn"),
        age_cell(summary.created, now) if summary.created else Cell(),
        Cell(_node_count(summary.nodes), "dim"),
        Cell(),
        Cell(str(gpus) if gpus else ""),
        Cell(),
    )
    return Content(cells, health.word.glyph, health.severity, summary.foldable)


def _of_minimum(ready: int, desired: int, minimum: int) -> str:
    return f"{ready}/{desired} (min {minimum})"


def _nodes(cliques: Iterable[Clique]) -> frozenset[str]:
    return frozenset(facts.node for clique in cliques for facts in clique.facts if facts.node)


def _node_count(nodes: frozenset[str]) -> str:
    if len(nodes) == 1:
        return next(iter(nodes))
    return f"{len(nodes)} nodes" if nodes else ""


def restarts_cell(facts: PodFacts, now: datetime) -> Cell:
    """Return kubectl's RESTARTS: the count, and how long ago the last one was."""
    if facts.last_restart is None:
        return Cell(str(facts.restarts), "warn" if facts.restarts else "dim")
    text = f"{facts.restarts} ({age(facts.last_restart, now)} ago)"
    return Cell(text, "warn", due=next_step(facts.last_restart, now, RESTART_STEP))


def is_wedged(pod: Pod, now: datetime) -> bool:
    """Tell whether a pod should long be gone.

    Kubernetes sets deletionTimestamp to the moment at which the grace period ends.
    """
    ends = pod.metadata.deletion_timestamp
    return ends is not None and now > ends + WEDGED


def wedged_at(pod: Pod, now: datetime) -> datetime | None:
    """Return when a pod that is to go will be wedged; None where it is already, or stays."""
    ends = pod.metadata.deletion_timestamp
    return ends + WEDGED if ends is not None and not is_wedged(pod, now) else None
