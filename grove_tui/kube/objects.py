"""Kubernetes' built-in objects: the fields that grove-tui uses, as frozen msgspec Structs.

Attribute names are the API's in snake case; unknown fields are skipped while decoding, which is
what makes a watch event cost microseconds. The whole object is fetched on demand where a person
wants to read it (`Client.get_json`).
"""

from datetime import datetime
from typing import Any, NamedTuple, Protocol

from msgspec import Struct, field

JSON = dict[str, Any]


class NamespacedName(NamedTuple):
    """Identity of an object of a known kind; `namespace` is empty for cluster-scoped kinds."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Base(Struct, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """What all Structs of the Kubernetes API share."""


class OwnerReference(Base, frozen=True):
    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False
    block_owner_deletion: bool = False


class ObjectMeta(Base, frozen=True):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    generate_name: str = ""
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    deletion_grace_period_seconds: int | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()


class Condition(Base, frozen=True):
    """`metav1.Condition`, and the condition types of pods, nodes and CRDs."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: datetime | None = None
    observed_generation: int | None = None

    @property
    def is_true(self) -> bool:
        """Whether the status is `True` (not `False`, not `Unknown`)."""
        return self.status == "True"


class HasMetadata(Protocol):
    """Anything with object metadata."""

    @property
    def metadata(self) -> ObjectMeta: ...


class PartialObject(Base, frozen=True):
    """An object of which only the metadata matters."""

    metadata: ObjectMeta = ObjectMeta()


# Pods


class SchedulingGate(Base, frozen=True):
    name: str = ""


class Toleration(Base, frozen=True):
    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class ResourceRequirements(Base, frozen=True):
    requests: dict[str, str | int | float] = {}
    limits: dict[str, str | int | float] = {}


class Container(Base, frozen=True):
    name: str = ""
    image: str = ""
    args: tuple[str, ...] = ()
    resources: ResourceRequirements = ResourceRequirements()
    restart_policy: str = ""


class NodeSelectorRequirement(Base, frozen=True):
    key: str = ""
    operator: str = "In"
    values: tuple[str, ...] = ()


class NodeSelectorTerm(Base, frozen=True):
    match_expressions: tuple[NodeSelectorRequirement, ...] = ()
    match_fields: tuple[NodeSelectorRequirement, ...] = ()


class NodeSelector(Base, frozen=True):
    node_selector_terms: tuple[NodeSelectorTerm, ...] = ()


class NodeAffinity(Base, frozen=True):
    required: NodeSelector | None = field(
        default=None, name="requiredDuringSchedulingIgnoredDuringExecution"
    )


class LabelSelectorRequirement(Base, frozen=True):
    key: str = ""
    operator: str = "In"
    values: tuple[str, ...] = ()


class LabelSelector(Base, frozen=True):
    match_labels: dict[str, str] = {}
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()


class PodAffinityTerm(Base, frozen=True):
    topology_key: str = ""
    label_selector: LabelSelector | None = None


class PodAntiAffinity(Base, frozen=True):
    required: tuple[PodAffinityTerm, ...] = field(
        default=(), name="requiredDuringSchedulingIgnoredDuringExecution"
    )


class Affinity(Base, frozen=True):
    node_affinity: NodeAffinity | None = None
    pod_anti_affinity: PodAntiAffinity | None = None


class PodSpec(Base, frozen=True):
    node_name: str = ""
    hostname: str = ""
    subdomain: str = ""
    scheduler_name: str = ""
    restart_policy: str = "Always"
    priority_class_name: str = ""
    termination_grace_period_seconds: int | None = None
    node_selector: dict[str, str] = {}
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] = ()
    scheduling_gates: tuple[SchedulingGate, ...] = ()
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    overhead: dict[str, str | int | float] = {}


class StateRunning(Base, frozen=True):
    started_at: datetime | None = None


class StateWaiting(Base, frozen=True):
    reason: str = ""
    message: str = ""


