"""Schemas of the built-in kinds, read from the generated models of the Kubernetes client.

The models name every field of every kind with its type and description, in files of one shape.
Reading the few files that are needed takes milliseconds; importing them all takes seconds, which
is why they are read as text. A kind whose model cannot be found has no schema: nothing is checked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from grove_tui.demo.statuses import Json
from grove_tui.demo.strategic import is_merged_set, merge_key

_IMPORT = re.compile(r"^from kubernetes_asyncio\.client\.models\.(\w+) import (\w+)", re.MULTILINE)
_PAIR = re.compile(r"^        '(\w+)': '([^']+)'", re.MULTILINE)
_REQUIRED = re.compile(r"Invalid value for `(\w+)`, must not be `None`")
_NOTE = r"\s*# noqa: E501\n\n        "
_GETTER = re.compile(rf'"""Gets the (\w+) of this \w+\.{_NOTE}(.*?){_NOTE}:return', re.DOTALL)
_CLASS = re.compile(r"[A-Z][a-z]+?(?=V\d)|V\d+(?:alpha\d+|beta\d+)?|.+")
_SIMPLE: dict[str, Json] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "datetime": {"type": "string", "format": "date-time"},
    "object": {"x-kubernetes-preserve-unknown-fields": True},
}
_CONTAINER_PORTS = {"V1Container", "V1EphemeralContainer"}
_QUANTITIES = {
    "allocatable",
    "averageValue",
    "capacity",
    "divisor",
    "limits",
    "overhead",
    "requests",
    "sizeLimit",
}
_METRIC_VALUES = {"V2MetricTarget", "V2MetricValueStatus"}
_PREFIX = "io.k8s."


@dataclass(frozen=True, slots=True)
class Model:
    """One type: its fields as (type, description) by JSON name, and the names it requires."""

    name: str
    fields: dict[str, tuple[str, str]]
    required: tuple[str, ...]


def model_for(group: str, version: str, kind: str) -> str | None:
    """Return the name of the model of a built-in kind."""
    area = "Core" if not group else group.partition(".")[0].capitalize()
    capital = version.capitalize()
    for name in (f"{capital}{kind}", f"{area}{capital}{kind}"):
        if name in _files():
            return name
    return None


def component_name(model: str) -> str:
    """Return the name of a model's schema, such as `io.k8s.v1.PodSpec`."""
    *_, version, kind = _CLASS.findall(model)
    return f"{_PREFIX}{version.lower()}.{kind}"


@cache
def read_model(name: str) -> Model:
    """Read one model's file."""
    text = _files()[name].read_text(encoding="utf-8")
    types, names = _tables(text)
    described = {attribute: _prose(words) for attribute, words in _GETTER.findall(text)}
    fields = {names[a]: (kind, described.get(a, "")) for a, kind in types.items()}
    required = tuple(sorted({names[a] for a in _REQUIRED.findall(text)}))
    return Model(name, fields, required)


def _prose(docstring: str) -> str:
    return " ".join(docstring.split()).replace('\\"', '"')


def component(name: str) -> Json:
    """Return a model's schema; other models in it are references."""
    model = read_model(name)
    properties = {}
    for field, (kind, description) in model.fields.items():
        schema = {**_schema(kind), **_merging(name, field, kind)}
        properties[field] = {"description": description, **schema} if description else schema
    found: Json = {"type": "object", "properties": properties}
    if model.required:
        found["required"] = list(model.required)
    return found


def referenced(name: str) -> Iterator[str]:
    """Yield a model and all that it refers to, each once."""
    seen = {name}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        yield current
        for kind, _ in read_model(current).fields.values():
            inner = _model_in(kind)
            if inner and inner not in seen:
                seen.add(inner)
                waiting.append(inner)


def inlined(name: str, outer: tuple[str, ...] = ()) -> Json:
    """Return a model's schema without references; a type inside itself takes any fields."""
    if name in outer:
        return {"x-kubernetes-preserve-unknown-fields": True}
    model = read_model(name)
    properties = {
        field: _inlined_field(kind, _is_quantity(name, field), (*outer, name))
        for field, (kind, _) in model.fields.items()
    }
    required = [field for field in model.required if field != "metadata"]
    return {"type": "object", "properties": properties, "required": required, "nullable": True}


def _inlined_field(kind: str, is_quantity: bool, outer: tuple[str, ...]) -> Json:
    """Return the schema of a field; null is the same as absent to the Go types."""
    if kind.startswith("list["):
        items = _inlined_field(kind[5:-1], is_quantity, outer)
        return {"type": "array", "items": items, "nullable": True}
    if kind.startswith("dict("):
        inner = _inlined_field(kind[5:-1].split(", ", 1)[1], is_quantity, outer)
        return {"type": "object", "additionalProperties": inner, "nullable": True}
    if kind in _files():
        return inlined(kind, outer)
    if is_quantity:
        return {"x-kubernetes-preserve-unknown-fields": True, "nullable": True}
    return {**_schema(kind), "nullable": True}


def _is_quantity(model: str, field: str) -> bool:
    """Say whether a field that the models call a string may also be written as a number."""
    return field in _QUANTITIES or (field == "value" and model in _METRIC_VALUES)


def _schema(kind: str) -> Json:
    if kind.startswith("list["):
        return {"type": "array", "items": _schema(kind[5:-1])}
    if kind.startswith("dict("):
        return {"type": "object", "additionalProperties": _schema(kind[5:-1].split(", ", 1)[1])}
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    if kind in _files():
        # kubectl looks for a reference that has a default beside it inside allOf.
        return {"allOf": [{"$ref": f"#/components/schemas/{component_name(kind)}"}]}
    return {"x-kubernetes-preserve-unknown-fields": True}


def _merging(model: str, field: str, kind: str) -> Json:
    if not kind.startswith("list["):
        return {}
    if is_merged_set(field):
        return {"x-kubernetes-patch-strategy": "merge"}
    example = [{"containerPort": 0}] if model in _CONTAINER_PORTS else [{"port": 0}]
    key = merge_key(field, example)
    if key is None or _model_in(kind) is None:
        return {}
    return {"x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": key}


def _model_in(kind: str) -> str | None:
    for name in re.findall(r"\w+", kind):
        if name in _files():
            return str(name)
    return None


def _tables(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return a model's two dictionaries: types and JSON names by attribute."""
    start = text.index("openapi_types = {")
    middle = text.index("attribute_map = {", start)
    end = text.index("}", middle)
    return dict(_PAIR.findall(text[start:middle])), dict(_PAIR.findall(text[middle:end]))


@cache
def _files() -> dict[str, Path]:
    spec = find_spec("kubernetes_asyncio")
    if spec is None or not spec.submodule_search_locations:
        return {}
    folder = Path(spec.submodule_search_locations[0], "client", "models")
    listing = folder / "__init__.py"
    if not listing.is_file():
        return {}
    found = _IMPORT.findall(listing.read_text(encoding="utf-8"))
    return {name: folder / f"{module}.py" for module, name in found}
