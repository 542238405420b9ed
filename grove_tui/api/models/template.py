"""What each replica of a PodCliqueSet consists of."""

from typing import Annotated, Literal

from pydantic import Field

from grove_tui.api import duration
from grove_tui.api.constants import STARTUP_ANY_ORDER
from grove_tui.api.models.base import (
    MAX_ITEMS,
    MAX_NAME,
    MAX_SUBDOMAIN,
    Count,
    Model,
    Name,
    PositiveCount,
    map_list,
    rule,
    rules,
    unchanged,
    unchanged_once_set,
)
from grove_tui.api.models.common import (
    AutoScalingConfig,
    GroupResourceSharing,
    ResourceClaimTemplate,
    ResourceSharing,
    SetResourceSharing,
    TopologyConstraint,
)
from grove_tui.api.models.podclique import PodCliqueSpec

SubdomainName = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]


class PodCliqueTemplateSpec(PodCliqueSpec):
    """What the pods of a clique are and how many a new PodClique starts with."""

    model_config = rules(
        unchanged_once_set("roleName"),
        unchanged_once_set("minAvailable"),
        unchanged("startsAfter"),
        unchanged("schedulerName", "podSpec."),
        rule(
            "!has(self.minAvailable) || "
            "self.minAvailable <= (self.replicas > 0 ? self.replicas : 1)",
            "minAvailable must not be greater than replicas",
        ),
        rule(
            "!has(self.autoScalingConfig) || self.autoScalingConfig.maxReplicas >= self.replicas",
            "autoScalingConfig.maxReplicas must not be less than replicas",
        ),
        rule(
            "!has(self.autoScalingConfig) || !has(self.autoScalingConfig.minReplicas) || "
            "!has(self.minAvailable) || "
            "self.autoScalingConfig.minReplicas >= self.minAvailable",
            "autoScalingConfig.minReplicas must not be less than minAvailable",
        ),
    )
    role_name: str | None = Field(
        default=None,
        max_length=MAX_SUBDOMAIN,
        description="Role of the pods, unique in the set. Defaults to the clique's name.",
    )
    replicas: Count = Field(
        default=1,
        description="Pods that a new PodClique starts with; later, scale the PodClique itself.",
    )
    min_available: PositiveCount | None = Field(
        default=None,
        description="Gang minimum: below it for terminationDelay, the gang is terminated."
        " Defaults to replicas; immutable.",
    )
    starts_after: list[Name] | None = Field(
        default=None,
        max_length=MAX_ITEMS,
        description="Cliques that must be ready before this one starts; immutable."
        " Used with CliqueStartupTypeExplicit.",
    )
    auto_scaling_config: AutoScalingConfig | None = Field(
        default=None,
        description="Asks for a HorizontalPodAutoscaler of the PodClique;"
        " not for cliques of scaling groups.",
    )


class PodCliqueTemplate(Model):
    """A clique: pods of one role."""

    name: SubdomainName = Field(
        description="Name of the clique, unique in the set and part of its pods' names; immutable."
    )
    labels: dict[str, str] | None = Field(
        default=None, description="Labels for the PodCliques and their pods."
    )
    annotations: dict[str, str] | None = Field(
        default=None, description="Annotations for the PodCliques and their pods."
    )
    spec: PodCliqueTemplateSpec
    topology_constraint: TopologyConstraint | None = Field(
        default=None, description="Placement of the clique's pods; immutable."
    )
    resource_sharing: list[ResourceSharing] | None = Field(
        default=None, description="Resource claims that the clique's pods share; immutable."
    )


