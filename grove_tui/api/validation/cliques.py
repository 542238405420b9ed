"""Rules for single cliques and scaling groups: sizes, autoscaling, pod specs."""

from collections.abc import Iterator
from typing import Any

from grove_tui.api.validation import formats
from grove_tui.api.validation.errors import FieldError, duplicate, forbidden, invalid, required
from grove_tui.api.validation.manifest import (
    JSON,
    AutoScaling,
    Clique,
    Group,
    Manifest,
    auto_scaling,
    items,
    mapping,
    text,
)


def check_podclique(obj: Any) -> Iterator[FieldError]:
    """Check what is not a matter of types in a PodClique of its own."""
    yield from _auto_scaling(
        auto_scaling("spec", mapping(obj, "spec"), "autoScalingConfig"), None, None
    )


def check(manifest: Manifest) -> Iterator[FieldError]:
    """Check every clique and scaling group by itself and what groups say about cliques."""
    for clique in manifest.cliques:
        yield from formats.labels(f"{clique.path}.labels", clique.raw.get("labels"))
        yield from formats.annotations(f"{clique.path}.annotations", clique.raw.get("annotations"))
        yield from _sizes(clique.spec_path, clique.replicas, clique.min_available)
        yield from _auto_scaling(clique.auto_scaling, clique.replicas, clique.min_available)
        yield from _pod_spec(f"{clique.spec_path}.podSpec", clique.pod_spec)
        if clique.auto_scaling and clique.name in manifest.group_of:
            yield forbidden(
                clique.auto_scaling.path, "not allowed for a clique in a scaling group; scale that"
            )
    known = {clique.name for clique in manifest.cliques}
    owners: dict[str, str] = {}
    for group in manifest.groups:
        yield from formats.annotations(f"{group.path}.annotations", group.raw.get("annotations"))
        yield from _sizes(group.path, group.replicas, group.min_available)
        yield from _auto_scaling(group.scale, group.replicas, group.min_available)
        yield from _clique_names(group, known, owners)


def check_create(manifest: Manifest) -> Iterator[FieldError]:
    """Check what new PodCliqueSets must not have."""
    for clique in manifest.cliques:
        for field in ("topologySpreadConstraints", "nodeName"):
            if clique.pod_spec.get(field):
                yield forbidden(f"{clique.spec_path}.podSpec.{field}", "must not be set")


def _sizes(path: str, replicas: int | None, minimum: int | None) -> Iterator[FieldError]:
    if replicas is not None and replicas <= 0:
        yield invalid(f"{path}.replicas", replicas, "must be greater than 0")
    if minimum is not None and minimum <= 0:
        yield invalid(f"{path}.minAvailable", minimum, "must be greater than 0")
    if replicas is not None and minimum is not None and minimum > replicas > 0:
        yield invalid(f"{path}.minAvailable", minimum, "must not be greater than replicas")


def _auto_scaling(
    config: AutoScaling | None, replicas: int | None, min_available: int | None
) -> Iterator[FieldError]:
    if config is None:
        return
    fewest, most = config.min_replicas, config.max_replicas
    if fewest is not None and min_available is not None and fewest < min_available:
        detail = "must be greater than or equal to minAvailable"
        yield invalid(f"{config.path}.minReplicas", fewest, detail)
    if most is None:
        return
    if fewest is not None and most < fewest:
        detail = "must be greater than or equal to minReplicas"
        yield invalid(f"{config.path}.maxReplicas", most, detail)
    if replicas is not None and most < replicas:
        detail = "must be greater than or equal to replicas"
        yield invalid(f"{config.path}.maxReplicas", most, detail)


def _clique_names(group: Group, known: set[str], owners: dict[str, str]) -> Iterator[FieldError]:
    field = f"{group.path}.cliqueNames"
    if not group.clique_names:
        yield required(field, "at least one clique must be specified")
    for index, name in enumerate(group.clique_names):
        if name not in known:
            detail = "no clique of this name is in spec.template.cliques"
            yield invalid(f"{field}[{index}]", name, detail)
        elif owners.get(name) == group.path:
            yield duplicate(f"{field}[{index}]", name)
        elif name in owners:
            detail = f"a clique may be in one scaling group only; it is in {owners[name]} already"
            yield invalid(f"{field}[{index}]", name, detail)
        owners.setdefault(name, group.path)


def _pod_spec(path: str, pod_spec: JSON) -> Iterator[FieldError]:
    containers = pod_spec.get("containers")
    if pod_spec and (containers is None or containers == []):
        yield required(f"{path}.containers", "at least one container is required")
    seen: set[str] = set()
    for kind in ("initContainers", "containers"):
        for index, container in enumerate(items(pod_spec, kind)):
            at = f"{path}.{kind}[{index}]"
            name = text(container, "name")
            if name and name in seen:
                yield duplicate(f"{at}.name", name)
            seen.add(name)
            if name:
                yield from formats.dns1123_label(f"{at}.name", name)
            yield from _environment(f"{at}.env", container)


def _environment(path: str, container: JSON) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, variable in enumerate(items(container, "env")):
        name = text(variable, "name")
        if not name:
            # A name of another type is the type check's.
            if variable.get("name") in ("", None):
                yield required(f"{path}[{index}].name")
            continue
        yield from formats.env_name(f"{path}[{index}].name", name)
        if name in seen:
            yield duplicate(f"{path}[{index}].name", name)
        seen.add(name)


def scheduler_of(clique: Clique, default: str) -> Any:
    """Return the scheduler that a clique's pods ask for."""
    return clique.pod_spec.get("schedulerName") or default
