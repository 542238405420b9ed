"""A manifest as far as its values have the right types.

Rules are written against these Structs, so none has to ask whether a number is a number: what has
another type is None or empty here, and the type check names it.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

JSON = dict[str, Any]


class AutoScaling(Struct, frozen=True):
    """`autoScalingConfig` or `scaleConfig`."""

    path: str
    min_replicas: int | None
    max_replicas: int | None


class Clique(Struct, frozen=True):
    """An entry of `spec.template.cliques`."""

    path: str
    name: str
    role_name: str
    replicas: int | None
    min_available: int | None
    starts_after: tuple[str, ...]
    auto_scaling: AutoScaling | None
    pod_spec: JSON
    raw: JSON

    @property
    def spec_path(self) -> str:
        """Path of its spec."""
        return f"{self.path}.spec"


class Group(Struct, frozen=True):
    """An entry of `spec.template.podCliqueScalingGroups`."""

    path: str
    name: str
    clique_names: tuple[str, ...]
    replicas: int | None
    min_available: int | None
    scale: AutoScaling | None
    raw: JSON


class Manifest(Struct, frozen=True):
    """A PodCliqueSet."""

    name: str
    metadata: JSON
    replicas: int | None
    template: JSON
    cliques: tuple[Clique, ...] = ()
    groups: tuple[Group, ...] = ()
    group_of: dict[str, Group] = field(default_factory=dict)
    """Scaling group by the names of its cliques; the first one wins."""

    @property
    def standalone(self) -> Iterator[Clique]:
        """Cliques that are in no scaling group."""
        return (clique for clique in self.cliques if clique.name not in self.group_of)


TEMPLATE = "spec.template"
CLIQUES = f"{TEMPLATE}.cliques"
GROUPS = f"{TEMPLATE}.podCliqueScalingGroups"


def parse(obj: Any) -> Manifest:
    """Read a PodCliqueSet."""
    metadata = mapping(obj, "metadata")
    spec = mapping(obj, "spec")
    template = mapping(spec, "template")
    cliques = tuple(
        _clique(f"{CLIQUES}[{i}]", item) for i, item in enumerate(items(template, "cliques"))
    )
    groups = tuple(
        _group(f"{GROUPS}[{i}]", item)
        for i, item in enumerate(items(template, "podCliqueScalingGroups"))
    )
    return Manifest(
        name=text(metadata, "name") or _generated(text(metadata, "generateName")),
        metadata=metadata,
        replicas=integer(spec, "replicas"),
        template=template,
        cliques=cliques,
        groups=groups,
        group_of={name: group for group in reversed(groups) for name in group.clique_names},
    )


def mapping(obj: Any, key: str) -> JSON:
    """Return an object, or an empty one."""
    value = obj.get(key) if isinstance(obj, dict) else None
    return value if isinstance(value, dict) else {}


def items(obj: Any, key: str) -> list[JSON]:
    """Return a list of objects; an item of another type is an empty one, to keep the indexes."""
    value = obj.get(key) if isinstance(obj, dict) else None
    if not isinstance(value, list):
        return []
    return [item if isinstance(item, dict) else {} for item in value]


def text(obj: JSON, key: str) -> str:
    """Return a string, or an empty one."""
    value = obj.get(key)
    return value if isinstance(value, str) else ""


def texts(obj: JSON, key: str) -> tuple[str, ...]:
    """Return a list of strings; what is no string is an empty one, to keep the indexes."""
    value = obj.get(key)
    if not isinstance(value, list):
        return ()
    return tuple(item if isinstance(item, str) else "" for item in value)


def integer(obj: JSON, key: str) -> int | None:
    """Return a whole number, or None."""
    value = obj.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _generated(prefix: str) -> str:
    # The API server appends five characters to generateName.
    return f"{prefix}xxxxx" if prefix else ""


def _clique(path: str, raw: JSON) -> Clique:
    spec = mapping(raw, "spec")
    return Clique(
        path=path,
        name=text(raw, "name"),
        role_name=text(spec, "roleName"),
        replicas=integer(spec, "replicas"),
        min_available=integer(spec, "minAvailable"),
        starts_after=texts(spec, "startsAfter"),
        auto_scaling=auto_scaling(f"{path}.spec", spec, "autoScalingConfig"),
        pod_spec=mapping(spec, "podSpec"),
        raw=raw,
    )


def _group(path: str, raw: JSON) -> Group:
    return Group(
        path=path,
        name=text(raw, "name"),
        clique_names=texts(raw, "cliqueNames"),
        replicas=integer(raw, "replicas"),
        min_available=integer(raw, "minAvailable"),
        scale=auto_scaling(path, raw, "scaleConfig"),
        raw=raw,
    )


def auto_scaling(parent: str, raw: JSON, key: str) -> AutoScaling | None:
    """Return an autoscaler's bounds, given below `parent` under this key."""
    value = raw.get(key)
    if not isinstance(value, dict):
        return None
    path = f"{parent}.{key}"
    return AutoScaling(path, integer(value, "minReplicas"), integer(value, "maxReplicas"))
