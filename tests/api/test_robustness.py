"""Nothing that anyone sends makes defaults, hashes or validation fail; they answer with errors."""

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from grove_tui.api.admission import admit
from grove_tui.api.defaults import default, keep_immutable
from grove_tui.api.objects import PodCliqueSet
from grove_tui.api.validation import FieldError, validate_child, validate_create, validate_update
from tests.api.strategies import any_json, full, mutated


def test_the_manifest_that_is_mutated_is_valid():
    assert validate_create(full()) == []
    assert validate_update(full(), full()) == []


def judge(*errors: list[FieldError]) -> None:
    for error in [e for found in errors for e in found]:
        assert error.message
        assert str(error).startswith(error.field)


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_mutated_manifests_are_judged(obj):
    judge(validate_create(obj), validate_update(obj, full()), validate_update(full(), obj))


@settings(deadline=None)
@given(any_json)
def test_any_json_is_judged(obj):
    judge(validate_create(obj), validate_update(obj, obj))
    assert validate_create(obj)
    for kind in ("PodClique", "PodCliqueScalingGroup", "PodGang"):
        assert validate_child(kind, obj)


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_defaulting_is_idempotent_and_leaves_its_input_alone(obj):
    if not isinstance(obj, dict):
        return
    before = copy.deepcopy(obj)

    once = default(obj)

    assert repr(obj) == repr(before)
    assert repr(default(once)) == repr(once)


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_what_is_valid_decodes_and_stays_valid(obj):
    if not isinstance(obj, dict):
        return

    admitted = admit("podcliquesets", "CREATE", obj, None)

    if not admitted.errors:
        msgspec.convert(_without_nulls(admitted.obj), PodCliqueSet)
        assert admit("podcliquesets", "UPDATE", admitted.obj, admitted.obj).errors == []


def _without_nulls(value: Any) -> Any:
    # A null is an absent field; clients and API servers drop it.
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(mutated(), mutated())
def test_taking_over_immutable_fields_never_fails(new, old):
    before = copy.deepcopy(new)

    keep_immutable(new, old)

    assert repr(new) == repr(before)


@pytest.mark.parametrize("depth", [10_000])
def test_a_deep_chain_of_dependencies_is_no_recursion(depth):
    obj = full()
    spec = obj["spec"]["template"]["cliques"][0]
    chain = [
        {**spec, "name": f"c{i}", "spec": {**spec["spec"], "startsAfter": [f"c{i + 1}"]}}
        for i in range(depth)
    ]
    obj["spec"]["template"]["cliques"] = chain

    assert validate_create(obj)
