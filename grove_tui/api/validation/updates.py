"""What must not change once a PodCliqueSet exists."""

from collections.abc import Iterator, Sequence
from typing import Any

from grove_tui.api.constants import ANNOTATION_MNNVL_GROUP, STARTUP_ANY_ORDER
from grove_tui.api.validation.errors import FieldError, forbidden, immutable
from grove_tui.api.validation.manifest import (
    CLIQUES,
    GROUPS,
    JSON,
    TEMPLATE,
    Clique,
    Group,
    Manifest,
    mapping,
    text,
)

_CLIQUE_SPEC_FIELDS = ("roleName", "minAvailable", "startsAfter")
_GROUP_FIELDS = ("cliqueNames", "minAvailable", "resourceSharing")
_TEMPLATE_FIELDS = ("cliqueStartupType", "resourceClaimTemplates", "resourceSharing")


def check(new: Manifest, old: Manifest) -> Iterator[FieldError]:
    """Compare a PodCliqueSet with what is stored of it; both with their defaults."""
    yield from _unchanged(TEMPLATE, new.template, old.template, _TEMPLATE_FIELDS)
    yield from _topology(TEMPLATE, new.template, old.template)
    yield from _mnnvl("metadata", new.metadata, old.metadata)
    yield from _composition(CLIQUES, "cliques", new.cliques, old.cliques)
    yield from _composition(GROUPS, "scaling groups", new.groups, old.groups)
    yield from _order(new, old)
    cliques = {clique.name: clique for clique in old.cliques}
    for clique in new.cliques:
        if clique.name in cliques:
            yield from _clique(clique, cliques[clique.name])
    groups = {group.name: group for group in old.groups}
    for group in new.groups:
        if group.name in groups:
            stored = groups[group.name].raw
            yield from _unchanged(group.path, group.raw, stored, _GROUP_FIELDS)
            yield from _topology(group.path, group.raw, stored)
            yield from _mnnvl(group.path, group.raw, stored)


def _clique(new: Clique, old: Clique) -> Iterator[FieldError]:
    spec, stored = mapping(new.raw, "spec"), mapping(old.raw, "spec")
    yield from _unchanged(new.spec_path, spec, stored, _CLIQUE_SPEC_FIELDS)
    yield from _unchanged(
        f"{new.spec_path}.podSpec", new.pod_spec, old.pod_spec, ("schedulerName",)
    )
    yield from _unchanged(new.path, new.raw, old.raw, ("resourceSharing",))
    yield from _topology(new.path, new.raw, old.raw)
    yield from _mnnvl(new.path, new.raw, old.raw)


def _unchanged(path: str, new: JSON, old: JSON, fields: Sequence[str]) -> Iterator[FieldError]:
    for field in fields:
        if _absent_if_empty(new.get(field)) != _absent_if_empty(old.get(field)):
            yield immutable(f"{path}.{field}", new.get(field))


def _absent_if_empty(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _composition(
    path: str, what: str, new: Sequence[Clique | Group], old: Sequence[Clique | Group]
) -> Iterator[FieldError]:
    before, after = {item.name for item in old}, {item.name for item in new}
    changes = [f"adds {name!r}" for name in sorted(after - before)]
    changes += [f"removes {name!r}" for name in sorted(before - after)]
    if changes:
        text_ = ", ".join(changes).replace("'", '"')
        yield forbidden(path, f"not allowed to change the composition of {what}: {text_}")


def _order(new: Manifest, old: Manifest) -> Iterator[FieldError]:
    before, after = [c.name for c in old.cliques], [c.name for c in new.cliques]
    type_ = text(old.template, "cliqueStartupType") or STARTUP_ANY_ORDER
    if type_ != STARTUP_ANY_ORDER and before != after and sorted(before) == sorted(after):
        yield forbidden(CLIQUES, f"not allowed to change the order of cliques with {type_}")


def _topology(path: str, new: JSON, old: JSON) -> Iterator[FieldError]:
    after, before = new.get("topologyConstraint"), old.get("topologyConstraint")
    if _normal_topology(after, before) != _normal_topology(before, before):
        yield immutable(f"{path}.topologyConstraint", after)


def _normal_topology(value: Any, before: Any) -> Any:
    """Return a constraint in today's form, so that moving to that form is no change.

    A constraint stored before topologyName existed may gain one.
    """
    if not isinstance(value, dict) or not isinstance(before, dict):
        return value
    result = dict(value)
    if not before.get("topologyName"):
        result.pop("topologyName", None)
    domain = result.pop("packDomain", None)
    if domain is not None:
        result["pack"] = {"required": domain} | mapping(result, "pack")
    return result


def _mnnvl(path: str, new: JSON, old: JSON) -> Iterator[FieldError]:
    after = mapping(new, "annotations").get(ANNOTATION_MNNVL_GROUP)
    if after != mapping(old, "annotations").get(ANNOTATION_MNNVL_GROUP):
        yield immutable(f"{path}.annotations[{ANNOTATION_MNNVL_GROUP}]", after)
