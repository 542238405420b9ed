"""Where pods would find a place, and what is short where they would not.

As Grove's schedulers do, a gang starts with its minimum at once or not at all; to a gang that runs,
pods are added one by one.
"""

import random
from collections import Counter
from collections.abc import Collection, Sequence

from msgspec import Struct

from grove_tui.actions.preview.shortage import explain
from grove_tui.api.constants import (
    LABEL_BASE_PODGANG,
    LABEL_POD_TEMPLATE_HASH,
    LABEL_PODCLIQUE,
    LABEL_PODGANG,
)
from grove_tui.api.objects import PodGang
from grove_tui.kube.objects import NamespacedName, Node, Pod, PodSpec, controller_of
from grove_tui.kube.scheduling.demand import Demand, demand_of
from grove_tui.kube.scheduling.nodes import Nodes, Occupant
from grove_tui.kube.scheduling.placement import Candidate, Misfit, Placement
from grove_tui.reconcile.world import INDEX_NODE, INDEX_PODGANG, World

UNSEEN = "?"
"""The node of a pod where nodes cannot be seen."""


class Lack(Struct, frozen=True):
    """Why pods found no node.

    Attributes:
        sentence: What is short, without the pod's name.
        together: How many pods have to be placed at once; 0 when each is placed alone.
        fitting: How many of those would fit.
    """

    sentence: str
    together: int = 0
    fitting: int = 0


class Placed(Struct, frozen=True):
    """What came of the waiting pods of one gang."""

    nodes: tuple[tuple[Pod, str], ...] = ()
    lacking: tuple[tuple[Pod, Lack], ...] = ()


def are_nodes_unseen(world: World) -> bool:
    """Tell whether there are nodes that we may not list."""
    return not len(world.nodes) and any(pod.spec.node_name for pod in world.pods.values())


