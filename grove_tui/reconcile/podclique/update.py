"""How one PodClique comes to a new template: pod by pod, or as its pods happen to be deleted.

RollingRecreate deletes outdated pods, first those that do no work, then the oldest ready one at a
time; each must be made good by a ready pod of the new template before the next one goes. OnDelete
only records the new target. The PodCliqueSet decides whose turn it is.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.api.composition import identify
from grove_tui.api.constants import LABEL_PCSG, LABEL_POD_TEMPLATE_HASH
from grove_tui.api.objects import (
    PodClique,
    PodCliqueSet,
    PodCliqueUpdateProgress,
    PodsSelectedToUpdate,
)
from grove_tui.kube.objects import Pod
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.conditions import next_second
from grove_tui.reconcile.podclique.pods import Census, has_succeeded, is_ready, template_hash
from grove_tui.reconcile.updates import is_on_delete


def is_in_progress(progress: PodCliqueUpdateProgress | None) -> bool:
    """Tell whether pods are being replaced."""
    return progress is not None and progress.update_ended_at is None


def is_current(podclique: PodClique, blueprint: Blueprint) -> bool:
    """Tell whether a PodClique itself, whatever its pods, is made from the set's template."""
    identity = identify(podclique.metadata)
    wanted = blueprint.template_hashes.get(identity.clique) if identity is not None else None
    return wanted is not None and wanted == wanted_hash(podclique)


def wanted_hash(podclique: PodClique) -> str:
    """Return the hash of the template that new pods are made from."""
    return podclique.metadata.labels.get(LABEL_POD_TEMPLATE_HASH, "")


def progress(
    pcs: PodCliqueSet, blueprint: Blueprint, podclique: PodClique, now: datetime
) -> PodCliqueUpdateProgress | None:
    """Return the update that a PodClique is in, which may begin with this call."""
    stored = podclique.status.update_progress
    target = blueprint.generation_hash
    if pcs.status.current_generation_hash != target or not is_current(podclique, blueprint):
        return stored
    if stored is not None and stored.pod_clique_set_generation_hash == target:
        return stored
    moment = next_second(now)
    begun = PodCliqueUpdateProgress(
        update_started_at=moment,
        pod_clique_set_generation_hash=target,
        pod_template_hash=wanted_hash(podclique),
    )
    if stored is None and podclique.status.current_pod_clique_set_generation_hash == target:
        return stored
    if is_on_delete(pcs):
        return replace(begun, update_ended_at=moment)
    is_member = LABEL_PCSG in podclique.metadata.labels
    return stored if is_member or not _is_turn(pcs, podclique) else begun


def _is_turn(pcs: PodCliqueSet, podclique: PodClique) -> bool:
    update = pcs.status.update_progress
    if update is None or update.update_ended_at is not None:
        return True
    identity = identify(podclique.metadata)
    return identity is not None and any(
        current.replica_index == identity.replica and current.update_ended_at is None
        for current in update.currently_updating
    )


class Step(Struct, frozen=True):
    """The next pods to replace and what is to be recorded before they go."""

    delete: tuple[Pod, ...]
    progress: PodCliqueUpdateProgress


def rolling_step(podclique: PodClique, census: Census, current: PodCliqueUpdateProgress) -> Step:
    """Return the pods that a RollingRecreate deletes now."""
    outdated = [pod for pod in census.active if template_hash(pod) != current.pod_template_hash]
    ready = [pod for pod in outdated if is_ready(pod)]
    idle = tuple(pod for pod in outdated if not is_ready(pod))
    selected = current.ready_pods_selected_to_update or PodsSelectedToUpdate()
    pending = tuple(pod for pod in ready if pod.metadata.name == selected.current)
    if pending or not ready or not _may_continue(podclique, census, current, selected):
        return Step((*idle, *pending), current)
    oldest = min(ready, key=lambda pod: (_created(pod), pod.metadata.name))
    done = (*selected.completed, selected.current) if selected.current else selected.completed
    selection = PodsSelectedToUpdate(current=oldest.metadata.name, completed=done)
    return Step((*idle, oldest), replace(current, ready_pods_selected_to_update=selection))


def _may_continue(
    podclique: PodClique,
    census: Census,
    current: PodCliqueUpdateProgress,
    selected: PodsSelectedToUpdate,
) -> bool:
    ready = sum(is_ready(pod) or has_succeeded(pod) for pod in census.active)
    if ready < (podclique.spec.min_available or 0):
        return False
    if not selected.current:
        return True
    renewed = sum(
        template_hash(pod) == current.pod_template_hash and (is_ready(pod) or has_succeeded(pod))
        for pod in census.active
    )
    # A scale-in during the update may leave fewer pods than were replaced before it.
    return renewed >= min(len(selected.completed) + 1, podclique.spec.replicas)


def _created(pod: Pod) -> float:
    created = pod.metadata.creation_timestamp
    return created.timestamp() if created is not None else float("inf")
