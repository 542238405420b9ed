"""How a PodCliqueSet comes to a new template: whose turn it is, and who has arrived.

RollingRecreate updates one replica of the set at a time. PodCliques and scaling groups see from
the set's status that it is their turn and replace their own pods and members; the set goes on when
all of them have arrived. OnDelete only records the new target.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.api import labels
from grove_tui.api.constants import LABEL_POD_TEMPLATE_HASH, UPDATE_ON_DELETE
from grove_tui.api.objects import (
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueSet,
    PodCliqueSetStatus,
    PodCliqueSetUpdateProgress,
    ReplicaUpdate,
)
from grove_tui.kube.objects import HasMetadata
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.conditions import next_second


class ReplicaProgress(Protocol):
    """What the choice of the next replica looks at."""

    @property
    def is_converged(self) -> bool:
        """Whether everything in the replica has come to the template."""
        ...

    @property
    def is_scheduled(self) -> bool:
        """Whether any pod of the replica has a node."""
        ...

    @property
    def is_breached(self) -> bool:
        """Whether a gang termination is counting down."""
        ...


class Totals(Struct, frozen=True):
    """How many parts of a set there are, and how many have come to the template."""

    updated_podcliques: int
    podcliques: int
    updated_groups: int
    groups: int


def is_made_from(podclique: PodClique, blueprint: Blueprint, clique: str) -> bool:
    """Tell whether a PodClique's own spec is the template's."""
    wanted = blueprint.template_hashes.get(clique)
    return podclique.metadata.labels.get(LABEL_POD_TEMPLATE_HASH) == wanted


def has_converged(podclique: PodClique, blueprint: Blueprint, clique: str) -> bool:
    """Tell whether a PodClique and all of its pods have come to the template and work."""
    status, minimum = podclique.status, podclique.spec.min_available or 0
    return (
        is_made_from(podclique, blueprint, clique)
        and podclique.metadata.deletion_timestamp is None
        and status.current_pod_template_hash == blueprint.template_hashes.get(clique)
        and status.current_pod_clique_set_generation_hash == blueprint.generation_hash
        and status.updated_replicas >= minimum
        and status.ready_replicas >= minimum
    )


def is_updating(pcs: PodCliqueSet) -> bool:
    """Tell whether a set has begun an update and not ended it."""
    progress = pcs.status.update_progress
    return progress is not None and progress.update_ended_at is None


def is_on_delete(pcs: PodCliqueSet) -> bool:
    """Tell whether pods come to the template only as they happen to be deleted.

    Grove API: another strategy has no effect until the template changes next. An update that has
    begun to replace pods goes on to its end.
    """
    return pcs.spec.update_strategy.type == UPDATE_ON_DELETE and not is_updating(pcs)


def updating_replica(pcs: PodCliqueSet) -> int | None:
    """Return the replica of the set whose turn it is."""
    progress = pcs.status.update_progress
    if progress is None or progress.update_ended_at is not None:
        return None
    return next(
        (r.replica_index for r in progress.currently_updating if r.update_ended_at is None), None
    )


def has_turn(pcs: PodCliqueSet, child: HasMetadata) -> bool:
    """Tell whether a set's update is at the replica that a child of it belongs to."""
    turn = updating_replica(pcs)
    return turn is not None and turn == labels.pcs_replica_index(child.metadata.labels)


def begin(pcs: PodCliqueSet, blueprint: Blueprint, now: datetime) -> PodCliqueSetStatus:
    """Return the status in which the set's present template is the recorded one."""
    status = pcs.status
    if status.current_generation_hash == blueprint.generation_hash:
        return status
    if status.current_generation_hash is None:
        return replace(status, current_generation_hash=blueprint.generation_hash)
    moment = next_second(now)
    ended = moment if pcs.spec.update_strategy.type == UPDATE_ON_DELETE else None
    return replace(
        status,
        current_generation_hash=blueprint.generation_hash,
        updated_replicas=0,
        update_progress=PodCliqueSetUpdateProgress(update_started_at=moment, update_ended_at=ended),
    )


def advance(
    progress: PodCliqueSetUpdateProgress | None,
    replicas: Mapping[int, ReplicaProgress],
    busy: Collection[int],
    now: datetime,
) -> PodCliqueSetUpdateProgress | None:
    """Return the update's progress after a look at all replicas.

    Args:
        progress: The progress so far; None when there was no update yet.
        replicas: All replicas that the set has.
        busy: Replicas that are being terminated and recreated; they are not chosen.
        now: The current time.
    """
    if progress is None or progress.update_ended_at is not None:
        return progress
    current = next((r for r in progress.currently_updating if r.update_ended_at is None), None)
    if current is not None:
        state = replicas.get(current.replica_index)
        if state is not None and not state.is_converged:
            return progress
    waiting = {i: r for i, r in replicas.items() if not r.is_converged}
    if not waiting:
        return replace(progress, update_ended_at=next_second(now), currently_updating=())
    choice = _next(waiting, busy)
    if choice is None:
        return replace(progress, currently_updating=())
    chosen = ReplicaUpdate(replica_index=choice, update_started_at=next_second(now))
    return replace(progress, currently_updating=(chosen,))


def _next(waiting: Mapping[int, ReplicaProgress], busy: Collection[int]) -> int | None:
    """Choose first what does no work, then what is about to be terminated, then by index."""
    return min(
        (index for index in waiting if index not in busy),
        key=lambda i: (waiting[i].is_scheduled, not waiting[i].is_breached, i),
        default=None,
    )


def with_totals(
    progress: PodCliqueSetUpdateProgress | None, totals: Totals
) -> PodCliqueSetUpdateProgress | None:
    """Return the progress with its counters set."""
    if progress is None:
        return None
    return replace(
        progress,
        updated_pod_cliques_count=totals.updated_podcliques,
        total_pod_cliques_count=totals.podcliques,
        updated_pod_clique_scaling_groups_count=totals.updated_groups,
        total_pod_clique_scaling_groups_count=totals.groups,
    )


def group_has_converged(group: PodCliqueScalingGroup, blueprint: Blueprint) -> bool:
    """Tell whether all members of a scaling group have come to the template."""
    recorded = group.status.current_pod_clique_set_generation_hash
    progress = group.status.update_progress
    is_in_progress = progress is not None and progress.update_ended_at is None
    return recorded == blueprint.generation_hash and not is_in_progress
