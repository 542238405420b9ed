"""The PodCliques of a scaling group by replica and clique."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grove_tui.api import labels
from grove_tui.api.composition import find_group, identify
from grove_tui.api.names import group_of_scaling_group
from grove_tui.api.objects import (
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueSet,
    PodCliqueTemplate,
    ScalingGroupConfig,
)
from grove_tui.kube.objects import controller_of
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.world import INDEX_SCALING_GROUP, World


@dataclass(slots=True)
class Members:
    """What exists of a scaling group.

    Attributes:
        by_index: Own PodCliques that are to stay, by replica of the group and clique.
        terminating: Own PodCliques on their way out.
        unknown: Own PodCliques that the template does not have.
        strangers: PodCliques with the group's labels that another object controls.
    """

    by_index: dict[int, dict[str, PodClique]] = field(default_factory=dict)
    terminating: list[PodClique] = field(default_factory=list)
    unknown: list[PodClique] = field(default_factory=list)
    strangers: list[PodClique] = field(default_factory=list)

    @property
    def blocked(self) -> set[str]:
        """Names that cannot be used yet."""
        return {member.metadata.name for member in (*self.terminating, *self.strangers)}


def members_of(world: World, group: PodCliqueScalingGroup) -> Members:
    """Sort the PodCliques that carry a scaling group's label."""
    metadata = group.metadata
    found = world.podcliques.by_index(INDEX_SCALING_GROUP, f"{metadata.namespace}/{metadata.name}")
    return sort_members(found, group)


def sort_members(found: Iterable[PodClique], group: PodCliqueScalingGroup) -> Members:
    """Sort PodCliques by what they are to a scaling group."""
    members = Members()
    for podclique in found:
        owner = controller_of(podclique)
        if owner is None or owner.uid != group.metadata.uid:
            members.strangers.append(podclique)
        elif podclique.metadata.deletion_timestamp is not None:
            members.terminating.append(podclique)
        else:
            identity = identify(podclique.metadata)
            if identity is None or identity.clique not in group.spec.clique_names:
                members.unknown.append(podclique)
            elif identity.index is not None:
                members.by_index.setdefault(identity.index, {})[identity.clique] = podclique
    return members


@dataclass(frozen=True, slots=True)
class GroupTemplate:
    """A scaling group and the part of the set's template that it was made from."""

    group: PodCliqueScalingGroup
    config: ScalingGroupConfig
    replica: int
    blueprint: Blueprint

    @property
    def cliques(self) -> tuple[PodCliqueTemplate, ...]:
        """The clique templates of one replica of the group."""
        return self.blueprint.members[self.config.name]

    def indices(self) -> Iterator[int]:
        """Yield the replicas that the group should have."""
        return iter(range(self.group.spec.replicas))


def template_of_group(
    group: PodCliqueScalingGroup, pcs: PodCliqueSet, blueprint: Blueprint
) -> GroupTemplate | None:
    """Return the template of a scaling group, or None when the set has no such group."""
    replica = labels.pcs_replica_index(group.metadata.labels)
    if replica is None:
        return None
    name = group_of_scaling_group(group.metadata.name, pcs.metadata.name, replica)
    config = find_group(pcs.spec.template, name or "")
    return GroupTemplate(group, config, replica, blueprint) if config is not None else None
