"""A pod's status word is kubectl's, and its facts count the right things."""

import pytest

from grove_tui.view.podstatus import pod_facts, status_word
from grove_tui.view.rows import Severity
from tests.builders import condition, pod


def container(ready=False, restarts=0, name="main", **state):
    return {"name": name, "ready": ready, "restartCount": restarts, "state": state}


def running(ready=True, **kwargs):
    return container(ready, running={}, **kwargs)


def waiting(reason, **kwargs):
    return container(waiting={"reason": reason}, **kwargs)


def ended(code=0, reason="", signal=0, **kwargs):
    return container(terminated={"exitCode": code, "reason": reason, "signal": signal}, **kwargs)


def status(*containers, phase="Pending", init=(), conditions=(), **fields):
    return {
        "phase": phase,
        "containerStatuses": list(containers),
        "initContainerStatuses": list(init),
        "conditions": list(conditions),
        **fields,
    }


GATED = condition("PodScheduled", False, "SchedulingGated")
READY = condition("Ready")
TWO_INIT = {"initContainers": [{"name": "a"}, {"name": "b"}]}
CASES = [
    ("Pending", {"status": status()}),
    ("Unknown", {"status": status(phase="")}),
    ("SchedulingGated", {"status": status(conditions=[GATED])}),
    ("ContainerCreating", {"status": status(waiting("ContainerCreating"))}),
    ("ImagePullBackOff", {"status": status(waiting("ImagePullBackOff"))}),
    ("CrashLoopBackOff", {"status": status(waiting("CrashLoopBackOff"), phase="Running")}),
    ("Running", {"status": status(running(), phase="Running", conditions=[READY])}),
    ("Running", {"status": status(running(ready=False), phase="Running")}),
    ("Error", {"status": status(ended(1, "Error"), phase="Failed")}),
    ("OOMKilled", {"status": status(ended(137, "OOMKilled"), phase="Running")}),
    ("ExitCode:3", {"status": status(ended(3), phase="Running")}),
    ("Signal:9", {"status": status(ended(137, signal=9), phase="Running")}),
    ("Completed", {"status": status(ended(0, "Completed"), phase="Succeeded")}),
    (
        "NotReady",
        {"status": status(ended(0, "Completed"), running(name="b"), phase="Running")},
    ),
    (
        "Running",
        {
            "status": status(
                ended(0, "Completed"), running(name="b"), phase="Running", conditions=[READY]
            )
        },
    ),
    ("Evicted", {"status": status(phase="Failed", reason="Evicted")}),
    (
        "Init:0/2",
        {"spec": TWO_INIT, "status": status(init=[container(running={}, name="a")])},
    ),
    (
        "Init:1/2",
        {
            "spec": TWO_INIT,
            "status": status(
                waiting("PodInitializing"),
                init=[ended(0, "Completed", name="a"), container(running={}, name="b")],
            ),
        },
    ),
    (
        "Init:CrashLoopBackOff",
        {"spec": TWO_INIT, "status": status(init=[waiting("CrashLoopBackOff", name="a")])},
    ),
    (
        "Init:Error",
        {"spec": TWO_INIT, "status": status(init=[ended(1, "Error", name="a")])},
    ),
    (
        "Running",
        {
            "spec": {"initContainers": [{"name": "side", "restartPolicy": "Always"}]},
            "status": status(
                running(),
                init=[{"name": "side", "started": True, "ready": True, "state": {"running": {}}}],
                phase="Running",
            ),
        },
    ),
    (
        "Terminating",
        {
            "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"},
            "status": status(running(), phase="Running"),
        },
    ),
    (
        "Unknown",
        {
            "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"},
            "status": status(running(), phase="Running", reason="NodeLost"),
        },
    ),
    (
        "Completed",
        {
            "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"},
            "status": status(ended(0, "Completed"), phase="Succeeded"),
        },
    ),
]


@pytest.mark.parametrize(("word", "overrides"), CASES)
def test_the_status_word_is_the_one_that_kubectl_prints(word, overrides):
    assert status_word(pod(**overrides)) == word


@pytest.mark.parametrize(
    ("severity", "overrides"),
    [
        (Severity.OK, {"phase": "Running", "ready": True, "node": "n"}),
        (Severity.PROGRESS, {"phase": "Running", "ready": False, "node": "n"}),
        (Severity.PROGRESS, {"status": status(conditions=[GATED])}),
        (Severity.PROGRESS, {"status": status(waiting("ContainerCreating"))}),
        (Severity.ERROR, {"status": status(waiting("CrashLoopBackOff"), phase="Running")}),
        (
            Severity.WARN,
            {"status": status(conditions=[condition("PodScheduled", False, "Unschedulable")])},
        ),
        (Severity.PROGRESS, {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}),
    ],
)
def test_severity_tells_trouble_from_progress(severity, overrides):
    assert pod_facts(pod(**overrides)).severity is severity


def test_a_pod_on_its_way_out_is_neither_ready_nor_scheduled():
    leaving = pod(
        node="n",
        phase="Running",
        ready=True,
        metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"},
    )

    facts = pod_facts(leaving)

    assert (facts.is_ready, facts.is_scheduled, facts.is_terminating) == (False, False, True)


def test_gpus_count_limits_where_nothing_is_requested():
    resources = [
        {"requests": {"nvidia.com/gpu": "4"}, "limits": {"nvidia.com/gpu": "4"}},
        {"limits": {"amd.com/gpu": "2"}},
        {"requests": {"cpu": "1"}},
    ]
    containers = [{"name": f"c{i}", "resources": r} for i, r in enumerate(resources)]

    assert pod_facts(pod(spec={"containers": containers})).gpus == 6


def test_restarts_and_ready_containers_count_all_lasting_containers():
    both = status(
        running(restarts=2), waiting("CrashLoopBackOff", name="b", restarts=3), phase="Running"
    )
    facts = pod_facts(pod(spec={"containers": [{"name": "main"}, {"name": "b"}]}, status=both))

    assert facts.restarts == 5
    assert facts.containers == (1, 2)
