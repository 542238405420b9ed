"""Compiled structural schemas prune, default and validate as Kubernetes does."""

import copy
from typing import Any

import pytest

from grove_tui.demo.schema import Schema
from grove_tui.demo.statuses import describe_problem

SCHEMA = Schema(
    {
        "type": "object",
        "required": ["replicas"],
        "properties": {
            "replicas": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 10},
            "mode": {"type": "string", "enum": ["A", "B"], "default": "A"},
            "name": {"type": "string", "pattern": "^[a-z]+$", "minLength": 1, "maxLength": 3},
            "port": {"x-kubernetes-int-or-string": True},
            "ratio": {"type": "number"},
            "maybe": {"type": "string", "nullable": True},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "nested": {
                "type": "object",
                "properties": {"on": {"type": "boolean", "default": True}},
            },
            "always": {
                "type": "object",
                "default": {},
                "properties": {"n": {"type": "integer", "default": 5}},
            },
            "cliques": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string"},
                        "size": {"type": "integer", "default": 1},
                    },
                },
            },
            "tags": {
                "type": "array",
                "x-kubernetes-list-type": "set",
                "items": {"type": "string"},
            },
            "either": {
                "type": "object",
                "x-kubernetes-preserve-unknown-fields": True,
                "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
            },
        },
    }
)


def normalised(value: dict[str, Any]) -> dict[str, Any]:
    before = copy.deepcopy(value)
    result: dict[str, Any] = SCHEMA.normalise(value)
    assert value == before
    return result


def problems(**fields) -> list[tuple[str, str]]:
    value = {"replicas": 1, **fields}
    return [(p.field, describe_problem(p)) for p in SCHEMA.validate(value)]


def test_defaults_fill_what_is_absent_at_every_depth():
    after = normalised({"replicas": 1, "nested": {}, "cliques": [{"name": "a"}]})

    assert after["mode"] == "A"
    assert after["nested"] == {"on": True}
    assert after["always"] == {"n": 5}
    assert after["cliques"] == [{"name": "a", "size": 1}]
    assert "labels" not in after


def test_null_is_replaced_by_the_default_or_kept_if_nullable():
    after = normalised({"replicas": 1, "mode": None, "maybe": None})

    assert after["mode"] == "A"
    assert after["maybe"] is None


def test_unknown_fields_are_pruned_except_where_preserved():
    value = {"replicas": 1, "wrong": 1, "free": {"x": {"y": 1}}, "nested": {"off": 1, "on": False}}

    after = normalised(value)

    assert "wrong" not in after
    assert after["free"] == {"x": {"y": 1}}
    assert after["nested"] == {"on": False}


def test_unknown_fields_are_named_with_their_path():
    value = {"wrong": 1, "nested": {"off": 1}, "cliques": [{"name": "a"}, {"nmae": "b"}]}

    assert list(SCHEMA.unknown(value)) == ["wrong", "nested.off", "cliques[1].nmae"]


def test_value_that_needs_nothing_is_the_same_object():
    value = SCHEMA.normalise({"replicas": 1, "cliques": [{"name": "a"}]})

    assert SCHEMA.normalise(value) is value


def test_default_is_not_shared_between_objects():
    first, second = normalised({"replicas": 1}), normalised({"replicas": 2})

    assert first["always"] == second["always"]
    assert first["always"] is not SCHEMA.default


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"replicas": -1},
            (
                "replicas",
                "Invalid value: -1: replicas in body should be greater than or equal to 0",
            ),
        ),
        (
            {"replicas": 11},
            ("replicas", "Invalid value: 11: replicas in body should be less than or equal to 10"),
        ),
        (
            {"replicas": "1"},
            (
                "replicas",
                'Invalid value: "string": replicas in body must be of type integer: "string"',
            ),
        ),
        (
            {"replicas": True},
            (
                "replicas",
                'Invalid value: "boolean": replicas in body must be of type integer: "boolean"',
            ),
        ),
        (
            {"replicas": None},
            ("replicas", 'Invalid value: "null": replicas in body must be of type integer: "null"'),
        ),
        ({"mode": "C"}, ("mode", 'Unsupported value: "C": supported values: "A", "B"')),
        ({"name": "A"}, ("name", "Invalid value: \"A\": name in body should match '^[a-z]+$'")),
        ({"name": "abcd"}, ("name", "Too long: may not be more than 3 bytes")),
        (
            {"port": True},
            (
                "port",
                'Invalid value: "boolean": port in body must be of type integer,string: "boolean"',
            ),
        ),
        (
            {"labels": {"a": 1}},
            (
                "labels.a",
                'Invalid value: "integer": labels.a in body must be of type string: "integer"',
            ),
        ),
        (
            {"cliques": []},
            ("cliques", "Invalid value: 0: cliques in body should have at least 1 items"),
        ),
        ({"cliques": [{}]}, ("cliques[0].name", "Required value")),
        (
            {"cliques": [{"name": "a"}, {"name": "b"}, {"name": "a"}]},
            ("cliques[2]", 'Duplicate value: {"name":"a"}'),
        ),
        (
            {"cliques": [{"name": n} for n in "abcd"]},
            ("cliques", "Too many: 4: must have at most 3 items"),
        ),
        ({"tags": ["a", "a"]}, ("tags[1]", 'Duplicate value: "a"')),
        (
            {"either": {"a": 1, "b": 2}},
            (
                "either",
                'Invalid value: {"a":1,"b":2}: either in body must satisfy oneOf of its schema',
            ),
        ),
    ],
)
def test_violations_are_worded_as_kubernetes_words_them(fields, expected):
    assert problems(**fields) == [expected]


@pytest.mark.parametrize(
    "fields",
    [
        {"port": 80},
        {"port": "http"},
        {"ratio": 1},
        {"ratio": 1.5},
        {"replicas": 1.0},
        {"maybe": None},
        {"either": {"b": 1}},
        {"cliques": [{"name": "a"}, {"name": "b"}]},
    ],
)
def test_valid_values_pass(fields):
    assert problems(**fields) == []


def test_all_violations_are_reported_at_once():
    found = problems(replicas="x", mode="C", cliques=[{"size": "y"}])

    assert [field for field, _ in found] == [
        "replicas",
        "mode",
        "cliques[0].name",
        "cliques[0].size",
    ]


def test_missing_required_field_is_named():
    assert [p.field for p in SCHEMA.validate({}, "spec")] == ["spec.replicas"]