class Demands:
    """What pods ask for, computed once for all pods of one template."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Occupant] = {}
        self._demands: dict[tuple[object, ...], tuple[PodSpec, Demand]] = {}

    def of(self, pod: Pod) -> Demand:
        """Return what a pod asks for."""
        return self.occupant(pod).demand

    def occupant(self, pod: Pod) -> Occupant:
        """Return what a pod is to its node; of the pods of one template, one stands for all."""
        owner = controller_of(pod)
        labels = pod.metadata.labels
        key = owner.uid if owner is not None else "", labels.get(LABEL_POD_TEMPLATE_HASH, "")
        found = self._known.get(key)
        if found is None:
            clique = labels.get(LABEL_PODCLIQUE, "")
            found = Occupant(self._demand(pod), clique, pod.metadata.namespace, labels)
            if key[0] and key[1]:
                self._known[key] = found
        return found

    def _demand(self, pod: Pod) -> Demand:
        """Return what a pod asks for; worked out once for pods that share the parts of their spec.

        The spec is kept: while it lives, nothing else has the identity of one of its parts.
        """
        spec = pod.spec
        parts = (spec.containers, spec.init_containers, spec.tolerations, spec.affinity)
        maps = (spec.node_selector, spec.overhead)
        key = (pod.metadata.namespace, *map(id, (*parts, *maps)))
        found = self._demands.get(key)
        if found is None:
            found = self._demands[key] = spec, demand_of(pod)
        return found[1]


class Room:
    """The nodes of a draft and what is used of them.

    Where they cannot be seen (`is_blind`), every pod finds a place, on the node `UNSEEN`.
    """

    def __init__(self, world: World, demands: Demands, *, is_blind: bool = False) -> None:
        self._world = world
        self._demands = demands
        self._nodes = Nodes(self._occupants)
        # Equally good nodes are drawn by lot; a preview is to say the same each time.
        self._placement = Placement(self._nodes, random.Random(0))
        for node in world.nodes.values():
            self._nodes.observe(node.metadata.name, node)
        self._is_blind = is_blind

    def _occupants(self, node: str) -> dict[str, Occupant]:
        pods = self._world.pods.by_index(INDEX_NODE, node)
        return {p.metadata.uid: self._demands.occupant(p) for p in pods if not is_finished(p)}

    def release(self, pod: Pod) -> None:
        """Take notice that a pod is gone."""
        self._nodes.release(pod.metadata.uid)

    def observe(self, name: str, node: Node | None) -> None:
        """Take notice of a changed node; None when it is gone."""
        self._nodes.observe(name, node)

    def place(self, key: NamespacedName) -> Placed:
        """Find nodes for the waiting pods of a gang."""
        pods = _pods_of(self._world, key)
        waiting = sorted((pod for pod in pods if is_waiting(pod)), key=_seniority)
        gang = self._world.podgangs.get(*key)
        if not waiting or gang is None:
            return Placed()
        if self._is_blind:
            return Placed(tuple((pod, UNSEEN) for pod in waiting))
        chosen: list[tuple[Pod, str]] = []
        if not any(_holds_place(pod) for pod in pods):
            started = self._start(gang, waiting)
            if not isinstance(started, dict):
                lack = started
                return Placed(lacking=tuple((pod, lack) for pod in waiting) if lack else ())
            chosen = [(p, started[p.metadata.uid]) for p in waiting if p.metadata.uid in started]
            waiting = [pod for pod in waiting if pod.metadata.uid not in started]
        lacking = []
        for pod in waiting:
            node = self._placement.place(self._candidate(pod))
            if node:
                chosen.append((pod, node))
            else:
                lacking.append((pod, Lack(explain(self._nodes.counted(), self._demands.of(pod)))))
        return Placed(tuple(chosen), tuple(lacking))

    def _start(self, gang: PodGang, waiting: Sequence[Pod]) -> dict[str, str] | Lack | None:
        """Place the minimum of a gang; None while it has to wait for something else."""
        base = next(filter(None, (p.metadata.labels.get(LABEL_BASE_PODGANG) for p in waiting)), "")
        if base and not self._runs(NamespacedName(gang.metadata.namespace, base)):
            return None
        left = {group.name: group.min_replicas for group in gang.spec.podgroups}
        starters = []
        for pod in waiting:
            clique = pod.metadata.labels.get(LABEL_PODCLIQUE, "")
            if left.get(clique, 0) > 0:
                left[clique] -= 1
                starters.append(pod)
        if any(left.values()):
            return None
        outcome = self._placement.place_all([self._candidate(pod) for pod in starters])
        if not isinstance(outcome, Misfit):
            return outcome
        return self._misfit(starters, outcome.fitting)

    def _misfit(self, starters: Sequence[Pod], fitting: int) -> Lack:
        """Say what is short for the first pod that does not fit beside the others."""
        ordered = sorted(starters, key=lambda pod: _size(self._demands.of(pod)), reverse=True)
        tried = []
        sentence = ""
        for pod in ordered:
            candidate = self._candidate(pod)
            if not self._placement.place(candidate):
                sentence = explain(self._nodes.counted(), self._demands.of(pod))
                break
            tried.append(candidate.uid)
        for uid in tried:
            self._nodes.release(uid)
        return Lack(sentence, len(starters), fitting)

    def _runs(self, key: NamespacedName) -> bool:
        gang = self._world.podgangs.get(*key)
        if gang is None:
            return False
        pods = _pods_of(self._world, key)
        placed = Counter(
            pod.metadata.labels.get(LABEL_PODCLIQUE, "") for pod in pods if _holds_place(pod)
        )
        return all(placed[group.name] >= group.min_replicas for group in gang.spec.podgroups)

    def _candidate(self, pod: Pod) -> Candidate:
        return Candidate(pod.metadata.uid, self._demands.occupant(pod))


def waiting_gangs(world: World) -> list[NamespacedName]:
    """Return the gangs with pods that wait for a node, in the order of their chances.

    Room comes pod by pod, so a gang that runs and takes single pods is served before one that has
    to find room for its minimum; among equals the longest wait goes first.
    """
    found: dict[NamespacedName, None] = {}
    without_node = world.pods.by_index(INDEX_NODE, "")
    for pod in sorted(filter(is_waiting, without_node), key=_seniority):
        gang = pod.metadata.labels.get(LABEL_PODGANG)
        if gang:
            found[NamespacedName(pod.metadata.namespace, gang)] = None
    return sorted(found, key=lambda key: not any(map(_holds_place, _pods_of(world, key))))


def _pods_of(world: World, gang: NamespacedName) -> Collection[Pod]:
    return world.pods.by_index(INDEX_PODGANG, f"{gang.namespace}/{gang.name}")


def is_waiting(pod: Pod) -> bool:
    """Tell whether a pod may be scheduled and is not."""
    return (
        not pod.spec.node_name
        and not pod.spec.scheduling_gates
        and pod.metadata.deletion_timestamp is None
        and not is_finished(pod)
    )


def is_finished(pod: Pod) -> bool:
    """Tell whether a pod's containers have ended for good."""
    return pod.status.phase in ("Succeeded", "Failed")


def _holds_place(pod: Pod) -> bool:
    return (
        bool(pod.spec.node_name)
        and pod.metadata.deletion_timestamp is None
        and not is_finished(pod)
    )


def _seniority(pod: Pod) -> tuple[float, str]:
    created = pod.metadata.creation_timestamp
    return created.timestamp() if created is not None else float("inf"), pod.metadata.name


def _size(demand: Demand) -> tuple[int, int, int]:
    return sum(amount for _, amount in demand.others), demand.cpu, demand.memory
