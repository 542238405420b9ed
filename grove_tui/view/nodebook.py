"""Nodes with what is on them: pods, and what they leave of CPU, memory and GPUs."""

from collections.abc import Callable, Iterable
from zlib import crc32

from msgspec import Struct

from grove_tui.api import labels
from grove_tui.kube import quantity
from grove_tui.kube.objects import Node, Pod, find_condition, is_true
from grove_tui.reconcile.world import INDEX_NODE, World
from grove_tui.view.keys import Key, Kind, gang_key, object_key
from grove_tui.view.podstatus import PodFacts, is_gpu
from grove_tui.view.rows import Severity

GANG_STYLES = 8
ZONE_LABELS = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
RACK_LABELS = ("topology.kubernetes.io/rack", "rack", "topology.grove.io/rack")


class Guest(Struct, frozen=True, gc=False):
    """A pod on a node.

    Attributes:
        key: The pod.
        facts: Its facts.
        gang: The gang that it belongs to; None for pods that are not Grove's.
        style: The style word of that gang.
    """

    key: Key
    facts: PodFacts
    gang: Key | None
    style: str


class Usage(Struct, frozen=True, gc=False):
    """An amount of a resource: what pods request of what can be allocated."""

    requested: int = 0
    allocatable: int = 0

    @property
    def free(self) -> int:
        """What is left; never negative."""
        return max(0, self.allocatable - self.requested)


class NodePicture(Struct, frozen=True, gc=False):
    """A node and what is on it.

    Attributes:
        node: The node.
        guests: Its pods by gang and name.
        pods: How many pods, of how many it takes.
        cpu: Millicores.
        memory: Bytes.
        gpus: GPUs of whichever vendor.
    """

    node: Node
    guests: tuple[Guest, ...]
    pods: Usage
    cpu: Usage
    memory: Usage
    gpus: Usage

    @property
    def status(self) -> str:
        """The STATUS that kubectl prints."""
        ready = find_condition(self.node.status.conditions, "Ready")
        word = "Unknown"
        if ready is not None:
            word = "Ready" if ready.is_true else "NotReady"
        return f"{word},SchedulingDisabled" if self.node.spec.unschedulable else word

    @property
    def is_ready(self) -> bool:
        """Whether its kubelet says that it works."""
        return is_node_ready(self.node)

    @property
    def severity(self) -> Severity:
        """How much attention it deserves."""
        if not self.is_ready:
            return Severity.ERROR
        return Severity.WARN if self.node.spec.unschedulable else Severity.OK

    @property
    def taints(self) -> str:
        """Its taints as kubectl writes them."""
        return ", ".join(
            f"{taint.key}={taint.value}:{taint.effect}"
            if taint.value
            else f"{taint.key}:{taint.effect}"
            for taint in self.node.spec.taints
        )

    @property
    def domain(self) -> str:
        """The rack that it is in, or else the zone; empty where no label says."""
        found = self.node.metadata.labels
        return next((found[key] for key in (*RACK_LABELS, *ZONE_LABELS) if found.get(key)), "")


def is_node_ready(node: Node) -> bool:
    """Tell whether a node's kubelet says that it works."""
    return is_true(node.status.conditions, "Ready")


class NodeBook:
    """All nodes of a World, pictured on demand."""

    def __init__(self, world: World, facts: Callable[[Pod], PodFacts]) -> None:
        self._world = world
        self._facts = facts
        self._pictures: dict[str, NodePicture] = {}

    def forget(self, names: Iterable[str]) -> None:
        """Picture these nodes anew when next asked for."""
        for name in names:
            self._pictures.pop(name, None)

    def get(self, name: str) -> NodePicture | None:
        """Return a node with what is on it."""
        picture = self._pictures.get(name)
        if picture is not None:
            return picture
        node = self._world.nodes.get("", name)
        if node is None:
            return None
        picture = self._pictures[name] = self._picture(node)
        return picture

    def all(self) -> list[NodePicture]:
        """Return all nodes by name."""
        names = sorted(node.metadata.name for node in self._world.nodes.values())
        pictures = (self.get(name) for name in names)
        return [picture for picture in pictures if picture is not None]

    def _picture(self, node: Node) -> NodePicture:
        pods = self._world.pods.by_index(INDEX_NODE, node.metadata.name)
        guests = sorted((self._guest(pod) for pod in pods), key=_guest_order)
        room = _room(node)
        counted = [guest.facts for guest in guests if not guest.facts.has_ended]
        return NodePicture(
            node=node,
            guests=tuple(guests),
            pods=Usage(len(counted), room.get(quantity.PODS, 0)),
            cpu=Usage(sum(pod.cpu for pod in counted), room.get(quantity.CPU, 0)),
            memory=Usage(sum(pod.memory for pod in counted), room.get(quantity.MEMORY, 0)),
            gpus=Usage(
                sum(pod.gpus for pod in counted),
                sum(amount for name, amount in room.items() if is_gpu(name)),
            ),
        )

    def _guest(self, pod: Pod) -> Guest:
        gang = gang_of(pod)
        style = gang_style(gang) if gang is not None else "dim"
        return Guest(object_key(Kind.POD, pod), self._facts(pod), gang, style)


def _room(node: Node) -> dict[str, int]:
    try:
        return quantity.amounts(node.status.allocatable)
    except ValueError:
        # No kubelet reports such a thing; a list of nodes is no place to fail for it.
        return {}


def gang_of(pod: Pod) -> Key | None:
    """Return the gang that a pod's labels name."""
    pcs = labels.part_of(pod.metadata.labels)
    index = labels.pcs_replica_index(pod.metadata.labels)
    if not pcs or index is None:
        return None
    return gang_key(pod.metadata.namespace, pcs, index)


def gang_style(gang: Key) -> str:
    """Return the style word of a gang: always the same, and neighbours differ."""
    start = crc32(f"{gang.namespace}/{gang.name}".encode())
    return f"gang-{(start + gang.replica) % GANG_STYLES}"


def _guest_order(guest: Guest) -> tuple[bool, str, str, int, str]:
    gang = guest.gang
    place = ("", "", -1) if gang is None else (gang.namespace, gang.name, gang.replica)
    return gang is None, *place, guest.key.name
