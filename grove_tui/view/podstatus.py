"""What a pod is doing, in the word that `kubectl get pods` prints and in facts to count."""

from datetime import datetime, timedelta

from msgspec import Struct

from grove_tui.api.constants import LABEL_PODCLIQUE
from grove_tui.kube import quantity
from grove_tui.kube.objects import (
    ContainerStatus,
    Pod,
    StateTerminated,
    controller_of,
    find_condition,
    is_true,
)
from grove_tui.kube.scheduling.demand import requests_of
from grove_tui.view.rows import Severity

POD_GLYPHS = {
    Severity.NONE: "○",
    Severity.OK: "●",
    Severity.PROGRESS: "◌",
    Severity.WARN: "▲",
    Severity.ERROR: "✖",
}
"""A symbol for each severity of a pod."""

READY_SLACK = timedelta(seconds=2)
"""Kubelets write a container's start and the pod's first unreadiness in any order."""

_WAITING_WORDS = frozenset({"ContainerCreating", "PodInitializing", "Pending", "SchedulingGated"})
_TERMINAL_PHASES = frozenset({"Succeeded", "Failed"})


class PodFacts(Struct, frozen=True, gc=False):
    """What rows and health are made from; equal facts mean that only details changed.

    Attributes:
        word: The STATUS that kubectl prints.
        severity: How bad that is.
        is_ready: Ready, and not going away.
        is_scheduled: Bound to a node, and not going away.
        is_gated: Held back by a scheduling gate.
        is_unschedulable: The scheduler tried and found no node.
        is_failing: In a state from which it does not start without help or luck.
        is_first_start: On its way to being ready for the first time.
        is_terminating: Its deletion was asked for.
        has_ended: All its containers have ended for good.
        restarts: Restarts of its containers.
        last_restart: When a container last ended.
        containers: Ready and all containers, as in the READY column.
        node: Where it runs.
        cpu: Millicores that it requests.
        memory: Bytes that it requests.
        gpus: GPUs that it requests.
        podclique: Value of its clique label.
        owner_uid: Uid of the PodClique that made it.
    """

    word: str
    severity: Severity
    is_ready: bool
    is_scheduled: bool
    is_gated: bool
    is_unschedulable: bool
    is_failing: bool
    is_first_start: bool
    is_terminating: bool
    has_ended: bool
    restarts: int
    last_restart: datetime | None
    containers: tuple[int, int]
    node: str
    cpu: int
    memory: int
    gpus: int
    podclique: str
    owner_uid: str


def pod_facts(pod: Pod) -> PodFacts:
    """Return the facts of a pod."""
    status, metadata = pod.status, pod.metadata
    word = status_word(pod)
    owner = controller_of(pod)
    is_terminating = metadata.deletion_timestamp is not None
    scheduled = find_condition(status.conditions, "PodScheduled")
    is_ready = is_true(status.conditions, "Ready")
    has_ended = status.phase in _TERMINAL_PHASES
    requested = {} if has_ended else requests_of(pod.spec)
    severity = _severity(word, is_ready=is_ready, is_terminating=is_terminating)
    is_unschedulable = scheduled is not None and scheduled.reason == "Unschedulable"
    return PodFacts(
        word=word,
        severity=Severity.WARN if is_unschedulable and not pod.spec.node_name else severity,
        is_ready=is_ready and not is_terminating,
        is_scheduled=bool(pod.spec.node_name) and not is_terminating,
        is_gated=word == "SchedulingGated",
        is_unschedulable=is_unschedulable and not pod.spec.node_name,
        is_failing=severity is Severity.ERROR,
        is_first_start=severity is Severity.PROGRESS and not is_terminating and _is_fresh(pod),
        is_terminating=is_terminating,
        has_ended=has_ended,
        restarts=restarts(pod),
        last_restart=_last_restart(pod),
        containers=ready_containers(pod),
        node=pod.spec.node_name,
        cpu=requested.get(quantity.CPU, 0),
        memory=requested.get(quantity.MEMORY, 0),
        gpus=sum(amount for name, amount in requested.items() if is_gpu(name)),
        podclique=metadata.labels.get(LABEL_PODCLIQUE, ""),
        owner_uid=owner.uid if owner else "",
    )


def has_same_facts(one: Pod, other: Pod) -> bool:
    """Tell whether two versions of a pod have the same facts, as far as that is quickly seen.

    Versions share what did not change, so it is enough to see that it is the same.
    """
    before, after = one.status, other.status
    return (
        one.spec is other.spec
        and before.conditions is after.conditions
        and before.container_statuses is after.container_statuses
        and before.init_container_statuses is after.init_container_statuses
        and (before.phase, before.reason) == (after.phase, after.reason)
        and _has_same_place(one, other)
    )


def _has_same_place(one: Pod, other: Pod) -> bool:
    before, after = one.metadata, other.metadata
    return (
        before.labels is after.labels
        and before.owner_references is after.owner_references
        and before.deletion_timestamp == after.deletion_timestamp
    )