class StateTerminated(Base, frozen=True):
    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class ContainerState(Base, frozen=True):
    running: StateRunning | None = None
    waiting: StateWaiting | None = None
    terminated: StateTerminated | None = None


class ContainerStatus(Base, frozen=True):
    name: str = ""
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    image: str = ""
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


class PodStatus(Base, frozen=True):
    phase: str = ""
    reason: str = ""
    message: str = ""
    host_ip: str = field(default="", name="hostIP")
    pod_ip: str = field(default="", name="podIP")
    start_time: datetime | None = None
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()


class Pod(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


# Nodes


class Taint(Base, frozen=True):
    key: str = ""
    value: str = ""
    effect: str = ""


class NodeSpec(Base, frozen=True):
    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()
    pod_cidr: str = field(default="", name="podCIDR")


class NodeAddress(Base, frozen=True):
    type: str = ""
    address: str = ""


class NodeStatus(Base, frozen=True):
    capacity: dict[str, str | int | float] = {}
    allocatable: dict[str, str | int | float] = {}
    conditions: tuple[Condition, ...] = ()
    addresses: tuple[NodeAddress, ...] = ()


class Node(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


# Events


class ObjectReference(Base, frozen=True):
    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    field_path: str = ""


class EventSource(Base, frozen=True):
    component: str = ""
    host: str = ""


class Event(Base, frozen=True):
    """`v1.Event`; `last_seen` hides the three places where its time may stand."""

    metadata: ObjectMeta = ObjectMeta()
    involved_object: ObjectReference = ObjectReference()
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int = 1
    source: EventSource = EventSource()
    reporting_component: str = ""
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None

    @property
    def last_seen(self) -> datetime | None:
        """When it last happened; `None` only for malformed events."""
        return self.last_timestamp or self.event_time or self.metadata.creation_timestamp


# Others


class ServiceSpec(Base, frozen=True):
    cluster_ip: str = field(default="", name="clusterIP")
    selector: dict[str, str] = {}
    publish_not_ready_addresses: bool = False


class Service(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: ServiceSpec = ServiceSpec()


class LeaseSpec(Base, frozen=True):
    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: datetime | None = None
    renew_time: datetime | None = None
    lease_transitions: int | None = None


class Lease(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: LeaseSpec = LeaseSpec()


class CrossVersionObjectReference(Base, frozen=True):
    api_version: str = ""
    kind: str = ""
    name: str = ""


class HorizontalPodAutoscalerSpec(Base, frozen=True):
    scale_target_ref: CrossVersionObjectReference = CrossVersionObjectReference()
    min_replicas: int | None = None
    max_replicas: int = 0
    metrics: list[JSON] | None = None
    behavior: JSON | None = None


class HorizontalPodAutoscaler(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: HorizontalPodAutoscalerSpec = HorizontalPodAutoscalerSpec()


class DeploymentStatus(Base, frozen=True):
    available_replicas: int = 0


class Deployment(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    status: DeploymentStatus = DeploymentStatus()


class CustomResourceDefinitionStatus(Base, frozen=True):
    conditions: tuple[Condition, ...] = ()


class CustomResourceDefinition(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    status: CustomResourceDefinitionStatus = CustomResourceDefinitionStatus()


def key_of(obj: HasMetadata) -> NamespacedName:
    """Return the identity of `obj` within its kind."""
    return NamespacedName(obj.metadata.namespace, obj.metadata.name)


def controller_of(obj: HasMetadata) -> OwnerReference | None:
    """Return the owner reference with `controller: true`, if any."""
    for reference in obj.metadata.owner_references:
        if reference.controller:
            return reference
    return None


def find_condition(conditions: tuple[Condition, ...], type_: str) -> Condition | None:
    """Return the condition of that type, if any."""
    for condition in conditions:
        if condition.type == type_:
            return condition
    return None


def is_true(conditions: tuple[Condition, ...], type_: str) -> bool:
    """Return whether the condition exists with status `True`."""
    condition = find_condition(conditions, type_)
    return condition is not None and condition.is_true
