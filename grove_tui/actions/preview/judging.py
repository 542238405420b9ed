"""What the difference between two futures means for gangs, and who would object to it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from grove_tui.actions.preview.changes import Change, Scale
from grove_tui.actions.preview.comparing import Comparison
from grove_tui.actions.preview.enacting import find
from grove_tui.actions.preview.model import Opponent, Recycling, Reset, Shortfall
from grove_tui.actions.preview.simulation import Simulation
from grove_tui.actions.preview.steps import Recycle
from grove_tui.api import labels, names
from grove_tui.api.composition import termination_delay
from grove_tui.api.constants import CONDITION_BREACHED, LABEL_PCSG, LABEL_PODGANG
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS, PodClique
from grove_tui.kube.objects import HasMetadata, NamespacedName, Pod, is_true, key_of
from grove_tui.reconcile.world import INDEX_OWNER, INDEX_PODGANG, World

MOST_TERMINATIONS = 3
"""How many moments of gang termination are looked at; each ends or settles what it is about."""

_DEFAULT_MIN_REPLICAS = 1


def shortfalls(compared: Comparison) -> tuple[Shortfall, ...]:
    """Return what falls below its minimum, for a moment or until somebody does something."""
    found = [*_short_cliques(compared), *_short_groups(compared)]
    return tuple(sorted(found, key=lambda s: (not s.lasting, s.kind, s.name)))


def _short_cliques(compared: Comparison) -> Iterator[Shortfall]:
    lost: dict[str, int] = {}
    for pod in compared.lost():
        if pod.spec.node_name:
            for reference in pod.metadata.owner_references:
                lost[reference.uid] = lost.get(reference.uid, 0) + 1
    for key in compared.with_.work.cliques.seen:
        before = compared.world.podcliques.get(*key)
        after = compared.with_.world.podcliques.get(*key)
        if before is None or after is None or before.metadata.uid != after.metadata.uid:
            continue
        minimum = after.spec.min_available or 0
        had = sum(map(_counts, _pods_of(compared.world, before)))
        left = had - lost.get(before.metadata.uid, 0)
        lasting = _falls(compared, "podcliques", key)
        if lasting:
            left = min(left, after.status.scheduled_replicas)
        if lasting or left < minimum <= had:
            gang = after.metadata.labels.get(LABEL_PODGANG, "")
            deadline = _deadline(compared.with_, after) if lasting else None
            yield Shortfall("PodClique", key.name, left, minimum, lasting, gang, deadline)


def _short_groups(compared: Comparison) -> Iterator[Shortfall]:
    for key in compared.with_.work.groups.seen:
        before = compared.world.podcliquescalinggroups.get(*key)
        after = compared.with_.world.podcliquescalinggroups.get(*key)
        if before is None or after is None or before.metadata.uid != after.metadata.uid:
            continue
        if _falls(compared, "podcliquescalinggroups", key):
            left, minimum = after.status.available_replicas, after.spec.min_available
            kind, deadline = "PodCliqueScalingGroup", _deadline(compared.with_, after)
            gang = _base_gang(after)
            yield Shortfall(kind, key.name, left, minimum, True, gang, deadline)


def _falls(compared: Comparison, field: str, key: NamespacedName) -> bool:
    """Tell whether an object is in breach with the change and would not be without it."""
    after = getattr(compared.with_.world, field).get(*key)
    other = getattr(compared.without.world, field).get(*key)
    if not is_true(after.status.conditions, CONDITION_BREACHED):
        return False
    return other is None or not is_true(other.status.conditions, CONDITION_BREACHED)


def _deadline(simulation: Simulation, obj: HasMetadata) -> datetime | None:
    replica = labels.pcs_replica_index(obj.metadata.labels)
    pcs = NamespacedName(obj.metadata.namespace, labels.part_of(obj.metadata.labels))
    return None if replica is None else simulation.steps.dues.get((pcs, replica))


def _base_gang(obj: HasMetadata) -> str:
    replica = labels.pcs_replica_index(obj.metadata.labels)
    pcs = labels.part_of(obj.metadata.labels)
    return "" if replica is None else names.base_podgang_name(pcs, replica)


def _pods_of(world: World, podclique: PodClique) -> Iterable[Pod]:
    return world.pods.by_index(INDEX_OWNER, podclique.metadata.uid)


def _counts(pod: Pod) -> bool:
    """Tell whether a pod is there to stay and has a node."""
    return bool(pod.spec.node_name) and pod.metadata.deletion_timestamp is None


# Gangs that end


def ended_gangs(compared: Comparison) -> list[str]:
    """Return the gangs that lose all pods of a clique, because the PodClique itself goes."""
    ended: dict[str, None] = {}
    for podclique in compared.gone("podcliques"):
        gang = podclique.metadata.labels.get(LABEL_PODGANG, "")
        if gang and any(map(_counts, _pods_of(compared.world, podclique))):
            ended[gang] = None
    for podgang in compared.gone("podgangs"):
        value = f"{podgang.metadata.namespace}/{podgang.metadata.name}"
        if any(map(_counts, compared.world.pods.by_index(INDEX_PODGANG, value))):
            ended[podgang.metadata.name] = None
    return sorted(ended)


def resets(compared: Comparison) -> list[Reset]:
    """Return the PodCliques and groups that come back at once with another number."""
    found: list[Reset] = []
    for field in ("podcliquescalinggroups", "podcliques"):
        found += _resets(compared.gone(field), getattr(compared.with_.world, field))
    return found


def _resets(gone: Iterable[Any], present: Any) -> Iterator[Reset]:
    for obj in gone:
        after = present.get(*key_of(obj))
        if after is not None and after.spec.replicas != obj.spec.replicas:
            yield Reset(obj.metadata.name, obj.spec.replicas, after.spec.replicas)


def terminations(compared: Comparison) -> tuple[tuple[Recycling, ...], tuple[str, ...]]:
    """Let time pass, and return the gang terminations that follow and those that are averted.

    The futures are further on afterwards.
    """
    known = {recycling.scope: recycling for recycling in _terminations(compared.without)}
    found: dict[str, Recycling] = {}
    for recycling in _terminations(compared.with_):
        found.setdefault(recycling.scope, recycling)
    averted = tuple(scope for scope in known if scope not in found)
    caused = (r for s, r in found.items() if s not in known or r.at < known[s].at)
    return tuple(caused), averted


def _terminations(simulation: Simulation) -> Iterator[Recycling]:
    done = 0
    for _ in range(MOST_TERMINATIONS):
        yield from _recyclings(simulation, simulation.steps.recycles[done:])
        done = len(simulation.steps.recycles)
        if not simulation.advance():
            return
    yield from _recyclings(simulation, simulation.steps.recycles[done:])


def _recyclings(simulation: Simulation, recycles: Sequence[Recycle]) -> Iterator[Recycling]:
    for recycle in recycles:
        podcliques = simulation.world.podcliques
        waiting = 0
        for gone in recycle.podcliques:
            again = podcliques.get(*key_of(gone))
            if again is not None:
                pods = _pods_of(simulation.world, again)
                waiting += sum(not pod.spec.node_name for pod in pods)
        group = recycle.group
        yield Recycling(
            recycle.podcliques[0].metadata.labels.get(LABEL_PODGANG, "")
            if group is not None
            else names.base_podgang_name(recycle.pcs.metadata.name, recycle.replica),
            recycle.at,
            termination_delay(recycle.pcs).total_seconds(),
            recycle.pods,
            waiting,
            tuple(_resets(recycle.podcliques, podcliques)),
            group.metadata.name if group is not None else "",
            recycle.index,
        )


# Who else has a say


def opponents(world: World, changes: Iterable[Change]) -> Iterator[Opponent]:
    """Yield the autoscalers of what is scaled."""
    for change in changes:
        if not isinstance(change, Scale) or change.target.resource is PODCLIQUESETS:
            continue
        for hpa in world.hpas.values():
            target = hpa.spec.scale_target_ref
            if (hpa.metadata.namespace, target.kind, target.name) == (
                change.target.namespace,
                change.target.resource.kind,
                change.target.name,
            ):
                least = hpa.spec.min_replicas
                yield Opponent(
                    hpa.metadata.name,
                    _DEFAULT_MIN_REPLICAS if least is None else least,
                    hpa.spec.max_replicas,
                    change.replicas,
                )


def grouped(world: World, changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """Yield the PodCliques among what is scaled that belong to a scaling group."""
    for change in changes:
        if isinstance(change, Scale) and change.target.resource is PODCLIQUES:
            found = find(world, change.target)
            group = found.metadata.labels.get(LABEL_PCSG, "") if found is not None else ""
            if group:
                yield change.target.name, group


def dropped(world: World, changes: Iterable[Change]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the replicas of sets and scaling groups that a smaller number takes away."""
    for change in changes:
        if not isinstance(change, Scale) or change.target.resource is PODCLIQUES:
            continue
        found = find(world, change.target)
        if found is not None and change.replicas < found.spec.replicas:
            yield change.target.name, tuple(range(change.replicas, found.spec.replicas))
