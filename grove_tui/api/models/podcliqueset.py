"""PodCliqueSet: a whole system of cliques, replicated."""

from typing import Literal

from pydantic import Field

from grove_tui.api.constants import MAX_COMBINED_NAME_LENGTH, UPDATE_ROLLING_RECREATE
from grove_tui.api.models.base import Count, Model, rule, rules
from grove_tui.api.models.common import (
    Conditions,
    LastError,
    ObjectMeta,
    ObservedGeneration,
    UpdateProgress,
)
from grove_tui.api.models.template import PodCliqueSetTemplate


class UpdateStrategy(Model):
    """How changes of pod templates reach the pods."""

    type: Literal["RollingRecreate", "OnDelete"] = Field(
        default=UPDATE_ROLLING_RECREATE,
        description="RollingRecreate replaces pods a few at a time; OnDelete leaves them"
        " until someone deletes them.",
    )


class PodCliqueSetSpec(Model):
    """What is wanted: a template and the number of its copies."""

    replicas: Count = Field(default=0, description="Number of complete copies of the system.")
    update_strategy: UpdateStrategy | None = Field(
        default=None, description="How changes of pod templates reach the pods."
    )
    template: PodCliqueSetTemplate


class ReplicaUpdate(UpdateProgress):
    """The update of one replica."""

    replica_index: Count = Field(description="The replica.")


class PodCliqueSetUpdateProgress(UpdateProgress):
    """How far an update of pod templates has come; without an end it is in progress."""

    updated_pod_cliques_count: Count = Field(
        default=0, description="Standalone PodCliques that are updated."
    )
    total_pod_cliques_count: Count = Field(
        default=0, description="Standalone PodCliques to update."
    )
    updated_pod_clique_scaling_groups_count: Count = Field(
        default=0, description="Scaling groups that are updated."
    )
    total_pod_clique_scaling_groups_count: Count = Field(
        default=0, description="Scaling groups to update."
    )
    currently_updating: list[ReplicaUpdate] | None = Field(
        default=None, description="Replicas that are being updated, one at a time."
    )


class PodGangStatusSummary(Model):
    """State of one gang."""

    name: str = Field(description="Name of the PodGang.")
    phase: str = Field(description="Stage of the gang.")
    conditions: Conditions | None = None


class PodCliqueSetStatus(Model):
    """What was last seen of a PodCliqueSet."""

    observed_generation: ObservedGeneration = None
    conditions: Conditions | None = None
    last_errors: list[LastError] | None = Field(
        default=None, description="What failed in the most recent incomplete reconciliation."
    )
    replicas: Count | None = Field(default=None, description="Replicas asked for.")
    updated_replicas: Count = Field(
        default=0, description="Available replicas of which everything is up to date."
    )
    available_replicas: Count = Field(
        default=0, description="Replicas of which every part has its minimum ready."
    )
    hpa_pod_selector: str | None = Field(
        default=None, description="Selector of the set's pods, for autoscalers."
    )
    pod_gang_statuses: list[PodGangStatusSummary] | None = Field(
        default=None, description="State of the gangs."
    )
    current_generation_hash: str | None = Field(
        default=None, description="Hash of all pod templates."
    )
    update_progress: PodCliqueSetUpdateProgress | None = Field(
        default=None, description="The running or last update of pod templates."
    )


class PodCliqueSet(Model):
    """A system of cliques of pods that are gang scheduled, and copies of it."""

    model_config = rules(
        rule(
            "self.spec.template.cliques.all(c, "
            f"size(self.metadata.name) + size(c.name) <= {MAX_COMBINED_NAME_LENGTH})",
            "the names of the set and of a clique together must not exceed"
            f" {MAX_COMBINED_NAME_LENGTH} characters",
        ),
        rule(
            "!has(self.spec.template.podCliqueScalingGroups) || "
            "self.spec.template.podCliqueScalingGroups.all(g, g.cliqueNames.all(c, "
            "size(self.metadata.name) + size(g.name) + size(c)"
            f" <= {MAX_COMBINED_NAME_LENGTH}))",
            "the names of the set, of a scaling group and of its clique together must not exceed"
            f" {MAX_COMBINED_NAME_LENGTH} characters",
        ),
    )
    metadata: ObjectMeta | None = None
    spec: PodCliqueSetSpec
    status: PodCliqueSetStatus | None = None
