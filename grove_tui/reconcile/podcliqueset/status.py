"""The status of a PodCliqueSet, computed from its replicas."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from grove_tui.api import labels
from grove_tui.api.objects import PodCliqueSet, PodCliqueSetStatus
from grove_tui.kube.objects import Condition
from grove_tui.reconcile.admission import CONDITION_VALID
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.conditions import clipped, transition, without
from grove_tui.reconcile.podcliqueset.state import ReplicaState
from grove_tui.reconcile.updates import Totals, advance, with_totals

REASON_VALIDATION_FAILED = "ValidationFailed"
CONDITION_TOPOLOGY = "TopologyLevelsUnavailable"
REASON_TOPOLOGY_DISABLED = "TopologyAwareSchedulingDisabled"


def status(
    pcs: PodCliqueSet,
    blueprint: Blueprint,
    replicas: Mapping[int, ReplicaState],
    busy: Collection[int],
    now: datetime,
) -> PodCliqueSetStatus:
    """Return the status of a set whose replicas are as given.

    Args:
        pcs: The set.
        blueprint: Its blueprint.
        replicas: All replicas below `spec.replicas`.
        busy: Replicas that are being terminated just now.
        now: The current time.
    """
    states = replicas.values()
    totals = Totals(
        updated_podcliques=sum(state.updated_podcliques for state in states),
        podcliques=len(replicas) * len(blueprint.standalone),
        updated_groups=sum(state.updated_groups for state in states),
        groups=len(replicas) * len(blueprint.groups),
    )
    is_complete = all(state.is_complete for state in states)
    progress = advance(pcs.status.update_progress, replicas, busy, now)
    computed = replace(
        pcs.status,
        observed_generation=pcs.metadata.generation
        if is_complete
        else pcs.status.observed_generation,
        last_errors=(),
        replicas=pcs.spec.replicas,
        available_replicas=sum(state.is_available for state in states),
        updated_replicas=sum(state.is_updated for state in states),
        hpa_pod_selector=labels.selector(labels.podcliqueset_selector(pcs.metadata.name)),
        update_progress=with_totals(progress, totals),
    )
    conditions = without(computed.conditions, CONDITION_VALID)
    return replace(computed, conditions=_with_topology(conditions, pcs, now))


def refused(
    computed: PodCliqueSetStatus, pcs: PodCliqueSet, violations: Sequence[str], now: datetime
) -> PodCliqueSetStatus:
    """Return a status that says as well why the set cannot be made real as it is written."""
    condition = Condition(
        type=CONDITION_VALID,
        status="False",
        reason=REASON_VALIDATION_FAILED,
        message=clipped("; ".join(violations)),
    )
    stored = transition(pcs.status.conditions, condition, pcs.metadata, now)
    own = [known for known in stored if known.type == CONDITION_VALID]
    return replace(computed, conditions=(*without(computed.conditions, CONDITION_VALID), *own))


def _with_topology(
    conditions: tuple[Condition, ...], pcs: PodCliqueSet, now: datetime
) -> tuple[Condition, ...]:
    """Say that topology constraints have no effect where a set has any."""
    template = pcs.spec.template
    constraints = [template.topology_constraint]
    constraints += [clique.topology_constraint for clique in template.cliques]
    constraints += [group.topology_constraint for group in template.pod_clique_scaling_groups]
    if not any(constraints):
        return without(conditions, CONDITION_TOPOLOGY)
    condition = Condition(
        type=CONDITION_TOPOLOGY,
        status="Unknown",
        reason=REASON_TOPOLOGY_DISABLED,
        message="topology-aware scheduling is not enabled; the constraints have no effect",
    )
    return transition(conditions, condition, pcs.metadata, now)
