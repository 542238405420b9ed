"""Choosing nodes: for one pod, or for all pods of a gang's minimum at once."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from msgspec import Struct

from grove_tui.kube.scheduling.demand import Demand
from grove_tui.kube.scheduling.filters import refusal, shortage
from grove_tui.kube.scheduling.nodes import NodeInfo, Nodes, Occupant

ENOUGH = 100
"""How many nodes with room are compared; on larger clusters the search moves on from there."""


class Candidate(Struct, frozen=True):
    """A pod that needs a node."""

    uid: str
    occupant: Occupant


class Misfit(Struct, frozen=True):
    """Pods that cannot be placed together.

    Attributes:
        fitting: How many of them would fit.
        reason: Why the next one does not.
    """

    fitting: int
    reason: str


class Placement:
    """Finds nodes among those that exist; what it chooses counts as used at once."""

    def __init__(self, nodes: Nodes, rng: random.Random) -> None:
        self._nodes = nodes
        self._rng = rng
        self._version = -1
        self._willing: dict[Demand, list[NodeInfo]] = {}
        self._start = 0

    def place(self, candidate: Candidate) -> str:
        """Choose a node for one pod; empty if there is none."""
        node = self._find(candidate.occupant, packed=False)
        if node is None:
            return ""
        self._nodes.place(candidate.uid, node.name, candidate.occupant)
        return node.name

    def place_all(self, candidates: Sequence[Candidate]) -> dict[str, str] | Misfit:
        """Choose nodes for all pods, by uid, or for none."""
        # Spreading can leave every node too full for a large pod; packing then finds the room.
        outcome = self._try(candidates, packed=False)
        if isinstance(outcome, Misfit):
            packed = self._try(candidates, packed=True)
            if not isinstance(packed, Misfit) or packed.fitting > outcome.fitting:
                return packed
        return outcome

    def explain(self, demand: Demand) -> str:
        """Return kube-scheduler's sentence on why no node takes such a pod."""
        nodes = self._nodes.counted()
        if not nodes:
            return "no nodes available to schedule pods"
        reasons: Counter[str] = Counter()
        for node in nodes:
            refused = refusal(node, demand)
            reasons.update([refused] if refused else shortage(node, demand))
        listed = ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))
        return f"0/{len(nodes)} nodes are available: {listed}."

    def _try(self, candidates: Sequence[Candidate], *, packed: bool) -> dict[str, str] | Misfit:
        chosen: dict[str, str] = {}
        for candidate in sorted(candidates, key=_size, reverse=True):
            node = self._find(candidate.occupant, packed=packed)
            if node is None:
                # Explained while the others still take their room: that is why it lacks.
                misfit = Misfit(len(chosen), self.explain(candidate.occupant.demand))
                for uid in chosen:
                    self._nodes.release(uid)
                return misfit
            self._nodes.place(candidate.uid, node.name, candidate.occupant)
            chosen[candidate.uid] = node.name
        return chosen

    def _find(self, occupant: Occupant, *, packed: bool) -> NodeInfo | None:
        """Return the node with room that has fewest pods of the clique, then the lowest load.

        Equally good ones are drawn from by lot. `packed` prefers the fullest node instead.
        """
        best: NodeInfo | None = None
        best_score = (0.0, 0.0)
        ties = 0
        for node in self._with_room(occupant.demand):
            clique, load = node.cliques.get(occupant.clique, 0), node.load
            score = (-load, 0.0) if packed else (clique, load)
            if best is None or score < best_score:
                best, best_score, ties = node, score, 1
            elif score == best_score:
                ties += 1
                if self._rng.random() * ties < 1:
                    best = node
        return best

    def _with_room(self, demand: Demand) -> Iterator[NodeInfo]:
        willing = self._willing_nodes(demand)
        start = self._start % len(willing) if len(willing) > ENOUGH else 0
        cpu, memory = demand.cpu, demand.memory
        simple = not demand.others and not demand.anti_affinity
        found = seen = 0
        for node in chain(islice(willing, start, None), islice(willing, start)):
            seen += 1
            if not node.is_counted:
                self._nodes.count(node)
            if (
                (not cpu or node.cpu - node.used_cpu >= cpu)
                and (not memory or node.memory - node.used_memory >= memory)
                and len(node.occupants) < node.max_pods
                and (simple or not shortage(node, demand))
            ):
                yield node
                found += 1
                if found == ENOUGH:
                    break
        self._start = start + seen

    def _willing_nodes(self, demand: Demand) -> list[NodeInfo]:
        if self._version != self._nodes.version:
            self._willing.clear()
            self._version = self._nodes.version
        willing = self._willing.get(demand)
        if willing is None:
            willing = [node for node in self._nodes.known() if not refusal(node, demand)]
            self._willing[demand] = willing
        return willing


def _size(candidate: Candidate) -> tuple[int, int, int]:
    demand = candidate.occupant.demand
    return sum(amount for _, amount in demand.others), demand.cpu, demand.memory
