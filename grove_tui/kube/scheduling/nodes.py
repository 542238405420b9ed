"""What runs on each node, kept up to date by differences.

A pod counts from the moment a node is chosen for it (assumed), not only when the watch shows it
bound; else two quick decisions would both take the last place.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from grove_tui.kube.objects import Node, Taint
from grove_tui.kube.quantity import CPU, MEMORY, PODS, amounts
from grove_tui.kube.scheduling.demand import Demand


class Occupant(Struct, frozen=True):
    """A pod on a node, as far as the scheduler has to remember it."""

    demand: Demand
    clique: str
    namespace: str
    labels: Mapping[str, str]


class NodeInfo:
    """One node: what it offers, what is used, who uses it.

    It may exist before its Node object is seen, because pods and nodes arrive on two watches, and
    after the Node is gone; `is_known` tells. `is_counted` tells whether what uses it is known.
    """

    __slots__ = (
        "cliques",
        "cpu",
        "is_counted",
        "is_known",
        "labels",
        "load",
        "max_pods",
        "memory",
        "name",
        "occupants",
        "others",
        "taints",
        "unschedulable",
        "used_cpu",
        "used_memory",
        "used_others",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_known = False
        self.is_counted = True
        self.labels: Mapping[str, str] = {}
        self.taints: tuple[Taint, ...] = ()
        self.unschedulable = False
        self.cpu = self.memory = self.max_pods = 0
        self.others: dict[str, int] = {}
        self.used_cpu = self.used_memory = 0
        self.used_others: dict[str, int] = {}
        self.occupants: dict[str, Occupant] = {}
        self.cliques: dict[str, int] = {}
        self.load = 0.0

    def describe(self, node: Node | None) -> None:
        """Take over what the Node object says; None when it is gone."""
        self.is_known = node is not None
        if node is None:
            return
        self.labels = node.metadata.labels
        self.taints = node.spec.taints
        self.unschedulable = node.spec.unschedulable
        offered = amounts(node.status.allocatable or node.status.capacity)
        self.cpu = offered.pop(CPU, 0)
        self.memory = offered.pop(MEMORY, 0)
        self.max_pods = offered.pop(PODS, 0)
        self.others = offered
        self._weigh()

    def add(self, uid: str, occupant: Occupant) -> None:
        """Count a pod; once, however often it is added."""
        if uid in self.occupants:
            return
        self.occupants[uid] = occupant
        self._count(occupant, 1)

    def fill(self, occupants: Mapping[str, Occupant]) -> None:
        """Count many pods that are not counted yet; as `add`, but faster."""
        self.occupants.update(occupants)
        for occupant in occupants.values():
            self._sum(occupant, 1)
        self._weigh()

    def remove(self, uid: str) -> None:
        """Stop counting a pod, if it was counted."""
        occupant = self.occupants.pop(uid, None)
        if occupant is not None:
            self._count(occupant, -1)

    def _count(self, occupant: Occupant, sign: int) -> None:
        self._sum(occupant, sign)
        self._weigh()

    def _sum(self, occupant: Occupant, sign: int) -> None:
        demand = occupant.demand
        self.used_cpu += sign * demand.cpu
        self.used_memory += sign * demand.memory
        for name, amount in demand.others:
            self.used_others[name] = self.used_others.get(name, 0) + sign * amount
        left = self.cliques.get(occupant.clique, 0) + sign
        if left:
            self.cliques[occupant.clique] = left
        else:
            del self.cliques[occupant.clique]

    def _weigh(self) -> None:
        # The scarcest of the three decides, so that a node full of tiny pods counts as full.
        self.load = max(
            self.used_cpu / self.cpu if self.cpu else 1.0,
            self.used_memory / self.memory if self.memory else 1.0,
            len(self.occupants) / self.max_pods if self.max_pods else 1.0,
        )


class Nodes:
    """All nodes, and where each pod is."""

    def __init__(self, occupants: Callable[[str], Mapping[str, Occupant]] | None = None) -> None:
        """Begin without nodes.

        Args:
            occupants: Returns the pods on a node, by uid, when the node is first looked at. Without
                it pods are known only by `place` and `fill`.
        """
        self._occupants = occupants
        self._nodes: dict[str, NodeInfo] = {}
        self._places: dict[str, NodeInfo] = {}
        self.version = 0
        """Grows when a node is added, removed or configured otherwise."""

    def known(self) -> list[NodeInfo]:
        """Return the nodes that exist; `count` one before looking at what uses it."""
        return [node for node in self._nodes.values() if node.is_known]

    def counted(self) -> list[NodeInfo]:
        """Return the nodes that exist, with what uses them."""
        known = self.known()
        for node in known:
            self.count(node)
        return known

    def count(self, node: NodeInfo) -> None:
        """Find out what uses a node, unless that is known."""
        if not node.is_counted:
            node.is_counted = True
            assert self._occupants is not None
            self.fill(node.name, self._occupants(node.name))

    def observe(self, name: str, node: Node | None) -> None:
        """Take over a Node object, or its absence."""
        info = self._node(name)
        info.describe(node)
        if node is None and not info.occupants:
            del self._nodes[name]
        self.version += 1

    def place(self, uid: str, node: str, occupant: Occupant) -> None:
        """Count a pod on `node`, and no longer on any other."""
        info = self._node(node)
        self.count(info)
        before = self._places.get(uid)
        if before is not None and before is not info:
            before.remove(uid)
        info.add(uid, occupant)
        self._places[uid] = info

    def fill(self, node: str, occupants: Mapping[str, Occupant]) -> None:
        """Count pods, by uid, that are on no node yet."""
        info = self._node(node)
        info.fill(occupants)
        self._places.update(dict.fromkeys(occupants, info))

    def release(self, uid: str) -> bool:
        """Stop counting a pod; returns whether it was counted."""
        info = self._places.pop(uid, None)
        if info is None:
            return False
        info.remove(uid)
        if not info.is_known and not info.occupants:
            self._nodes.pop(info.name, None)
        return True

    def _node(self, name: str) -> NodeInfo:
        found = self._nodes.get(name)
        if found is None:
            found = self._nodes[name] = NodeInfo(name)
            found.is_counted = self._occupants is None
        return found
