"""Strategic merge patch of built-in kinds: lists of objects merge by a key.

Which lists merge, and by which field, is a property of the Go types; `merge_key` knows the ones of
the kinds served here. A patch is applied to a copy that shares unchanged parts, as in `patch`.
"""

from collections.abc import Sequence
from typing import Any

from grove_tui.demo.statuses import Json, bad_request

_BY_NAME = (
    "containers",
    "initContainers",
    "ephemeralContainers",
    "volumes",
    "env",
    "imagePullSecrets",
    "schedulingGates",
    "resourceClaims",
    "secrets",
)
_MERGE_KEYS: dict[str, str] = {
    **dict.fromkeys(_BY_NAME, "name"),
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "hostAliases": "ip",
    "podIPs": "ip",
    "topologySpreadConstraints": "topologyKey",
    "conditions": "type",
    "addresses": "type",
    "ownerReferences": "uid",
}
_MERGED_SETS = ("finalizers", "podCIDRs")
_ORDER = "$setElementOrder/"
_DELETE_FROM = "$deleteFromPrimitiveList/"
_PATCH = "$patch"
_RETAIN = "$retainKeys"


def merge_key(field: str, items: Sequence[Any]) -> str | None:
    """Return the field by which the objects in list `field` merge; None if it is replaced.

    Args:
        field: Name of the list's field.
        items: Some of its objects; `ports` are told apart by their look.
    """
    if field == "ports":
        in_container = any(isinstance(i, dict) and "containerPort" in i for i in items)
        return "containerPort" if in_container else "port"
    return _MERGE_KEYS.get(field)


def is_merged_set(field: str) -> bool:
    """Say whether the strings in list `field` are added to those already there."""
    return field in _MERGED_SETS


def strategic_merge(target: Any, patch: Json) -> Json:
    """Apply a strategic merge patch to an object.

    Raises:
        BadRequest: An unknown directive, or a list entry without its merge key.
    """
    directive = patch.get(_PATCH, "merge")
    if directive == "replace":
        return {name: value for name, value in patch.items() if name != _PATCH}
    if directive == "delete":
        return {}
    if directive != "merge":
        raise bad_request(f"unknown patch type found: {directive}")
    result: Json = dict(target) if isinstance(target, dict) else {}
    if _RETAIN in patch:
        result = {name: value for name, value in result.items() if name in patch[_RETAIN]}
    for name, value in patch.items():
        if name.startswith(_DELETE_FROM):
            _delete_primitives(result, name.removeprefix(_DELETE_FROM), value)
        elif not name.startswith("$"):
            _merge_field(result, name, value, patch.get(_ORDER + name))
    _reorder_untouched(result, patch)
    return result


def _merge_field(result: Json, name: str, value: Any, order: list[Any] | None) -> None:
    if value is None:
        result.pop(name, None)
    elif isinstance(value, dict):
        result[name] = strategic_merge(result.get(name), value)
    elif isinstance(value, list):
        result[name] = _merge_list(name, result.get(name) or [], value, order)
    else:
        result[name] = value


def _delete_primitives(result: Json, name: str, values: list[Any]) -> None:
    if isinstance(result.get(name), list):
        result[name] = [item for item in result[name] if item not in values]


def _reorder_untouched(result: Json, patch: Json) -> None:
    """Honour an element order that came without changes to its list."""
    for directive, order in patch.items():
        name = directive.removeprefix(_ORDER)
        if (
            directive.startswith(_ORDER)
            and name not in patch
            and isinstance(result.get(name), list)
        ):
            key = merge_key(name, result[name])
            result[name] = _ordered(result[name], result[name], order, key)


def _merge_list(name: str, old: list[Any], patch: list[Any], order: list[Any] | None) -> list[Any]:
    if is_merged_set(name):
        merged = [*old, *(item for item in patch if item not in old)]
        return _ordered(merged, old, order, None) if order is not None else merged
    key = merge_key(name, [*old, *patch])
    if key is None or not all(isinstance(item, dict) for item in patch):
        return patch
    if any(item.get(_PATCH) == "replace" and key not in item for item in patch):
        return [item for item in patch if _PATCH not in item]
    merged = _merge_objects(name, key, old, patch)
    return _ordered(merged, old, order, key) if order is not None else merged


def _merge_objects(name: str, key: str, old: list[Any], patch: list[Json]) -> list[Any]:
    merged = list(old)
    for change in patch:
        if key not in change:
            raise bad_request(f"map: {change} does not contain declared merge key: {key} of {name}")
        positions = [i for i, item in enumerate(merged) if item.get(key) == change[key]]
        if change.get(_PATCH) == "delete":
            merged = [item for item in merged if item.get(key) != change[key]]
        elif positions:
            merged[positions[0]] = strategic_merge(merged[positions[0]], change)
        else:
            merged.append(strategic_merge({}, change))
    return merged


def _ordered(merged: list[Any], old: list[Any], order: list[Any], key: str | None) -> list[Any]:
    """Sort `merged` as `order` says; what only the server has stays after its old neighbour."""

    def identity(item: Any) -> Any:
        return item.get(key) if key is not None and isinstance(item, dict) else item

    wanted = [identity(item) for item in order]
    result = [item for name in wanted for item in merged if identity(item) == name]
    before = [identity(item) for item in old]
    for item in merged:
        if identity(item) in wanted:
            continue
        position = before.index(identity(item)) if identity(item) in before else len(before)
        neighbours = before[:position]
        at = max((i + 1 for i, r in enumerate(result) if identity(r) in neighbours), default=0)
        result.insert(at, item)
    return result
