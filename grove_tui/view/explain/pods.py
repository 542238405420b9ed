"""Why a pod is not running and ready."""

from collections.abc import Callable

from grove_tui.api.constants import INIT_CONTAINER
from grove_tui.kube.durations import human_duration
from grove_tui.kube.objects import ContainerStatus, Pod, find_condition
from grove_tui.view.ages import age, countdown
from grove_tui.view.book import GangBook
from grove_tui.view.explain.causes import Cause, Reason, deeper
from grove_tui.view.explain.evidence import pod_events, quote
from grove_tui.view.explain.gates import gate_causes, startup_causes
from grove_tui.view.explain.placing import placing_causes
from grove_tui.view.keys import Kind, object_key
from grove_tui.view.rows import Severity
from grove_tui.view.treerows import is_wedged

_IMAGE_WORDS = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")
_CONFIGURATION_WORDS = (
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
)


def pod_causes(book: GangBook, pod: Pod, depth: int = 0) -> list[Cause]:
    """Return why a pod is not ready, or that it is; `depth` limits how far others are asked."""
    for rule in _RULES:
        causes = rule(book, pod, depth)
        if causes:
            return causes
    return [_cause(pod, Reason.STARTING, f"Pod {pod.metadata.name} is starting.", mild=True)]


def _cause(
    pod: Pod,
    reason: Reason,
    text: str,
    evidence: tuple[str, ...] = (),
    step: str = "",
    *,
    mild: bool = False,
) -> Cause:
    return Cause(
        reason,
        text,
        evidence,
        object_key(Kind.POD, pod),
        step,
        severity=Severity.PROGRESS if mild else Severity.ERROR,
    )


def _leaving(book: GangBook, pod: Pod, _: int) -> list[Cause]:
    ends, name, now = pod.metadata.deletion_timestamp, pod.metadata.name, book.clock()
    if ends is None:
        return []
    if not is_wedged(pod, now):
        left = f"within {countdown(ends, now)}" if ends > now else "now"
        text = f"Pod {name} is shutting down; its grace period ends {left}."
        return [_cause(pod, Reason.TERMINATING, text, mild=True)]
    over = human_duration((now - ends).total_seconds())
    evidence = [f"deletionTimestamp passed {over} ago"]
    if pod.metadata.finalizers:
        evidence.append(f"held by finalizer {', '.join(pod.metadata.finalizers)}")
    step = f"See what its node does; kubectl delete pod {name} --force if the node is gone for good"
    causes = [
        _cause(
            pod,
            Reason.WEDGED,
            f"Pod {name} still terminates {over} after its grace period ended.",
            tuple(evidence),
            step,
        )
    ]
    return [*causes, *deeper(_node_lost(book, pod, 0))]


def _ended(book: GangBook, pod: Pod, _: int) -> list[Cause]:
    if pod.status.phase not in ("Succeeded", "Failed"):
        return []
    word = book.facts(pod).word
    said = (quote(pod.status.message),) if pod.status.message else ()
    text = f"Pod {pod.metadata.name} has ended ({word}) and is not started again."
    step = f"Delete pod {pod.metadata.name} to have it replaced"
    return [_cause(pod, Reason.ENDED, text, said, step)]


def _node_lost(book: GangBook, pod: Pod, _: int) -> list[Cause]:
    name = pod.spec.node_name
    picture = book.nodes.get(name) if name else None
    if not name or (picture is not None and picture.is_ready):
        return []
    said: tuple[str, ...] = ()
    if picture is None:
        text = f"Its node {name} does not exist any more."
    else:
        ready = find_condition(picture.node.status.conditions, "Ready")
        since = age(ready.last_transition_time if ready else None, book.clock())
        text = f"Its node {name} has been {picture.status} for {since}."
        if ready is not None and ready.message:
            said = (quote(ready.message),)
    step = f"Bring node {name} back, or delete it so that its pods are replaced"
    return [_cause(pod, Reason.NODE_LOST, text, said, step)]


