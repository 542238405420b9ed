"""Tables show what kubectl shows, column by column."""

from typing import Any

import pytest

from grove_tui.demo.api import Api
from grove_tui.demo.statuses import Json
from grove_tui.demo.tables.builtin import PRINTERS
from grove_tui.demo.tables.custom import find, parse_path
from grove_tui.demo.tables.pods import pod_status
from tests.builders import EPOCH, at
from tests.demo.caller import PODS, TABLE, WIDGETS, Caller, pod, widget, with_widgets

PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"


def container(name: str = "c", ready: bool = False, restarts: int = 0, **state: Any) -> Json:
    return {"name": name, "ready": ready, "restartCount": restarts, "state": state}


def a_pod(phase: str = "Pending", **parts: Any) -> Json:
    status = {"phase": phase, **parts.pop("status", {})}
    metadata = {"name": "p", "creationTimestamp": "2026-01-01T00:00:00Z", **parts.pop("meta", {})}
    spec = {"containers": [{"name": "c"}], **parts}
    return {"metadata": metadata, "spec": spec, "status": status}


GATED = {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
READY = {"type": "Ready", "status": "True"}
INITIALIZED = {"type": "Initialized", "status": "True"}
TWO_FIRST = [{"name": "i1"}, {"name": "i2"}]
DONE = {"exitCode": 0, "reason": "Completed"}


@pytest.mark.parametrize(
    ("shown", "obj"),
    [
        ("Pending", a_pod()),
        ("SchedulingGated", a_pod(status={"conditions": [GATED]})),
        (
            "ContainerCreating",
            a_pod(
                status={"containerStatuses": [container(waiting={"reason": "ContainerCreating"})]}
            ),
        ),
        (
            "Running",
            a_pod("Running", status={"containerStatuses": [container(ready=True, running={})]}),
        ),
        (
            "CrashLoopBackOff",
            a_pod(
                "Running",
                status={"containerStatuses": [container(waiting={"reason": "CrashLoopBackOff"})]},
            ),
        ),
        (
            "Error",
            a_pod(
                "Running",
                status={
                    "containerStatuses": [container(terminated={"exitCode": 1, "reason": "Error"})]
                },
            ),
        ),
        (
            "ExitCode:3",
            a_pod("Running", status={"containerStatuses": [container(terminated={"exitCode": 3})]}),
        ),
        (
            "Signal:9",
            a_pod(
                "Running",
                status={"containerStatuses": [container(terminated={"exitCode": 1, "signal": 9})]},
            ),
        ),
        (
            "Completed",
            a_pod("Succeeded", status={"containerStatuses": [container(terminated=DONE)]}),
        ),
        ("Evicted", a_pod("Failed", status={"reason": "Evicted"})),
        (
            "Running",
            a_pod(
                "Running",
                status={
                    "conditions": [READY],
                    "containerStatuses": [
                        container(terminated=DONE),
                        container("d", ready=True, running={}),
                    ],
                },
            ),
        ),
        (
            "Init:0/2",
            a_pod(
                initContainers=TWO_FIRST,
                status={"initContainerStatuses": [container("i1", running={})]},
            ),
        ),
        (
            "Init:1/2",
            a_pod(
                initContainers=TWO_FIRST,
                status={
                    "initContainerStatuses": [
                        container("i1", terminated=DONE),
                        container("i2", running={}),
                    ]
                },
            ),
        ),
        (
            "Init:Error",
            a_pod(
                initContainers=TWO_FIRST,
                status={
                    "initContainerStatuses": [
                        container("i1", terminated={"exitCode": 1, "reason": "Error"})
                    ]
                },
            ),
        ),
        (
            "Init:ImagePullBackOff",
            a_pod(
                initContainers=TWO_FIRST,
                status={
                    "initContainerStatuses": [
                        container("i1", waiting={"reason": "ImagePullBackOff"})
                    ]
                },
            ),
        ),
        (
            "PodInitializing",
            a_pod(
                initContainers=[{"name": "i1"}],
                status={
                    "initContainerStatuses": [container("i1", terminated=DONE)],
                    "containerStatuses": [container(waiting={"reason": "PodInitializing"})],
                },
            ),
        ),
        (
            "Running",
            a_pod(
                "Running",
                initContainers=[{"name": "side", "restartPolicy": "Always"}],
                status={
                    "initContainerStatuses": [
                        {**container("side", ready=True, running={}), "started": True}
                    ],
                    "containerStatuses": [container(ready=True, running={})],
                },
            ),
        ),
        ("Terminating", a_pod("Running", meta={"deletionTimestamp": "2026-01-01T00:00:00Z"})),
        (
            "Unknown",
            a_pod(
                "Running",
                meta={"deletionTimestamp": "2026-01-01T00:00:00Z"},
                status={"reason": "NodeLost"},
            ),
        ),
        ("Succeeded", a_pod("Succeeded", meta={"deletionTimestamp": "2026-01-01T00:00:00Z"})),
    ],
)
def test_pod_status(shown: str, obj: Json):
    assert pod_status(obj) == shown


def cells(resource: str, obj: Json, seconds: float = 60) -> dict[str, Any]:
    printer = PRINTERS[resource]
    row = list(printer.cells(obj, at(seconds)))
    assert len(row) == len(printer.columns)
    return dict(zip((column.name for column in printer.columns), row, strict=True))


def test_pod_row():
    restarted = container(ready=True, restarts=3, running={})
    restarted["lastState"] = {"terminated": {"finishedAt": "2026-01-01T00:00:30Z"}}
    obj = a_pod(
        "Running",
        nodeName="n1",
        initContainers=[{"name": "side", "restartPolicy": "Always"}],
        readinessGates=[{"conditionType": "Ready"}, {"conditionType": "Other"}],
        status={
            "podIP": "10.0.0.1",
            "conditions": [READY, INITIALIZED],
            "containerStatuses": [restarted],
            "initContainerStatuses": [container("side", restarts=2, running={})],
        },
    )

    assert cells("pods", obj) == {
        "Name": "p",
        "Ready": "1/2",
        "Status": "Running",
        "Restarts": "5 (30s ago)",
        "Age": "60s",
        "IP": "10.0.0.1",
        "Node": "n1",
        "Nominated Node": "<none>",
        "Readiness Gates": "1/2",
    }


def named(**fields: Any) -> Json:
    return {"metadata": {"name": "x", "creationTimestamp": "2026-01-01T00:00:00Z"}, **fields}


@pytest.mark.parametrize(
    ("resource", "obj", "expected"),
    [
        (
            "nodes",
            named(
                spec={"unschedulable": True},
                status={
                    "conditions": [{"type": "Ready", "status": "True"}],
                    "nodeInfo": {"kubeletVersion": "v1.32.0"},
                    "addresses": [{"type": "InternalIP", "address": "10.0.0.2"}],
                },
            ),
            {
                "Status": "Ready,SchedulingDisabled",
                "Roles": "<none>",
                "Version": "v1.32.0",
                "Internal-IP": "10.0.0.2",
                "External-IP": "<none>",
                "OS-Image": "<unknown>",
            },
        ),
        (
            "nodes",
            named(status={"conditions": [{"type": "Ready", "status": "Unknown"}]}),
            {"Status": "NotReady"},
        ),
        ("nodes", named(), {"Status": "Unknown"}),
        (
            "services",
            named(
                spec={
                    "type": "NodePort",
                    "clusterIP": "10.96.0.9",
                    "ports": [{"port": 80, "nodePort": 30080}, {"port": 53, "protocol": "UDP"}],
                    "selector": {"b": "2", "a": "1"},
                }
            ),
            {
                "Type": "NodePort",
                "Cluster-IP": "10.96.0.9",
                "Port(s)": "80:30080/TCP,53/UDP",
                "Selector": "a=1,b=2",
            },
        ),
        (
            "services",
            named(spec={"clusterIP": "None"}),
            {"Cluster-IP": "None", "Port(s)": "<none>", "Selector": "<none>"},
        ),
        (
            "events",
            named(
                type="Warning",
                reason="Failed",
                message=" two\n ",
                involvedObject={"kind": "Pod", "name": "p"},
                firstTimestamp="2026-01-01T00:00:00Z",
                lastTimestamp="2026-01-01T00:00:50Z",
                count=3,
                source={"component": "kubelet", "host": "n1"},
            ),
            {
                "Last Seen": "10s",
                "Type": "Warning",
                "Reason": "Failed",
                "Object": "pod/p",
                "Source": "kubelet, n1",
                "Message": "two",
                "First Seen": "60s",
                "Count": "3",
            },
        ),
        (
            "events",
            named(eventTime="2026-01-01T00:00:30.000000Z", reportingComponent="scheduler"),
            {"Last Seen": "30s", "Count": "1", "Source": "scheduler"},
        ),
        ("namespaces", named(status={"phase": "Active"}), {"Status": "Active", "Age": "60s"}),
        ("secrets", named(type="Opaque", data={"a": ""}), {"Type": "Opaque", "Data": 1}),
        ("configmaps", named(data={"a": ""}, binaryData={"b": ""}), {"Data": 2}),
        ("leases.coordination.k8s.io", named(spec={"holderIdentity": "me"}), {"Holder": "me"}),
        (
            "rolebindings.rbac.authorization.k8s.io",
            named(
                roleRef={"kind": "Role", "name": "r"},
                subjects=[
                    {"kind": "ServiceAccount", "namespace": "n", "name": "s"},
                    {"kind": "User", "name": "u"},
                ],
            ),
            {"Role": "Role/r", "Users": "u", "Groups": "", "ServiceAccounts": "n/s"},
        ),
        (
            "customresourcedefinitions.apiextensions.k8s.io",
            named(),
            {"Created At": "2026-01-01T00:00:00Z"},
        ),
        (
            "deployments.apps",
            named(
                spec={
                    "replicas": 2,
                    "selector": {"matchLabels": {"a": "b"}},
                    "template": {"spec": {"containers": [{"name": "c", "image": "i"}]}},
                },
                status={"readyReplicas": 1, "availableReplicas": 1},
            ),
            {
                "Ready": "1/2",
                "Up-to-date": 0,
                "Available": 1,
                "Images": "i",
                "Selector": "a=b",
            },
        ),
        (
            "horizontalpodautoscalers.autoscaling",
            named(
                spec={
                    "minReplicas": 1,
                    "maxReplicas": 5,
                    "scaleTargetRef": {"kind": "PodClique", "name": "x"},
                    "metrics": [
                        {
                            "type": "Resource",
                            "resource": {"name": "cpu", "target": {"averageUtilization": 80}},
                        }
                    ],
                },
                status={"currentReplicas": 2},
            ),
            {
                "Reference": "PodClique/x",
                "Targets": "cpu: <unknown>/80%",
                "MinPods": "1",
                "MaxPods": 5,
                "Replicas": 2,
            },
        ),
        (
            "priorityclasses.scheduling.k8s.io",
            named(value=1000),
            {"Value": 1000, "Global-Default": False},
        ),
    ],
)
def test_builtin_rows(resource: str, obj: Json, expected: dict[str, Any]):
    shown = cells(resource, obj)

    assert {name: shown[name] for name in expected} == expected


@pytest.mark.parametrize("resource", sorted(PRINTERS))
def test_empty_objects_can_be_shown(resource: str):
    assert cells(resource, {"metadata": {"name": "x"}})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".spec.replicas", [3]),
        ("{.spec.replicas}", [3]),
        (".spec.missing", []),
        ('.status.conditions[?(@.type=="B")].status', ["False"]),
        (".status.conditions[?(@.type=='A')].status", ["True"]),
        (".status.conditions[1].type", ["B"]),
        (".status.conditions[-1].type", ["B"]),
        (".status.conditions[9].type", []),
        (".status.conditions[*].type", ["A", "B"]),
        (r".metadata.annotations.example\.com/x", ["y"]),
        (".metadata.annotations['example.com/x']", ["y"]),
        ("not a path", []),
    ],
)
def test_json_paths(path: str, expected: list[Any]):
    obj = {
        "metadata": {"annotations": {"example.com/x": "y"}},
        "spec": {"replicas": 3},
        "status": {
            "conditions": [{"type": "A", "status": "True"}, {"type": "B", "status": "False"}]
        },
    }

    assert find(parse_path(path), obj) == expected


