"""What can go wrong with a pod: images, crashes, readiness."""

import re

from grove_tui.demo.objects import Container, Pod
from grove_tui.demo.recorder import WARNING, News
from grove_tui.demo.stages import annotations
from grove_tui.demo.stages.containers import (
    is_complete,
    running,
    state_of,
    status_of,
    terminated,
    termination,
    waiting,
    with_containers,
)
from grove_tui.demo.stages.lifecycle import CREATING, KUBELET, seconds_in
from grove_tui.demo.stages.stage import Delay, Moment, Stage, Step
from grove_tui.kube.objects import JSON

BACKOFF, MAX_BACKOFF = 10.0, 300.0
"""Seconds before the first restart of a container; doubles with each, up to the maximum."""
CRASH_AFTER = 2.0
CRASH_LOOP_REASON = "CrashLoopBackOff"
PULL_REASONS = ("ErrImagePull", "ImagePullBackOff")
_EXIT = re.compile(r"\bexit\s+([0-9]{1,3})\s*;?\s*$")


def _patient(seconds: float) -> Delay:
    # Failures repeat for ever, so even the fastest simulation takes a tenth of their time.
    return Delay(seconds, floor=seconds / 10)


# Images


def cannot_pull(pod: Pod, container: Container) -> bool:
    """Whether the container's image does not exist."""
    return (
        annotations.IMAGE_PULL_ERROR in pod.metadata.annotations
        or container.image.rpartition(":")[2] == "missing"
    )


def _unpulled(pod: Pod, states: tuple[str, ...]) -> list[Container]:
    if not all(is_complete(pod, c) for c in pod.spec.init_containers):
        return []
    return [c for c in pod.spec.containers if state_of(pod, c) in states and cannot_pull(pod, c)]


def _pull_fails(pod: Pod, _: Moment) -> bool:
    return bool(_unpulled(pod, CREATING))


def _fail_pull(pod: Pod, moment: Moment) -> Step:
    failed = _unpulled(pod, CREATING)
    message = "rpc error: code = NotFound desc = failed to pull and unpack image: not found"
    statuses = [waiting(pod, c, PULL_REASONS[0], message) for c in failed]
    events = [
        News(KUBELET, "Failed", f'Failed to pull image "{c.image}": {message}', WARNING)
        for c in failed
    ]
    return Step(with_containers(pod, statuses, moment.now), tuple(events))


def _pull_backs_off(pod: Pod, _: Moment) -> bool:
    return bool(_unpulled(pod, PULL_REASONS[:1]))


def _back_off_pull(pod: Pod, moment: Moment) -> Step:
    failed = _unpulled(pod, PULL_REASONS[:1])
    messages = {c.name: f'Back-off pulling image "{c.image}"' for c in failed}
    statuses = [waiting(pod, c, PULL_REASONS[1], messages[c.name]) for c in failed]
    events = [News(KUBELET, "BackOff", messages[c.name], WARNING) for c in failed]
    return Step(with_containers(pod, statuses, moment.now), tuple(events))


def _pull_works_again(pod: Pod, _: Moment) -> bool:
    return any(state_of(pod, c) in PULL_REASONS and not cannot_pull(pod, c) for c in _main(pod))


def _pull_again(pod: Pod, moment: Moment) -> Step:
    statuses = [
        waiting(pod, c, CREATING[0])
        for c in _main(pod)
        if state_of(pod, c) in PULL_REASONS and not cannot_pull(pod, c)
    ]
    return Step(with_containers(pod, statuses, moment.now))


# Exits


def exit_of(pod: Pod, container: Container) -> tuple[int, str] | None:
    """Return the code and reason with which the container ends; None if it runs for ever."""
    marks = pod.metadata.annotations
    if container is pod.spec.containers[0]:
        if annotations.OOM_KILLED in marks:
            return 137, "OOMKilled"
        if annotations.CRASH_LOOP in marks:
            wish = marks[annotations.CRASH_LOOP]
            return int(wish) if wish.isdigit() else 1, "Error"
    match = _EXIT.search(container.args[-1]) if container.args else None
    if match is None:
        return None
    code = int(match[1]) % 256
    return code, "Error" if code else "Completed"


