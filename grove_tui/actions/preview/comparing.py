"""Two futures side by side: the one with a change and the one without it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from grove_tui.actions.preview.model import Arrival, Loss, Names
from grove_tui.actions.preview.room import Lack
from grove_tui.actions.preview.simulation import Simulation
from grove_tui.api.constants import LABEL_PODCLIQUE, LABEL_PODGANG
from grove_tui.kube.objects import Pod, key_of
from grove_tui.kube.quantity import CPU, MEMORY
from grove_tui.reconcile.world import INDEX_NODE, World

GATED = Lack("waits until its gang may start")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two simulations that began with the same world; read while both are at the same time.

    Attributes:
        world: The cluster as it is.
        with_: With the change.
        without: Without it.
    """

    world: World
    with_: Simulation
    without: Simulation

    def gone(self, field: str) -> list[Any]:
        """Return the real objects of a World's field that go through the change."""
        other = self.without.draft.trace.removed[field]
        return [o for uid, o in self.with_.draft.trace.removed[field].items() if uid not in other]

    def lost(self) -> list[Pod]:
        """Return the real pods that go through the change."""
        return self.gone("pods")

    def created(self) -> list[Pod]:
        """Return the pods that come through the change."""
        known = {_place(pod) for pod in self.without.draft.trace.created["pods"].values()}
        drafted = self.with_.draft.trace.created["pods"].values()
        return [pod for pod in drafted if _place(pod) not in known]

    def relieved(self) -> Iterator[Pod]:
        """Yield the real pods that find a node through the change."""
        for pod in self.world.pods.by_index(INDEX_NODE, ""):
            after = self.with_.world.pods.get(*key_of(pod))
            other = self.without.world.pods.get(*key_of(pod))
            if _has_node(after) and not _has_node(other):
                assert after is not None
                yield after

    def names(self, field: str) -> Names:
        """Return what comes and goes of one kind."""
        present = getattr(self.with_.world, field)
        removed: list[str] = []
        recreated: list[str] = []
        for obj in self.gone(field):
            comes_back = present.get(*key_of(obj)) is not None
            (recreated if comes_back else removed).append(obj.metadata.name)
        was_there = getattr(self.without.world, field)
        added = [
            obj.metadata.name
            for obj in self.with_.draft.trace.created[field].values()
            if was_there.get(*key_of(obj)) is None
        ]
        return Names(tuple(sorted(added)), tuple(sorted(removed)), tuple(sorted(recreated)))

    def resources(self) -> dict[str, int]:
        """Return what is requested more, or less if negative."""
        balance: Counter[str] = Counter()
        for pods, sign in ((self.created(), 1), (self.lost(), -1)):
            for pod in pods:
                demand = self.with_.demands.of(pod)
                balance[CPU] += sign * demand.cpu
                balance[MEMORY] += sign * demand.memory
                for name, amount in demand.others:
                    balance[name] += sign * amount
        return {name: amount for name, amount in balance.items() if amount}

    def arrivals(self) -> Iterator[Arrival]:
        """Yield the pods that come."""
        taken = {_place(pod) for pod in self.lost()}
        for pod in sorted(self.created(), key=_order):
            lack = None
            if not pod.spec.node_name:
                lack = self.with_.lacking.get(pod.metadata.uid, GATED)
            yield Arrival(
                pod.metadata.namespace,
                podclique_of(pod),
                pod.spec.hostname,
                pod.spec.node_name,
                pod.metadata.labels.get(LABEL_PODGANG, ""),
                lack,
                replaces=_place(pod) in taken,
            )


def losses(pods: Iterable[Pod]) -> tuple[Loss, ...]:
    """Return pods as a preview shows them, by name."""
    found = (
        Loss(p.metadata.namespace, p.metadata.name, podclique_of(p), p.spec.node_name) for p in pods
    )
    return tuple(sorted(found, key=lambda loss: (loss.namespace, loss.name)))


def podclique_of(pod: Pod) -> str:
    """Return the name of a pod's PodClique; empty for pods that are none of Grove's."""
    return pod.metadata.labels.get(LABEL_PODCLIQUE, "")


def _has_node(pod: Pod | None) -> bool:
    return pod is not None and bool(pod.spec.node_name)


def _place(pod: Pod) -> tuple[str, str, str]:
    return pod.metadata.namespace, podclique_of(pod), pod.spec.hostname


def _order(pod: Pod) -> tuple[str, str, int, str]:
    hostname = pod.spec.hostname
    return pod.metadata.namespace, podclique_of(pod), len(hostname), hostname
