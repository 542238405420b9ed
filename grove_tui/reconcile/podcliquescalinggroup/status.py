"""The status of a scaling group, computed from its PodCliques."""

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from grove_tui.api import labels
from grove_tui.api.constants import (
    CONDITION_BREACHED,
    CONDITION_GANG_TERMINATION,
    CONDITION_SCHEDULED,
    REASON_PCSG_INSUFFICIENT,
    REASON_PCSG_SUFFICIENT,
    REASON_UPDATE_IN_PROGRESS,
)
from grove_tui.api.objects import (
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueScalingGroupStatus,
    PodCliqueScalingGroupUpdateProgress,
    PodCliqueSet,
)
from grove_tui.kube.objects import Condition, find_condition, is_true
from grove_tui.reconcile.conditions import transition, without
from grove_tui.reconcile.podcliquescalinggroup import update
from grove_tui.reconcile.podcliquescalinggroup.members import GroupTemplate, Members
from grove_tui.reconcile.updates import has_converged


def status(
    pcs: PodCliqueSet,
    template: GroupTemplate,
    members: Members,
    progress: PodCliqueScalingGroupUpdateProgress | None,
    now: datetime,
) -> PodCliqueScalingGroupStatus:
    """Return the status that a scaling group has with these members."""
    group = template.group
    size = len(template.cliques)
    replicas = [members.by_index.get(index, {}) for index in template.indices()]
    complete = [cliques for cliques in replicas if len(cliques) == size]
    converged = sum(
        has_converged(p, template.blueprint, name) for c in replicas for name, p in c.items()
    )
    progress = update.ended(template, members, progress, now)
    if progress is not None:
        progress = replace(
            progress,
            updated_pod_cliques_count=converged,
            total_pod_cliques_count=len(replicas) * size,
        )
    scheduled = [cliques for cliques in complete if _is_scheduled(cliques)]
    available = [cliques for cliques in scheduled if _is_available(cliques)]
    computed = replace(
        group.status,
        observed_generation=group.metadata.generation,
        last_errors=(),
        replicas=group.spec.replicas,
        scheduled_replicas=len(scheduled),
        available_replicas=len(available),
        updated_replicas=sum(
            all(has_converged(p, template.blueprint, name) for name, p in cliques.items())
            for cliques in available
        ),
        selector=labels.selector(
            labels.scaling_group_selector(pcs.metadata.name, group.metadata.name)
        ),
        update_progress=progress,
    )
    if not update.is_in_progress(progress) and converged == len(replicas) * size:
        computed = _with_hash(computed, pcs, template)
    return _with_conditions(computed, group, complete, now)


def _with_hash(
    computed: PodCliqueScalingGroupStatus, pcs: PodCliqueSet, template: GroupTemplate
) -> PodCliqueScalingGroupStatus:
    target = template.blueprint.generation_hash
    if pcs.status.current_generation_hash != target:
        return computed
    return replace(computed, current_pod_clique_set_generation_hash=target)


def _is_scheduled(cliques: Mapping[str, PodClique]) -> bool:
    return all(is_true(p.status.conditions, CONDITION_SCHEDULED) for p in cliques.values())


def _is_available(cliques: Mapping[str, PodClique]) -> bool:
    return all(p.status.ready_replicas >= (p.spec.min_available or 0) for p in cliques.values())


def _is_unbreached(cliques: Mapping[str, PodClique]) -> bool:
    """Tell whether every member says that it is well.

    A member without the condition has just been created and says nothing. Taking silence for
    health would end a gang termination before anything has recovered.
    """
    found = (find_condition(p.status.conditions, CONDITION_BREACHED) for p in cliques.values())
    return all(condition is not None and not condition.is_true for condition in found)


def _with_conditions(
    computed: PodCliqueScalingGroupStatus,
    group: PodCliqueScalingGroup,
    complete: list[dict[str, PodClique]],
    now: datetime,
) -> PodCliqueScalingGroupStatus:
    minimum = group.spec.min_available
    well = sum(_is_unbreached(cliques) for cliques in complete)
    if update.is_in_progress(computed.update_progress):
        verdict, reason = "Unknown", REASON_UPDATE_IN_PROGRESS
        message = "replicas are being replaced by an update"
    elif well < minimum:
        verdict, reason = "True", REASON_PCSG_INSUFFICIENT
        message = f"{well} replicas have their minimum of pods, at least {minimum} are needed"
    else:
        verdict, reason = "False", REASON_PCSG_SUFFICIENT
        message = f"{well} replicas have their minimum of pods, at least {minimum} are needed"
    condition = Condition(CONDITION_BREACHED, verdict, reason, message)
    known = _still_at_birth(computed.conditions, group, verdict)
    conditions = transition(known, condition, group.metadata, now, born="True")
    if verdict == "False":
        conditions = without(conditions, CONDITION_GANG_TERMINATION)
    return replace(computed, conditions=conditions)


def _still_at_birth(
    conditions: tuple[Condition, ...], group: PodCliqueScalingGroup, verdict: str
) -> tuple[Condition, ...]:
    """Keep the date of a group that never was healthy while an update comes and goes.

    A date after the birth would say that it once was, and it would be terminated for a breach
    that it was born with.
    """
    old = find_condition(conditions, CONDITION_BREACHED)
    born = group.metadata.creation_timestamp
    if old is None or "False" in (old.status, verdict) or old.last_transition_time != born:
        return conditions
    kept = replace(old, status=verdict)
    return tuple(kept if condition is old else condition for condition in conditions)