def _exiting(pod: Pod) -> list[Container]:
    return [c for c in _main(pod) if state_of(pod, c) == "running" and exit_of(pod, c) is not None]


def _exits(pod: Pod, _: Moment) -> bool:
    return bool(_exiting(pod))


def _exit(pod: Pod, moment: Moment) -> Step:
    statuses: list[JSON] = []
    events: list[News] = []
    for container in _exiting(pod):
        code, reason = exit_of(pod, container) or (0, "Completed")
        if not _restarts(pod, code):
            statuses.append(terminated(pod, container, code, reason, moment.now))
            continue
        message = _backoff_message(pod, container)
        ended = termination(pod, container, code, reason, moment.now)
        status = waiting(pod, container, CRASH_LOOP_REASON, message)
        statuses.append({**status, "lastState": {"terminated": ended}})
        events.append(News(KUBELET, "BackOff", message, WARNING))
    return Step(with_containers(pod, statuses, moment.now), tuple(events))


def _restarts(pod: Pod, code: int) -> bool:
    policy = pod.spec.restart_policy
    return policy in ("Always", "") or (policy == "OnFailure" and code != 0)


def _backoff_message(pod: Pod, container: Container) -> str:
    delay = backoff(status_of(pod, container).get("restartCount", 0))
    meta = pod.metadata
    who = f"{container.name} pod={meta.name}_{meta.namespace}({meta.uid})"
    return f"back-off {delay:.0f}s restarting failed container={who}"


def backoff(restarts: int) -> float:
    """Return the seconds before the next restart of a container."""
    return min(BACKOFF * (1 << min(restarts, 10)), MAX_BACKOFF)


def _backing_off(pod: Pod) -> list[Container]:
    return [c for c in _main(pod) if state_of(pod, c) == CRASH_LOOP_REASON]


def _restarts_again(pod: Pod, _: Moment) -> bool:
    return bool(_backing_off(pod))


def _restart_time(pod: Pod) -> Delay:
    counts = [status_of(pod, c).get("restartCount", 0) for c in _backing_off(pod)]
    return _patient(backoff(min(counts, default=0)))


def _restart(pod: Pod, moment: Moment) -> Step:
    restarted = _backing_off(pod)
    statuses = [running(pod, c, moment.now, restart=True) for c in restarted]
    events = tuple(News(KUBELET, "Started", f"Started container {c.name}") for c in restarted)
    return Step(with_containers(pod, statuses, moment.now), events)


# Readiness


def _becomes_unready(pod: Pod, _: Moment) -> bool:
    return annotations.NOT_READY in pod.metadata.annotations and bool(_ready(pod))


def _become_unready(pod: Pod, moment: Moment) -> Step:
    statuses = [{**status_of(pod, c), "ready": False} for c in _ready(pod)]
    news = News(
        KUBELET,
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        WARNING,
    )
    return Step(with_containers(pod, statuses, moment.now), (news,))


def _ready(pod: Pod) -> list[Container]:
    return [c for c in _main(pod) if status_of(pod, c).get("ready")]


def _main(pod: Pod) -> tuple[Container, ...]:
    return pod.spec.containers


PULL_ERROR = Stage("image-pull-error", _pull_fails, _fail_pull, lambda _: Delay(0.3))
PULL_BACKOFF = Stage(
    "image-pull-back-off", _pull_backs_off, _back_off_pull, lambda _: _patient(BACKOFF)
)
PULL_AGAIN = Stage("image-pull-again", _pull_works_again, _pull_again, lambda _: _patient(2))
EXIT = Stage(
    "exit",
    _exits,
    _exit,
    lambda pod: _patient(seconds_in(pod, annotations.CRASH_AFTER, CRASH_AFTER)),
)
RESTART = Stage("restart", _restarts_again, _restart, _restart_time)
UNREADY = Stage("unready", _becomes_unready, _become_unready, lambda _: Delay(0.5))
