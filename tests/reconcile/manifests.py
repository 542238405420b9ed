"""PodCliqueSets as JSON, small and readable."""

from collections.abc import Mapping, Sequence
from typing import Any

from grove_tui.kube.objects import JSON

TOLERATION = {"key": "fake-node", "operator": "Equal", "value": "true", "effect": "NoSchedule"}


def clique(
    name: str, replicas: int = 2, minimum: int | None = None, image: str = "nginx", **spec: Any
) -> JSON:
    """One entry of `cliques`; without `minimum` all of its pods are needed."""
    body: JSON = {
        "roleName": name,
        "replicas": replicas,
        "podSpec": {
            "tolerations": [TOLERATION],
            "containers": [{"name": "main", "image": image}],
        },
        **spec,
    }
    if minimum is not None:
        body["minAvailable"] = minimum
    return {"name": name, "spec": body}


def group(name: str, cliques: Sequence[str], replicas: int = 2, minimum: int = 1) -> JSON:
    """One entry of `podCliqueScalingGroups`."""
    return {
        "name": name,
        "cliqueNames": list(cliques),
        "replicas": replicas,
        "minAvailable": minimum,
    }


def podcliqueset(
    name: str = "set",
    cliques: Sequence[JSON] = (),
    groups: Sequence[JSON] = (),
    *,
    replicas: int = 1,
    delay: str = "10s",
    strategy: str = "",
    **template: Any,
) -> JSON:
    """A PodCliqueSet; without `cliques` it has one, `w`, of two pods."""
    spec: JSON = {
        "replicas": replicas,
        "template": {
            "terminationDelay": delay,
            "cliques": list(cliques) or [clique("w")],
            **template,
        },
    }
    if groups:
        spec["template"]["podCliqueScalingGroups"] = list(groups)
    if strategy:
        spec["updateStrategy"] = {"type": strategy}
    return {
        "apiVersion": "grove.io/v1alpha1",
        "kind": "PodCliqueSet",
        "metadata": {"name": name},
        "spec": spec,
    }


def with_image(manifest: Mapping[str, Any], image: str, *cliques: str) -> JSON:
    """The merge patch that gives the named cliques (all of them without names) another image."""
    changed = []
    for entry in manifest["spec"]["template"]["cliques"]:
        if cliques and entry["name"] not in cliques:
            changed.append(entry)
            continue
        pod_spec = {
            **entry["spec"]["podSpec"],
            "containers": [{"name": "main", "image": image}],
        }
        changed.append({**entry, "spec": {**entry["spec"], "podSpec": pod_spec}})
    return {"spec": {"template": {"cliques": changed}}}
