"""What one replica of a PodCliqueSet contributes to the set's status."""

from msgspec import Struct

from grove_tui.api import names
from grove_tui.api.constants import CONDITION_INITIALIZED
from grove_tui.api.objects import PodClique, PodCliqueScalingGroup
from grove_tui.kube.objects import HasMetadata, controller_of, is_true
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.podgang.plan import expected_names
from grove_tui.reconcile.updates import group_has_converged, has_converged
from grove_tui.reconcile.world import World


class ReplicaState(Struct, frozen=True):
    """One replica of a PodCliqueSet at one moment.

    Attributes:
        is_available: Whether everything in it has its minimum of ready pods.
        is_converged: Whether everything in it has come to the set's template.
        is_complete: Whether all of its objects exist and its gangs are initialized.
        is_scheduled: Whether any of its pods has a node.
        is_breached: Whether a gang termination is counting down.
        updated_podcliques: Standalone PodCliques that have come to the template.
        updated_groups: Scaling groups that have come to the template.
    """

    is_available: bool = False
    is_converged: bool = False
    is_complete: bool = False
    is_scheduled: bool = False
    is_breached: bool = False
    updated_podcliques: int = 0
    updated_groups: int = 0

    @property
    def is_updated(self) -> bool:
        """Whether it works and runs nothing but the set's template."""
        return self.is_available and self.is_converged


def state_of(
    world: World, blueprint: Blueprint, replica: int, *, is_breached: bool = False
) -> ReplicaState:
    """Look at one replica."""
    podcliques = _podcliques(world, blueprint, replica)
    groups = _groups(world, blueprint, replica)
    complete = len(podcliques) == len(blueprint.standalone) and len(groups) == len(blueprint.groups)
    updated = sum(has_converged(p, blueprint, clique) for clique, p in podcliques.items())
    updated_groups = sum(group_has_converged(group, blueprint) for group in groups)
    return ReplicaState(
        is_available=complete
        and all(p.status.ready_replicas >= (p.spec.min_available or 0) for p in podcliques.values())
        and all(g.status.available_replicas >= g.spec.min_available for g in groups),
        is_converged=complete and updated == len(podcliques) and updated_groups == len(groups),
        is_complete=complete and _are_gangs_initialized(world, blueprint, replica),
        is_scheduled=any(p.status.scheduled_replicas for p in podcliques.values())
        or any(g.status.scheduled_replicas for g in groups),
        is_breached=is_breached,
        updated_podcliques=updated,
        updated_groups=updated_groups,
    )


def _podcliques(world: World, blueprint: Blueprint, replica: int) -> dict[str, PodClique]:
    found = {}
    for clique in blueprint.standalone:
        name = names.podclique_name(blueprint.name, replica, clique.name)
        podclique = world.podcliques.get(blueprint.namespace, name)
        if podclique is not None and _is_living(podclique, blueprint):
            found[clique.name] = podclique
    return found


def _groups(world: World, blueprint: Blueprint, replica: int) -> list[PodCliqueScalingGroup]:
    found = []
    for config in blueprint.groups:
        name = names.scaling_group_name(blueprint.name, replica, config.name)
        group = world.podcliquescalinggroups.get(blueprint.namespace, name)
        if group is not None and _is_living(group, blueprint):
            found.append(group)
    return found


def _is_living(obj: HasMetadata, blueprint: Blueprint) -> bool:
    owner = controller_of(obj)
    return (
        obj.metadata.deletion_timestamp is None
        and owner is not None
        and owner.uid == blueprint.pcs.metadata.uid
    )


def _are_gangs_initialized(world: World, blueprint: Blueprint, replica: int) -> bool:
    for name in expected_names(world, blueprint, replica):
        gang = world.podgangs.get(blueprint.namespace, name)
        if gang is None or not is_true(gang.status.conditions, CONDITION_INITIALIZED):
            return False
    return True
