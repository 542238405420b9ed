"""The rules that Kubernetes has for schemas of CRDs ("structural schemas"), as a checker."""

from collections.abc import Iterator
from typing import Any

KEYWORDS = {
    "default",
    "description",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "properties",
    "additionalProperties",
    "required",
    "type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def violations(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    yield from _keywords(schema, path)
    yield from _map_list(schema, path)
    for name, child in schema.get("properties", {}).items():
        yield from violations(child, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from violations(schema[key], f"{path}[{key}]")


def _keywords(schema: dict[str, Any], path: str) -> Iterator[str]:
    unknown = schema.keys() - KEYWORDS
    if unknown:
        yield f"{path}: {unknown} are no words of a structural schema"
    if schema.get("type") not in {*TYPES, "number"}:
        yield f"{path}: no type"
    if "properties" in schema and "additionalProperties" in schema:
        yield f"{path}: properties and additionalProperties exclude each other"
    if set(schema.get("required", ())) - schema.get("properties", {}).keys():
        yield f"{path}: an unknown field is required"
    if schema.get("type") == "array" and "items" not in schema:
        yield f"{path}: an array without items"
    if "default" in schema and not isinstance(schema["default"], TYPES[schema["type"]]):
        yield f"{path}: the default has another type"


def _map_list(schema: dict[str, Any], path: str) -> Iterator[str]:
    if schema.get("x-kubernetes-list-type") != "map":
        return
    item = schema["items"]
    for key in schema["x-kubernetes-list-map-keys"]:
        if key not in item["required"] or item["properties"][key]["type"] != "string":
            yield f"{path}: the key {key} of the list is not a required string"
