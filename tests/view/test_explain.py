"""Explanations: each situation has its chain of causes, its evidence and what to do next."""

from typing import Any

import msgspec
import pytest

from grove_tui.kube.objects import Event, key_of
from grove_tui.view.explain.answer import explain
from grove_tui.view.explain.causes import Reason
from grove_tui.view.keys import Key, Kind, gang_key, object_key
from grove_tui.view.rows import Severity
from tests.builders import condition, meta, node, podcliqueset, podgang
from tests.view.worlds import Scene, clique, group, grouped_set, pods, template

GATE = {"schedulingGates": [{"name": "grove.io/podgang-pending-creation"}]}
GATED: Any = {
    "spec": GATE,
    "status": {"conditions": [condition("PodScheduled", False, "SchedulingGated")]},
}
NO_FIT = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu."


def event(reason, about, kind="Pod", message="", count=1):
    body: dict[str, Any] = {
        "metadata": meta(f"{about}-{reason}".lower()),
        "involvedObject": {"kind": kind, "namespace": "default", "name": about},
        "type": "Warning",
        "reason": reason,
        "message": message,
        "count": count,
        "lastTimestamp": "2026-01-01T00:01:30Z",
    }
    return msgspec.convert(body, Event)


def container(**state):
    return {"containerStatuses": [{"name": "main", "image": "nginx:latst", **state}]}


def status(phase="Running", **fields):
    return {"phase": phase, "conditions": [condition("PodScheduled")], **fields}


def scene_with_pod(*extra, of=None, **overrides):
    """A set, its clique with one pod like `overrides` on node-0, and what else is given."""
    scene = Scene()
    worker = of or clique(breached=None)
    made = pods(worker, "creating", **overrides)
    scene.put(podcliqueset("sim"), node("node-0"), worker, *made, *extra)
    return scene, object_key(Kind.POD, made[0])


def told(explanation):
    """The chain as text, indented by depth."""
    return "\n".join(
        f"{'  ' * cause.depth}{cause.reason}: {cause.text} {' '.join(cause.evidence)}".rstrip()
        for cause in explanation.causes
    )


