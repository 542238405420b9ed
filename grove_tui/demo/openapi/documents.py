"""OpenAPI v3: one document for each served group and version."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from grove_tui.demo.definition import Definition
from grove_tui.demo.openapi.models import component, component_name, model_for, referenced
from grove_tui.demo.registry.catalog import Catalog
from grove_tui.demo.statuses import Json

_METADATA = "V1ObjectMeta"
_ACTIONS = {
    "get": ("get", True),
    "list": ("get", False),
    "create": ("post", False),
    "update": ("put", True),
    "patch": ("patch", True),
    "delete": ("delete", True),
    "deletecollection": ("delete", False),
}
_ACTION_NAMES = {"create": "post", "update": "put"}
_WRITING = ("create", "update", "patch")
_WRITE_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation")

V2_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
V2_EMPTY = b"\x0a\x032.0"
"""An OpenAPI v2 document that describes no kind (`swagger: "2.0"` as protobuf).

kubectl before 1.27 insists on such a document before it applies anything, and takes a kind that is
not in it as one that the server will validate.
"""


def index(catalog: Catalog) -> Json:
    """Return where the documents are."""
    paths = {}
    for group, version in catalog.group_versions():
        path = f"apis/{group}/{version}" if group else f"api/{version}"
        digest = hashlib.sha256(f"{catalog.version}/{path}".encode()).hexdigest()[:32]
        paths[path] = {"serverRelativeURL": f"/openapi/v3/{path}?hash={digest.upper()}"}
    return {"paths": paths}


def document(catalog: Catalog, group: str, version: str) -> Json | None:
    """Return the document of one group and version; None if nothing is served there."""
    served = catalog.in_group_version(group, version)
    if not served:
        return None
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.32.0"},
        "paths": _paths(served),
        "components": {"schemas": _schemas(served)},
    }


def _paths(served: Iterable[Definition]) -> Json:
    paths: Json = {}
    for definition in served:
        root = f"/apis/{definition.api_version}" if definition.group else "/api/v1"
        if definition.namespaced:
            root += "/namespaces/{namespace}"
        collection = f"{root}/{definition.plural}"
        paths[collection] = _operations(definition, named=False)
        if definition.stored:
            paths[f"{collection}/{{name}}"] = _operations(definition, named=True)
    return paths


def _operations(definition: Definition, *, named: bool) -> Json:
    operations: Json = {}
    for verb, (method, of_object) in _ACTIONS.items():
        if verb in definition.verbs and of_object is named:
            operations[method] = _operation(definition, verb)
    names = ["namespace"] if definition.namespaced else []
    names += ["name"] if named else []
    operations["parameters"] = [_parameter(name, "path") for name in names]
    return operations


def _operation(definition: Definition, verb: str) -> Json:
    reference = {"$ref": f"#/components/schemas/{schema_name(definition)}"}
    content = {"application/json": {"schema": reference}}
    operation: Json = {
        "operationId": f"{verb}{definition.kind}",
        "responses": {"200": {"description": "OK", "content": content}},
        "x-kubernetes-action": _ACTION_NAMES.get(verb, verb),
        "x-kubernetes-group-version-kind": _group_version_kind(definition),
    }
    if verb in _WRITING:
        operation["parameters"] = [_parameter(name, "query") for name in _WRITE_PARAMETERS]
    return operation


def _parameter(name: str, where: str) -> Json:
    found: Json = {"name": name, "in": where, "schema": {"type": "string"}}
    if where == "path":
        found["required"] = True
    return found


def _group_version_kind(definition: Definition) -> Json:
    return {"group": definition.group, "version": definition.version, "kind": definition.kind}


def schema_name(definition: Definition) -> str:
    """Return the name of a kind's schema in its document."""
    model = None
    if definition.custom is None:
        model = model_for(definition.group, definition.version, definition.kind)
    if model is not None:
        return component_name(model)
    reversed_group = ".".join(reversed(definition.group.split(".")))
    return f"{reversed_group}.{definition.version}.{definition.kind}"


def _schemas(served: Iterable[Definition]) -> Json:
    schemas: Json = {}
    for definition in served:
        name = schema_name(definition)
        schemas.update(_components_for(definition))
        schema = schemas.get(name) or _custom(definition)
        gvk = {"x-kubernetes-group-version-kind": [_group_version_kind(definition)]}
        schemas[name] = {**schema, **gvk}
    return schemas


def _components_for(definition: Definition) -> Json:
    """Return the library's schemas that a kind needs; custom ones need that of metadata."""
    model: str | None = _METADATA
    if definition.custom is None:
        model = model_for(definition.group, definition.version, definition.kind)
    try:
        names = list(referenced(model)) if model is not None else []
        return {component_name(name): component(name) for name in names}
    except (KeyError, OSError):
        return {}


def _custom(definition: Definition) -> Json:
    source: Mapping[str, Any] = definition.custom.source if definition.custom else {}
    reference = {"$ref": f"#/components/schemas/{component_name(_METADATA)}"}
    properties = {
        **(source.get("properties") or {}),
        "apiVersion": {
            "type": "string",
            "description": "The version of the schema that this object follows.",
        },
        "kind": {"type": "string", "description": "The kind of this object."},
        "metadata": {
            "description": "The object's name, labels, owners and what the server keeps of it.",
            "allOf": [reference],
        },
    }
    return {**source, "type": "object", "properties": properties}
