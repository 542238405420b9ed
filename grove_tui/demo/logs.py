"""The text of containers, which something else makes up."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from grove_tui.demo.requestinfo import is_true
from grove_tui.demo.statuses import Json, bad_request


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What a log request asks for; None where it does not say.

    Attributes:
        container: Always a container of the pod.
        previous: The run before the last restart.
    """

    container: str
    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    tail_lines: int | None = None
    since_seconds: int | None = None
    since_time: str = ""
    limit_bytes: int | None = None


Logs = Callable[[Json, LogOptions], bytes | AsyncIterator[bytes]]
"""Returns a pod's log: bytes, or with `follow` chunks as they are written."""


def no_logs(_pod: Json, _options: LogOptions) -> bytes:
    """Containers say nothing."""
    return b""


def log_options(pod: Json, query: Mapping[str, str]) -> LogOptions:
    """Read the options of a log request.

    Raises:
        BadRequest: No such container, or several and none named, or not started yet.
    """
    container = _container(pod, query.get("container", ""))
    _require_started(pod, container)
    return LogOptions(
        container,
        follow=is_true(query.get("follow")),
        previous=is_true(query.get("previous")),
        timestamps=is_true(query.get("timestamps")),
        tail_lines=_number(query, "tailLines"),
        since_seconds=_number(query, "sinceSeconds"),
        since_time=query.get("sinceTime", ""),
        limit_bytes=_number(query, "limitBytes"),
    )


def _container(pod: Json, asked: str) -> str:
    name, spec = pod["metadata"]["name"], pod["spec"]
    running = [c["name"] for c in spec.get("containers") or ()]
    first = [c["name"] for c in spec.get("initContainers") or ()]
    if asked:
        if asked in running + first:
            return asked
        raise bad_request(f"container {asked} is not valid for pod {name}")
    if len(running) + len(first) == 1:
        return str(running[0])
    choice = f"choose one of: [{' '.join(running)}]"
    if first:
        choice += f" or one of the init containers: [{' '.join(first)}]"
    raise bad_request(f"a container name must be specified for pod {name}, {choice}")


def _require_started(pod: Json, container: str) -> None:
    name, status = pod["metadata"]["name"], pod.get("status") or {}
    if not pod["spec"].get("nodeName"):
        raise bad_request(f"pod {name} does not have a host assigned")
    known = [*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())]
    state: Json = next(
        (c.get("state") or {} for c in known if c["name"] == container), {"waiting": {}}
    )
    if "waiting" in state and not _ran_before(known, container):
        reason = (state["waiting"] or {}).get("reason", "ContainerCreating")
        raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: {reason}')


def _ran_before(known: list[Json], container: str) -> bool:
    return any(c["name"] == container and c.get("restartCount") for c in known)


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise bad_request(f'invalid value for {name}: "{text}" is not a number') from None
