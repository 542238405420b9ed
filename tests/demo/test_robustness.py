"""Whatever clients send is stored or refused; the server never trips over it, then or later."""

import asyncio
import copy
import json
from typing import Any

from hypothesis import given, settings, strategies as st

from grove_tui.demo.api import Api
from grove_tui.demo.statuses import Json
from grove_tui.kube.transport import Request
from tests.demo.caller import (
    CRDS,
    PATCH_TYPES,
    PODS,
    TABLE,
    WIDGET_CRD,
    WIDGETS,
    pod,
    widget,
    with_widgets,
)

NAMESPACED = "/api/v1/namespaces/default"
NODE: Json = {
    "metadata": {"name": "x"},
    "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]},
    "status": {
        "conditions": [{"type": "Ready", "status": "True"}],
        "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
        "capacity": {"cpu": "1"},
    },
}
POD: Json = {
    **pod(
        "x",
        schedulingGates=[{"name": "g"}],
        initContainers=[{"name": "i", "image": "i"}],
        tolerations=[{"key": "a", "operator": "Exists"}],
        containers=[
            {
                "name": "c",
                "image": "i",
                "ports": [{"containerPort": 1}],
                "resources": {"limits": {"cpu": "1"}},
                "env": [{"name": "a", "value": "b"}],
            }
        ],
    ),
    "status": {"containerStatuses": [{"name": "c", "ready": True, "restartCount": 1}]},
}
SERVICE: Json = {"metadata": {"name": "x"}, "spec": {"ports": [{"port": 80}]}}
AUTOSCALER: Json = {
    "metadata": {"name": "x"},
    "spec": {
        "maxReplicas": 3,
        "scaleTargetRef": {"kind": "a", "name": "b"},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "V"}}}],
    },
}
DEFINITION: Json = {
    **WIDGET_CRD,
    "metadata": {"name": "gadgets.example.com"},
    "spec": {**WIDGET_CRD["spec"], "names": {"plural": "gadgets", "kind": "Gadget"}},
}
KINDS: list[tuple[str, Json]] = [
    (PODS, POD),
    (WIDGETS, widget("x", tags=["a"], parts=[{"name": "a", "count": 1}])),
    (CRDS, DEFINITION),
    ("/api/v1/nodes", NODE),
    (f"{NAMESPACED}/services", SERVICE),
    ("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", AUTOSCALER),
]
junk: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, -1, 1.5, True, "", "x", "é\x00", [], [1], [None], [{}], {}, {"a": 1}, {"name": None}]
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = (
        list(value)
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    return [path, *(found for key in keys for found in paths(value[key], (*path, key)))]


@st.composite
def damaged(draw: st.DrawFn, obj: Json) -> Json:
    """Return `obj` with something else in one or two places."""
    result = copy.deepcopy(obj)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(paths(result)[1:]))
        place: Any = result
        for key in path[:-1]:
            place = place[key]
        if isinstance(place, dict) and draw(st.booleans()):
            del place[path[-1]]
        else:
            place[path[-1]] = copy.deepcopy(draw(junk))
        if len(paths(result)) == 1:
            break
    return result


@st.composite
def requests(draw: st.DrawFn) -> list[Request]:
    """Return requests on one kind: creations and changes that are each a little wrong."""
    path, obj = draw(st.sampled_from(KINDS))
    name = obj["metadata"]["name"]
    query = {
        "fieldValidation": draw(st.sampled_from(["", "Warn", "Strict"])),
        "fieldManager": "m",
        "force": "true",
    }
    found = [Request("POST", path, query, {}, body(draw(st.just(obj) | damaged(obj))))]
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(PATCH_TYPES)))
        change: Any = draw(damaged(obj))
        if kind == "json":
            pointer = "/" + "/".join(map(str, draw(st.sampled_from(paths(obj)))))
            verb = draw(st.sampled_from(["add", "remove", "replace", "test", "copy"]))
            operation = {"op": verb, "path": pointer, "value": draw(junk), "from": "/metadata"}
            change = [draw(st.just(operation) | damaged(operation))]
        where = f"{path}/{name}{draw(st.sampled_from(['', '/status', '/scale']))}"
        found.append(
            Request("PATCH", where, query, {"content-type": PATCH_TYPES[kind]}, body(change))
        )
        found.append(Request("PUT", where, query, {}, body(draw(damaged(obj)))))
        found.append(Request("DELETE", f"{path}/{name}", {}, {}, body(draw(damaged(OPTIONS)))))
        found.append(Request("POST", f"{PODS}/x/binding", {}, {}, body(draw(damaged(BINDING)))))
        found.append(Request("GET", path, {}, {"accept": TABLE}))
    return found


OPTIONS: Json = {"preconditions": {"uid": "a"}, "gracePeriodSeconds": 1, "dryRun": ["All"]}
BINDING: Json = {"metadata": {"name": "x", "annotations": {"a": "b"}}, "target": {"name": "n"}}


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


@given(requests())
@settings(max_examples=150, deadline=None)
def test_no_request_breaks_the_server(sent: list[Request]):
    async def play() -> list[tuple[Request, int]]:
        caller = await with_widgets(Api())
        return [(request, (await caller.api.handle(request)).status) for request in sent]

    for request, status in asyncio.run(play()):
        assert status < 500, request
        assert status == 200 or request.method != "GET", request
