"""Label and field selectors of list and watch requests."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from grove_tui.demo.statuses import Json, bad_request

Selector = Callable[[Json], bool]
"""Says whether an object is selected."""

_Requirement = Callable[[Mapping[str, str]], bool]
_SET = re.compile(r"^(?P<key>\S+)\s+(?P<op>in|notin)\s*\((?P<values>[^)]*)\)$")
_EQUALITY = re.compile(r"^(?P<key>[^\s=!]+)\s*(?P<op>==|=|!=)\s*(?P<value>\S*)$")
_COMPARISON = re.compile(r"^(?P<key>[^\s<>]+)\s*(?P<op>[<>])\s*(?P<value>-?\d+)$")
_KEY = re.compile(r"^(?P<not>!?)\s*(?P<key>[A-Za-z0-9][-A-Za-z0-9_./]*)$")
_OUTSIDE_PARENTHESES = re.compile(r",(?![^(]*\))")


def selector(labels: str, fields: str, resource: str) -> Selector | None:
    """Return what selects an object, or None if everything is selected.

    Raises:
        BadRequest: One of the two cannot be parsed, or names a field that cannot be selected on.
    """
    by_label = parse_labels(labels) if labels.strip() else None
    by_field = parse_fields(fields, resource) if fields.strip() else None
    if by_label is None or by_field is None:
        return by_label or by_field
    first, second = by_label, by_field
    return lambda obj: first(obj) and second(obj)


@lru_cache(maxsize=512)
def parse_labels(text: str) -> Selector:
    """Parse a label selector: equality and set based, `key`, `!key`, `key>n`."""
    requirements = [_label_requirement(part.strip()) for part in _OUTSIDE_PARENTHESES.split(text)]

    def matches(obj: Json) -> bool:
        labels = obj["metadata"].get("labels") or {}
        return all(requirement(labels) for requirement in requirements)

    return matches


def _label_requirement(part: str) -> _Requirement:
    if found := _SET.match(part):
        values = {value.strip() for value in found["values"].split(",")}
        return _membership(found["key"], values, found["op"] == "in")
    if found := _EQUALITY.match(part):
        return _membership(found["key"], {found["value"]}, found["op"] != "!=")
    if found := _COMPARISON.match(part):
        return _comparison(found["key"], int(found["value"]), found["op"] == ">")
    if found := _KEY.match(part):
        key, wanted = found["key"], not found["not"]
        return lambda labels: (key in labels) is wanted
    raise bad_request(
        f'unable to parse requirement: found "{part}", expected: a label selector requirement'
    )


def _membership(key: str, values: set[str], wanted: bool) -> _Requirement:
    # An absent label is "not in" every set, but "in" none, not even one with the empty string.
    return lambda labels: (key in labels and labels[key] in values) is wanted


def _comparison(key: str, limit: int, greater: bool) -> _Requirement:
    def holds(labels: Mapping[str, str]) -> bool:
        try:
            number = int(labels.get(key, ""))
        except ValueError:
            return False
        return number > limit if greater else number < limit

    return holds


_ALWAYS = ("metadata.name", "metadata.namespace")
_INVOLVED = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
_SELECTABLE: dict[str, tuple[str, ...]] = {
    "pods": (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    "nodes": ("spec.unschedulable",),
    "namespaces": ("status.phase",),
    "events": (
        *(f"involvedObject.{name}" for name in _INVOLVED),
        "reason",
        "reportingComponent",
        "source",
        "type",
    ),
    "secrets": ("type",),
    "services": ("spec.clusterIP", "spec.type"),
    "replicasets.apps": ("status.replicas",),
}


@lru_cache(maxsize=512)
def parse_fields(text: str, resource: str) -> Selector:
    """Parse a field selector: `path=value`, `path!=value`, joined by commas."""
    requirements = [_field_requirement(part.strip(), resource) for part in text.split(",") if part]
    return lambda obj: all(requirement(obj) for requirement in requirements)


def _field_requirement(part: str, resource: str) -> Selector:
    found = _EQUALITY.match(part)
    if not found:
        raise bad_request(f'invalid field selector: "{part}"')
    path, value, wanted = found["key"], found["value"], found["op"] != "!="
    if path not in _ALWAYS and path not in _SELECTABLE.get(resource, ()):
        raise bad_request(
            f'Unable to find "{resource}" that match field selector "{part}": '
            f"field label not supported: {path}"
        )
    names = ("source", "component") if path == "source" else tuple(path.split("."))
    return lambda obj: (_field_text(obj, names) == value) is wanted


def _field_text(obj: Json, names: tuple[str, ...]) -> str:
    value: Any = obj
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "false" if names[-1] in ("unschedulable", "hostNetwork") else ""
    return str(value)
