"""What has changed between two states of an object, as far as anybody has to act on it."""

from typing import Any, TypeAlias

from msgspec.structs import replace

from grove_tui.api.constants import CONDITION_INITIALIZED
from grove_tui.api.objects import PodClique, PodCliqueScalingGroup, PodCliqueSet, PodGang
from grove_tui.kube.objects import HasMetadata, ObjectMeta, Pod, is_true

Reporting: TypeAlias = PodClique | PodCliqueScalingGroup | PodCliqueSet
"""What says in its status what went wrong."""


def pod_matters(old: Pod, new: Pod) -> bool:
    """Tell whether a change of a pod can concern anybody."""
    return (
        old.status.conditions != new.status.conditions
        or old.status.phase != new.status.phase
        or old.status.container_statuses != new.status.container_statuses
        or old.spec.scheduling_gates != new.spec.scheduling_gates
        or old.metadata.labels != new.metadata.labels
        or old.metadata.owner_references != new.metadata.owner_references
        or old.metadata.deletion_timestamp != new.metadata.deletion_timestamp
    )


def becomes_ready(old: Pod | None, new: Pod) -> bool:
    """Tell whether a pod is ready that was not before."""
    was_ready = old is not None and is_true(old.status.conditions, "Ready")
    return not was_ready and is_true(new.status.conditions, "Ready")


def membership(pod: Pod) -> tuple[Any, ...]:
    """Return what tells which gang a pod belongs to, and whether it does."""
    metadata = pod.metadata
    return metadata.labels, metadata.deletion_timestamp is None, metadata.owner_references


def is_changed(old: ObjectMeta, new: ObjectMeta) -> bool:
    """Tell whether more than the status of an object is another."""
    return (
        old.generation != new.generation
        or old.labels != new.labels
        or old.annotations != new.annotations
        or old.deletion_timestamp != new.deletion_timestamp
        or old.owner_references != new.owner_references
    )


def only_tells_errors(old: Reporting | None, new: Reporting | None) -> bool:
    """Tell whether a change is no more than what a failed reconcile says of itself.

    It must not lead to the next one: errors may read differently each time, and what fails would
    be tried again at once, for ever.
    """
    if old is None or new is None or old.status.last_errors == new.status.last_errors:
        return False
    if is_changed(old.metadata, new.metadata):
        return False
    before, after = replace(old.status, last_errors=()), replace(new.status, last_errors=())
    return before == after


def target(pcs: PodCliqueSet) -> tuple[str | None, str]:
    """Return what children are to come to, and how."""
    return pcs.status.current_generation_hash, pcs.spec.update_strategy.type


def presentation(metadata: ObjectMeta) -> tuple[dict[str, str], dict[str, str]]:
    """Return what gangs take over from the metadata of their set."""
    return metadata.labels, metadata.annotations


def arrival(child: PodClique | PodCliqueScalingGroup) -> tuple[Any, ...]:
    """Return what tells whether a part of a set has come to its template and works."""
    template = child.status.current_pod_clique_set_generation_hash
    if isinstance(child, PodClique):
        status, minimum = child.status, child.spec.min_available or 0
        return template, status.ready_replicas >= minimum, status.updated_replicas >= minimum
    return template, child.status.update_progress


def leaves(old: HasMetadata, new: HasMetadata) -> bool:
    """Tell whether an object has begun to go, or is not going any more."""
    return old.metadata.deletion_timestamp != new.metadata.deletion_timestamp


def is_initialized(gang: PodGang) -> bool:
    """Tell whether all pods of a gang have existed."""
    return is_true(gang.status.conditions, CONDITION_INITIALIZED)
