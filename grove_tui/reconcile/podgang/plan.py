"""Which gangs a PodCliqueSet has, and what one of them holds.

A gang lists the pods of its PodCliques. Once all of its pods have existed it is Initialized for
good; its references keep following reality.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.api import labels, names
from grove_tui.api.composition import template_min_available
from grove_tui.api.constants import (
    CONDITION_INITIALIZED,
    DEFAULT_SCHEDULER,
    LABEL_PODGANG,
    PODGANG_PHASE_PENDING,
    REASON_PODS_CREATED,
    REASON_PODS_PENDING,
)
from grove_tui.api.objects import (
    PodClique,
    PodGang,
    PodGangStatus,
    PodGroup,
    PodReference,
    ScalingGroupConfig,
)
from grove_tui.kube.objects import JSON, Condition, is_true
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.conditions import transition
from grove_tui.reconcile.podclique.pods import is_terminating
from grove_tui.reconcile.world import INDEX_PODCLIQUE, World


class GangIdentity(Struct, frozen=True):
    """Which part of a PodCliqueSet a gang holds; without a group, the minimum of a replica."""

    replica: int
    group: ScalingGroupConfig | None = None
    index: int = 0


class Plan(Struct, frozen=True):
    """A gang as it should be.

    Attributes:
        body: The whole object without status.
        groups: Its groups of pods.
        is_complete: Whether all pods exist.
    """

    body: JSON
    groups: tuple[PodGroup, ...]
    is_complete: bool


def identify(name: str, blueprint: Blueprint) -> GangIdentity | None:
    """Return what the gang of that name holds, or None when it is none of the set's gangs."""
    replica = names.replica_of_podgang(name, blueprint.name)
    if replica is None:
        return None
    if name == names.base_podgang_name(blueprint.name, replica):
        return GangIdentity(replica)
    for group in blueprint.groups:
        prefix = names.scaling_group_name(blueprint.name, replica, group.name) + "-"
        number = names.parse_index(name[len(prefix) :]) if name.startswith(prefix) else None
        if number is not None:
            return GangIdentity(replica, group, number + group.min_available)
    return None


def is_expected(world: World, blueprint: Blueprint, identity: GangIdentity) -> bool:
    """Tell whether the set in its present size has the gang."""
    if identity.replica >= blueprint.pcs.spec.replicas:
        return False
    if identity.group is None:
        return True
    return identity.index < group_replicas(world, blueprint, identity.replica, identity.group)


def group_replicas(
    world: World, blueprint: Blueprint, replica: int, group: ScalingGroupConfig
) -> int:
    """Return the size of a scaling group: as it lives, else as its template has it."""
    name = names.scaling_group_name(blueprint.name, replica, group.name)
    found = world.podcliquescalinggroups.get(blueprint.namespace, name)
    return found.spec.replicas if found is not None else group.replicas


def expected_names(world: World, blueprint: Blueprint, replica: int) -> Iterator[str]:
    """Yield the names of all gangs of one replica of the set."""
    yield names.base_podgang_name(blueprint.name, replica)
    for group in blueprint.groups:
        for index in range(group.min_available, group_replicas(world, blueprint, replica, group)):
            yield names.scaled_podgang_name(
                blueprint.name, replica, group.name, index, group.min_available
            )


def plan(world: World, blueprint: Blueprint, name: str, identity: GangIdentity) -> Plan:
    """Return the gang of that name with the pods that exist now."""
    groups = []
    is_complete = True
    for podclique, minimum, is_wanted in _composition(world, blueprint, identity):
        group, is_whole = _group(world, blueprint.namespace, name, podclique, minimum)
        groups.append(group)
        is_complete = is_complete and (is_whole or not is_wanted)
    return Plan(_body(blueprint, name, groups), tuple(groups), is_complete)


def plan_as_it_is(world: World, gang: PodGang) -> tuple[PodGroup, ...]:
    """Return the groups that a gang has, with the pods that exist now.

    For a set of which no valid template is known: what its gang holds is not to change then.
    """
    metadata = gang.metadata
    return tuple(
        _group(world, metadata.namespace, metadata.name, group.name, group.min_replicas)[0]
        for group in gang.spec.podgroups
    )


