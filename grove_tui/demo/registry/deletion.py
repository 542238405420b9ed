"""What a delete does to an object that cannot go at once."""

from datetime import UTC, datetime, timedelta

from grove_tui.demo.builtin import NAMESPACES
from grove_tui.demo.definition import Definition
from grove_tui.demo.registry.metadata import with_metadata
from grove_tui.demo.registry.options import DeleteOptions
from grove_tui.demo.statuses import Json
from grove_tui.kube.clock import format_time

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"


def marked(
    definition: Definition, obj: Json, grace: int, options: DeleteOptions, now: datetime
) -> Json:
    """Return `obj` as a delete leaves it: when it ends, and the finalizers that hold it."""
    obj = with_metadata(obj, finalizers=_finalizers(obj, options.propagation_policy))
    metadata = obj["metadata"]
    if "deletionTimestamp" in metadata:
        return _shortened(obj, grace, asked=options.grace_period_seconds is not None)
    changes: Json = {
        "deletionTimestamp": format_time(now + timedelta(seconds=grace)),
        "deletionGracePeriodSeconds": grace,
    }
    if definition.generation and metadata.get("generation"):
        changes["generation"] = metadata["generation"] + 1
    return with_metadata(obj, **changes)


def is_due(obj: Json) -> bool:
    """Say whether nothing holds the object any longer."""
    metadata = obj["metadata"]
    if "deletionTimestamp" not in metadata or metadata.get("finalizers"):
        return False
    return not metadata.get("deletionGracePeriodSeconds")


def terminating(definition: Definition, obj: Json, now: str) -> Json:
    """Return a namespace or definition with a status that says that it is going."""
    if definition == NAMESPACES:
        return {**obj, "status": {**obj.get("status", {}), "phase": "Terminating"}}
    condition = {
        "type": "Terminating",
        "status": "True",
        "lastTransitionTime": now,
        "reason": "InstanceDeletionInProgress",
        "message": "CustomResource deletion is in progress",
    }
    status = obj.get("status", {})
    others = [c for c in status.get("conditions", ()) if c["type"] != "Terminating"]
    return {**obj, "status": {**status, "conditions": [*others, condition]}}


def _shortened(obj: Json, grace: int, *, asked: bool) -> Json:
    """A second delete can only bring the end nearer."""
    metadata = obj["metadata"]
    before = metadata.get("deletionGracePeriodSeconds") or 0
    if not asked or grace >= before:
        return obj
    end = datetime.fromisoformat(metadata["deletionTimestamp"]).astimezone(UTC)
    return with_metadata(
        obj,
        deletionTimestamp=format_time(end + timedelta(seconds=grace - before)),
        deletionGracePeriodSeconds=grace,
    )


def _finalizers(obj: Json, policy: str) -> list[str] | None:
    present: list[str] = obj["metadata"].get("finalizers") or []
    if not policy:
        return present or None
    others = [name for name in present if name not in (FOREGROUND, ORPHAN)]
    added = {"Foreground": [FOREGROUND], "Orphan": [ORPHAN]}.get(policy, [])
    return [*others, *added] or None
