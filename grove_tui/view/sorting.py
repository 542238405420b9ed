"""Orders in which lists and gangs can stand; ties stay in the order of names."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from grove_tui.kube.objects import Pod
from grove_tui.view.gangs import Gang
from grove_tui.view.podstatus import PodFacts


class Sort(StrEnum):
    """What rows are ordered by."""

    NAME = "name"
    TROUBLE = "trouble"
    STATUS = "status"
    READY = "ready"
    RESTARTS = "restarts"
    AGE = "age"
    NODE = "node"
    GPU = "gpu"

    @property
    def moves(self) -> bool:
        """Whether a change of a row can change its place."""
        return self not in (Sort.NAME, Sort.AGE)


def pod_order(sort: Sort) -> Callable[[Pod, PodFacts], Any]:
    """Return what pods are sorted by; the most interesting come first."""
    return _PODS[sort]


def gang_order(sort: Sort) -> Callable[[Gang], Any]:
    """Return what gangs are sorted by; the most interesting come first."""
    return _GANGS.get(sort, lambda _: 0)


def youngest_first(created: datetime | None) -> float:
    """Return what puts later moments first, and unknown ones last."""
    return -created.timestamp() if created is not None else float("inf")


def _share(ready: int, desired: int) -> float:
    return ready / desired if desired else 1.0


_PODS: Mapping[Sort, Callable[[Pod, PodFacts], Any]] = {
    Sort.NAME: lambda _pod, _facts: 0,
    Sort.TROUBLE: lambda _, facts: -facts.severity,
    Sort.STATUS: lambda _, facts: facts.word,
    Sort.READY: lambda _, facts: _share(*facts.containers),
    Sort.RESTARTS: lambda _, facts: -facts.restarts,
    Sort.AGE: lambda pod, _: youngest_first(pod.metadata.creation_timestamp),
    Sort.NODE: lambda _, facts: (not facts.node, facts.node),
    Sort.GPU: lambda _, facts: -facts.gpus,
}
_GANGS: Mapping[Sort, Callable[[Gang], Any]] = {
    Sort.TROUBLE: lambda gang: gang.health.order,
    Sort.STATUS: lambda gang: str(gang.health.word),
    Sort.READY: lambda gang: _share(gang.tally.ready, gang.tally.desired),
    Sort.RESTARTS: lambda gang: -gang.tally.restarts,
    Sort.AGE: lambda gang: youngest_first(gang.created),
    Sort.GPU: lambda gang: -gang.tally.gpus,
}
