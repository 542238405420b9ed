"""A change of an object in words: what happened, for people who were not looking.

Most changes of most objects say nothing to anybody; those have no words.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from grove_tui.api.constants import (
    CONDITION_BREACHED,
    CONDITION_GANG_TERMINATION,
    CONDITION_INITIALIZED,
    CONDITION_SCHEDULED,
)
from grove_tui.api.objects import PodClique, PodCliqueScalingGroup, PodCliqueSet, PodGang
from grove_tui.kube.objects import Condition, Event, HasMetadata, Node, Pod, find_condition
from grove_tui.view.history import Note, ObjectChange, Record
from grove_tui.view.podstatus import PodFacts, pod_facts
from grove_tui.view.rows import Severity

KINDS: Mapping[str, str] = {
    "podcliquesets": "PodCliqueSet",
    "podcliques": "PodClique",
    "podcliquescalinggroups": "PodCliqueScalingGroup",
    "podgangs": "PodGang",
    "pods": "Pod",
    "nodes": "Node",
    "services": "Service",
    "hpas": "HorizontalPodAutoscaler",
    "events": "Event",
}
"""The kind of each field of a World."""


class Told(Struct, frozen=True):
    """Something that happened, in words.

    Attributes:
        kind: Kind of the object that it happened to.
        namespace: Its namespace.
        name: Its name.
        text: What happened.
        severity: How much it matters.
    """

    kind: str
    namespace: str
    name: str
    text: str
    severity: Severity = Severity.NONE


Part = tuple[str, Severity]


def tell(record: Record) -> Told | None:
    """Return what a record says, or None when it says nothing to people."""
    if isinstance(record, Note):
        key = record.key
        return Told(record.kind, key.namespace, key.name, record.text, Severity.PROGRESS)
    obj = record.new if record.new is not None else record.old
    if isinstance(obj, Event):
        return _event(record, obj)
    parts = list(_parts(record))
    if obj is None or not parts:
        return None
    text = "; ".join(text for text, _ in parts)
    severity = max(severity for _, severity in parts)
    metadata = obj.metadata
    return Told(KINDS[record.field], metadata.namespace, metadata.name, text, severity)


def about(record: Record) -> tuple[str, str, str]:
    """Return kind, namespace and name of what a record is about."""
    if isinstance(record, Note):
        return record.kind, record.key.namespace, record.key.name
    obj = record.new if record.new is not None else record.old
    if isinstance(obj, Event):
        involved = obj.involved_object
        return involved.kind, involved.namespace, involved.name
    return KINDS[record.field], record.key.namespace, record.key.name


def _event(record: ObjectChange, event: Event) -> Told | None:
    if record.new is None or _is_same_event(record.old, event):
        return None
    involved = event.involved_object
    times = f" (x{event.count})" if event.count > 1 else ""
    return Told(
        involved.kind,
        involved.namespace,
        involved.name,
        f"{event.reason}: {event.message}{times}",
        Severity.WARN if event.type == "Warning" else Severity.NONE,
    )


def _is_same_event(old: HasMetadata | None, event: Event) -> bool:
    return isinstance(old, Event) and old.count == event.count and old.message == event.message


def _parts(record: ObjectChange) -> Iterable[Part]:
    old, new = record.old, record.new
    if old is None:
        yield "created", Severity.NONE
    elif new is None:
        yield "gone", Severity.NONE
    else:
        if old.metadata.deletion_timestamp is None and new.metadata.deletion_timestamp is not None:
            yield "is being deleted", Severity.PROGRESS
        teller = _TELLERS.get(type(new))
        if teller is not None:
            yield from teller(old, new)


def _pod(old: Pod, new: Pod) -> Iterable[Part]:
    before, after = pod_facts(old), pod_facts(new)
    if not before.node and after.node:
        yield f"assigned to {after.node}", Severity.NONE
    if before.is_gated and not after.is_gated:
        yield "released by its gang", Severity.NONE
    if before.word != after.word and after.word != "Terminating":
        yield f"{before.word} → {after.word}", after.severity
    yield from _readiness(before, after)
    if after.restarts > before.restarts:
        yield f"restarted ({after.restarts} in all){_exit(new)}", Severity.WARN
    if after.is_unschedulable and not before.is_unschedulable:
        yield "no node fits", Severity.WARN


def _readiness(before: PodFacts, after: PodFacts) -> Iterable[Part]:
    if after.is_ready and not before.is_ready:
        yield "ready", Severity.OK
    elif before.is_ready and not after.is_ready and not after.is_terminating:
        yield "not ready any more", Severity.WARN


def _exit(pod: Pod) -> str:
    ends = [status.last_state.terminated for status in pod.status.container_statuses]
    code = next((end.exit_code for end in ends if end is not None), None)
    return "" if code is None else f", exit code {code}"


def _podclique(old: PodClique, new: PodClique) -> Iterable[Part]:
    yield from _scaled(old.spec.replicas, new.spec.replicas)
    yield from _updated(old.status.update_progress, new.status.update_progress)
    before, after = _pair(old, new, CONDITION_SCHEDULED)
    if after == "True" and before != "True":
        yield "has its minimum scheduled", Severity.OK
    yield from _breached(old, new)


def _scaling_group(old: PodCliqueScalingGroup, new: PodCliqueScalingGroup) -> Iterable[Part]:
    yield from _scaled(old.spec.replicas, new.spec.replicas)
    yield from _updated(old.status.update_progress, new.status.update_progress)
    before, after = _pair(old, new, CONDITION_GANG_TERMINATION)
    if after == "True" and before != "True":
        yield "gang termination has begun", Severity.ERROR
    elif before == "True" and after != "True":
        yield "gang termination is over", Severity.OK
    yield from _breached(old, new)


def _breached(
    old: PodClique | PodCliqueScalingGroup, new: PodClique | PodCliqueScalingGroup
) -> Iterable[Part]:
    before, after = _pair(old, new, CONDITION_BREACHED)
    if before == after:
        return
    if after == "True":
        # From birth on a clique is below its minimum; only a loss is news.
        if before is not None and _lost(old, new):
            yield "fell below minAvailable", Severity.ERROR
        elif before is not None:
            yield "below minAvailable while its pods start", Severity.PROGRESS
    elif after == "False":
        yield "has its minimum", Severity.OK


def _lost(old: PodClique | PodCliqueScalingGroup, new: PodClique | PodCliqueScalingGroup) -> bool:
    """Tell whether something was ready before that is ready no more.

    While pods start, the condition may become True once more before the minimum is ready at last.
    """
    if not isinstance(old, PodClique) or not isinstance(new, PodClique):
        return True
    ready, minimum = old.status.ready_replicas, old.spec.min_available or 0
    return ready > new.status.ready_replicas or ready >= minimum


def _podcliqueset(old: PodCliqueSet, new: PodCliqueSet) -> Iterable[Part]:
    yield from _scaled(old.spec.replicas, new.spec.replicas)
    delays = old.spec.template.termination_delay, new.spec.template.termination_delay
    if delays[0] != delays[1]:
        yield f"terminationDelay {delays[0]} → {delays[1]}", Severity.PROGRESS
    if old.spec.template.cliques != new.spec.template.cliques:
        yield "template changed", Severity.PROGRESS
    yield from _updated(old.status.update_progress, new.status.update_progress)
    available = old.status.available_replicas, new.status.available_replicas
    if available[0] != available[1]:
        severity = Severity.WARN if available[1] < available[0] else Severity.OK
        yield f"available replicas {available[0]} → {available[1]}", severity


def _podgang(old: PodGang, new: PodGang) -> Iterable[Part]:
    before, after = _pair(old, new, CONDITION_INITIALIZED)
    if after == "True" and before != "True":
        yield "all pods of the gang exist", Severity.NONE


def _node(old: Node, new: Node) -> Iterable[Part]:
    before, after = _pair(old, new, "Ready")
    if before != after:
        is_ready = after == "True"
        text = "ready" if is_ready else "not ready any more"
        yield text, Severity.OK if is_ready else Severity.ERROR
    if old.spec.unschedulable != new.spec.unschedulable:
        yield "cordoned" if new.spec.unschedulable else "uncordoned", Severity.WARN
    if old.spec.taints != new.spec.taints:
        yield "taints changed", Severity.WARN


def _scaled(before: int, after: int) -> Iterable[Part]:
    if before != after:
        yield f"scaled {before} → {after}", Severity.PROGRESS


def _updated(before: Any, after: Any) -> Iterable[Part]:
    """Tell the begin and the end of an update; one that ends as it begins is no update."""
    running = before is not None and before.update_ended_at is None
    runs = after is not None and after.update_ended_at is None
    if runs and not running:
        yield "update started", Severity.PROGRESS
    elif running and not runs:
        yield "update finished", Severity.OK


def _pair(old: Any, new: Any, type_: str) -> tuple[str | None, str | None]:
    """Return the status of a condition before and after."""
    return _status(old.status.conditions, type_), _status(new.status.conditions, type_)


def _status(conditions: tuple[Condition, ...], type_: str) -> str | None:
    condition = find_condition(conditions, type_)
    return condition.status if condition is not None else None


_TELLERS: Mapping[type, Callable[[Any, Any], Iterable[Part]]] = {
    Pod: _pod,
    PodClique: _podclique,
    PodCliqueScalingGroup: _scaling_group,
    PodCliqueSet: _podcliqueset,
    PodGang: _podgang,
    Node: _node,
}
