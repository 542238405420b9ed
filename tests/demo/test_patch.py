"""JSON patch and merge patch give what their RFCs say and never change the object they patch."""

import copy

import jsonpatch
import pytest
from hypothesis import given, strategies as st

from grove_tui.demo.patch import json_patch, merge_patch
from grove_tui.kube.errors import ApiError, BadRequest

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab/~", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_follows_the_examples_of_its_rfc(target, patch, expected):
    assert merge_patch(target, patch) == expected


@given(values, values)
def test_merge_patch_leaves_its_target_alone(target, patch):
    before = copy.deepcopy(target)

    merge_patch(target, patch)

    assert target == before


@given(values, values)
def test_json_patch_agrees_with_the_library_on_every_difference(old, new):
    operations = jsonpatch.make_patch(old, new).patch
    before = copy.deepcopy(old)

    assert json_patch(old, operations) == new
    assert old == before


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/l/-", "value": 3}, {"l": [1, 2, 3], "o": {"a": 1}}),
        ({"op": "add", "path": "/l/0", "value": 0}, {"l": [0, 1, 2], "o": {"a": 1}}),
        ({"op": "add", "path": "/o/b~1c", "value": 2}, {"l": [1, 2], "o": {"a": 1, "b/c": 2}}),
        ({"op": "remove", "path": "/l/1"}, {"l": [1], "o": {"a": 1}}),
        ({"op": "replace", "path": "/o/a", "value": 5}, {"l": [1, 2], "o": {"a": 5}}),
        ({"op": "replace", "path": "", "value": {}}, {}),
        ({"op": "move", "from": "/o/a", "path": "/l/0"}, {"l": [1, 1, 2], "o": {}}),
        ({"op": "copy", "from": "/l", "path": "/o/a"}, {"l": [1, 2], "o": {"a": [1, 2]}}),
        ({"op": "test", "path": "/o", "value": {"a": 1}}, {"l": [1, 2], "o": {"a": 1}}),
    ],
)
def test_json_patch_operations(operation, expected):
    assert json_patch({"l": [1, 2], "o": {"a": 1}}, [operation]) == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/missing"},
        {"op": "replace", "path": "/missing", "value": 1},
        {"op": "remove", "path": "/l/2"},
        {"op": "add", "path": "/l/4", "value": 1},
        {"op": "add", "path": "/l/-1", "value": 1},
        {"op": "test", "path": "/o/a", "value": 2},
        {"op": "add", "path": "/o/x/y", "value": 2},
        {"op": "add", "path": "no-slash", "value": 2},
        {"op": "add", "path": "/o/b"},
        {"op": "remove", "path": "/-"},
    ],
)
def test_operation_that_does_not_fit_is_unprocessable(operation):
    with pytest.raises(ApiError) as refused:
        json_patch({"l": [1, 2], "o": {"a": 1}}, [operation])

    assert refused.value.code == 422


@pytest.mark.parametrize("patch", [{}, "x", [1], [{"op": "jump", "path": ""}], [{"op": "add"}]])
def test_what_is_no_json_patch_is_a_bad_request(patch):
    with pytest.raises(BadRequest):
        json_patch({}, patch)
