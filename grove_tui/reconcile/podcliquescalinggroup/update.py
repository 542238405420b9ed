"""How a scaling group comes to a new template: replica by replica, by deleting its PodCliques."""

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from grove_tui.api.objects import (
    PodClique,
    PodCliqueScalingGroupUpdateProgress,
    PodCliqueSet,
    ReplicasSelectedToUpdate,
)
from grove_tui.reconcile.conditions import next_second
from grove_tui.reconcile.podcliquescalinggroup.members import GroupTemplate, Members
from grove_tui.reconcile.updates import has_converged, is_made_from, is_on_delete, updating_replica

Progress = PodCliqueScalingGroupUpdateProgress


def is_in_progress(progress: Progress | None) -> bool:
    """Tell whether replicas of the group are being replaced."""
    return progress is not None and progress.update_ended_at is None


def begin(template: GroupTemplate, pcs: PodCliqueSet, now: datetime) -> Progress | None:
    """Return the update that the group is in, which may begin with this call."""
    stored = template.group.status.update_progress
    target = template.blueprint.generation_hash
    if pcs.status.current_generation_hash != target:
        return stored
    if stored is not None and stored.pod_clique_set_generation_hash == target:
        return stored
    moment = next_second(now)
    begun = Progress(update_started_at=moment, pod_clique_set_generation_hash=target)
    if is_on_delete(pcs):
        arrived = template.group.status.current_pod_clique_set_generation_hash == target
        return stored if arrived else replace(begun, update_ended_at=moment)
    return begun if updating_replica(pcs) == template.replica else stored


def rolling_step(
    template: GroupTemplate, members: Members, progress: Progress
) -> tuple[tuple[int, ...], Progress]:
    """Return the replicas whose PodCliques go now, and the progress to record before they do.

    Replicas that do not work go at once; of the others the lowest, once the one before it is made
    good and the group has its minimum.
    """
    present = {i: c for i, c in members.by_index.items() if i < template.group.spec.replicas}
    outdated = {i: c for i, c in sorted(present.items()) if _is_outdated(template, c)}
    idle = tuple(i for i, cliques in outdated.items() if not _works(cliques))
    working = [i for i in outdated if i not in idle]
    selected = progress.ready_replica_indices_selected_to_update
    if not working or not _may_continue(template, present, selected):
        return idle, progress
    if selected is None:
        chosen = ReplicasSelectedToUpdate(current=working[0])
    elif selected.current in working:
        return (*idle, selected.current), progress
    else:
        done = (*selected.completed, selected.current)
        chosen = ReplicasSelectedToUpdate(current=working[0], completed=done)
    return (*idle, working[0]), replace(progress, ready_replica_indices_selected_to_update=chosen)


def ended(
    template: GroupTemplate, members: Members, progress: Progress | None, now: datetime
) -> Progress | None:
    """Return the progress, ended when no outdated replica is left and the last one works again.

    Replicas that an update does not touch need not work: it would hide that they do not.
    """
    if progress is None or not is_in_progress(progress):
        return progress
    selected = progress.ready_replica_indices_selected_to_update
    for index in template.indices():
        cliques = members.by_index.get(index, {})
        if len(cliques) < len(template.cliques) or _is_outdated(template, cliques):
            return progress
        is_selected = selected is not None and selected.current == index
        if is_selected and not _is_converged(template, cliques):
            return progress
    return replace(
        progress, update_ended_at=next_second(now), ready_replica_indices_selected_to_update=None
    )


def _is_outdated(template: GroupTemplate, cliques: Mapping[str, PodClique]) -> bool:
    return any(not is_made_from(p, template.blueprint, name) for name, p in cliques.items())


def _works(cliques: Mapping[str, PodClique]) -> bool:
    return all(
        min(p.status.scheduled_replicas, p.status.ready_replicas) >= (p.spec.min_available or 0)
        for p in cliques.values()
    )


def _is_converged(template: GroupTemplate, cliques: Mapping[str, PodClique]) -> bool:
    return len(cliques) == len(template.cliques) and all(
        has_converged(podclique, template.blueprint, name) for name, podclique in cliques.items()
    )


def _may_continue(
    template: GroupTemplate,
    present: Mapping[int, Mapping[str, PodClique]],
    selected: ReplicasSelectedToUpdate | None,
) -> bool:
    """Tell whether the last replica that went is back and the group can spare another one."""
    group = template.group
    if (
        selected is not None
        and selected.current < group.spec.replicas
        and not _is_outdated(template, present.get(selected.current, {}))
        and not _is_converged(template, present.get(selected.current, {}))
    ):
        return False
    size = len(template.cliques)
    available = sum(len(c) == size and _works(c) for c in present.values())
    return available >= group.spec.min_available
