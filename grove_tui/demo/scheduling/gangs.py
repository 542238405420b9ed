"""The pods of each gang, and which of them have to be placed together.

A gang starts as a whole: as long as none of its pods has a node, the minimum of every group is
placed at once or not at all. Once it runs, a missing pod is a replacement and placed alone, as
kube-scheduler would, because waiting for company would only lengthen the outage.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from grove_tui.api.constants import LABEL_BASE_PODGANG, LABEL_PODCLIQUE, LABEL_PODGANG
from grove_tui.api.objects import PodGang
from grove_tui.demo.objects import Pod
from grove_tui.kube.objects import NamespacedName


class Readiness(Enum):
    """What may be done with the waiting pods of a gang."""

    NO_GANG = auto()
    """There is no PodGang of that name yet."""
    WAITS_FOR_BASE = auto()
    """The gang adds to another one whose minimum is not placed."""
    INCOMPLETE = auto()
    """Pods of the minimum are still missing or gated."""
    START = auto()
    """The minimum is to be placed at once."""
    RUNNING = auto()
    """Pods are placed one by one."""


@dataclass(slots=True)
class Gang:
    """The pods that carry a gang's label."""

    waiting: dict[str, Pod] = field(default_factory=dict)
    """Pods that may be scheduled and have no node, by uid, oldest first."""
    placed: dict[str, set[str]] = field(default_factory=dict)
    """Uids of live pods with a node, by clique."""

    @property
    def is_empty(self) -> bool:
        """Whether no pod needs to be remembered."""
        return not self.waiting and not self.placed

    def put(self, clique: str, uid: str) -> None:
        """Count a pod as placed."""
        self.waiting.pop(uid, None)
        self.placed.setdefault(clique, set()).add(uid)

    def drop(self, clique: str, uid: str) -> None:
        """Forget a pod."""
        self.waiting.pop(uid, None)
        placed = self.placed.get(clique)
        if placed is not None:
            placed.discard(uid)
            if not placed:
                del self.placed[clique]

    def holds_minimum(self, minimum: Mapping[str, int]) -> bool:
        """Whether every group has its minimum of pods on nodes."""
        return all(len(self.placed.get(name, ())) >= need for name, need in minimum.items())

    def starters(self, minimum: Mapping[str, int]) -> list[Pod] | None:
        """Return the waiting pods that make up the minimum; None while some are missing."""
        left = dict(minimum)
        starters = []
        for pod in self.waiting.values():
            clique = clique_label(pod)
            if left.get(clique, 0) > 0:
                left[clique] -= 1
                starters.append(pod)
        return None if any(left.values()) else starters


class Gangs:
    """All gangs that have pods."""

    def __init__(self) -> None:
        self._gangs: dict[NamespacedName, Gang] = {}

    def get(self, key: NamespacedName) -> Gang | None:
        """Return the gang of that name, if any pod carries its label."""
        return self._gangs.get(key)

    def wait(self, key: NamespacedName, pod: Pod) -> bool:
        """Count a pod as waiting; returns whether that is news."""
        gang = self._gangs.setdefault(key, Gang())
        is_news = pod.metadata.uid not in gang.waiting
        gang.waiting[pod.metadata.uid] = pod
        return is_news

    def count(self, pod: Pod, *, is_live: bool) -> None:
        """Count a pod as placed while it lives, and forget it afterwards."""
        key = gang_key(pod)
        if key is None:
            return
        gang = self._gangs.setdefault(key, Gang())
        if is_live:
            gang.put(clique_label(pod), pod.metadata.uid)
        else:
            gang.drop(clique_label(pod), pod.metadata.uid)
        if gang.is_empty:
            del self._gangs[key]


def gang_key(pod: Pod) -> NamespacedName | None:
    """Return the gang that a pod's label names."""
    name = pod.metadata.labels.get(LABEL_PODGANG)
    return NamespacedName(pod.metadata.namespace, name) if name else None


def base_key(pods: Collection[Pod]) -> NamespacedName | None:
    """Return the gang that has to run before the gang of these pods."""
    for pod in pods:
        name = pod.metadata.labels.get(LABEL_BASE_PODGANG)
        if name:
            return NamespacedName(pod.metadata.namespace, name)
    return None


def clique_label(pod: Pod) -> str:
    """Return the PodClique that a pod belongs to, as PodGangs name their groups."""
    return pod.metadata.labels.get(LABEL_PODCLIQUE, "")


def clique_of(pod: Pod) -> str:
    """Return what pods are spread by: the clique, or whatever controls the pod."""
    labels = pod.metadata.labels
    owner = next((ref.uid for ref in pod.metadata.owner_references if ref.controller), "")
    return labels.get(LABEL_PODCLIQUE) or owner or pod.metadata.name


def minimum_of(podgang: PodGang) -> dict[str, int]:
    """Return how many pods of each clique the gang needs at least."""
    return {group.name: group.min_replicas for group in podgang.spec.podgroups}


def readiness(gang: Gang, podgang: PodGang | None, *, base_runs: bool) -> Readiness:
    """Return what may be done with the gang's waiting pods."""
    if podgang is None:
        return Readiness.NO_GANG
    if gang.placed:
        return Readiness.RUNNING
    if not base_runs:
        return Readiness.WAITS_FOR_BASE
    if gang.starters(minimum_of(podgang)) is None:
        return Readiness.INCOMPLETE
    return Readiness.START
