"""What has lost its minimum, since when, and whether that counts.

* A PodClique or PodCliqueScalingGroup is breached while its MinAvailableBreached condition is True.
  The clock is that condition's lastTransitionTime, so it survives restarts of the reconciler.
* A breach counts only after the object once worked: a PodClique must have been scheduled, a
  scaling group healthy. A condition that is missing or as old as the object says nothing about the
  past (the upstream operator's take seconds to be written); unknown is not healthy.

What follows from breaches is `grove_tui.api.termination`.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.api.constants import (
    CONDITION_BREACHED,
    CONDITION_GANG_TERMINATION,
    CONDITION_SCHEDULED,
    INITIAL_SCHEDULE_GRACE_SECONDS,
)
from grove_tui.api.objects import PodClique, PodCliqueScalingGroup
from grove_tui.kube.objects import Condition, ObjectMeta, find_condition, is_true

_GRACE = timedelta(seconds=INITIAL_SCHEDULE_GRACE_SECONDS)


class Gate(StrEnum):
    """Why a breach does not count (yet)."""

    NEVER_SCHEDULED = "never scheduled"
    NEVER_HEALTHY = "never healthy"
    UPDATE_IN_PROGRESS = "update in progress"
    RECYCLE_IN_FLIGHT = "recycle in flight"
    CLIQUE_MISSING = "clique missing"


class Breach(Struct, frozen=True, gc=False):
    """A PodClique or PodCliqueScalingGroup below its minimum.

    Attributes:
        kind: `PodClique` or `PodCliqueScalingGroup`.
        uid: Tells a recreated object from the one before.
        since: When it fell below, by its condition.
        due: When `terminationDelay` has passed since; None while a gate stops it.
        gate: What stops it; None when it counts.
        condition: Its MinAvailableBreached condition.
    """

    kind: str
    name: str
    uid: str
    since: datetime | None
    due: datetime | None
    gate: Gate | None
    condition: Condition


def has_been_scheduled(podclique: PodClique) -> bool:
    """Tell whether a PodClique ever had its minimum scheduled, as far as its conditions know."""
    condition = find_condition(podclique.status.conditions, CONDITION_SCHEDULED)
    if condition is None:
        return False
    return condition.is_true or _moved_after_grace(condition, podclique.metadata)


def has_been_healthy(group: PodCliqueScalingGroup) -> bool:
    """Tell whether a scaling group ever had its minimum, as far as its conditions know."""
    condition = find_condition(group.status.conditions, CONDITION_BREACHED)
    if condition is None:
        return False
    return condition.status == "False" or _moved_after_grace(condition, group.metadata)


def _moved_after_grace(condition: Condition, metadata: ObjectMeta) -> bool:
    moved, created = condition.last_transition_time, metadata.creation_timestamp
    # Our reconciler dates what an object is born with at its birth, and marks such conditions
    # with a generation. The upstream operator dates it whenever it first looks.
    grace = timedelta() if condition.observed_generation is not None else _GRACE
    return moved is not None and created is not None and moved > created + grace


def podclique_breach(podclique: PodClique, delay: timedelta) -> Breach | None:
    """Return how a PodClique is below its minimum, or None when it is not."""
    minimum = podclique.spec.min_available
    below = min(podclique.status.scheduled_replicas, podclique.status.ready_replicas)
    gate = None
    if podclique.metadata.deletion_timestamp is not None:
        gate = Gate.RECYCLE_IN_FLIGHT
    elif not has_been_scheduled(podclique):
        gate = Gate.NEVER_SCHEDULED
    is_below = minimum is not None and below < minimum
    return _breach("PodClique", podclique, delay, gate, is_below=is_below)


def group_breach(group: PodCliqueScalingGroup, delay: timedelta) -> Breach | None:
    """Return how a scaling group is below its minimum, or None when it is not."""
    gate = None
    if (
        is_true(group.status.conditions, CONDITION_GANG_TERMINATION)
        or group.metadata.deletion_timestamp is not None
    ):
        gate = Gate.RECYCLE_IN_FLIGHT
    elif not has_been_healthy(group):
        gate = Gate.NEVER_HEALTHY
    is_below = group.status.available_replicas < group.spec.min_available
    return _breach("PodCliqueScalingGroup", group, delay, gate, is_below=is_below)


def _breach(
    kind: str,
    obj: PodClique | PodCliqueScalingGroup,
    delay: timedelta,
    gate: Gate | None,
    *,
    is_below: bool,
) -> Breach | None:
    condition = find_condition(obj.status.conditions, CONDITION_BREACHED)
    if condition is None:
        return None
    if condition.status == "Unknown" and is_below:
        gate = Gate.UPDATE_IN_PROGRESS
    elif not condition.is_true:
        return None
    since = condition.last_transition_time
    due = since + delay if since is not None and gate is None else None
    if due is None and gate is None:  # nothing says that it ever was different
        gate = Gate.NEVER_SCHEDULED if kind == "PodClique" else Gate.NEVER_HEALTHY
    return Breach(kind, obj.metadata.name, obj.metadata.uid, since, due, gate, condition)


def gated(breach: Breach | None, gate: Gate) -> Breach | None:
    """Return a breach that does not count because of `gate`, if it would."""
    if breach is None or breach.gate is not None:
        return breach
    return replace(breach, due=None, gate=gate)
