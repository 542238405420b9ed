"""The status of a PodClique, computed from its pods."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from grove_tui.api import labels
from grove_tui.api.constants import (
    CONDITION_BREACHED,
    CONDITION_SCHEDULED,
    LABEL_PCSG,
    REASON_INSUFFICIENT_READY,
    REASON_INSUFFICIENT_SCHEDULED,
    REASON_SCHEDULED_BELOW_MIN,
    REASON_SUFFICIENT_READY,
    REASON_SUFFICIENT_SCHEDULED,
    REASON_UPDATE_IN_PROGRESS,
)
from grove_tui.api.objects import (
    PodClique,
    PodCliqueSet,
    PodCliqueStatus,
    PodCliqueUpdateProgress,
)
from grove_tui.kube.objects import Condition, Pod, is_true
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.conditions import next_second, transition
from grove_tui.reconcile.podclique import update
from grove_tui.reconcile.podclique.pods import (
    Census,
    has_succeeded,
    is_ready,
    is_scheduled,
    template_hash,
)


def status(
    podclique: PodClique,
    pcs: PodCliqueSet,
    blueprint: Blueprint,
    census: Census,
    progress: PodCliqueUpdateProgress | None,
    now: datetime,
) -> PodCliqueStatus:
    """Return the status that a PodClique has once its pods are as planned.

    Grove API: pods that are terminating still count as ready, scheduled and updated.
    """
    live = census.active + census.duplicates
    pods = live + census.terminating
    progress = _ended(progress, live, now)
    target = progress.pod_template_hash if progress is not None else update.wanted_hash(podclique)
    own = podclique.metadata.labels
    computed = replace(
        podclique.status,
        observed_generation=podclique.metadata.generation,
        last_errors=(),
        replicas=len(live),
        ready_replicas=sum(is_ready(pod) for pod in pods),
        updated_replicas=sum(template_hash(pod) == target for pod in pods),
        schedule_gated_replicas=sum(_is_held_back(pod) for pod in pods),
        scheduled_replicas=sum(is_scheduled(pod) for pod in pods),
        hpa_pod_selector="" if LABEL_PCSG in own else _selector(podclique),
        update_progress=progress,
    )
    computed = _with_hashes(computed, podclique, pcs, blueprint, pods)
    return _with_conditions(computed, podclique, pods, now)


def _ended(
    progress: PodCliqueUpdateProgress | None, live: Sequence[Pod], now: datetime
) -> PodCliqueUpdateProgress | None:
    if progress is None or not update.is_in_progress(progress):
        return progress
    if any(template_hash(pod) != progress.pod_template_hash for pod in live):
        return progress
    return replace(progress, update_ended_at=next_second(now), ready_pods_selected_to_update=None)


def _is_held_back(pod: Pod) -> bool:
    return any(
        c.type == "PodScheduled" and c.status == "False" and c.reason == "SchedulingGated"
        for c in pod.status.conditions
    )


def _selector(podclique: PodClique) -> str:
    pcs = labels.part_of(podclique.metadata.labels)
    return labels.selector(labels.podclique_selector(pcs, podclique.metadata.name))


def _with_hashes(
    computed: PodCliqueStatus,
    podclique: PodClique,
    pcs: PodCliqueSet,
    blueprint: Blueprint,
    pods: Sequence[Pod],
) -> PodCliqueStatus:
    """Record the template that all pods have come to, if they have.

    Outdated pods on their way out still count as ready, so until they are gone nothing tells
    whether those that replace them are.
    """
    progress = computed.update_progress
    if progress is not None:
        target, generation = progress.pod_template_hash, progress.pod_clique_set_generation_hash
    elif update.is_current(podclique, blueprint) and pcs.status.current_generation_hash:
        target, generation = update.wanted_hash(podclique), pcs.status.current_generation_hash
    else:
        return computed
    if update.is_in_progress(progress) or any(template_hash(pod) != target for pod in pods):
        return computed
    if generation == blueprint.generation_hash and not update.is_current(podclique, blueprint):
        return computed
    return replace(
        computed,
        current_pod_template_hash=target,
        current_pod_clique_set_generation_hash=generation,
    )


def _with_conditions(
    computed: PodCliqueStatus, podclique: PodClique, pods: Sequence[Pod], now: datetime
) -> PodCliqueStatus:
    minimum = podclique.spec.min_available or 0
    completed = sum(has_succeeded(pod) for pod in pods)
    conditions = computed.conditions
    for wanted, born in (
        (_scheduled(computed.scheduled_replicas, minimum), "False"),
        (_breached(computed, podclique, pods, minimum), "True"),
    ):
        wanted = replace(wanted, message=wanted.message + _completed(completed))
        conditions = transition(conditions, wanted, podclique.metadata, now, born=born)
    return replace(computed, conditions=conditions)


def _completed(pods: int) -> str:
    if not pods:
        return ""
    return f"; {pods} of the pods {'has' if pods == 1 else 'have'} completed and will not run again"


def _scheduled(scheduled: int, minimum: int) -> Condition:
    enough = scheduled >= minimum
    return Condition(
        type=CONDITION_SCHEDULED,
        status=str(enough),
        reason=REASON_SUFFICIENT_SCHEDULED if enough else REASON_INSUFFICIENT_SCHEDULED,
        message=f"{scheduled} pods are scheduled, at least {minimum} are needed",
    )


def begins_to_run(podclique: PodClique, computed: PodCliqueStatus) -> bool:
    """Tell whether a status is the first to say that the minimum of pods is scheduled (again)."""
    return not is_true(podclique.status.conditions, CONDITION_SCHEDULED) and is_true(
        computed.conditions, CONDITION_SCHEDULED
    )


def _breached(
    computed: PodCliqueStatus, podclique: PodClique, pods: Sequence[Pod], minimum: int
) -> Condition:
    if update.is_in_progress(computed.update_progress):
        return Condition(
            type=CONDITION_BREACHED,
            status="Unknown",
            reason=REASON_UPDATE_IN_PROGRESS,
            message="pods are being replaced by an update",
        )
    scheduled = computed.scheduled_replicas
    if scheduled < minimum:
        message = f"{scheduled} pods are scheduled, at least {minimum} are needed"
        return Condition(CONDITION_BREACHED, "True", REASON_SCHEDULED_BELOW_MIN, message)
    working = scheduled - sum(_is_broken(pod) for pod in pods)
    # Pods that have just been scheduled were well for a moment, even if that has passed unseen:
    # what they suffer from now is not the same breach as having been without nodes.
    ran = is_true(podclique.status.conditions, CONDITION_SCHEDULED)
    if working < minimum and ran:
        message = f"{working} pods are ready or starting, at least {minimum} are needed"
        return Condition(CONDITION_BREACHED, "True", REASON_INSUFFICIENT_READY, message)
    message = f"at least {minimum} pods are ready or starting"
    return Condition(CONDITION_BREACHED, "False", REASON_SUFFICIENT_READY, message)


def _is_broken(pod: Pod) -> bool:
    """Tell whether a scheduled pod that is not ready has crashed or lost its readiness.

    Grove API: pods that still pull images or start count as fine, for as long as it takes.
    """
    if is_ready(pod) or has_succeeded(pod):
        return False
    return any(
        (s.last_state.terminated is not None and s.last_state.terminated.exit_code != 0)
        or (s.started is True and not s.ready)
        for s in pod.status.container_statuses
    )
