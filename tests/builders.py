"""Smallest valid objects for tests; keyword arguments override what matters."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from grove_tui.api.objects import PodClique, PodCliqueScalingGroup, PodCliqueSet, PodGang
from grove_tui.kube.objects import JSON, Node, Pod

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""When everything in a test begins, unless it says otherwise."""


def at(seconds: float) -> datetime:
    """Return the moment `seconds` after `EPOCH`."""
    return EPOCH + timedelta(seconds=seconds)


def meta(
    name: str, namespace: str = "default", created: float = 0, **fields: Any
) -> dict[str, Any]:
    """Object metadata as JSON; `created` is in seconds after `EPOCH`."""
    return {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{name}",
        "resourceVersion": "1",
        "creationTimestamp": at(created).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **fields,
    }


def condition(
    type_: str, status: bool | str = True, reason: str = "Test", since: float = 0, message: str = ""
) -> dict[str, Any]:
    """A condition as JSON; `since` is its lastTransitionTime in seconds after `EPOCH`."""
    return {
        "type": type_,
        "status": status if isinstance(status, str) else str(status),
        "reason": reason,
        "message": message,
        "lastTransitionTime": at(since).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def pod(
    name: str = "pod-a",
    *,
    node: str = "",
    phase: str = "Pending",
    ready: bool = False,
    labels: Mapping[str, str] | None = None,
    owner_uid: str = "",
    **overrides: Any,
) -> Pod:
    """A pod of one container; `overrides` are merged into `metadata`, `spec` and `status`."""
    metadata = meta(name, labels=dict(labels or {}))
    if owner_uid:
        metadata["ownerReferences"] = [
            {
                "apiVersion": "grove.io/v1alpha1",
                "kind": "PodClique",
                "uid": owner_uid,
                "name": "owner",
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ]
    conditions = [condition("PodScheduled", bool(node))]
    if phase == "Running":
        conditions.append(condition("Ready", ready))
    body: JSON = {
        "metadata": metadata,
        "spec": {"nodeName": node, "containers": [{"name": "main", "image": "nginx"}]},
        "status": {"phase": phase, "conditions": conditions},
    }
    return msgspec.convert(merged(body, overrides), Pod)


def node(name: str = "node-a", **overrides: Any) -> Node:
    """A ready node with 64 cores, 512 GiB and room for 110 pods."""
    room = {"cpu": "64", "memory": "512Gi", "pods": "110"}
    body: JSON = {
        "metadata": meta(name, namespace=""),
        "spec": {},
        "status": {
            "capacity": room,
            "allocatable": room,
            "conditions": [condition("Ready")],
        },
    }
    return msgspec.convert(merged(body, overrides), Node)


def podcliqueset(name: str = "sim", **overrides: Any) -> PodCliqueSet:
    """A set of one replica with one clique `worker` of two pods, both needed."""
    body: JSON = {
        "metadata": meta(name, generation=1),
        "spec": {
            "replicas": 1,
            "template": {
                "terminationDelay": "10s",
                "cliques": [
                    {
                        "name": "worker",
                        "spec": {
                            "roleName": "worker",
                            "replicas": 2,
                            "minAvailable": 2,
                            "podSpec": {"containers": [{"name": "main", "image": "nginx"}]},
                        },
                    }
                ],
            },
        },
    }
    return msgspec.convert(merged(body, overrides), PodCliqueSet)


def podclique(name: str = "sim-0-worker", **overrides: Any) -> PodClique:
    """A clique of two pods, both needed, without status."""
    body: JSON = {
        "metadata": meta(name, generation=1),
        "spec": {"roleName": "worker", "replicas": 2, "minAvailable": 2, "podSpec": {}},
    }
    return msgspec.convert(merged(body, overrides), PodClique)


def scaling_group(name: str = "sim-0-group", **overrides: Any) -> PodCliqueScalingGroup:
    """A scaling group of two replicas of which one is needed, without status."""
    body: JSON = {
        "metadata": meta(name, generation=1),
        "spec": {"replicas": 2, "minAvailable": 1, "cliqueNames": ["worker"]},
    }
    return msgspec.convert(merged(body, overrides), PodCliqueScalingGroup)


def podgang(name: str = "sim-0", **overrides: Any) -> PodGang:
    """A gang without groups."""
    body: JSON = {"metadata": meta(name), "spec": {"podgroups": []}}
    return msgspec.convert(merged(body, overrides), PodGang)


def merged(base: JSON, overrides: Mapping[str, Any]) -> JSON:
    """Return `base` with `overrides` merged into its objects; lists are replaced."""
    result = dict(base)
    for key, value in overrides.items():
        old = result.get(key)
        both = isinstance(old, dict) and isinstance(value, Mapping)
        result[key] = merged(old, value) if both else value  # type: ignore[arg-type]
    return result
