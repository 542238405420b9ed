"""PodGang: pods that are scheduled all or none."""

from typing import Literal

from pydantic import Field

from grove_tui.api.models.base import MAX_SUBDOMAIN, Count, Model
from grove_tui.api.models.common import Conditions, ObjectMeta


class NamespacedName(Model):
    """Refers to an object by namespace and name."""

    namespace: str = Field(description="Its namespace.")
    name: str = Field(description="Its name.")


class PackNodeLabels(Model):
    """How closely pods are placed together, by labels of nodes."""

    required: str | None = Field(
        default=None, description="Node label of which pods must share the value."
    )
    preferred: str | None = Field(
        default=None, description="Node label of which pods share the value where possible."
    )


class GangTopologyConstraint(Model):
    """Placement with regard to labels of nodes."""

    pack_constraint: PackNodeLabels | None = Field(
        default=None, description="Node labels to pack by."
    )


class PodGroup(Model):
    """Pods of one PodClique in the gang."""

    name: str = Field(description="Name of the PodClique.")
    pod_references: list[NamespacedName] = Field(description="Its pods, sorted by name.")
    min_replicas: Count = Field(description="Fewest of them that must be placed.")
    topology_constraint: GangTopologyConstraint | None = Field(
        default=None, description="Placement of the pods of this PodClique."
    )


class TopologyConstraintGroupConfig(Model):
    """Placement of some of the gang's PodCliques together."""

    name: str = Field(description="Name of the group.")
    pod_group_names: list[str] = Field(description="PodCliques in the group.")
    topology_constraint: GangTopologyConstraint | None = Field(
        default=None, description="Placement of their pods."
    )


class PodGangSpec(Model):
    """Which pods form the gang and what of it must be placed together."""

    podgroups: list[PodGroup] = Field(description="Pods of the gang by PodClique.")
    topology_constraint: GangTopologyConstraint | None = Field(
        default=None, description="Placement of the whole gang."
    )
    topology_constraint_group_configs: list[TopologyConstraintGroupConfig] | None = Field(
        default=None, description="Placement of parts of the gang."
    )
    priority_class_name: str | None = Field(
        default=None, max_length=MAX_SUBDOMAIN, description="PriorityClass of the gang."
    )
    reuse_reservation_ref: NamespacedName | None = Field(
        default=None, description="PodGang whose reservation of resources is taken over."
    )


class PodGangStatus(Model):
    """What was last seen of a PodGang."""

    phase: Literal["Pending", "Starting", "Running"] = Field(description="Stage of the gang.")
    conditions: Conditions | None = None
    placement_score: float | None = Field(
        default=None, description="How well the placement fits the topology, from 0 to 1."
    )


class PodGang(Model):
    """The unit of gang scheduling: pods of which a minimum is placed together or not at all."""

    metadata: ObjectMeta | None = None
    spec: PodGangSpec
    status: PodGangStatus | None = None
