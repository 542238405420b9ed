"""Pods as rows: readiness, the one word for their state, and restarts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from grove_tui.demo.statuses import Json
from grove_tui.demo.tables.ages import age
from grove_tui.demo.tables.printer import Printer, at, columns

_FINISHED = ("Succeeded", "Failed")


def _cells(pod: Json, now: datetime) -> Sequence[Any]:
    status = pod.get("status") or {}
    containers = _containers(pod)
    ready = sum(_is_ready(c) for c in status.get("containerStatuses") or ())
    return [
        pod["metadata"]["name"],
        f"{ready + _ready_sidecars(pod)}/{len(containers)}",
        pod_status(pod),
        _restarts(pod, now),
        age(pod["metadata"].get("creationTimestamp"), now),
        status.get("podIP") or "<none>",
        at(pod, "spec", "nodeName") or "<none>",
        status.get("nominatedNodeName") or "<none>",
        _readiness_gates(pod),
    ]


POD_PRINTER = Printer(
    columns(
        "Name",
        "Ready",
        "Status",
        "Restarts",
        "Age",
        wide=("IP", "Node", "Nominated Node", "Readiness Gates"),
    ),
    _cells,
)


def pod_status(pod: Json) -> str:
    """Return the word in kubectl's STATUS column."""
    status = pod.get("status") or {}
    reason = _phase_reason(status)
    initializing = _initializing(pod)
    if initializing and not _has_condition(status, "Initialized"):
        reason = initializing
    else:
        reason = _container_reason(status, reason)
    if "deletionTimestamp" in pod["metadata"]:
        if status.get("reason") == "NodeLost":
            return "Unknown"
        if status.get("phase") not in _FINISHED:
            return "Terminating"
    return reason


def _phase_reason(status: Json) -> str:
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition.get("reason") == "SchedulingGated":
            return "SchedulingGated"
    return str(status.get("reason") or status.get("phase") or "")


def _initializing(pod: Json) -> str:
    """Return what the first unfinished init container does; empty if all are through."""
    sidecars = _sidecars(pod)
    total = len(at(pod, "spec", "initContainers", default=()))
    for index, container in enumerate(at(pod, "status", "initContainerStatuses", default=())):
        state = container.get("state") or {}
        finished = state.get("terminated")
        if finished is not None and finished.get("exitCode") == 0:
            continue
        if container["name"] in sidecars and container.get("started"):
            continue
        if finished is not None:
            return "Init:" + _end_of(finished)
        waiting = (state.get("waiting") or {}).get("reason", "")
        if waiting and waiting != "PodInitializing":
            return f"Init:{waiting}"
        return f"Init:{index}/{total}"
    return ""


def _container_reason(status: Json, reason: str) -> str:
    running = False
    for container in reversed(status.get("containerStatuses") or ()):
        state = container.get("state") or {}
        waiting = (state.get("waiting") or {}).get("reason")
        if waiting:
            reason = waiting
        elif state.get("terminated") is not None:
            reason = _end_of(state["terminated"])
        elif _is_ready(container):
            running = True
    if reason == "Completed" and running:
        return "Running" if _has_condition(status, "Ready") else "NotReady"
    return reason


def _end_of(terminated: Json) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _is_ready(container: Json) -> bool:
    return (
        bool(container.get("ready")) and (container.get("state") or {}).get("running") is not None
    )


def _containers(pod: Json) -> list[str]:
    regular = [c["name"] for c in at(pod, "spec", "containers", default=())]
    return [*regular, *_sidecars(pod)]


def _sidecars(pod: Json) -> list[str]:
    """Return the init containers that keep running."""
    found = at(pod, "spec", "initContainers", default=())
    return [c["name"] for c in found if c.get("restartPolicy") == "Always"]


def _ready_sidecars(pod: Json) -> int:
    sidecars = _sidecars(pod)
    statuses = at(pod, "status", "initContainerStatuses", default=())
    return sum(c["name"] in sidecars and bool(c.get("ready")) for c in statuses)


def _restarts(pod: Json, now: datetime) -> str:
    status = pod.get("status") or {}
    counted = list(status.get("containerStatuses") or ())
    initial = status.get("initContainerStatuses") or ()
    if _initializing(pod) and not _has_condition(status, "Initialized"):
        counted = list(initial)
    else:
        counted += [c for c in initial if c["name"] in _sidecars(pod)]
    restarts = sum(c.get("restartCount") or 0 for c in counted)
    ends = [at(c, "lastState", "terminated", "finishedAt", default="") for c in counted]
    last = max(ends, default="")
    return f"{restarts} ({age(last, now)} ago)" if restarts and last else str(restarts)


def _readiness_gates(pod: Json) -> str:
    gates = at(pod, "spec", "readinessGates", default=())
    if not gates:
        return "<none>"
    status = pod.get("status") or {}
    passed = sum(_has_condition(status, gate["conditionType"]) for gate in gates)
    return f"{passed}/{len(gates)}"


def _has_condition(status: Json, kind: str) -> bool:
    return any(
        c["type"] == kind and c.get("status") == "True" for c in status.get("conditions") or ()
    )
