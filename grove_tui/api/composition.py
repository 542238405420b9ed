"""What a PodCliqueSet is made of, and which part of its template an object came from.

An object's place is read from its labels and, for the clique, from what its name has after the
exact prefix those labels give. Template lookups compare whole names: with cliques `worker` and
`gpu-worker`, the PodClique `p-0-gpu-worker` is never taken for `worker`.
"""

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.api import labels, names
from grove_tui.api.constants import DEFAULT_TERMINATION_DELAY, LABEL_PCSG
from grove_tui.api.duration import parse_duration
from grove_tui.api.objects import (
    PodCliqueSet,
    PodCliqueSetTemplate,
    PodCliqueTemplate,
    ScalingGroupConfig,
)
from grove_tui.kube.objects import ObjectMeta


class PodCliqueIdentity(Struct, frozen=True):
    """Where a PodClique belongs.

    Attributes:
        pcs: Name of the PodCliqueSet.
        replica: Replica of the PodCliqueSet.
        clique: Name of the clique in the template.
        scaling_group: Full name of the scaling group; empty for a standalone clique.
        group: Name of the scaling group in the template; empty for a standalone clique.
        index: Replica of the scaling group; None for a standalone clique.
    """

    pcs: str
    replica: int
    clique: str
    scaling_group: str = ""
    group: str = ""
    index: int | None = None


def identify(metadata: ObjectMeta) -> PodCliqueIdentity | None:
    """Return where a PodClique belongs, or None when its labels and name do not agree."""
    pcs = labels.part_of(metadata.labels)
    replica = labels.pcs_replica_index(metadata.labels)
    if not pcs or replica is None:
        return None
    scaling_group = metadata.labels.get(LABEL_PCSG, "")
    if scaling_group:
        return _identify_member(metadata, pcs, replica, scaling_group)
    clique = names.clique_of_podclique(metadata.name, pcs, replica)
    return PodCliqueIdentity(pcs, replica, clique) if clique else None


def _identify_member(
    metadata: ObjectMeta, pcs: str, replica: int, scaling_group: str
) -> PodCliqueIdentity | None:
    index = labels.pcsg_replica_index(metadata.labels)
    group = names.group_of_scaling_group(scaling_group, pcs, replica)
    if index is None or group is None:
        return None
    clique = names.clique_of_member(metadata.name, scaling_group, index)
    if clique is None:
        return None
    return PodCliqueIdentity(pcs, replica, clique, scaling_group, group, index)


def template_of(pcs: PodCliqueSet, metadata: ObjectMeta) -> PodCliqueTemplate | None:
    """Return the clique template that a PodClique came from."""
    identity = identify(metadata)
    if identity is None or identity.pcs != pcs.metadata.name:
        return None
    template = pcs.spec.template
    owner = group_of(template, identity.clique)
    if (owner.name if owner else "") != identity.group:
        return None
    return find_clique(template, identity.clique)


def find_clique(template: PodCliqueSetTemplate, name: str) -> PodCliqueTemplate | None:
    """Return the clique with exactly that name."""
    return next((clique for clique in template.cliques if clique.name == name), None)


def find_group(template: PodCliqueSetTemplate, name: str) -> ScalingGroupConfig | None:
    """Return the scaling group with exactly that name."""
    return next((g for g in template.pod_clique_scaling_groups if g.name == name), None)


def group_of(template: PodCliqueSetTemplate, clique: str) -> ScalingGroupConfig | None:
    """Return the scaling group that a clique is in."""
    groups = template.pod_clique_scaling_groups
    return next((group for group in groups if clique in group.clique_names), None)


def standalone_cliques(template: PodCliqueSetTemplate) -> tuple[PodCliqueTemplate, ...]:
    """Return the cliques that are in no scaling group, in template order."""
    grouped = {name for g in template.pod_clique_scaling_groups for name in g.clique_names}
    return tuple(clique for clique in template.cliques if clique.name not in grouped)


def member_cliques(
    template: PodCliqueSetTemplate, group: ScalingGroupConfig
) -> tuple[PodCliqueTemplate, ...]:
    """Return the cliques of a scaling group, in the order of its cliqueNames."""
    found = (find_clique(template, name) for name in group.clique_names)
    return tuple(clique for clique in found if clique is not None)


def template_replicas(clique: PodCliqueTemplate) -> int:
    """Return the pods that a new PodClique starts with; 0 and absent mean 1."""
    return clique.spec.replicas or 1


def template_min_available(clique: PodCliqueTemplate) -> int:
    """Return a clique's gang minimum.

    Grove API: minAvailable defaults to replicas. It comes from the template and never from a live
    PodClique, whose replicas people and autoscalers change.
    """
    if clique.spec.min_available is None:
        return template_replicas(clique)
    return clique.spec.min_available


def with_minimums(pcs: PodCliqueSet, minimums: Mapping[str, int]) -> PodCliqueSet:
    """Return the set with minAvailable filled in where it has none."""
    template = pcs.spec.template
    cliques = tuple(_filled(clique, minimums) for clique in template.cliques)
    if cliques == template.cliques:
        return pcs
    spec = replace(pcs.spec, template=replace(template, cliques=cliques))
    return replace(pcs, spec=spec)


def _filled(clique: PodCliqueTemplate, minimums: Mapping[str, int]) -> PodCliqueTemplate:
    minimum = minimums.get(clique.name)
    if minimum is None or clique.spec.min_available is not None:
        return clique
    return replace(clique, spec=replace(clique.spec, min_available=minimum))


def template_pods(template: PodCliqueSetTemplate, group: ScalingGroupConfig) -> int:
    """Return the pods of one replica of a scaling group as the template has them."""
    return sum(template_replicas(clique) for clique in member_cliques(template, group))


def termination_delay(pcs: PodCliqueSet) -> timedelta:
    """Return how long a breach may last.

    Grove API: terminationDelay defaults to 4h, must be positive, and is read anew each time, so a
    change shortens or lengthens running countdowns. A value that admission would refuse counts as
    the default: too late is better than too early.
    """
    try:
        seconds = parse_duration(pcs.spec.template.termination_delay or "")
    except ValueError:
        seconds = 0.0
    if seconds <= 0:
        seconds = parse_duration(DEFAULT_TERMINATION_DELAY)
    return timedelta(seconds=seconds)
