"""What a pod asks of a node, reduced to something that can be compared and hashed.

Pods of one template have equal demands. The scheduler decides once per demand which nodes may take
it at all, so its cost does not grow with the number of pods times the length of their specs.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from grove_tui.kube.objects import (
    Affinity,
    Container,
    LabelSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    ObjectMeta,
    Toleration,
)
from grove_tui.kube.quantity import CPU, MEMORY, amounts, maximum, total

HOSTNAME = "kubernetes.io/hostname"

Labels = tuple[tuple[str, str], ...]


class Spec(Protocol):
    """The part of a pod's spec that matters to a scheduler."""

    @property
    def containers(self) -> Sequence[Container]:
        """What runs."""
        ...

    @property
    def init_containers(self) -> Sequence[Container]:
        """What runs before it."""
        ...

    @property
    def overhead(self) -> Mapping[str, str | int | float]:
        """What running it costs on top."""
        ...

    @property
    def node_selector(self) -> Mapping[str, str]:
        """Labels that its node must have."""
        ...

    @property
    def affinity(self) -> Affinity | None:
        """Further wishes about its node."""
        ...

    @property
    def tolerations(self) -> tuple[Toleration, ...]:
        """Taints that it puts up with."""
        ...


class Schedulable(Protocol):
    """A pod, however much of it was decoded."""

    @property
    def metadata(self) -> ObjectMeta:
        """Its labels and namespace."""
        ...

    @property
    def spec(self) -> Spec:
        """What it asks for."""
        ...


class AntiAffinity(Struct, frozen=True):
    """Pods with these labels and expressions must not share the node, within one namespace."""

    namespace: str
    labels: Labels
    expressions: tuple[NodeSelectorRequirement, ...]


class Demand(Struct, frozen=True):
    """The part of a pod that decides which nodes can take it."""

    cpu: int
    """Millicores."""
    memory: int
    """Bytes."""
    others: tuple[tuple[str, int], ...]
    """Further resources, such as `nvidia.com/gpu`, sorted by name."""
    selector: Labels
    terms: tuple[NodeSelectorTerm, ...] | None
    """Required node affinity: any of the terms; None without one."""
    tolerations: tuple[Toleration, ...]
    anti_affinity: tuple[AntiAffinity, ...]


def demand_of(pod: Schedulable) -> Demand:
    """Return what `pod` asks of a node."""
    requests = requests_of(pod.spec)
    others = sorted(
        (name, amount)
        for name, amount in requests.items()
        if amount and name not in (CPU, MEMORY, "ephemeral-storage")
    )
    return Demand(
        requests.get(CPU, 0),
        requests.get(MEMORY, 0),
        tuple(others),
        tuple(sorted(pod.spec.node_selector.items())),
        _terms(pod.spec),
        pod.spec.tolerations,
        _anti_affinity(pod),
    )


def requests_of(spec: Spec) -> dict[str, int]:
    """Return the pod's effective requests.

    Init containers run one after another, so only the largest counts, and only where it exceeds
    what the containers need together; sidecars (restartPolicy Always) run beside everything.
    """
    running = [_requests(container) for container in spec.containers]
    sidecars: list[dict[str, int]] = []
    peaks: list[dict[str, int]] = []
    for container in spec.init_containers:
        if container.restart_policy == "Always":
            sidecars.append(_requests(container))
            peaks.append(total(sidecars))
        else:
            peaks.append(total([*sidecars, _requests(container)]))
    needed = maximum([total([*running, *sidecars]), *peaks])
    return total([needed, amounts(spec.overhead)]) if spec.overhead else needed


def _requests(container: Container) -> dict[str, int]:
    # A limit without a request is also the request.
    resources = container.resources
    try:
        return amounts({**resources.limits, **resources.requests})
    except ValueError:
        # An API server refuses such a pod; one that got past must not stop the scheduler.
        return {}


def _terms(spec: Spec) -> tuple[NodeSelectorTerm, ...] | None:
    affinity = spec.affinity.node_affinity if spec.affinity else None
    return affinity.required.node_selector_terms if affinity and affinity.required else None


def _anti_affinity(pod: Schedulable) -> tuple[AntiAffinity, ...]:
    affinity = pod.spec.affinity.pod_anti_affinity if pod.spec.affinity else None
    if affinity is None:
        return ()
    return tuple(
        _avoided(pod.metadata.namespace, term.label_selector)
        for term in affinity.required
        if term.topology_key == HOSTNAME and term.label_selector is not None
    )


def _avoided(namespace: str, selector: LabelSelector) -> AntiAffinity:
    expressions = tuple(
        NodeSelectorRequirement(e.key, e.operator, e.values) for e in selector.match_expressions
    )
    return AntiAffinity(namespace, tuple(sorted(selector.match_labels.items())), expressions)
