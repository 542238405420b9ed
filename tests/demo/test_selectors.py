"""Selectors of list and watch choose what kubectl users expect."""

from typing import Any

import pytest

from grove_tui.demo.selectors import selector
from grove_tui.kube.errors import BadRequest


def pod(labels=None, **fields) -> dict[str, Any]:
    return {"metadata": {"name": "p", "namespace": "ns", "labels": labels or {}}, **fields}


def selects(labels: str = "", fields: str = "", obj=None, resource: str = "pods") -> bool:
    chosen = selector(labels, fields, resource)
    assert chosen is not None
    return chosen(obj or pod())


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("a=1", {"a": "1"}, True),
        ("a==1", {"a": "1"}, True),
        ("a=1", {"a": "2"}, False),
        ("a=1", {}, False),
        ("a=", {"a": ""}, True),
        ("a=", {}, False),
        ("a!=1", {"a": "2"}, True),
        ("a!=1", {}, True),
        ("a!=1", {"a": "1"}, False),
        ("a in (1, 2)", {"a": "2"}, True),
        ("a in (1,2)", {"a": "3"}, False),
        ("a in (1,2)", {}, False),
        ("a notin (1,2)", {}, True),
        ("a notin (1,2)", {"a": "1"}, False),
        ("a", {"a": ""}, True),
        ("a", {}, False),
        ("!a", {}, True),
        ("! a", {"a": "x"}, False),
        ("n>5", {"n": "6"}, True),
        ("n>5", {"n": "5"}, False),
        ("n<5", {"n": "4"}, True),
        ("n>5", {"n": "x"}, False),
        ("n>5", {}, False),
        ("a in (1,2),b=x,!c", {"a": "1", "b": "x"}, True),
        ("a in (1,2),b=x,!c", {"a": "1", "b": "x", "c": ""}, False),
        ("app.kubernetes.io/part-of=x,grove.io/podgang", {"app.kubernetes.io/part-of": "x"}, False),
    ],
)
def test_label_selectors(text, labels, expected):
    assert selects(text, obj=pod(labels)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metadata.name=p", True),
        ("metadata.name!=p", False),
        ("metadata.namespace=ns", True),
        ("spec.nodeName=n1", True),
        ("spec.nodeName==n2", False),
        ("spec.nodeName!=n2,status.phase=Running", True),
        ("status.phase=Pending", False),
        ("spec.hostNetwork=false", True),
    ],
)
def test_field_selectors(text, expected):
    obj = pod(spec={"nodeName": "n1"}, status={"phase": "Running"})

    assert selects(fields=text, obj=obj) is expected


def test_missing_node_name_is_the_empty_string():
    assert selects(fields="spec.nodeName=", obj=pod(spec={}))


@pytest.mark.parametrize(("unschedulable", "expected"), [(None, "false"), (True, "true")])
def test_unschedulable_is_a_boolean(unschedulable, expected):
    node = pod(spec={"unschedulable": unschedulable} if unschedulable else {})

    assert selects(fields=f"spec.unschedulable={expected}", obj=node, resource="nodes")


def test_events_are_selected_by_what_they_are_about():
    event = pod(involvedObject={"kind": "Pod", "name": "x"}, reason="Killing", type="Normal")
    text = "involvedObject.kind=Pod,involvedObject.name=x,reason=Killing,type!=Warning"

    assert selects(fields=text, obj=event, resource="events")


def test_both_kinds_of_selector_must_agree():
    assert not selects("a=1", "metadata.name=p")
    assert selects("a=1", "metadata.name=p", pod({"a": "1"}))


def test_no_selector_selects_everything():
    assert selector("", " ", "pods") is None


@pytest.mark.parametrize("text", ["a in 1", "=x", "a=1,,b", "a in (1", "a b"])
def test_unreadable_label_selector_is_a_bad_request(text):
    with pytest.raises(BadRequest):
        selector(text, "", "pods")


def test_unknown_field_is_a_bad_request_that_names_it():
    with pytest.raises(BadRequest, match=r"field label not supported: spec\.color"):
        selector("", "spec.color=red", "pods")
