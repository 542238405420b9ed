"""All objects of one namespace as JSON: what the oracle judges and the tests compare."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.demo.storage import Storage
from grove_tui.kube.client import Client
from grove_tui.kube.errors import NotFound
from grove_tui.kube.resources import (
    HPAS,
    PODS,
    ROLEBINDINGS,
    ROLES,
    SECRETS,
    SERVICEACCOUNTS,
    SERVICES,
    Resource,
)

Json = dict[str, Any]
Objects = Mapping[str, Json]

KINDS: tuple[Resource[Any], ...] = (
    PODCLIQUESETS,
    PODCLIQUESCALINGGROUPS,
    PODCLIQUES,
    PODGANGS,
    PODS,
    SERVICES,
    HPAS,
    SERVICEACCOUNTS,
    ROLES,
    ROLEBINDINGS,
    SECRETS,
)


@dataclass(frozen=True)
class Snapshot:
    """Objects by plural and name."""

    namespace: str
    objects: Mapping[str, Objects]

    @property
    def sets(self) -> Objects:
        return self.objects["podcliquesets"]

    @property
    def groups(self) -> Objects:
        return self.objects["podcliquescalinggroups"]

    @property
    def cliques(self) -> Objects:
        return self.objects["podcliques"]

    @property
    def gangs(self) -> Objects:
        return self.objects["podgangs"]

    @property
    def pods(self) -> Objects:
        return self.objects["pods"]

    @property
    def services(self) -> Objects:
        return self.objects["services"]

    @property
    def hpas(self) -> Objects:
        return self.objects["horizontalpodautoscalers"]

    def everything(self) -> Iterator[tuple[str, Json]]:
        """Yield (plural, object) of all objects."""
        for plural, objects in self.objects.items():
            for obj in objects.values():
                yield plural, obj

    def pods_of(self, clique: str) -> list[Json]:
        """Return the pods that the PodClique of that name controls, sorted by name."""
        found = self.cliques.get(clique)
        if found is None:
            return []
        uid = found["metadata"]["uid"]
        return [pod for pod in self.pods.values() if (controller(pod) or {}).get("uid") == uid]

    def versions(self) -> dict[tuple[str, str], str]:
        """Return a version of every object; equal versions mean that nothing moved."""
        return {
            (plural, obj["metadata"]["name"]): _version(plural, obj)
            for plural, obj in self.everything()
        }


def _version(plural: str, obj: Json) -> str:
    if plural == HPAS.plural:
        # Kubernetes' own controller writes an autoscaler's status whenever it looks at it.
        return json.dumps([obj["metadata"]["uid"], obj["spec"]], sort_keys=True)
    return str(obj["metadata"]["resourceVersion"])


async def read(client: Client, namespace: str) -> Snapshot:
    """Read a namespace through the API; kinds that are not served count as empty."""
    lists = await asyncio.gather(*(_list(client, resource, namespace) for resource in KINDS))
    objects = {r.plural: _by_name(items) for r, items in zip(KINDS, lists, strict=True)}
    return Snapshot(namespace, objects)


def of_storage(storage: Storage, namespace: str) -> Snapshot:
    """Look into the storage of a demo cluster."""
    return Snapshot(
        namespace,
        {
            resource.plural: _by_name(
                stored.object for stored in storage.objects(resource.qualified_name, namespace)
            )
            for resource in KINDS
        },
    )


async def _list(client: Client, resource: Resource[Any], namespace: str) -> list[Json]:
    try:
        answer = await client.request_json("GET", resource.path(namespace))
    except NotFound:
        return []
    return list(answer["items"])


def _by_name(items: Iterable[Json]) -> dict[str, Json]:
    return {obj["metadata"]["name"]: obj for obj in items}


def controller(obj: Json) -> Json | None:
    """Return the owner reference with `controller: true`."""
    references = obj["metadata"].get("ownerReferences") or ()
    return next((ref for ref in references if ref.get("controller")), None)


def labels_of(obj: Json) -> dict[str, str]:
    return obj["metadata"].get("labels") or {}


def condition(obj: Json, type_: str) -> Json | None:
    conditions = obj.get("status", {}).get("conditions") or ()
    return next((c for c in conditions if c["type"] == type_), None)


def condition_status(obj: Json, type_: str) -> str:
    """Return a condition's status; empty without the condition."""
    found = condition(obj, type_)
    return found["status"] if found else ""


def is_terminating(obj: Json) -> bool:
    return "deletionTimestamp" in obj["metadata"]
