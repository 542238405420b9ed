"""Validation of Grove objects, as Grove's validating webhook and the CRDs' schemas do it.

Every violation is reported, not just the first. Any JSON may be given; nothing raises. The object
is judged as it would be stored, that is, with its defaults.

Where upstream accepts what cannot work, this does not: names must be DNS labels, because they
become hostnames and Services; two parts whose objects could get one name are refused; a clique in
the list of its own scaling group twice is a duplicate.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from grove_tui.api import defaults
from grove_tui.api.duration import parse_duration
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.api.validation import (
    cliques,
    collisions,
    features,
    names,
    startup,
    types,
    updates,
)
from grove_tui.api.validation.errors import FieldError, Reason, invalid, required
from grove_tui.api.validation.features import Features
from grove_tui.api.validation.manifest import CLIQUES, TEMPLATE, Manifest, mapping, parse
from grove_tui.kube.resources import Resource

__all__ = [
    "Features",
    "FieldError",
    "Reason",
    "name_conflicts",
    "validate_child",
    "validate_create",
    "validate_update",
]

JSON = dict[str, Any]
_NO_FEATURES = Features()


def validate_create(obj: Any, features_: Features = _NO_FEATURES) -> list[FieldError]:
    """Return what is wrong with a new PodCliqueSet."""
    wanted = _defaulted(obj)
    found = _violations(wanted, features_, is_create=True)
    return _with_types(PODCLIQUESETS.kind, wanted, found)


def validate_update(new: Any, old: Any, features_: Features = _NO_FEATURES) -> list[FieldError]:
    """Return what is wrong with a PodCliqueSet that replaces a stored one.

    An object that is being deleted may still change as its finalizers want, so it is not judged.
    """
    if mapping(new, "metadata").get("deletionTimestamp"):
        return []
    stored = _defaulted(old)
    wanted = _defaulted(defaults.keep_immutable(new, stored))
    found = [*updates.check(parse(wanted), parse(stored))]
    found += _violations(wanted, features_, is_create=False)
    return _with_types(PODCLIQUESETS.kind, wanted, found)


def name_conflicts(obj: Any, other: Any) -> list[FieldError]:
    """Return what of a PodCliqueSet can get the same name as what of another in its namespace.

    Admission sees one object at a time and cannot know; who sees both can ask.
    """
    return list(collisions.between(parse(obj), parse(other)))


def validate_child(kind: str, obj: Any) -> list[FieldError]:
    """Return what is wrong with a PodClique, PodCliqueScalingGroup or PodGang.

    Upstream has no webhook for them: their schema is all there is, so that people and autoscalers
    may scale as they like.
    """
    found = [*_type_meta(kind, obj)]
    if kind == PODCLIQUES.kind:
        found += cliques.check_podclique(obj)
    return _with_types(kind, obj, found)


def _defaulted(obj: Any) -> Any:
    return defaults.default(obj) if isinstance(obj, dict) else obj


def _violations(obj: Any, enabled: Features, *, is_create: bool) -> Iterator[FieldError]:
    manifest = parse(obj)
    yield from names.check(manifest)
    yield from _template(manifest)
    yield from cliques.check(manifest)
    yield from startup.check(manifest)
    yield from features.check(manifest, enabled)
    if is_create:
        yield from cliques.check_create(manifest)
        yield from features.check_create(manifest, enabled)
    yield from _type_meta(PODCLIQUESETS.kind, obj)


def _template(manifest: Manifest) -> Iterator[FieldError]:
    if manifest.replicas is not None and manifest.replicas < 0:
        detail = "must be greater than or equal to 0"
        yield invalid("spec.replicas", manifest.replicas, detail)
    if manifest.template and manifest.template.get("cliques") in (None, []):
        yield required(CLIQUES, "at least one clique is required")
    field, delay = f"{TEMPLATE}.terminationDelay", manifest.template.get("terminationDelay")
    if not isinstance(delay, str):
        return
    try:
        seconds = parse_duration(delay)
    except ValueError:
        yield invalid(field, delay, 'must be a duration such as "30s", "5m" or "1h30m"')
    else:
        if seconds <= 0:
            yield invalid(field, delay, "must be greater than 0")


def _type_meta(kind: str, obj: Any) -> Iterator[FieldError]:
    resource = _RESOURCES[kind]
    for field, wanted in (("apiVersion", resource.api_version), ("kind", resource.kind)):
        found = obj.get(field) if isinstance(obj, dict) else None
        if found != wanted:
            yield invalid(field, found, f'must be "{wanted}"')


def _with_types(kind: str, obj: Any, found: Iterable[FieldError]) -> list[FieldError]:
    """Add what types and bounds say about fields of which no rule has spoken."""
    errors = list(found)
    judged = {error.field for error in errors}
    return errors + [error for error in types.check(kind, obj) if error.field not in judged]


_RESOURCES: dict[str, Resource[Any]] = {
    resource.kind: resource
    for resource in (PODCLIQUESETS, PODCLIQUES, PODCLIQUESCALINGGROUPS, PODGANGS)
}