class ScalingGroupConfig(Model):
    """Cliques that are replicated together."""

    model_config = rules(
        rule("self.cliqueNames == oldSelf.cliqueNames", "cliqueNames is immutable"),
        rule("self.minAvailable == oldSelf.minAvailable", "minAvailable is immutable"),
        rule(
            "self.minAvailable <= self.replicas", "minAvailable must not be greater than replicas"
        ),
        rule(
            "!has(self.scaleConfig) || !has(self.scaleConfig.minReplicas) || "
            "self.scaleConfig.minReplicas >= self.minAvailable",
            "scaleConfig.minReplicas must not be less than minAvailable",
        ),
    )
    name: SubdomainName = Field(description="Name of the scaling group, unique in the set.")
    clique_names: list[Name] = Field(
        max_length=MAX_ITEMS,
        description="Cliques of the group; a clique is in one group at most. Immutable.",
    )
    annotations: dict[str, str] | None = Field(
        default=None, description="Annotations for the PodCliqueScalingGroups."
    )
    replicas: PositiveCount = Field(
        default=1, description="Replicas that a new group starts with; later, scale the group."
    )
    min_available: PositiveCount = Field(
        default=1, description="Gang minimum: replicas that belong to the base gang; immutable."
    )
    scale_config: AutoScalingConfig | None = Field(
        default=None, description="Asks for a HorizontalPodAutoscaler of the group."
    )
    topology_constraint: TopologyConstraint | None = Field(
        default=None, description="Placement of each replica of the group; immutable."
    )
    resource_sharing: list[GroupResourceSharing] | None = Field(
        default=None, description="Resource claims that the group's pods share; immutable."
    )


class HeadlessServiceConfig(Model):
    """Settings of the headless Service of each replica."""

    publish_not_ready_addresses: bool = Field(
        default=True, description="Whether DNS has pods that are not ready."
    )


class PodCliqueSetTemplate(Model):
    """What each replica consists of."""

    model_config = rules(
        rule(
            "self.cliqueStartupType == oldSelf.cliqueStartupType", "cliqueStartupType is immutable"
        ),
        rule(
            "size(self.cliques) == size(oldSelf.cliques) && "
            "self.cliques.all(c, oldSelf.cliques.exists(o, o.name == c.name))",
            "not allowed to change the composition of cliques",
        ),
        rule(
            "has(self.podCliqueScalingGroups) == has(oldSelf.podCliqueScalingGroups) && "
            "(!has(self.podCliqueScalingGroups) || "
            "(size(self.podCliqueScalingGroups) == size(oldSelf.podCliqueScalingGroups) && "
            "self.podCliqueScalingGroups.all(g, "
            "oldSelf.podCliqueScalingGroups.exists(o, o.name == g.name))))",
            "not allowed to change the composition of podCliqueScalingGroups",
        ),
    )
    cliques: list[PodCliqueTemplate] = Field(
        min_length=1,
        max_length=MAX_ITEMS,
        json_schema_extra=map_list(),
        description="Roles of the system, at least one.",
    )
    clique_startup_type: Literal[
        "CliqueStartupTypeAnyOrder", "CliqueStartupTypeInOrder", "CliqueStartupTypeExplicit"
    ] = Field(
        default=STARTUP_ANY_ORDER,
        description="Order in which cliques start: any, that of the list, or by startsAfter."
        " Immutable.",
    )
    priority_class_name: str | None = Field(
        default=None, max_length=MAX_SUBDOMAIN, description="PriorityClass of the gangs."
    )
    headless_service_config: HeadlessServiceConfig | None = Field(
        default=None, description="Settings of the headless Service of each replica."
    )
    topology_constraint: TopologyConstraint | None = Field(
        default=None, description="Placement of each replica; immutable."
    )
    termination_delay: str | None = Field(
        default=None,
        max_length=64,
        json_schema_extra={
            "pattern": duration.PATTERN,
            "x-kubernetes-validations": [
                rule("duration(self) > duration('0s')", "terminationDelay must be greater than 0")
            ],
        },
        description="How long a gang may be below its minimum before it is terminated and made"
        " anew, such as 30s or 4h. Defaults to 4h; a change takes effect at once.",
    )
    pod_clique_scaling_groups: list[ScalingGroupConfig] | None = Field(
        default=None,
        max_length=MAX_ITEMS,
        json_schema_extra=map_list(),
        description="Cliques that are replicated together.",
    )
    resource_claim_templates: list[ResourceClaimTemplate] | None = Field(
        default=None, description="Templates for resource claims; immutable."
    )
    resource_sharing: list[SetResourceSharing] | None = Field(
        default=None, description="Resource claims that pods of the set share; immutable."
    )
