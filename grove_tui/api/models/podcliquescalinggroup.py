"""PodCliqueScalingGroup: PodCliques that are replicated together."""

from pydantic import Field

from grove_tui.api.models.base import MAX_ITEMS, Count, Model, Name, PositiveCount
from grove_tui.api.models.common import (
    Conditions,
    LastError,
    ObjectMeta,
    ObservedGeneration,
    UpdateProgress,
)


class PodCliqueScalingGroupSpec(Model):
    """Which cliques form a replica and how many replicas there shall be."""

    replicas: Count = Field(default=1, description="Number of replicas, each with every clique.")
    min_available: PositiveCount = Field(
        default=1, description="Gang minimum: replicas that belong to the base gang."
    )
    clique_names: list[Name] = Field(
        max_length=MAX_ITEMS, description="Cliques of a replica, by their names in the template."
    )


class ReplicasSelectedToUpdate(Model):
    """Ready replicas that a rolling update replaces."""

    current: Count = Field(description="Replica that is being replaced.")
    completed: list[Count] | None = Field(default=None, description="Replicas that were replaced.")


class PodCliqueScalingGroupUpdateProgress(UpdateProgress):
    """How far an update has come; without an end it is in progress."""

    pod_clique_set_generation_hash: str = Field(
        description="Hash of the PodCliqueSet's pod templates that is being rolled out."
    )
    updated_pod_cliques_count: Count = Field(default=0, description="PodCliques that are updated.")
    total_pod_cliques_count: Count = Field(default=0, description="PodCliques to update.")
    ready_replica_indices_selected_to_update: ReplicasSelectedToUpdate | None = Field(
        default=None, description="Ready replicas that were picked for replacement."
    )


class PodCliqueScalingGroupStatus(Model):
    """What was last seen of a PodCliqueScalingGroup."""

    observed_generation: ObservedGeneration = None
    last_errors: list[LastError] | None = Field(
        default=None, description="What failed in the most recent incomplete reconciliation."
    )
    replicas: Count = Field(default=0, description="Replicas asked for.")
    scheduled_replicas: Count = Field(
        default=0, description="Replicas of which every clique has its minimum scheduled."
    )
    available_replicas: Count = Field(
        default=0, description="Scheduled replicas of which every clique has its minimum ready."
    )
    updated_replicas: Count = Field(
        default=0, description="Available replicas of which every clique is up to date."
    )
    selector: str | None = Field(
        default=None, description="Selector of the group's pods, for autoscalers."
    )
    conditions: Conditions | None = None
    current_pod_clique_set_generation_hash: str | None = Field(
        default=None, description="Hash of the PodCliqueSet that all replicas have."
    )
    update_progress: PodCliqueScalingGroupUpdateProgress | None = Field(
        default=None, description="The running or last update of the group."
    )


class PodCliqueScalingGroup(Model):
    """PodCliques that are replicated together, such as the leader and workers of one model."""

    metadata: ObjectMeta | None = None
    spec: PodCliqueScalingGroupSpec
    status: PodCliqueScalingGroupStatus | None = None