def _healthy(book: GangBook, pod: Pod, _: int) -> list[Cause]:
    if not book.facts(pod).is_ready:
        return []
    where = f"on {pod.spec.node_name}" if pod.spec.node_name else ""
    text = f"Pod {pod.metadata.name} is running and ready {where}".rstrip() + "."
    return [Cause(Reason.HEALTHY, text, about=object_key(Kind.POD, pod), severity=Severity.OK)]


def _containers(book: GangBook, pod: Pod, depth: int) -> list[Cause]:
    """Explain by the first container that has something to say."""
    for status in pod.status.init_container_statuses:
        if status.name == INIT_CONTAINER and _is_waiting(status):
            return startup_causes(book, pod, depth)
        causes = _container(book, pod, status)
        if causes:
            return causes
    for status in pod.status.container_statuses:
        causes = _container(book, pod, status)
        if causes:
            return causes
    return []


def _is_waiting(status: ContainerStatus) -> bool:
    return status.state.running is not None or (
        status.state.terminated is None
        and (status.state.waiting is None or status.state.waiting.reason == "PodInitializing")
    )


def _container(book: GangBook, pod: Pod, status: ContainerStatus) -> list[Cause]:
    waiting, ended = status.state.waiting, status.state.terminated
    word = waiting.reason if waiting else ""
    said = (quote(waiting.message),) if waiting and waiting.message else ()
    if word in _IMAGE_WORDS:
        text = f"The image {status.image or 'of ' + status.name} cannot be pulled ({word})."
        step = "Check the image's name and tag, and that the node may pull from its registry"
        return [_cause(pod, Reason.IMAGE, text, said or pod_events(book, pod, "Failed"), step)]
    if word in _CONFIGURATION_WORDS:
        text = f"Container {status.name} cannot be created ({word})."
        step = "Check the ConfigMaps, Secrets and volumes that the pod names"
        return [_cause(pod, Reason.CONFIGURATION, text, said or pod_events(book, pod), step)]
    if word == "CrashLoopBackOff" or (ended is not None and ended.exit_code != 0):
        return [_crash(pod, status)]
    return []


def _crash(pod: Pod, status: ContainerStatus) -> Cause:
    last = status.state.terminated or status.last_state.terminated
    code = f"exit code {last.exit_code}" if last else "an unknown exit code"
    why = f", {last.reason}" if last and last.reason not in ("", "Error") else ""
    times = f"{status.restart_count} restarts" if status.restart_count != 1 else "1 restart"
    text = f"Container {status.name} keeps ending: last with {code}{why}, after {times}."
    step = f"Read its last words: p on the pod, or kubectl logs {pod.metadata.name} --previous"
    if last is not None and last.reason == "OOMKilled":
        step = f"Raise the memory limit of container {status.name}"
    return _cause(
        pod, Reason.CRASH, text, (quote(last.message),) if last and last.message else (), step
    )


def _not_ready(book: GangBook, pod: Pod, _: int) -> list[Cause]:
    if pod.status.phase != "Running":
        return []
    slow = [status.name for status in pod.status.container_statuses if not status.ready]
    names = ", ".join(slow) or "the pod"
    said = pod_events(book, pod, "Unhealthy")
    text = f"It runs, but {names} {'is' if len(slow) < 2 else 'are'} not ready."
    step = "See what its readiness probe asks for" if said else ""
    return [_cause(pod, Reason.NOT_READY, text, said, step, mild=not said)]


def _starting(book: GangBook, pod: Pod, _: int) -> list[Cause]:
    if not pod.spec.node_name:
        return []
    said = pod_events(book, pod)
    text = f"Its containers are being started on {pod.spec.node_name}."
    step = "See the events of the pod" if said else ""
    return [_cause(pod, Reason.STARTING, text, said, step, mild=not said)]


_Rule = Callable[[GangBook, Pod, int], list[Cause]]
_RULES: tuple[_Rule, ...] = (
    _leaving,
    _ended,
    gate_causes,
    placing_causes,
    _node_lost,
    _healthy,
    _containers,
    _not_ready,
    _starting,
)
"""Asked in the order of a pod's life; the first that has an answer gives it."""
