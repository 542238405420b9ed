"""Parts that several kinds of the Grove API have."""

from typing import Annotated, Literal

from pydantic import Field

from grove_tui.api.models.base import (
    MAX_ITEMS,
    MAX_NAME,
    MAX_SUBDOMAIN,
    Int64,
    Model,
    Name,
    OpenModel,
    PositiveCount,
    Time,
    map_list,
    rule,
    rules,
)


class OwnerReference(Model):
    """An owner of an object."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class ObjectMeta(Model):
    """What every object has. API servers check it themselves; it is no part of a CRD's schema."""

    name: str | None = None
    generate_name: str | None = None
    namespace: str | None = None
    uid: str | None = None
    resource_version: str | None = None
    generation: Int64 | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    deletion_grace_period_seconds: Int64 | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: list[OwnerReference] | None = None
    finalizers: list[str] | None = None


class Condition(Model):
    """One aspect of the object's state, as of its last change."""

    type: str = Field(description="Name of the aspect.", max_length=316)
    status: Literal["True", "False", "Unknown"] = Field(description="State of the aspect.")
    reason: str = Field(description="Machine-readable reason for the state.", max_length=1024)
    message: str = Field(description="The reason for people.", max_length=32768)
    last_transition_time: Time = Field(description="When the status last changed.")
    observed_generation: Int64 | None = Field(
        default=None, ge=0, description="metadata.generation that the state refers to."
    )


Conditions = Annotated[
    list[Condition],
    Field(
        description="State of the object, one entry per aspect.",
        json_schema_extra=map_list("type"),
    ),
]


class LastError(Model):
    """Something that failed in the most recent incomplete reconciliation."""

    code: str = Field(description="Machine-readable code of the failure.")
    description: str = Field(description="What failed and why.")
    observed_at: Time = Field(description="When it failed.")


class MetricSpec(OpenModel):
    """A metric to scale by, as in HorizontalPodAutoscaler (autoscaling/v2)."""

    type: str = Field(description="Kind of metric: Resource, Pods, Object, External, ...")


class AutoScalingConfig(Model):
    """Asks for a HorizontalPodAutoscaler."""

    model_config = rules(
        rule(
            "!has(self.minReplicas) || self.minReplicas <= self.maxReplicas",
            "maxReplicas must not be less than minReplicas",
        )
    )
    min_replicas: PositiveCount | None = Field(
        default=None,
        description="Fewest replicas to scale to; at least minAvailable. Defaults to replicas.",
    )
    max_replicas: PositiveCount = Field(description="Most replicas to scale to.")
    metrics: list[MetricSpec] | None = Field(
        default=None, description="Metrics to scale by, handed to the autoscaler as they are."
    )


class PackConstraint(Model):
    """How closely pods are placed together."""

    model_config = rules(
        rule("has(self.required) || has(self.preferred)", "required or preferred must be set")
    )
    required: Name | None = Field(
        default=None,
        pattern="^[a-z][a-z0-9-]*$",
        min_length=1,
        description="Topology domain that pods must share; without room in one they stay pending.",
    )
    preferred: Name | None = Field(
        default=None,
        pattern="^[a-z][a-z0-9-]*$",
        min_length=1,
        description="Topology domain that pods share where that is possible.",
    )


class TopologyConstraint(Model):
    """Placement with regard to the cluster's topology."""

    model_config = rules(
        rule("has(self.pack) || has(self.packDomain)", "pack or packDomain must be set"),
        rule(
            "!has(self.packDomain) || !has(self.pack) || !has(self.pack.required)",
            "packDomain cannot be used together with pack.required",
        ),
    )
    topology_name: str | None = Field(
        default=None,
        max_length=MAX_SUBDOMAIN,
        description="ClusterTopologyBinding whose domains are meant; inherited if empty.",
    )
    pack: PackConstraint | None = Field(default=None, description="Topology domains to pack into.")
    pack_domain: Name | None = Field(
        default=None, description="Deprecated: use pack.required instead."
    )