@pytest.mark.parametrize(
    ("reason", "needles", "overrides"),
    [
        (
            Reason.IMAGE,
            ["nginx:latst", "ImagePullBackOff", "not found"],
            {
                "status": status(
                    "Pending",
                    **container(
                        state={"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}
                    ),
                )
            },
        ),
        (
            Reason.CRASH,
            ["exit code 3", "7 restarts"],
            {
                "status": status(
                    **container(
                        restartCount=7,
                        state={"waiting": {"reason": "CrashLoopBackOff"}},
                        lastState={"terminated": {"exitCode": 3, "reason": "Error"}},
                    )
                )
            },
        ),
        (
            Reason.CRASH,
            ["exit code 137", "OOMKilled"],
            {
                "status": status(
                    **container(
                        state={"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
                        restartCount=1,
                    )
                )
            },
        ),
        (
            Reason.CONFIGURATION,
            ["CreateContainerConfigError", 'secret "x"'],
            {
                "status": status(
                    "Pending",
                    **container(
                        state={
                            "waiting": {
                                "reason": "CreateContainerConfigError",
                                "message": 'secret "x" not found',
                            }
                        }
                    ),
                )
            },
        ),
        (
            Reason.NOT_READY,
            ["main is not ready"],
            {"status": status(**container(ready=False, state={"running": {}}))},
        ),
        (Reason.STARTING, ["being started on node-0"], {"status": status("Pending")}),
        (Reason.ENDED, ["Failed", "not started again"], {"status": status("Failed")}),
        (
            Reason.NODE_LOST,
            ["node-9 does not exist"],
            {"node": "node-9", "status": status("Running")},
        ),
        (
            Reason.TERMINATING,
            ["within 0:20"],
            {"metadata": {"deletionTimestamp": "2026-01-01T00:02:00Z"}},
        ),
        (
            Reason.WEDGED,
            ["100s after its grace period", "example.com/hold"],
            {
                "metadata": {
                    "deletionTimestamp": "2026-01-01T00:00:00Z",
                    "finalizers": ["example.com/hold"],
                }
            },
        ),
        (Reason.NOT_SCHEDULED_YET, ["not judged it yet"], {"node": "", "spec": {"nodeName": ""}}),
    ],
)
def test_a_pod_is_explained_by_what_stops_it(reason, needles, overrides):
    scene, key = scene_with_pod(**overrides)

    explanation = explain(scene.book, key)

    assert explanation.causes[0].reason is reason
    for needle in needles:
        assert needle in told(explanation)
    assert explanation.about == key
    # Where nothing is to be done, it is said to be under way; that is no comfort in an error.
    assert explanation.steps or explanation.severity < Severity.ERROR


def test_a_healthy_pod_is_said_to_be_healthy():
    scene, key = scene_with_pod(status=status(conditions=[condition("Ready")]))

    explanation = explain(scene.book, key)

    assert explanation.severity is Severity.OK
    assert explanation.causes[0].text.endswith("is running and ready on node-0.")
    assert explanation.steps == ()


def test_a_pod_without_a_node_says_what_it_needs_and_what_there_is():
    needs = {"requests": {"nvidia.com/gpu": "8"}}
    room = {"allocatable": {"cpu": "8", "pods": "110", "nvidia.com/gpu": "4"}}
    scene, key = scene_with_pod(
        node("gpu", status=room),
        node("closed", spec={"unschedulable": True}),
        node="",
        spec={"nodeName": "", "containers": [{"name": "c", "resources": needs}]},
        status={"conditions": [condition("PodScheduled", False, "Unschedulable", message=NO_FIT)]},
    )

    explanation = explain(scene.book, key)

    (cause,) = explanation.causes
    assert cause.reason is Reason.NO_NODE
    assert cause.evidence == (
        f"scheduler: {NO_FIT}",
        "needs 8 nvidia.com/gpu, the freest node has 4",
        "1 node is cordoned",
    )
    assert explanation.steps == ("Uncordon nodes, or add some",)


def test_a_lost_node_is_behind_a_pod_that_does_not_go():
    lost = node("node-0", status={"conditions": [condition("Ready", "Unknown", since=40)]})
    scene, key = scene_with_pod(
        lost, metadata={"deletionTimestamp": "2026-01-01T00:00:30Z"}, status=status()
    )

    causes = explain(scene.book, key).causes

    assert [(c.reason, c.depth) for c in causes] == [(Reason.WEDGED, 0), (Reason.NODE_LOST, 1)]
    assert "NotReady for 60s" in causes[1].text
    assert all(cause.step for cause in causes)


# Gates and order


def test_a_gate_waits_for_the_pods_of_the_gang_that_do_not_exist():
    scene, key = scene_with_pod(node="", **GATED)

    explanation = explain(scene.book, key)

    assert [cause.reason for cause in explanation.causes] == [Reason.GATE, Reason.CREATION]
    assert "1 pod of sim-0-worker does not exist yet." in told(explanation)


def test_a_quota_that_keeps_pods_from_being_created_is_named():
    quota = event(
        "PodCreateFailed", "sim-0-worker", "PodClique", 'pods "x" is forbidden: exceeded quota: few'
    )
    scene, key = scene_with_pod(quota, node="", **GATED)

    explanation = explain(scene.book, key)

    assert explanation.causes[-1].reason is Reason.QUOTA
    assert "exceeded quota: few" in told(explanation)
    assert explanation.steps == ("Raise the namespace's quota, or ask for less",)


def test_a_complete_gang_waits_for_the_reconciler():
    scene = Scene()
    worker = clique(breached=None)
    made = pods(worker, "gated", "gated", **GATED)
    said = [condition("Initialized", False, message="Not all pods have been created yet")]
    scene.put(podcliqueset("sim"), worker, *made, podgang("sim-0", status={"conditions": said}))

    explanation = explain(scene.book, object_key(Kind.POD, made[0]))

    assert explanation.causes[-1].reason is Reason.GANG_INCOMPLETE
    assert "Initialized=False, Not all pods have been created yet" in told(explanation)
    assert "who reconciles this cluster" in explanation.steps[0]


def test_a_scaled_gang_waits_for_the_base_gang_and_what_that_waits_for():
    scene = Scene()
    leader = clique("leader", group="group", index=0, replicas=1, minimum=1)
    scaled = clique("leader", group="group", index=1, replicas=1, minimum=1)
    unschedulable: Any = {
        "status": {
            "conditions": [condition("PodScheduled", False, "Unschedulable", message=NO_FIT)]
        }
    }
    (waiting,) = pods(scaled, "gated", **GATED)
    groups = [{"name": "sim-0-group-0-leader", "minReplicas": 1}]
    scene.put(
        grouped_set(),
        group(),
        leader,
        scaled,
        waiting,
        *pods(leader, "stuck", **unschedulable),
        podgang("sim-0", spec={"podgroups": groups}),
    )

    explanation = explain(scene.book, object_key(Kind.POD, waiting))

    reasons = [(cause.reason, cause.depth) for cause in explanation.causes]
    assert reasons == [(Reason.GATE, 0), (Reason.BASE_GANG, 1), (Reason.NO_NODE, 2)]
    assert "sim-0-group-0-leader: 0 of 1 scheduled" in told(explanation)
    assert NO_FIT in told(explanation)
    assert explanation.steps == (
        "Add nodes, or free what others hold: scale down, or ask for less",
    )


def test_the_start_up_order_names_what_must_be_ready_first():
    scene = Scene()
    inner = {
        "cliqueStartupType": "CliqueStartupTypeInOrder",
        "cliques": [template("first"), template("worker")],
    }
    first, worker = clique("first"), clique("worker")
    waiting: Any = {
        "status": {
            "conditions": [condition("PodScheduled")],
            "initContainerStatuses": [{"name": "grove-initc", "state": {"running": {}}}],
        }
    }
    (pod, *_) = pods(worker, "creating", **waiting)
    ready = pods(first, "ready", "creating")
    nodes = [node(f"node-{number}") for number in range(2)]
    scene.put(podcliqueset("sim", spec={"template": inner}), first, worker, pod, *ready, *nodes)

    explanation = explain(scene.book, object_key(Kind.POD, pod))

    assert [cause.reason for cause in explanation.causes] == [Reason.STARTUP_ORDER] * 2
    assert "sim-0-first must have 2 ready first, and has 1." in told(explanation)
    assert explanation.steps == ("See why sim-0-first is not ready (X on it)",)


# Cliques, gangs, sets, nodes


def breached_scene(replicas=1):
    scene = Scene()
    worker = clique(breached=True, since=95)
    stuck: Any = {
        "status": {
            "conditions": [condition("PodScheduled", False, "Unschedulable", message=NO_FIT)]
        }
    }
    scene.put(podcliqueset("sim", spec={"replicas": replicas}), worker)
    scene.put(*pods(worker, "ready"), *pods(worker, "stuck", first=1, **stuck))
    for index in range(1, replicas):
        other = clique(replica=index, breached=False)
        scene.put(other, *pods(other, "ready", "ready"))
    return scene


def test_a_breached_gang_says_when_it_ends_why_and_what_to_do():
    explanation = explain(breached_scene().book, gang_key("default", "sim", 0))

    assert explanation.headline == ("Gang sim-0 is breached (terminates in 0:05).")
    assert [(cause.reason, cause.depth) for cause in explanation.causes] == [
        (Reason.BREACH, 0),
        (Reason.BREACH, 1),
        (Reason.SHORT, 1),
        (Reason.NO_NODE, 2),
    ]
    text = told(explanation)
    assert "The whole gang with its 2 pods is terminated in 0:05" in text
    assert "short of minAvailable by 1: 1 of 2 needed pods are ready" in text
    assert explanation.steps[0] == "Bring sim-0-worker back to its minimum before that"


def test_what_is_well_in_a_breached_gang_is_told_that_it_ends_with_it():
    scene = Scene()
    worker, idle = clique(breached=True, since=95), clique(name="idle", breached=False)
    one, others = pods(worker, "ready"), pods(idle, "ready", "ready")
    inner = {"terminationDelay": "10s", "cliques": [template("worker"), template("idle")]}
    pcs = podcliqueset("sim", spec={"template": inner})
    scene.put(pcs, node("node-0"), node("node-1"))
    scene.put(worker, idle, *one, *others)

    for key, what in (
        (object_key(Kind.POD, others[0]), f"Pod {others[0].metadata.name} is Running"),
        (object_key(Kind.POD, one[0]), f"Pod {one[0].metadata.name} is Running"),
        (object_key(Kind.PODCLIQUE, idle), "PodClique sim-0-idle is healthy"),
    ):
        explanation = explain(scene.book, key)
        fate = "; its gang sim-0 is breached (terminates in 0:05)."
        assert explanation.headline == what + fate
        assert explanation.severity is Severity.ERROR
        assert "The whole gang with its 3 pods is terminated in 0:05" in told(explanation)
        assert "PodClique sim-0-worker: below its minimum for 5s" in told(explanation)
        assert explanation.steps == ("Bring sim-0-worker back to its minimum before that",)


def test_a_set_is_explained_by_its_gangs_in_trouble():
    scene = breached_scene(replicas=3)

    explanation = explain(scene.book, object_key(Kind.PODCLIQUESET, podcliqueset("sim")))

    assert explanation.causes[0].text == "Gang sim-0 is breached (terminates in 0:05)."
    assert "sim-1" not in told(explanation)


def test_a_clique_scaled_below_its_minimum_is_told_to_be_scaled_up():
    scene = Scene()
    worker = clique(replicas=1, breached=True, since=95)
    scene.put(podcliqueset("sim"), worker, *pods(worker, "ready"))

    explanation = explain(scene.book, object_key(Kind.PODCLIQUE, worker))

    assert "Scale sim-0-worker to at least 2: only 1 wanted" in explanation.steps


def test_a_gated_breach_says_what_stops_the_countdown():
    scene = Scene()
    worker = clique(breached=True, scheduled=False, since=1)
    scene.put(podcliqueset("sim"), worker, *pods(worker, "creating", "creating"))

    explanation = explain(scene.book, object_key(Kind.PODCLIQUE, worker))

    assert "does not count towards termination: never scheduled" in told(explanation)


def test_alike_pods_are_told_once_and_counted():
    scene = Scene()
    worker = clique(replicas=9, breached=None)
    scene.put(podcliqueset("sim"), worker, *pods(worker, *["crashing"] * 9))

    explanation = explain(scene.book, object_key(Kind.PODCLIQUE, worker))

    lost = [cause for cause in explanation.causes if cause.reason is Reason.NODE_LOST]
    assert len(lost) == 1
    assert "and 8 more pods like it" in told(explanation)


def test_a_healthy_gang_has_nothing_to_explain():
    scene = Scene()
    worker = clique(breached=False)
    scene.put(podcliqueset("sim"), worker, *pods(worker, "ready", "ready"))

    explanation = explain(scene.book, gang_key("default", "sim", 0))

    assert explanation.headline == "Gang sim-0 is healthy."
    assert explanation.causes == ()


def test_a_node_tells_its_conditions_taints_and_cordon():
    scene = Scene()
    pressure = condition("MemoryPressure", True, "KubeletHasInsufficientMemory", message="low")
    bad = node(
        "n",
        spec={
            "unschedulable": True,
            "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}],
        },
        status={"conditions": [condition("Ready"), pressure]},
    )
    scene.put(bad)

    explanation = explain(scene.book, object_key(Kind.NODE, bad))

    assert explanation.headline == "Node n is Ready,SchedulingDisabled, with 0 pods."
    text = told(explanation)
    assert "MemoryPressure is True" in text
    assert "k=v:NoSchedule" in text
    assert explanation.steps == ("Uncordon n when it may take pods again",)


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_gone_is_said_to_be_gone(kind):
    scene = Scene()

    explanation = explain(scene.book, Key(kind, "default", "gone", "uid", 0))

    assert "does not exist" in explanation.headline


def test_every_object_of_a_rich_scene_can_be_explained():
    scene = breached_scene(replicas=2)
    scene.put(grouped_set(replicas=2), group(breached=True), node("node-0"))

    objects = [*scene.world.pods.values(), *scene.world.podcliques.values()]
    kinds = [Kind.POD] * len(scene.world.pods) + [Kind.PODCLIQUE] * len(scene.world.podcliques)
    for kind, obj in zip(kinds, objects, strict=True):
        assert explain(scene.book, object_key(kind, obj)).headline, key_of(obj)


def test_a_set_whose_removal_hangs_says_which_pod_holds_it_up():
    scene = Scene(now=4 * 3600)
    going: dict[str, Any] = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:10Z"}}
    worker = clique(breached=False, **going)
    scene.put(podcliqueset("sim", **going), worker, *pods(worker, "leaving", "leaving"))

    explanation = explain(scene.book, gang_key("default", "sim", 0))

    reasons = [cause.reason for cause in explanation.causes]
    assert reasons[:2] == [Reason.TERMINATING, Reason.WEDGED]
    assert "still terminates" in explanation.causes[1].text
    assert explanation.causes[-1].text == "and 1 more pod like it"
    assert explanation.steps[0].startswith("See what its node does")
