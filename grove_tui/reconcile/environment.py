"""Environment variables that Grove puts into containers."""

from collections.abc import Iterable, Sequence

from grove_tui.kube.objects import JSON


def field_variable(name: str, path: str) -> JSON:
    """Return a variable that the kubelet fills from a field of the pod."""
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def with_environment(pod_spec: JSON, variables: Sequence[JSON]) -> JSON:
    """Return a copy of `pod_spec` with `variables` first in every container and init container.

    Variables of the same names that people wrote are dropped: Grove's values are facts.
    """
    own = frozenset(variable["name"] for variable in variables)
    result = dict(pod_spec)
    for field in ("containers", "initContainers"):
        containers = pod_spec.get(field)
        if containers:
            result[field] = [_with_variables(c, variables, own) for c in containers]
    return result


def _with_variables(container: JSON, variables: Iterable[JSON], own: frozenset[str]) -> JSON:
    kept = (v for v in container.get("env") or () if v.get("name") not in own)
    return {**container, "env": [*variables, *kept]}