class ResourceSharingFilter(Model):
    """Whom a shared resource claim is for; everyone if empty."""

    child_clique_names: list[Name] | None = Field(
        default=None, max_length=MAX_ITEMS, description="Cliques that get the claim."
    )


class SetResourceSharingFilter(ResourceSharingFilter):
    """Whom a shared resource claim is for; everyone if empty."""

    child_scaling_group_names: list[Name] | None = Field(
        default=None, max_length=MAX_ITEMS, description="Scaling groups that get the claim."
    )


class ResourceSharing(Model):
    """A ResourceClaim that pods share, made from a template."""

    name: str = Field(
        max_length=MAX_SUBDOMAIN,
        description="An entry of resourceClaimTemplates, else a ResourceClaimTemplate object.",
    )
    namespace: str | None = Field(
        default=None,
        max_length=MAX_NAME,
        description="Namespace of the ResourceClaimTemplate object; the own one if empty.",
    )
    scope: Literal["AllReplicas", "PerReplica"] = Field(
        description="One claim for all replicas, or one for each."
    )


class GroupResourceSharing(ResourceSharing):
    """A ResourceClaim that pods of a scaling group share, made from a template."""

    filter: ResourceSharingFilter | None = Field(
        default=None, description="Cliques of the group that get the claim; all if absent."
    )


class SetResourceSharing(ResourceSharing):
    """A ResourceClaim that pods of a PodCliqueSet share, made from a template."""

    filter: SetResourceSharingFilter | None = Field(
        default=None, description="Cliques and scaling groups that get the claim; all if absent."
    )


class ResourceClaimTemplate(Model):
    """An inline template for ResourceClaims."""

    name: str = Field(max_length=MAX_SUBDOMAIN, description="Name to refer to the template by.")
    template_spec: OpenModel = Field(
        description="Spec of a ResourceClaimTemplate (resource.k8s.io); at least one request."
    )


class EnvVar(OpenModel):
    """An environment variable."""

    name: str = Field(description="Name of the variable.")
    value: str | None = Field(default=None, description="Its value; $(OTHER) is expanded.")


class Container(OpenModel):
    """A container, as in any pod."""

    name: str = Field(description="Name of the container, unique in the pod.")
    image: str | None = Field(default=None, description="Image to run.")
    command: list[str] | None = Field(
        default=None, description="Entry point; the image's own if absent."
    )
    args: list[str] | None = Field(default=None, description="Arguments of the entry point.")
    env: list[EnvVar] | None = Field(
        default=None, description="Environment; names that start with GROVE_ are overwritten."
    )
    resources: OpenModel | None = Field(
        default=None, description="Compute resources: requests, limits and claims."
    )


Containers = Annotated[list[Container], Field(json_schema_extra=map_list())]


class PodSpec(OpenModel):
    """Spec of the clique's pods, as of any pod (core/v1 PodSpec); all its fields are allowed.

    Grove sets hostname, subdomain, scheduling gates and environment variables of its own.
    """

    containers: Containers = Field(description="Containers of the pod; at least one.")
    init_containers: Containers | None = Field(
        default=None, description="Containers that run before the others, in their order."
    )
    restart_policy: str | None = Field(
        default=None, description="When containers are restarted. Defaults to Always."
    )
    termination_grace_period_seconds: Int64 | None = Field(
        default=None, description="Seconds that containers have to stop. Defaults to 30."
    )
    node_selector: dict[str, str] | None = Field(
        default=None, description="Labels that a node must have."
    )
    tolerations: list[OpenModel] | None = Field(
        default=None, description="Taints of nodes that the pod tolerates."
    )
    scheduler_name: str | None = Field(
        default=None,
        max_length=MAX_SUBDOMAIN,
        description="Scheduler that places the pod; the same for all cliques, immutable.",
    )


class UpdateProgress(Model):
    """How far an update of pods has come; without an end it is in progress."""

    update_started_at: Time | None = Field(default=None, description="When the update started.")
    update_ended_at: Time | None = Field(default=None, description="When the update ended.")


ObservedGeneration = Annotated[
    Int64 | None, Field(description="metadata.generation of the last complete reconciliation.")
]
