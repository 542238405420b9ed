"""The scale subresource: replicas of any scalable resource in one shape."""

from typing import Any

from grove_tui.demo.definition import Definition, ScalePaths
from grove_tui.demo.openapi.fields import typed
from grove_tui.demo.registry.metadata import check_identity
from grove_tui.demo.registry.options import Outcome, WriteOptions
from grove_tui.demo.registry.registry import Change, Registry
from grove_tui.demo.statuses import Json, Violation, bad_request, invalid
from grove_tui.demo.storage import Key, encode

_KEPT = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


def scale_of(paths: ScalePaths, obj: Json) -> Json:
    """Return the Scale object that shows `obj`."""
    status: Json = {"replicas": _at(obj, paths.status) or 0}
    selector = _at(obj, paths.selector) if paths.selector else None
    if selector:
        status["selector"] = selector
    metadata = obj["metadata"]
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {field: metadata[field] for field in _KEPT if field in metadata},
        "spec": {"replicas": _at(obj, paths.spec) or 0},
        "status": status,
    }


def scale(
    registry: Registry, definition: Definition, key: Key, change: Change, options: WriteOptions
) -> tuple[Outcome, Json]:
    """Set replicas to what `change` makes of the Scale; returns the write and the new Scale.

    Raises:
        ApiError: 404, 409 if the Scale names another uid or version, 422 for a bad number.
    """
    paths = definition.scale
    if paths is None:
        raise bad_request(f"{definition.resource} cannot be scaled")

    def scaled(obj: Json) -> Json:
        wanted = typed("V1Scale", change(scale_of(paths, obj)))
        given = wanted.get("metadata") or {}
        uid, version = given.get("uid") or "", given.get("resourceVersion") or ""
        check_identity(definition, obj["metadata"], uid, version)
        result: Json = _replaced(obj, paths.spec, _replicas(wanted, key.name))
        return result

    outcome = registry.update(definition, key, scaled, options, "scale")
    return outcome, scale_of(paths, outcome.stored.object)


def scale_body(registry: Registry, definition: Definition, key: Key) -> bytes:
    """Return the Scale of one object as JSON."""
    obj = registry.get(definition, key.namespace, key.name).object
    return encode(scale_of(definition.scale or ScalePaths(), obj))


def _replicas(wanted: Json, name: str) -> int:
    replicas = (wanted.get("spec") or {}).get("replicas", 0)
    if isinstance(replicas, bool) or not isinstance(replicas, int):
        raise bad_request(f"spec.replicas must be a number, not {replicas!r}")
    if replicas < 0:
        detail = "must be greater than or equal to 0"
        problem = Violation("spec.replicas", detail, value=replicas)
        raise invalid("Scale", "autoscaling", name, [problem])
    return replicas


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _replaced(obj: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    inner = obj if isinstance(obj, dict) else {}
    return {**inner, path[0]: _replaced(inner.get(path[0]), path[1:], value)}
