"""The smallest valid PodCliqueSets, as JSON and as Structs, with overrides."""

from typing import Any

import msgspec

from grove_tui.api.objects import PodCliqueSet

JSON = dict[str, Any]


def clique(name: str = "worker", **spec: Any) -> JSON:
    container = {"name": "main", "image": "nginx:latest"}
    base: JSON = {"roleName": name, "replicas": 2, "podSpec": {"containers": [container]}}
    return {"name": name, "spec": base | spec}


def scaling_group(name: str = "group", cliques: tuple[str, ...] = ("worker",), **rest: Any) -> JSON:
    return {"name": name, "cliqueNames": list(cliques), **rest}


def manifest(
    *cliques: JSON,
    name: str = "pcs",
    replicas: int = 1,
    groups: tuple[JSON, ...] = (),
    metadata: JSON | None = None,
    **template: Any,
) -> JSON:
    body: JSON = {"cliques": list(cliques) or [clique()], **template}
    if groups:
        body["podCliqueScalingGroups"] = list(groups)
    return {
        "apiVersion": "grove.io/v1alpha1",
        "kind": "PodCliqueSet",
        "metadata": {"name": name, "namespace": "default", **(metadata or {})},
        "spec": {"replicas": replicas, "template": body},
    }


def podcliqueset(*cliques: JSON, **kwargs: Any) -> PodCliqueSet:
    return msgspec.convert(manifest(*cliques, **kwargs), PodCliqueSet)
