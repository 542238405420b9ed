"""Grove's objects as frozen msgspec Structs: what stores hold and controllers read.

They decode what a server sends without judging it; what people write is judged by
`grove_tui.api.validation`. Pod specs stay JSON objects, since they are only passed on.
"""

from datetime import datetime

from grove_tui.api.constants import (
    GROUP,
    SCHEDULER_GROUP,
    STARTUP_ANY_ORDER,
    UPDATE_ROLLING_RECREATE,
    VERSION,
)
from grove_tui.kube.objects import JSON, Base, Condition, ObjectMeta
from grove_tui.kube.resources import Resource


class LastError(Base, frozen=True):
    code: str = ""
    description: str = ""
    observed_at: datetime | None = None


class AutoScalingConfig(Base, frozen=True):
    """`autoScalingConfig` of a clique and `scaleConfig` of a scaling group."""

    min_replicas: int | None = None
    max_replicas: int = 0
    metrics: list[JSON] | None = None


class PodCliqueSpec(Base, frozen=True):
    """Spec of a PodClique; in a template, `starts_after` holds clique names instead of FQNs."""

    role_name: str = ""
    pod_spec: JSON = {}
    replicas: int = 0
    min_available: int | None = None
    starts_after: tuple[str, ...] = ()
    auto_scaling_config: AutoScalingConfig | None = None


class PodCliqueTemplate(Base, frozen=True):
    name: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    spec: PodCliqueSpec = PodCliqueSpec()
    topology_constraint: JSON | None = None
    resource_sharing: list[JSON] | None = None


class ScalingGroupConfig(Base, frozen=True):
    """One entry of `podCliqueScalingGroups`."""

    name: str = ""
    clique_names: tuple[str, ...] = ()
    annotations: dict[str, str] = {}
    replicas: int = 1
    min_available: int = 1
    scale_config: AutoScalingConfig | None = None
    topology_constraint: JSON | None = None
    resource_sharing: list[JSON] | None = None


class HeadlessServiceConfig(Base, frozen=True):
    publish_not_ready_addresses: bool = True


class UpdateStrategy(Base, frozen=True):
    type: str = UPDATE_ROLLING_RECREATE


class PodCliqueSetTemplate(Base, frozen=True):
    cliques: tuple[PodCliqueTemplate, ...] = ()
    clique_startup_type: str = STARTUP_ANY_ORDER
    priority_class_name: str = ""
    headless_service_config: HeadlessServiceConfig | None = None
    topology_constraint: JSON | None = None
    termination_delay: str | None = None
    pod_clique_scaling_groups: tuple[ScalingGroupConfig, ...] = ()
    resource_claim_templates: list[JSON] | None = None
    resource_sharing: list[JSON] | None = None


class PodCliqueSetSpec(Base, frozen=True):
    replicas: int = 0
    update_strategy: UpdateStrategy = UpdateStrategy()
    template: PodCliqueSetTemplate = PodCliqueSetTemplate()


class ReplicaUpdate(Base, frozen=True):
    replica_index: int = 0
    update_started_at: datetime | None = None
    update_ended_at: datetime | None = None


class PodCliqueSetUpdateProgress(Base, frozen=True):
    update_started_at: datetime | None = None
    update_ended_at: datetime | None = None
    updated_pod_cliques_count: int = 0
    total_pod_cliques_count: int = 0
    updated_pod_clique_scaling_groups_count: int = 0
    total_pod_clique_scaling_groups_count: int = 0
    currently_updating: tuple[ReplicaUpdate, ...] = ()


class PodCliqueSetStatus(Base, frozen=True):
    observed_generation: int | None = None
    conditions: tuple[Condition, ...] = ()
    last_errors: tuple[LastError, ...] = ()
    replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    hpa_pod_selector: str = ""
    current_generation_hash: str | None = None
    update_progress: PodCliqueSetUpdateProgress | None = None


