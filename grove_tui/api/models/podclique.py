"""PodClique: pods of one role."""

from pydantic import Field

from grove_tui.api.models.base import MAX_SUBDOMAIN, Count, Model, PositiveCount
from grove_tui.api.models.common import (
    AutoScalingConfig,
    Conditions,
    LastError,
    ObjectMeta,
    ObservedGeneration,
    PodSpec,
    UpdateProgress,
)


class PodCliqueSpec(Model):
    """What the pods of a PodClique are and how many there shall be."""

    role_name: str | None = Field(
        default=None, max_length=MAX_SUBDOMAIN, description="Role of the pods, such as leader."
    )
    pod_spec: PodSpec
    replicas: Count = Field(description="Number of pods.")
    min_available: PositiveCount | None = Field(
        default=None,
        description="Gang minimum: fewest pods that must be scheduled and able to become ready.",
    )
    starts_after: list[str] | None = Field(
        default=None,
        description="PodCliques that must be ready before containers of this one start.",
    )
    auto_scaling_config: AutoScalingConfig | None = Field(
        default=None, description="Autoscaling of the PodClique, for information."
    )


class PodsSelectedToUpdate(Model):
    """Ready pods that a rolling update replaces."""

    current: str = Field(description="Pod that is being replaced.")
    completed: list[str] | None = Field(default=None, description="Pods that were replaced.")


class PodCliqueUpdateProgress(UpdateProgress):
    """How far an update of the pods has come; without an end it is in progress."""

    pod_clique_set_generation_hash: str = Field(
        description="Hash of the PodCliqueSet's pod templates that is being rolled out."
    )
    pod_template_hash: str = Field(description="Hash of the pod template that is rolled out.")
    ready_pods_selected_to_update: PodsSelectedToUpdate | None = Field(
        default=None, description="Ready pods that were picked for replacement."
    )


class PodCliqueStatus(Model):
    """What was last seen of a PodClique."""

    observed_generation: ObservedGeneration = None
    last_errors: list[LastError] | None = Field(
        default=None, description="What failed in the most recent incomplete reconciliation."
    )
    replicas: Count | None = Field(
        default=None, description="Pods that exist and are not terminating."
    )
    ready_replicas: Count = Field(default=0, description="Pods that are ready.")
    updated_replicas: Count = Field(default=0, description="Pods of the current template.")
    schedule_gated_replicas: Count = Field(
        default=0, description="Pods that a scheduling gate holds back."
    )
    scheduled_replicas: Count = Field(default=0, description="Pods that have a node.")
    hpa_pod_selector: str | None = Field(
        default=None, description="Selector of the pods, for autoscalers."
    )
    conditions: Conditions | None = None
    current_pod_clique_set_generation_hash: str | None = Field(
        default=None, description="Hash of the PodCliqueSet that all pods have."
    )
    current_pod_template_hash: str | None = Field(
        default=None, description="Hash of the pod template that all pods have."
    )
    update_progress: PodCliqueUpdateProgress | None = Field(
        default=None, description="The running or last update of the pods."
    )


class PodClique(Model):
    """Pods of one role that are scheduled, scaled and terminated as part of a gang."""

    metadata: ObjectMeta | None = None
    spec: PodCliqueSpec
    status: PodCliqueStatus | None = None