@pytest.fixture
async def caller() -> Caller:
    return await with_widgets(Api(clock=lambda: EPOCH))


async def test_custom_columns_in_a_list(caller: Caller):
    await caller.post(WIDGETS, widget(size=4))
    ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    await caller.patch(f"{WIDGETS}/w/status", ready)

    table = await caller.get(WIDGETS, TABLE)

    shown = [(c["name"], c["type"], c["priority"]) for c in table["columnDefinitions"]]
    assert shown == [
        ("Name", "string", 0),
        ("Size", "integer", 0),
        ("Ready", "string", 1),
        ("Age", "date", 0),
    ]
    assert [row["cells"] for row in table["rows"]] == [["w", 4, "True", "0s"]]
    assert table["metadata"]["resourceVersion"]


async def test_table_of_one_object(caller: Caller):
    created = await caller.post(PODS, pod())

    table = await caller.get(f"{PODS}/p", TABLE)

    assert table["kind"] == "Table"
    assert table["metadata"] == {"resourceVersion": created["metadata"]["resourceVersion"]}
    assert table["rows"][0]["cells"][:3] == ["p", "0/1", "Pending"]


@pytest.mark.parametrize(
    ("include", "kind"), [("Metadata", "PartialObjectMetadata"), ("Object", "Pod"), ("None", None)]
)
async def test_rows_carry_as_much_of_the_object_as_asked(caller: Caller, include: str, kind: str):
    await caller.post(PODS, pod())

    table = await caller.get(PODS, TABLE, includeObject=include)

    assert table["rows"][0].get("object", {}).get("kind") == kind


async def test_pages_of_a_table(caller: Caller):
    for name in "ab":
        await caller.post(WIDGETS, widget(name))

    first = await caller.get(WIDGETS, TABLE, limit=1)
    second = await caller.get(WIDGETS, TABLE, limit=1, continue_=first["metadata"]["continue"])

    assert [row["cells"][0] for row in first["rows"] + second["rows"]] == ["a", "b"]


async def test_list_of_metadata(caller: Caller):
    await caller.post(PODS, pod())

    found = await caller.get(PODS, PARTIAL)

    assert found["kind"] == "PartialObjectMetadataList"
    assert set(found["items"][0]) == {"kind", "apiVersion", "metadata"}
