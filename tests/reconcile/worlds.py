"""Worlds made of plain lists, for plans that need no cluster."""

from collections.abc import Iterable
from typing import Any

import msgspec

from grove_tui.api import labels
from grove_tui.api.objects import PodClique, PodCliqueSet
from grove_tui.kube.objects import JSON, Pod
from grove_tui.kube.store import Store
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.world import INDEXES, World
from tests.builders import condition, merged, meta
from tests.reconcile.manifests import podcliqueset


def world(**objects: Iterable[Any]) -> World:
    """Return a World that holds the given objects, by field."""
    stores: dict[str, Any] = {}
    for field in INDEXES:
        store: Store[Any] = Store(INDEXES[field])
        for obj in objects.get(field, ()):
            store.put(obj)
        stores[field] = store
    return World(**stores)


def set_of(manifest: JSON | None = None, **overrides: Any) -> PodCliqueSet:
    """Return a PodCliqueSet as a server stores it, its template recorded as the current one."""
    manifest = manifest or podcliqueset()
    body = merged({**manifest, "metadata": meta(manifest["metadata"]["name"], generation=1)}, {})
    pcs = msgspec.convert(body, PodCliqueSet)
    body["status"] = {"currentGenerationHash": Blueprint(pcs).generation_hash}
    return msgspec.convert(merged(body, overrides), PodCliqueSet)


def owned_by(kind: str, owner: Any) -> list[JSON]:
    """Return the owner references of a child."""
    metadata = owner.metadata
    reference = {"apiVersion": "grove.io/v1alpha1", "kind": kind, "name": metadata.name}
    return [{**reference, "uid": metadata.uid, "controller": True, "blockOwnerDeletion": True}]


def clique_of(
    pcs: PodCliqueSet, clique: str = "w", replica: int = 0, **overrides: Any
) -> PodClique:
    """Return the PodClique that a set makes of one of its cliques."""
    blueprint = Blueprint(pcs)
    template = next(c for c in blueprint.standalone if c.name == clique)
    body = blueprint.podclique(replica, template)
    fresh = meta(body["metadata"]["name"], generation=1)
    body = merged(body, {"metadata": {**fresh, **body["metadata"], "uid": fresh["uid"]}})
    return msgspec.convert(merged(body, overrides), PodClique)


def pod_of(
    podclique: PodClique,
    index: int,
    *,
    name: str = "",
    node: str = "node-a",
    phase: str = "Running",
    ready: bool = True,
    template: str | None = None,
    is_gated: bool = False,
    **overrides: Any,
) -> Pod:
    """Return a pod of a PodClique: running and ready unless told otherwise."""
    wanted = labels.pod(podclique.metadata.name, podclique.metadata.labels, index)
    if template is not None:
        wanted["grove.io/pod-template-hash"] = template
    conditions = [condition("PodScheduled", bool(node))]
    if phase == "Running":
        conditions.append(condition("Ready", ready))
    gates = [{"name": "grove.io/podgang-pending-creation"}] if is_gated else []
    body: JSON = {
        "metadata": meta(
            name or f"{podclique.metadata.name}-{index:05}",
            labels=wanted,
            ownerReferences=owned_by("PodClique", podclique),
        ),
        "spec": {
            "nodeName": node,
            "hostname": f"{podclique.metadata.name}-{index}",
            "schedulingGates": gates,
        },
        "status": {"phase": phase, "conditions": conditions},
    }
    return msgspec.convert(merged(body, overrides), Pod)
