"""Pods and gangs as JSON, to be created on a demo cluster."""

from collections.abc import Iterable, Mapping
from typing import Any

from grove_tui.kube.objects import JSON


def pod_body(
    name: str,
    *,
    clique: str = "",
    gang: str = "",
    base: str = "",
    requests: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    gates: Iterable[str] = (),
    tolerate: bool = True,
    **spec: Any,
) -> JSON:
    """A pod of one nginx container that tolerates the fake nodes; `spec` overrides its spec."""
    labels = {
        "grove.io/podclique": clique,
        "grove.io/podgang": gang,
        "grove.io/base-podgang": base,
    }
    body: JSON = {
        "tolerations": [{"key": "fake-node", "operator": "Exists"}] if tolerate else [],
        "containers": [
            {
                "name": "main",
                "image": "nginx:latest",
                "resources": {"requests": dict(requests or {"cpu": "10m"})},
            }
        ],
        "schedulingGates": [{"name": gate} for gate in gates],
    }
    return {
        "metadata": {
            "name": name,
            "labels": {key: value for key, value in labels.items() if value},
            "annotations": dict(annotations or {}),
        },
        "spec": {**body, **spec},
    }


def gang_body(name: str, **minimums: int) -> JSON:
    """A PodGang with one group per clique; underscores in their names become dashes."""
    groups = [
        {"name": clique.replace("_", "-"), "minReplicas": count, "podReferences": []}
        for clique, count in minimums.items()
    ]
    return {"metadata": {"name": name}, "spec": {"podgroups": groups}}