def status(gang: PodGang, *, is_complete: bool, now: datetime) -> PodGangStatus:
    """Return the status of a gang; once initialized, it stays so."""
    if is_true(gang.status.conditions, CONDITION_INITIALIZED):
        return replace(gang.status, phase=gang.status.phase or PODGANG_PHASE_PENDING)
    condition = Condition(
        type=CONDITION_INITIALIZED,
        status=str(is_complete),
        reason=REASON_PODS_CREATED if is_complete else REASON_PODS_PENDING,
        message="PodGang is fully initialized"
        if is_complete
        else "Not all constituent pods have been created yet",
    )
    conditions = transition(gang.status.conditions, condition, gang.metadata, now, born="False")
    return replace(gang.status, phase=PODGANG_PHASE_PENDING, conditions=conditions)


def _composition(
    world: World, blueprint: Blueprint, identity: GangIdentity
) -> Iterator[tuple[str, int, bool]]:
    """Yield name, minimum and whether it is to exist of each PodClique of a gang.

    A base gang names the members of its minimum also while a group is scaled below it.
    """
    replica, pcs = identity.replica, blueprint.name
    if identity.group is not None:
        for name, minimum in _members(blueprint, replica, identity.group, identity.index):
            yield name, minimum, True
        return
    for clique in blueprint.standalone:
        name = names.podclique_name(pcs, replica, clique.name)
        yield name, template_min_available(clique), True
    for group in blueprint.groups:
        size = group_replicas(world, blueprint, replica, group)
        for index in range(group.min_available):
            for name, minimum in _members(blueprint, replica, group, index):
                yield name, minimum, index < size


def _members(
    blueprint: Blueprint, replica: int, group: ScalingGroupConfig, index: int
) -> Iterator[tuple[str, int]]:
    for clique in blueprint.members[group.name]:
        name = names.member_podclique_name(blueprint.name, replica, group.name, index, clique.name)
        yield name, template_min_available(clique)


def _group(
    world: World, namespace: str, gang: str, name: str, minimum: int
) -> tuple[PodGroup, bool]:
    podclique = world.podcliques.get(namespace, name)
    if podclique is None or podclique.metadata.deletion_timestamp is not None:
        return PodGroup(name, (), minimum), False
    pods = sorted(
        pod.metadata.name
        for pod in world.pods.by_index(INDEX_PODCLIQUE, f"{namespace}/{name}")
        if not is_terminating(pod)
        and pod.metadata.labels.get(LABEL_PODGANG) == gang
        and _is_owned(pod.metadata.owner_references, podclique)
    )
    references = tuple(PodReference(namespace, pod) for pod in pods)
    return PodGroup(name, references, minimum), len(pods) >= podclique.spec.replicas


def _is_owned(references: tuple[object, ...], podclique: PodClique) -> bool:
    return any(getattr(ref, "uid", "") == podclique.metadata.uid for ref in references)


def _body(blueprint: Blueprint, name: str, groups: list[PodGroup]) -> JSON:
    pcs = blueprint.pcs
    schedulers = (c.spec.pod_spec.get("schedulerName") for c in pcs.spec.template.cliques)
    scheduler = next((s for s in schedulers if s), DEFAULT_SCHEDULER)
    metadata: JSON = {
        "name": name,
        "namespace": blueprint.namespace,
        "labels": labels.podgang(blueprint.name, pcs.metadata.labels, scheduler),
        "ownerReferences": [blueprint.owner],
    }
    annotations = labels.podgang_annotations(pcs.metadata.annotations)
    if annotations:
        metadata["annotations"] = annotations
    spec: JSON = {"podgroups": [group_json(group) for group in groups]}
    if pcs.spec.template.priority_class_name:
        spec["priorityClassName"] = pcs.spec.template.priority_class_name
    return {"metadata": metadata, "spec": spec}


def group_json(group: PodGroup) -> JSON:
    """Return a group of pods as it is written."""
    return {
        "name": group.name,
        "podReferences": [{"namespace": r.namespace, "name": r.name} for r in group.pod_references],
        "minReplicas": group.min_replicas,
    }