def _is_fresh(pod: Pod) -> bool:
    """Tell whether it has a node, and no container has restarted or was ready before.

    A pod that loses its readiness gets a new transition time, later than its containers' start.
    """
    ready = find_condition(pod.status.conditions, "Ready")
    since = ready.last_transition_time if ready is not None else None
    running = [container.state.running for container in pod.status.container_statuses]
    starts = [state.started_at for state in running if state is not None]
    if not pod.spec.node_name or restarts(pod) or None in starts:
        return False
    begun = max((start for start in starts if start is not None), default=None)
    return since is None or begun is None or since <= begun + READY_SLACK


def status_word(pod: Pod) -> str:
    """Return the STATUS of a pod exactly as kubectl prints it."""
    status = pod.status
    word = status.reason or status.phase or "Unknown"
    scheduled = find_condition(status.conditions, "PodScheduled")
    if scheduled is not None and scheduled.reason == "SchedulingGated":
        word = "SchedulingGated"
    initializing = _init_word(pod)
    if initializing and not is_true(status.conditions, "Initialized"):
        word = initializing
    else:
        word = _container_word(pod, word)
    if pod.metadata.deletion_timestamp is not None:
        if status.reason == "NodeLost":
            return "Unknown"
        if status.phase not in _TERMINAL_PHASES:
            return "Terminating"
    return word


def _init_word(pod: Pod) -> str:
    """Return the word of the first init container that is not done, or nothing."""
    sidecars = _sidecars(pod)
    statuses = pod.status.init_container_statuses
    for index, container in enumerate(statuses):
        ended, waiting = container.state.terminated, container.state.waiting
        if ended is not None and ended.exit_code == 0:
            continue
        if container.name in sidecars and container.started:
            continue
        if ended is not None:
            return f"Init:{_ended_word(ended)}"
        if waiting is not None and waiting.reason not in ("", "PodInitializing"):
            return f"Init:{waiting.reason}"
        return f"Init:{index}/{len(pod.spec.init_containers) or len(statuses)}"
    return ""


def _container_word(pod: Pod, word: str) -> str:
    has_running = False
    for container in reversed(pod.status.container_statuses):
        state = container.state
        if state.waiting is not None and state.waiting.reason:
            word = state.waiting.reason
        elif state.terminated is not None:
            word = _ended_word(state.terminated)
        elif container.ready and state.running is not None:
            has_running = True
    if word == "Completed" and has_running:
        return "Running" if is_true(pod.status.conditions, "Ready") else "NotReady"
    return word


def _ended_word(ended: StateTerminated) -> str:
    if ended.reason:
        return ended.reason
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"


def _severity(word: str, *, is_ready: bool, is_terminating: bool) -> Severity:
    if is_terminating:
        return Severity.ERROR if word == "Unknown" else Severity.PROGRESS
    if word == "Running":
        return Severity.OK if is_ready else Severity.PROGRESS
    if word in _WAITING_WORDS or (word.startswith("Init:") and word[5:6].isdigit()):
        return Severity.PROGRESS
    if word in ("Completed", "Succeeded"):
        return Severity.NONE
    return Severity.WARN if word == "NotReady" else Severity.ERROR


def _sidecars(pod: Pod) -> frozenset[str]:
    """Return the init containers that run for the pod's whole life."""
    return frozenset(c.name for c in pod.spec.init_containers if c.restart_policy == "Always")


def _lasting(pod: Pod) -> list[ContainerStatus]:
    """Return the statuses of containers that are meant to keep running."""
    if not pod.spec.init_containers:
        return list(pod.status.container_statuses)
    sidecars = _sidecars(pod)
    lasting = [c for c in pod.status.init_container_statuses if c.name in sidecars]
    return [*lasting, *pod.status.container_statuses]


def ready_containers(pod: Pod) -> tuple[int, int]:
    """Return how many containers are ready, of how many: kubectl's READY."""
    total = len(pod.spec.containers) + len(_sidecars(pod))
    return sum(container.ready for container in _lasting(pod)), total


def restarts(pod: Pod) -> int:
    """Return kubectl's RESTARTS: those of init containers only while one of them runs."""
    if pod.status.init_container_statuses and not is_true(pod.status.conditions, "Initialized"):
        return sum(c.restart_count for c in pod.status.init_container_statuses)
    return sum(container.restart_count for container in _lasting(pod))


def _last_restart(pod: Pod) -> datetime | None:
    ends = (
        container.last_state.terminated.finished_at
        for container in (*pod.status.init_container_statuses, *pod.status.container_statuses)
        if container.last_state.terminated is not None
    )
    return max((end for end in ends if end is not None), default=None)


def is_gpu(resource: str) -> bool:
    """Tell whether a resource name means GPUs, of whichever vendor."""
    return resource.endswith(("/gpu", ".gpu")) or resource.startswith("gpu.intel.com/")
