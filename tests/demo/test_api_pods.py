"""Pods: gates, binding, eviction, graceful deletion, what may change, and logs."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from grove_tui.demo.api import Api
from grove_tui.demo.logs import LogOptions
from grove_tui.demo.statuses import Json
from grove_tui.kube.transport import Request
from tests.demo.caller import PODS, Caller, Clock, Refused, pod

GATES = [{"name": "grove.io/podgang-pending-creation"}]


@pytest.fixture
def caller(clock: Clock) -> Caller:
    return Caller(Api(clock=clock))


async def refused(awaitable) -> Refused:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value


async def bound(caller: Caller, name: str = "p", **spec: Any) -> dict[str, Any]:
    await caller.post(PODS, pod(name, **spec))
    await caller.post(f"{PODS}/{name}/binding", {"target": {"name": "n1"}})
    return await caller.get(f"{PODS}/{name}")


def conditions(obj: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {c["type"]: (c["status"], c.get("reason", "")) for c in obj["status"]["conditions"]}


async def test_defaults_are_those_of_kubernetes(caller: Caller):
    created = await caller.post(PODS, pod())

    spec = created["spec"]
    assert spec["restartPolicy"] == "Always"
    assert spec["terminationGracePeriodSeconds"] == 30
    assert spec["schedulerName"] == "default-scheduler"
    assert spec["serviceAccountName"] == "default"
    assert [t["key"] for t in spec["tolerations"]] == [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    ]
    assert spec["containers"][0]["imagePullPolicy"] == "IfNotPresent"
    assert created["status"] == {"phase": "Pending", "qosClass": "BestEffort"}


async def test_what_a_pod_says_itself_is_kept(caller: Caller):
    tolerations = [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}]
    body = pod(restartPolicy="Never", tolerations=tolerations, serviceAccountName="me")

    spec = (await caller.post(PODS, body))["spec"]

    assert spec["restartPolicy"] == "Never"
    assert spec["serviceAccountName"] == "me"
    assert tolerations[0] in spec["tolerations"]
    assert len(spec["tolerations"]) == 2


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("nginx:1.27", "IfNotPresent"),
        ("registry:5000/nginx", "Always"),
    ],
)
async def test_pull_policy_follows_the_tag(caller: Caller, image: str, policy: str):
    body = pod(containers=[{"name": "c", "image": image}])

    created = await caller.post(PODS, body)

    assert created["spec"]["containers"][0]["imagePullPolicy"] == policy


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1"}}, "Burstable"),
    ],
)
async def test_quality_of_service(caller: Caller, resources: dict[str, Any], expected: str):
    body = pod(containers=[{"name": "c", "image": "i", "resources": resources}])

    assert (await caller.post(PODS, body))["status"]["qosClass"] == expected


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({"containers": []}, ["spec.containers"]),
        ({"containers": [{}]}, ["spec.containers[0].name", "spec.containers[0].image"]),
        (
            {"containers": [{"name": "a", "image": "i"}, {"name": "a", "image": "i"}]},
            ["spec.containers[1].name"],
        ),
        (
            {
                "containers": [
                    {"name": "a", "image": "i", "resources": {"requests": {"cpu": "lots"}}}
                ]
            },
            ["spec.containers[0].resources.requests.cpu"],
        ),
        ({"schedulingGates": GATES, "nodeName": "n1"}, ["spec.nodeName"]),
    ],
)
async def test_invalid_pods(caller: Caller, spec: dict[str, Any], fields: list[str]):
    error = await refused(caller.post(PODS, pod(**spec)))

    assert error.code == 422
    assert [field for field, _ in error.causes] == fields


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"containers": "x"}, "spec.containers"),
        ({"containers": [1]}, "spec.containers[0]"),
        ({"containers": [{"name": "c", "image": 5}]}, "spec.containers[0].image"),
        ({"nodeSelector": {"zone": 1}}, "spec.nodeSelector.zone"),
        ({"terminationGracePeriodSeconds": "30"}, "spec.terminationGracePeriodSeconds"),
        ({"hostNetwork": "yes"}, "spec.hostNetwork"),
        (
            {"containers": [{"name": "c", "image": "i", "env": [{"name": "A", "value": 1}]}]},
            "spec.containers[0].env[0].value",
        ),
    ],
)
async def test_value_of_the_wrong_type_is_a_bad_request(caller: Caller, spec: Json, field: str):
    error = await refused(caller.post(PODS, pod(**spec)))

    assert error.code == 400
    assert f"cannot be handled as a Pod: {field} in body must be of type" in str(error)


async def test_quantities_may_be_numbers_and_lists_null(caller: Caller):
    resources = {"requests": {"cpu": 1, "memory": "1Gi"}}
    containers = [{"name": "c", "image": "i", "resources": resources}]

    created = await caller.post(PODS, pod(containers=containers, initContainers=None))

    assert created["spec"]["containers"][0]["resources"] == resources


async def test_gates_hold_a_pod_until_they_are_removed(caller: Caller):
    created = await caller.post(PODS, pod(schedulingGates=GATES))
    early = await refused(caller.post(f"{PODS}/p/binding", {"target": {"name": "n1"}}))

    assert conditions(created) == {"PodScheduled": ("False", "SchedulingGated")}
    assert created["status"]["phase"] == "Pending"
    assert (early.code, early.reason) == (409, "Conflict")
    await caller.patch(f"{PODS}/p", {"spec": {"schedulingGates": None}})
    await caller.post(f"{PODS}/p/binding", {"target": {"name": "n1"}})


async def test_strategic_patch_removes_one_gate(caller: Caller):
    await caller.post(PODS, pod(schedulingGates=[{"name": "a"}, {"name": "b"}]))
    patch = {"spec": {"schedulingGates": [{"$patch": "delete", "name": "a"}]}}

    after = await caller.patch(f"{PODS}/p", patch, "strategic")

    assert after["spec"]["schedulingGates"] == [{"name": "b"}]


async def test_gates_cannot_be_added_later(caller: Caller):
    await caller.post(PODS, pod())

    error = await refused(caller.patch(f"{PODS}/p", {"spec": {"schedulingGates": GATES}}))

    assert error.code == 422
    assert "only deletion is allowed" in str(error)


async def test_image_and_more_tolerations_may_change(caller: Caller):
    created = await caller.post(PODS, pod())
    more = [*created["spec"]["tolerations"], {"key": "x", "operator": "Exists"}]
    patch = {"spec": {"containers": [{"name": "c", "image": "i:2"}], "tolerations": more}}

    after = await caller.patch(f"{PODS}/p", patch, "strategic")

    assert after["spec"]["containers"][0]["image"] == "i:2"
    assert len(after["spec"]["tolerations"]) == 3


@pytest.mark.parametrize(
    "patch",
    [
        {"nodeName": "n2"},
        {"restartPolicy": "Never"},
        {"containers": [{"name": "c", "image": "i:1", "command": ["x"]}]},
        {"tolerations": []},
    ],
)
async def test_the_rest_of_a_pod_is_immutable(caller: Caller, patch: dict[str, Any]):
    await bound(caller, tolerations=[{"key": "k", "operator": "Exists"}])

    error = await refused(caller.patch(f"{PODS}/p", {"spec": patch}))

    assert error.code == 422
    assert error.causes[0][0].startswith("spec")


async def test_gated_pod_may_still_narrow_where_it_goes(caller: Caller):
    await caller.post(PODS, pod(schedulingGates=GATES))

    after = await caller.patch(f"{PODS}/p", {"spec": {"nodeSelector": {"zone": "a"}}})

    assert after["spec"]["nodeSelector"] == {"zone": "a"}


async def test_binding_names_the_node_and_says_scheduled(caller: Caller, clock: Clock):
    await caller.post(PODS, pod())
    clock.now += timedelta(seconds=3)
    body = {"metadata": {"annotations": {"a": "b"}}, "target": {"kind": "Node", "name": "n1"}}

    answer = await caller.send("POST", f"{PODS}/p/binding", body)
    after = await caller.get(f"{PODS}/p")

    assert answer.status == 201
    assert after["spec"]["nodeName"] == "n1"
    assert after["metadata"]["annotations"] == {"a": "b"}
    assert conditions(after) == {"PodScheduled": ("True", "")}
    assert after["status"]["conditions"][0]["lastTransitionTime"] == "2026-01-01T00:00:03Z"


async def test_pod_is_bound_once(caller: Caller):
    await bound(caller)

    error = await refused(caller.post(f"{PODS}/p/binding", {"target": {"name": "n2"}}))

    assert error.code == 409
    assert 'pod p is already assigned to node "n1"' in str(error)


async def test_binding_for_another_uid_is_a_conflict(caller: Caller):
    await caller.post(PODS, pod())
    body = {"metadata": {"uid": "other"}, "target": {"name": "n1"}}

    assert (await refused(caller.post(f"{PODS}/p/binding", body))).code == 409


async def test_binding_needs_a_node(caller: Caller):
    await caller.post(PODS, pod())

    assert (await refused(caller.post(f"{PODS}/p/binding", {}))).code == 422


async def test_scheduled_pod_gets_time_to_finish(caller: Caller, clock: Clock):
    await bound(caller, terminationGracePeriodSeconds=20)

    marked = await caller.delete(f"{PODS}/p")
    kept = await caller.get(f"{PODS}/p")

    assert marked == kept
    assert kept["metadata"]["deletionGracePeriodSeconds"] == 20
    assert kept["metadata"]["deletionTimestamp"] == "2026-01-01T00:00:20Z"


async def test_grace_can_only_get_shorter(caller: Caller):
    await bound(caller)
    await caller.delete(f"{PODS}/p", gracePeriodSeconds=20)

    longer = await caller.delete(f"{PODS}/p", gracePeriodSeconds=60)
    shorter = await caller.delete(f"{PODS}/p", {"gracePeriodSeconds": 5})

    assert longer["metadata"]["deletionTimestamp"] == "2026-01-01T00:00:20Z"
    assert shorter["metadata"]["deletionTimestamp"] == "2026-01-01T00:00:05Z"
    assert shorter["metadata"]["deletionGracePeriodSeconds"] == 5


@pytest.mark.parametrize("first", [{}, {"gracePeriodSeconds": 0}])
async def test_grace_zero_removes_at_once(caller: Caller, first: dict[str, Any]):
    await bound(caller)
    await caller.delete(f"{PODS}/p", first or None)

    if not first:
        await caller.delete(f"{PODS}/p", {"gracePeriodSeconds": 0})

    assert await caller.names(PODS) == []


async def test_pod_without_a_node_goes_at_once(caller: Caller):
    await caller.post(PODS, pod(schedulingGates=GATES))

    await caller.delete(f"{PODS}/p")

    assert await caller.names(PODS) == []


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
async def test_finished_pod_goes_at_once(caller: Caller, phase: str):
    await bound(caller)
    await caller.patch(f"{PODS}/p/status", {"status": {"phase": phase}})

    await caller.delete(f"{PODS}/p")

    assert await caller.names(PODS) == []


async def test_finalizer_outlives_the_grace_period(caller: Caller):
    body = pod()
    body["metadata"]["finalizers"] = ["example.com/f"]
    await caller.post(PODS, body)

    await caller.delete(f"{PODS}/p", gracePeriodSeconds=0)
    assert await caller.names(PODS) == ["p"]
    await caller.patch(f"{PODS}/p", {"metadata": {"finalizers": []}})

    assert await caller.names(PODS) == []


async def test_eviction_is_a_graceful_delete(caller: Caller):
    created = await bound(caller)
    other = {"deleteOptions": {"preconditions": {"uid": "other"}}}
    mine = {"deleteOptions": {"preconditions": {"uid": created["metadata"]["uid"]}}}

    assert (await refused(caller.post(f"{PODS}/p/eviction", other))).code == 409
    answer = await caller.send("POST", f"{PODS}/p/eviction", mine)

    assert answer.status == 201
    assert "deletionTimestamp" in (await caller.get(f"{PODS}/p"))["metadata"]


async def test_status_patch_merges_conditions_and_leaves_the_spec(caller: Caller):
    before = await bound(caller)
    ready = {"type": "Ready", "status": "True"}
    patch = {"spec": {"nodeName": "n9"}, "status": {"phase": "Running", "conditions": [ready]}}

    after = await caller.patch(f"{PODS}/p/status", patch, "strategic")

    assert after["spec"] == before["spec"]
    assert after["status"]["phase"] == "Running"
    assert conditions(after) == {"PodScheduled": ("True", ""), "Ready": ("True", "")}


async def test_main_resource_does_not_write_status(caller: Caller):
    before = await bound(caller)

    after = await caller.patch(f"{PODS}/p", {"status": {"phase": "Failed"}})

    assert after == before


def say_hello(_pod: dict[str, Any], options: LogOptions) -> bytes | AsyncIterator[bytes]:
    if not options.follow:
        return f"{options.container} {options.tail_lines} {options.previous}\n".encode()

    async def lines() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"line {number}\n".encode()

    return lines()


@pytest.fixture
async def logging(clock: Clock) -> Caller:
    caller = Caller(Api(clock=clock, logs=say_hello))
    await bound(caller)
    running = {"name": "c", "restartCount": 0, "state": {"running": {}}}
    await caller.patch(f"{PODS}/p/status", {"status": {"containerStatuses": [running]}})
    return caller


async def test_log_passes_its_options(logging: Caller):
    answer = await logging.send("GET", f"{PODS}/p/log", tailLines=5, previous="true")

    assert answer.body == b"c 5 True\n"
    assert answer.headers["content-type"].startswith("text/plain")


async def test_log_is_followed(logging: Caller):
    request = Request("GET", f"{PODS}/p/log", {"follow": "true"})
    async with logging.api.stream(request) as stream:
        assert [line async for line in stream.lines()] == [b"line 0", b"line 1", b"line 2"]


async def test_log_of_an_unknown_container(logging: Caller):
    error = await refused(logging.get(f"{PODS}/p/log", container="nope"))

    assert (error.code, str(error)) == (400, "container nope is not valid for pod p")


async def test_log_of_one_of_several_containers_needs_its_name(logging: Caller):
    two = [{"name": "a", "image": "i"}, {"name": "b", "image": "i"}]
    await bound(logging, "q", containers=two)

    error = await refused(logging.get(f"{PODS}/q/log"))

    assert "a container name must be specified for pod q, choose one of: [a b]" in str(error)


@pytest.mark.parametrize(
    ("binding", "part"),
    [(False, "does not have a host assigned"), (True, "is waiting to start: ContainerCreating")],
)
async def test_log_of_a_pod_that_has_not_started(logging: Caller, binding: bool, part: str):
    await logging.post(PODS, pod("q"))
    if binding:
        await logging.post(f"{PODS}/q/binding", {"target": {"name": "n"}})

    error = await refused(logging.get(f"{PODS}/q/log"))

    assert error.code == 400
    assert part in str(error)
