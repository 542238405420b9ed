"""What is to be done about the direct children of one replica of a PodCliqueSet."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from grove_tui.api import labels, names
from grove_tui.api.constants import LABEL_PCSG
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODGANGS
from grove_tui.kube.objects import JSON, HasMetadata, controller_of
from grove_tui.kube.resources import HPAS, SERVICES, Resource
from grove_tui.reconcile.actions import Action, Create, Delete, Patch
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.drift import (
    hpa_patch,
    podclique_patch,
    scaling_group_patch,
    service_patch,
)
from grove_tui.reconcile.podgang.plan import expected_names
from grove_tui.reconcile.world import INDEX_PART_OF, INDEX_REPLICA, Objects, World, replica_value


@dataclass(slots=True)
class Plan:
    """Actions on the children of one replica.

    Attributes:
        actions: What pods depend on, and what has to go.
        later: What pods can be created without: Services and autoscalers.
        foreign: "Kind name" of objects that have a name we want and are not ours.
        is_waiting: Whether children of a former set of the same name are still in the way.
    """

    actions: list[Action] = field(default_factory=list)
    later: list[Action] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    resource: Resource[Any]
    store: Callable[[World], Objects[Any]]
    bodies: Callable[[Blueprint, int], Iterable[JSON]]
    patch: Callable[[Any, JSON], JSON | None]
    can_wait: bool = False
    """Whether pods can be created without it."""


def _podclique_bodies(blueprint: Blueprint, replica: int) -> Iterator[JSON]:
    return (blueprint.podclique(replica, clique) for clique in blueprint.standalone)


def _group_bodies(blueprint: Blueprint, replica: int) -> Iterator[JSON]:
    return (blueprint.scaling_group(replica, group) for group in blueprint.groups)


def _service_bodies(blueprint: Blueprint, replica: int) -> Iterator[JSON]:
    return iter((blueprint.service(replica),))


_KINDS = (
    _Kind(PODCLIQUES, lambda world: world.podcliques, _podclique_bodies, podclique_patch),
    _Kind(
        PODCLIQUESCALINGGROUPS,
        lambda world: world.podcliquescalinggroups,
        _group_bodies,
        scaling_group_patch,
    ),
    _Kind(SERVICES, lambda world: world.services, _service_bodies, service_patch, can_wait=True),
    _Kind(HPAS, lambda world: world.hpas, Blueprint.hpas, hpa_patch, can_wait=True),
)


def plan_replica(world: World, blueprint: Blueprint, replica: int) -> Plan:
    """Return what the children of a replica need; beyond the set's size that is to go.

    Expected and existing children are compared by name, and owners by uid.
    """
    plan = Plan()
    is_wanted = replica < blueprint.pcs.spec.replicas
    for kind in _KINDS:
        bodies = kind.bodies(blueprint, replica) if is_wanted else ()
        _plan_kind(plan, world, blueprint, replica, kind, bodies)
    gangs = set(expected_names(world, blueprint, replica)) if is_wanted else set()
    value = replica_value(blueprint.namespace, blueprint.name, replica)
    for gang in world.podgangs.by_index(INDEX_REPLICA, value):
        if gang.metadata.name not in gangs and _may_delete(gang, blueprint):
            plan.actions.append(Delete(PODGANGS, gang))
    for name in gangs:
        gang_found = world.podgangs.get(blueprint.namespace, name)
        if gang_found is not None:
            _judge_owner(plan, PODGANGS, gang_found, blueprint)
    return plan


def _plan_kind(
    plan: Plan,
    world: World,
    blueprint: Blueprint,
    replica: int,
    kind: _Kind,
    bodies: Iterable[JSON],
) -> None:
    store = kind.store(world)
    actions = plan.later if kind.can_wait else plan.actions
    wanted = set()
    for body in bodies:
        name = body["metadata"]["name"]
        wanted.add(name)
        found = store.get(blueprint.namespace, name)
        if found is None:
            actions.append(Create(kind.resource, blueprint.namespace, body))
        elif _judge_owner(plan, kind.resource, found, blueprint):
            patch = kind.patch(found, body)
            if patch is not None:
                actions.append(Patch(kind.resource, found, patch))
    value = replica_value(blueprint.namespace, blueprint.name, replica)
    for found in store.by_index(INDEX_REPLICA, value):
        if found.metadata.name not in wanted and _may_delete(found, blueprint):
            actions.append(Delete(kind.resource, found))


def _judge_owner(
    plan: Plan, resource: Resource[Any], found: HasMetadata, blueprint: Blueprint
) -> bool:
    """Tell whether an object with a wanted name is ours to change, and note why it is not."""
    owner = controller_of(found)
    if owner is not None and owner.uid == blueprint.pcs.metadata.uid:
        if found.metadata.deletion_timestamp is None:
            return True
        plan.is_waiting = True
    elif owner is not None and owner.kind == "PodCliqueSet" and owner.name == blueprint.name:
        plan.is_waiting = True
    else:
        plan.foreign.append(f"{resource.kind} {found.metadata.name}")
    return False


def _may_delete(found: HasMetadata, blueprint: Blueprint) -> bool:
    if LABEL_PCSG in found.metadata.labels:
        # A member of a scaling group, which looks after it.
        return False
    owner = controller_of(found)
    return (
        owner is not None
        and owner.uid == blueprint.pcs.metadata.uid
        and found.metadata.deletion_timestamp is None
    )


def replicas_of_children(world: World, blueprint: Blueprint) -> set[int]:
    """Return every replica index that has children, for a look at all of them."""
    value = f"{blueprint.namespace}/{blueprint.name}"
    found: set[int] = set()
    for store in (*(kind.store(world) for kind in _KINDS), world.podgangs):
        for child in store.by_index(INDEX_PART_OF, value):
            replica = labels.pcs_replica_index(child.metadata.labels)
            if replica is None:
                replica = names.replica_of_podgang(child.metadata.name, blueprint.name)
            if replica is not None:
                found.add(replica)
    return found