class PodCliqueSet(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodCliqueSetSpec = PodCliqueSetSpec()
    status: PodCliqueSetStatus = PodCliqueSetStatus()


class PodsSelectedToUpdate(Base, frozen=True):
    current: str = ""
    completed: tuple[str, ...] = ()


class PodCliqueUpdateProgress(Base, frozen=True):
    update_started_at: datetime | None = None
    update_ended_at: datetime | None = None
    pod_clique_set_generation_hash: str = ""
    pod_template_hash: str = ""
    ready_pods_selected_to_update: PodsSelectedToUpdate | None = None


class PodCliqueStatus(Base, frozen=True):
    observed_generation: int | None = None
    last_errors: tuple[LastError, ...] = ()
    replicas: int = 0
    ready_replicas: int = 0
    updated_replicas: int = 0
    schedule_gated_replicas: int = 0
    scheduled_replicas: int = 0
    hpa_pod_selector: str = ""
    conditions: tuple[Condition, ...] = ()
    current_pod_clique_set_generation_hash: str | None = None
    current_pod_template_hash: str | None = None
    update_progress: PodCliqueUpdateProgress | None = None


class PodClique(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodCliqueSpec = PodCliqueSpec()
    status: PodCliqueStatus = PodCliqueStatus()


class PodCliqueScalingGroupSpec(Base, frozen=True):
    replicas: int = 1
    min_available: int = 1
    clique_names: tuple[str, ...] = ()


class ReplicasSelectedToUpdate(Base, frozen=True):
    current: int = 0
    completed: tuple[int, ...] = ()


class PodCliqueScalingGroupUpdateProgress(Base, frozen=True):
    update_started_at: datetime | None = None
    update_ended_at: datetime | None = None
    pod_clique_set_generation_hash: str = ""
    updated_pod_cliques_count: int = 0
    total_pod_cliques_count: int = 0
    ready_replica_indices_selected_to_update: ReplicasSelectedToUpdate | None = None


class PodCliqueScalingGroupStatus(Base, frozen=True):
    observed_generation: int | None = None
    last_errors: tuple[LastError, ...] = ()
    replicas: int = 0
    scheduled_replicas: int = 0
    available_replicas: int = 0
    updated_replicas: int = 0
    selector: str = ""
    conditions: tuple[Condition, ...] = ()
    current_pod_clique_set_generation_hash: str | None = None
    update_progress: PodCliqueScalingGroupUpdateProgress | None = None


class PodCliqueScalingGroup(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodCliqueScalingGroupSpec = PodCliqueScalingGroupSpec()
    status: PodCliqueScalingGroupStatus = PodCliqueScalingGroupStatus()


class PodReference(Base, frozen=True):
    namespace: str = ""
    name: str = ""


class PodGroup(Base, frozen=True):
    name: str = ""
    pod_references: tuple[PodReference, ...] = ()
    min_replicas: int = 0
    topology_constraint: JSON | None = None


class PodGangSpec(Base, frozen=True):
    podgroups: tuple[PodGroup, ...] = ()
    priority_class_name: str = ""
    topology_constraint: JSON | None = None
    topology_constraint_group_configs: list[JSON] | None = None


class PodGangStatus(Base, frozen=True):
    phase: str = ""
    conditions: tuple[Condition, ...] = ()


class PodGang(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodGangSpec = PodGangSpec()
    status: PodGangStatus = PodGangStatus()


PODCLIQUESETS = Resource(
    GROUP, VERSION, "podcliquesets", "PodCliqueSet", PodCliqueSet, short_names=("pcs",)
)
PODCLIQUES = Resource(GROUP, VERSION, "podcliques", "PodClique", PodClique, short_names=("pclq",))
PODCLIQUESCALINGGROUPS = Resource(
    GROUP,
    VERSION,
    "podcliquescalinggroups",
    "PodCliqueScalingGroup",
    PodCliqueScalingGroup,
    short_names=("pcsg",),
)
PODGANGS = Resource(SCHEDULER_GROUP, VERSION, "podgangs", "PodGang", PodGang, short_names=("pg",))
