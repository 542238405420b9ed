"""The life of a pod with which nothing is wrong."""

from grove_tui.api.constants import INIT_CONTAINER
from grove_tui.demo.objects import Container, Pod
from grove_tui.demo.recorder import News
from grove_tui.demo.stages import annotations
from grove_tui.demo.stages.containers import (
    is_complete,
    running,
    state_of,
    status_of,
    terminated,
    waiting,
    with_containers,
)
from grove_tui.demo.stages.stage import Delay, Moment, Stage, Step
from grove_tui.kube.objects import JSON

KUBELET = "kubelet"
CREATING = ("ContainerCreating", "PodInitializing")
EXIT = Delay(0.5, jitter=0.2)
START = Delay(0.3, jitter=0.3)
BECOME_READY = Delay(0.7, jitter=0.3)
INIT = Delay(0.3, jitter=0.3)
DEFAULT_GRACE = 30


def seconds_in(pod: Pod, annotation: str, default: float) -> float:
    """Return an annotation's number of seconds; `default` without it or when it is no number."""
    try:
        return max(0.0, float(pod.metadata.annotations[annotation]))
    except (KeyError, ValueError):
        return default


def _deleting(pod: Pod, _: Moment) -> bool:
    # A grace of 0 means that it was already deleted here and finalizers still keep it.
    return pod.is_terminating and pod.metadata.deletion_grace_period_seconds != 0


def _grace(pod: Pod) -> Delay:
    grace = pod.metadata.deletion_grace_period_seconds
    grace = DEFAULT_GRACE if grace is None else grace
    if annotations.STUBBORN in pod.metadata.annotations:
        return Delay(grace, floor=grace)
    return Delay(min(EXIT.seconds, grace), EXIT.jitter)


def _delete(pod: Pod, _: Moment) -> Step:
    names = [f"Stopping container {c.name}" for c in pod.spec.containers]
    return Step(events=tuple(News(KUBELET, "Killing", name) for name in names))


def _is_new(pod: Pod, _: Moment) -> bool:
    return not pod.status.get("containerStatuses")


def _create(pod: Pod, moment: Moment) -> Step:
    reason = CREATING[1] if pod.spec.init_containers else CREATING[0]
    everything = (*pod.spec.init_containers, *pod.spec.containers)
    status = with_containers(pod, [waiting(pod, c, reason) for c in everything], moment.now)
    status["hostIP"] = moment.host_ip
    status["hostIPs"] = [{"ip": moment.host_ip}]
    return Step(status)


def _next_init(pod: Pod) -> Container | None:
    return next((c for c in pod.spec.init_containers if not is_complete(pod, c)), None)


def _init_starts(pod: Pod, _: Moment) -> bool:
    container = _next_init(pod)
    return container is not None and state_of(pod, container) in CREATING


def _start_init(pod: Pod, moment: Moment) -> Step:
    container = _next_init(pod)
    assert container is not None
    started = running(pod, container, moment.now)
    started["ready"] = container.restart_policy == "Always"
    status = with_containers(pod, [started], moment.now)
    return Step(_with_address(pod, status, moment), _start_events(container))


def _init_ends(pod: Pod, moment: Moment) -> bool:
    container = _next_init(pod)
    if container is None or state_of(pod, container) != "running":
        return False
    return container.name != INIT_CONTAINER or all(
        moment.ready_pods(pod, clique) >= count
        for clique, count in awaited_cliques(container).items()
    )


def awaited_cliques(container: Container) -> dict[str, int]:
    """Return how many Ready pods of which PodCliques a start-up container waits for."""
    awaited = {}
    for argument in container.args:
        name, _, value = argument.partition("=")
        clique, _, count = value.rpartition(":")
        if name == "--podcliques" and clique and count.isdigit():
            awaited[clique] = int(count)
    return awaited


def _init_time(pod: Pod) -> Delay:
    container = _next_init(pod)
    return Delay() if container is not None and container.name == INIT_CONTAINER else INIT


def _end_init(pod: Pod, moment: Moment) -> Step:
    container = _next_init(pod)
    assert container is not None
    ended = terminated(pod, container, 0, "Completed", moment.now)
    ended["ready"] = True
    return Step(with_containers(pod, [ended], moment.now))


def _starts(pod: Pod, _: Moment) -> bool:
    return _next_init(pod) is None and any(
        state_of(pod, c) in CREATING for c in pod.spec.containers
    )


def _start(pod: Pod, moment: Moment) -> Step:
    started = [c for c in pod.spec.containers if state_of(pod, c) in CREATING]
    statuses = [running(pod, c, moment.now) for c in started]
    events = tuple(news for c in started for news in _start_events(c))
    return Step(_with_address(pod, with_containers(pod, statuses, moment.now), moment), events)


def _becomes_ready(pod: Pod, _: Moment) -> bool:
    return annotations.NOT_READY not in pod.metadata.annotations and bool(_unready(pod))


def _ready_time(pod: Pod) -> Delay:
    slow = seconds_in(pod, annotations.SLOW_START, 0)
    return Delay(slow, floor=slow) if slow else BECOME_READY


def _become_ready(pod: Pod, moment: Moment) -> Step:
    statuses = [{**status_of(pod, c), "ready": True} for c in _unready(pod)]
    return Step(with_containers(pod, statuses, moment.now))


def _unready(pod: Pod) -> list[Container]:
    return [
        c
        for c in pod.spec.containers
        if state_of(pod, c) == "running" and not status_of(pod, c).get("ready")
    ]


def _recovers(pod: Pod, _: Moment) -> bool:
    statuses = pod.status.get("containerStatuses") or ()
    return not pod.is_ready and all(status.get("ready") for status in statuses)


def _recover(pod: Pod, moment: Moment) -> Step:
    # The node controller took its readiness away while its node was lost.
    return Step(with_containers(pod, (), moment.now))


def _with_address(pod: Pod, status: JSON, moment: Moment) -> JSON:
    if not status.get("podIP"):
        address = moment.pod_ip(pod)
        status["podIP"] = address
        status["podIPs"] = [{"ip": address}]
    return status


def _start_events(container: Container) -> tuple[News, ...]:
    pulled = f'Container image "{container.image}" already present on machine'
    return (
        News(KUBELET, "Pulled", pulled),
        News(KUBELET, "Created", f"Created container: {container.name}"),
        News(KUBELET, "Started", f"Started container {container.name}"),
    )


DELETE = Stage("delete", _deleting, _delete, _grace)
CREATE = Stage("create", _is_new, _create)
INIT_START = Stage("init-start", _init_starts, _start_init)
INIT_END = Stage("init-end", _init_ends, _end_init, _init_time)
RUN = Stage("run", _starts, _start, lambda _: START)
READY = Stage("ready", _becomes_ready, _become_ready, _ready_time)
RECOVER = Stage("recover", _recovers, _recover, lambda _: BECOME_READY)
