"""Strategic merge patch merges the lists of built-in kinds by their keys."""

import copy
from typing import Any

import pytest

from grove_tui.demo.strategic import strategic_merge
from grove_tui.kube.errors import BadRequest

POD: dict[str, Any] = {
    "metadata": {"name": "p", "finalizers": ["a", "b"]},
    "spec": {
        "containers": [
            {"name": "one", "image": "i:1", "env": [{"name": "A", "value": "1"}]},
            {"name": "two", "image": "i:2"},
        ],
        "schedulingGates": [{"name": "g1"}, {"name": "g2"}],
        "tolerations": [{"key": "k"}],
        "nodeSelector": {"zone": "a"},
    },
    "status": {"conditions": [{"type": "Ready", "status": "False"}]},
}


def spec_after(patch: dict[str, Any]) -> dict[str, Any]:
    before = copy.deepcopy(POD)
    result = strategic_merge(POD, {"spec": patch})
    assert before == POD
    spec: dict[str, Any] = result["spec"]
    return spec


def test_objects_merge_by_key_and_keep_the_rest():
    after = spec_after({"containers": [{"name": "two", "image": "i:3"}]})

    assert after["containers"] == [POD["spec"]["containers"][0], {"name": "two", "image": "i:3"}]


def test_nested_lists_merge_too():
    env = [{"name": "B", "value": "2"}, {"name": "A", "value": "9"}]

    after = spec_after({"containers": [{"name": "one", "env": env}]})

    assert after["containers"][0]["env"] == [
        {"name": "A", "value": "9"},
        {"name": "B", "value": "2"},
    ]


def test_delete_directive_removes_an_item():
    after = spec_after({"schedulingGates": [{"$patch": "delete", "name": "g1"}]})

    assert after["schedulingGates"] == [{"name": "g2"}]


def test_replace_directive_in_a_list_replaces_it():
    after = spec_after({"containers": [{"name": "new", "image": "x"}, {"$patch": "replace"}]})

    assert after["containers"] == [{"name": "new", "image": "x"}]


def test_replace_directive_in_an_object_replaces_it():
    after = spec_after({"nodeSelector": {"$patch": "replace", "rack": "r"}})

    assert after["nodeSelector"] == {"rack": "r"}


def test_list_without_a_key_is_replaced():
    assert spec_after({"tolerations": [{"key": "z"}]})["tolerations"] == [{"key": "z"}]


def test_null_removes_a_field_and_a_list():
    assert "schedulingGates" not in spec_after({"schedulingGates": None})
    assert spec_after({"nodeSelector": {"zone": None}})["nodeSelector"] == {}


def test_element_order_is_followed_and_unlisted_items_stay_with_their_neighbours():
    patch = {
        "$setElementOrder/containers": [{"name": "three"}, {"name": "one"}],
        "containers": [{"name": "three", "image": "i:3"}],
    }

    names = [c["name"] for c in spec_after(patch)["containers"]]

    assert names == ["three", "one", "two"]


def test_order_alone_reorders():
    order = {"$setElementOrder/schedulingGates": [{"name": "g2"}, {"name": "g1"}]}

    assert [g["name"] for g in spec_after(order)["schedulingGates"]] == ["g2", "g1"]


def test_finalizers_are_a_set_with_deletions():
    added = strategic_merge(POD, {"metadata": {"finalizers": ["c", "a"]}})
    removed = strategic_merge(POD, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}})

    assert added["metadata"]["finalizers"] == ["a", "b", "c"]
    assert removed["metadata"]["finalizers"] == ["b"]


def test_conditions_merge_by_type():
    patch = {"status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "New"}]}}

    conditions = strategic_merge(POD, patch)["status"]["conditions"]

    assert conditions == [{"type": "Ready", "status": "True"}, {"type": "New"}]


def test_retain_keys_drops_what_is_not_listed():
    patch = {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}

    after = strategic_merge({"strategy": {"type": "Rolling", "rolling": {}}}, patch)

    assert after == {"strategy": {"type": "Recreate"}}


@pytest.mark.parametrize(("ports", "key"), [("containerPort", 80), ("port", 80)])
def test_ports_merge_by_the_key_of_their_kind(ports, key):
    old = {"ports": [{ports: key, "name": "http"}, {ports: 81}]}

    after = strategic_merge(old, {"ports": [{ports: key, "protocol": "TCP"}]})

    assert after["ports"] == [{ports: key, "name": "http", "protocol": "TCP"}, {ports: 81}]


@pytest.mark.parametrize(
    "patch", [{"$patch": "explode"}, {"spec": {"containers": [{"image": "no name"}]}}]
)
def test_unusable_patch_is_a_bad_request(patch):
    with pytest.raises(BadRequest):
        strategic_merge(POD, patch)
