"""The cluster as the reconciler and the screens read it: one Store per kind, with its indexes.

Plans read a World and nothing else, so they can also be made for a world that does not exist yet:
any object with the read side of a Store will do in each field.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeVar

from grove_tui.api import labels, names
from grove_tui.api.constants import (
    LABEL_BASE_PODGANG,
    LABEL_PART_OF,
    LABEL_PCSG,
    LABEL_PODCLIQUE,
    LABEL_PODGANG,
)
from grove_tui.api.objects import (
    PODCLIQUES,
    PODCLIQUESCALINGGROUPS,
    PODCLIQUESETS,
    PODGANGS,
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueSet,
    PodGang,
)
from grove_tui.kube.client import Client
from grove_tui.kube.informer import Informer
from grove_tui.kube.objects import (
    Event,
    HasMetadata,
    HorizontalPodAutoscaler,
    Node,
    Pod,
    Service,
    controller_of,
)
from grove_tui.kube.resources import EVENTS, HPAS, NODES, PODS, SERVICES, Resource
from grove_tui.kube.store import IndexFunction

INDEX_PODCLIQUE = "podclique"
"""Pods by "namespace/value of the grove.io/podclique label"."""
INDEX_PODGANG = "podgang"
"""Pods and PodCliques by "namespace/value of the grove.io/podgang label"."""
INDEX_BASE_PODGANG = "basepodgang"
"""PodCliques of scaled gangs by "namespace/value of the grove.io/base-podgang label"."""
INDEX_NODE = "node"
"""Pods by the name of their node; those without one by the empty text."""
INDEX_PART_OF = "partof"
"""Objects by "namespace/name of the PodCliqueSet in their part-of label"; others by ""."""
INDEX_REPLICA = "replica"
"""Owned objects by "namespace/PodCliqueSet/replica index" of the replica that they belong to."""
INDEX_OWNER = "owner"
"""Owned objects by the uid of their controller."""
INDEX_SCALING_GROUP = "podcliquescalinggroup"
"""PodCliques by "namespace/value of the grove.io/podcliquescalinggroup label"."""
INDEX_INVOLVED = "involved"
"""Events by "namespace/kind/name" of the object they are about."""

T = TypeVar("T", bound=HasMetadata)
T_co = TypeVar("T_co", bound=HasMetadata, covariant=True)


class Objects(Protocol[T_co]):
    """The read side of a Store."""

    def __len__(self) -> int: ...

    def get(self, namespace: str, name: str) -> T_co | None:
        """Return one object, or None."""
        ...

    def values(self) -> Collection[T_co]:
        """Return all objects."""
        ...

    def by_index(self, index: str, value: str) -> Collection[T_co]:
        """Return the objects that the index files under `value`."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """Everything that plans and screens may read."""

    podcliquesets: Objects[PodCliqueSet]
    podcliques: Objects[PodClique]
    podcliquescalinggroups: Objects[PodCliqueScalingGroup]
    podgangs: Objects[PodGang]
    pods: Objects[Pod]
    nodes: Objects[Node]
    services: Objects[Service]
    hpas: Objects[HorizontalPodAutoscaler]
    events: Objects[Event]


def by_label(label: str) -> IndexFunction:
    """Return an index function that files an object under "namespace/value of `label`"."""

    def index(obj: HasMetadata) -> Iterable[str]:
        value = obj.metadata.labels.get(label)
        return (f"{obj.metadata.namespace}/{value}",) if value else ()

    return index


def by_set(obj: HasMetadata) -> Iterable[str]:
    """File an object under the PodCliqueSet in its label, or under the empty text."""
    pcs = obj.metadata.labels.get(LABEL_PART_OF)
    return (f"{obj.metadata.namespace}/{pcs}",) if pcs else ("",)


def by_replica(obj: HasMetadata) -> Iterable[str]:
    """File an object under its replica of a PodCliqueSet, by label or, without one, by name."""
    metadata = obj.metadata
    pcs = labels.part_of(metadata.labels)
    if not pcs:
        return ()
    replica = labels.pcs_replica_index(metadata.labels)
    if replica is None:
        replica = names.replica_of_podgang(metadata.name, pcs)
    return () if replica is None else (replica_value(metadata.namespace, pcs, replica),)


def replica_value(namespace: str, pcs: str, replica: int) -> str:
    """Return the value of `INDEX_REPLICA` for one replica."""
    return f"{namespace}/{pcs}/{replica}"


def by_owner(obj: HasMetadata) -> Iterable[str]:
    """File an object under the uid of its controller."""
    owner = controller_of(obj)
    return (owner.uid,) if owner else ()


def by_node(pod: Pod) -> Iterable[str]:
    """File a pod under its node, or under the empty text."""
    return (pod.spec.node_name,)


def by_involved(event: Event) -> Iterable[str]:
    """File an event under the object it is about."""
    involved = event.involved_object
    return (f"{involved.namespace}/{involved.kind}/{involved.name}",)


_OWNED: Mapping[str, IndexFunction] = {
    INDEX_PART_OF: by_set,
    INDEX_OWNER: by_owner,
}
_CHILD: Mapping[str, IndexFunction] = {**_OWNED, INDEX_REPLICA: by_replica}
INDEXES: Mapping[str, Mapping[str, IndexFunction]] = {
    "podcliquesets": {},
    "podcliques": {
        **_CHILD,
        INDEX_SCALING_GROUP: by_label(LABEL_PCSG),
        INDEX_PODGANG: by_label(LABEL_PODGANG),
        INDEX_BASE_PODGANG: by_label(LABEL_BASE_PODGANG),
    },
    "podcliquescalinggroups": _CHILD,
    "podgangs": _CHILD,
    "pods": {
        **_OWNED,
        INDEX_PODCLIQUE: by_label(LABEL_PODCLIQUE),
        INDEX_PODGANG: by_label(LABEL_PODGANG),
        INDEX_NODE: by_node,
    },
    "nodes": {},
    "services": _CHILD,
    "hpas": _CHILD,
    "events": {INDEX_INVOLVED: by_involved},
}
"""The indexes of each field of a World."""

RESOURCES: Mapping[str, Resource[Any]] = {
    "podcliquesets": PODCLIQUESETS,
    "podcliques": PODCLIQUES,
    "podcliquescalinggroups": PODCLIQUESCALINGGROUPS,
    "podgangs": PODGANGS,
    "pods": PODS,
    "nodes": NODES,
    "services": SERVICES,
    "hpas": HPAS,
    "events": EVENTS,
}
"""The resource of each field of a World."""


@dataclass(frozen=True, slots=True)
class Informers:
    """One Informer per kind; their stores make up the World."""

    podcliquesets: Informer[PodCliqueSet]
    podcliques: Informer[PodClique]
    podcliquescalinggroups: Informer[PodCliqueScalingGroup]
    podgangs: Informer[PodGang]
    pods: Informer[Pod]
    nodes: Informer[Node]
    services: Informer[Service]
    hpas: Informer[HorizontalPodAutoscaler]
    events: Informer[Event]

    def __iter__(self) -> Iterator[Informer[Any]]:
        return (getattr(self, field.name) for field in fields(self))

    @property
    def world(self) -> World:
        """What the informers have seen."""
        return World(**{field.name: getattr(self, field.name).store for field in fields(self)})

    async def run(self) -> None:
        """Keep every store up to date until cancelled."""
        async with asyncio.TaskGroup() as group:
            for informer in self:
                group.create_task(informer.run())

    async def wait_synced(self) -> None:
        """Wait until every store has been filled once."""
        for informer in self:
            await informer.wait_synced()


def open_informers(client: Client, namespace: str = "") -> Informers:
    """Build the informers of one namespace, or of all if empty; they watch once they run."""
    return Informers(
        **{
            name: Informer(
                client,
                resource,
                namespace,
                indexes=INDEXES[name],
            )
            for name, resource in RESOURCES.items()
        }
    )
