"""Container statuses and the pod status that follows from them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from grove_tui.demo.conditions import condition, merge
from grove_tui.demo.objects import Container, Pod
from grove_tui.kube.clock import format_time
from grove_tui.kube.objects import JSON


def waiting(pod: Pod, container: Container, reason: str, message: str = "") -> JSON:
    """Return the status of a container that does not run yet, or not again yet."""
    state = {"reason": reason, **({"message": message} if message else {})}
    return {**_identity(pod, container), "state": {"waiting": state}}


def running(pod: Pod, container: Container, now: datetime, *, restart: bool = False) -> JSON:
    """Return the status of a container that has just started."""
    before = _status_of(pod, container.name)
    restarts = int(before.get("restartCount", 0)) + (1 if restart else 0)
    identity = _identity(pod, container)
    digest = hashlib.sha256(f"{pod.metadata.uid}/{container.name}/{restarts}".encode()).hexdigest()
    image = hashlib.sha256(container.image.encode()).hexdigest()
    return {
        **identity,
        "restartCount": restarts,
        "started": True,
        "containerID": f"containerd://{digest}",
        "imageID": f"{container.image.rpartition(':')[0] or container.image}@sha256:{image}",
        "state": {"running": {"startedAt": format_time(now)}},
    }


def terminated(pod: Pod, container: Container, code: int, reason: str, now: datetime) -> JSON:
    """Return the status of a container that has ended."""
    return {
        **_identity(pod, container),
        "state": {"terminated": termination(pod, container, code, reason, now)},
    }


def termination(pod: Pod, container: Container, code: int, reason: str, now: datetime) -> JSON:
    """Return how a container ended, for its state or its last state."""
    before = _status_of(pod, container.name)
    started = before.get("state", {}).get("running", {}).get("startedAt", format_time(now))
    return {
        "exitCode": code,
        "reason": reason,
        "startedAt": started,
        "finishedAt": format_time(now),
        "containerID": before.get("containerID", ""),
    }


def status_of(pod: Pod, container: Container) -> JSON:
    """Return a container's present status; empty before it has one."""
    return _status_of(pod, container.name)


def state_of(pod: Pod, container: Container) -> str:
    """Return `running`, `terminated`, the reason it is waiting for, or empty before any status."""
    state = _status_of(pod, container.name).get("state", {})
    if "waiting" in state:
        return str(state["waiting"].get("reason", ""))
    return next(iter(state), "")


def is_complete(pod: Pod, container: Container) -> bool:
    """Whether an init container lets the next one start: it ended well, or is a running sidecar."""
    status = _status_of(pod, container.name)
    if container.restart_policy == "Always":
        return bool(status.get("ready"))
    ended = status.get("state", {}).get("terminated")
    return ended is not None and ended.get("exitCode") == 0


def with_containers(pod: Pod, changed: Iterable[JSON], now: datetime) -> JSON:
    """Return the pod's status with these container statuses, and all that follows from them."""
    by_name = {status["name"]: status for status in changed}
    status = dict(pod.status)
    for field, containers in (
        ("initContainerStatuses", pod.spec.init_containers),
        ("containerStatuses", pod.spec.containers),
    ):
        if containers:
            status[field] = [by_name.get(c.name) or _status_of(pod, c.name) for c in containers]
    return _concluded(pod, status, now)


def _concluded(pod: Pod, status: JSON, now: datetime) -> JSON:
    initialized = _initialized(pod, status)
    statuses = status.get("containerStatuses") or []
    phase = _phase(pod, statuses)
    unready = [s["name"] for s in statuses if not s.get("ready")]
    conditions = [
        initialized,
        _readiness("Ready", phase, unready),
        _readiness("ContainersReady", phase, unready),
    ]
    status["phase"] = phase
    status["conditions"] = merge(status.get("conditions") or (), conditions, now)
    status.setdefault("startTime", format_time(now))
    return status


def _initialized(pod: Pod, status: JSON) -> JSON:
    probe = Pod(pod.metadata, pod.spec, status)
    missing = [c.name for c in pod.spec.init_containers if not is_complete(probe, c)]
    if missing:
        message = f"containers with incomplete status: [{' '.join(missing)}]"
        return condition("Initialized", "False", "ContainersNotInitialized", message)
    return condition("Initialized", "True")


def _readiness(type_: str, phase: str, unready: Sequence[str]) -> JSON:
    if phase == "Succeeded":
        return condition(type_, "False", "PodCompleted")
    if phase == "Failed":
        return condition(type_, "False", "PodFailed")
    if unready:
        message = f"containers with unready status: [{' '.join(unready)}]"
        return condition(type_, "False", "ContainersNotReady", message)
    return condition(type_, "True")


def _phase(pod: Pod, statuses: Sequence[Mapping[str, JSON]]) -> str:
    ends = [s.get("state", {}).get("terminated") for s in statuses]
    if ends and all(end is not None for end in ends):
        return "Succeeded" if all(end["exitCode"] == 0 for end in ends if end) else "Failed"
    has_run = any("waiting" not in (s.get("state") or {"waiting": {}}) for s in statuses)
    return "Running" if has_run or pod.phase == "Running" else "Pending"


def _status_of(pod: Pod, name: str) -> JSON:
    for field in ("containerStatuses", "initContainerStatuses"):
        for status in pod.status.get(field) or ():
            if status.get("name") == name:
                return status  # type: ignore[no-any-return]
    return {}


def _identity(pod: Pod, container: Container) -> JSON:
    before = _status_of(pod, container.name)
    return {
        "name": container.name,
        "image": container.image,
        "imageID": before.get("imageID", ""),
        "containerID": before.get("containerID", ""),
        "ready": False,
        "started": False,
        "restartCount": before.get("restartCount", 0),
        "lastState": before.get("lastState", {}),
    }
