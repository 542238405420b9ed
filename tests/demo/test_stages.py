"""What a pod looks like after each of its stages, against files that a person can read.

Run with GROVE_TUI_WRITE_STAGES=1 to write the expected files anew.
"""

import math
import os
import random
from pathlib import Path

import msgspec
import pytest
import yaml

from grove_tui.demo.objects import Pod
from grove_tui.demo.stages import STAGES, Delay, Moment, stage_of
from grove_tui.demo.stages.failures import backoff
from tests.bodies import pod_body
from tests.builders import at

FOLDER = Path(__file__).with_name("stages")
INPUTS = sorted(FOLDER.glob("*.input.yaml"))
MOST = 9
"""Stages after which a story is cut; failures repeat for ever."""


class _Plain(yaml.CSafeDumper):
    """Writes equal values out each time, for people to read."""

    def ignore_aliases(self, data):
        return True


def moment(second=0, ready=2):
    return Moment(at(second), "172.18.0.2", lambda _: "10.244.1.0", lambda _pod, _clique: ready)


def story(pod):
    """Play a pod's stages, one second each; returns what each made of it."""
    told = []
    for second in range(MOST):
        stage = stage_of(STAGES, pod, moment(second))
        if stage is None:
            break
        step = stage.next(pod, moment(second))
        events = [f"{e.type} {e.reason}: {e.message}" for e in step.events]
        told.append({"stage": stage.name, "events": events, "status": step.status})
        if step.status is None:
            break
        pod = msgspec.structs.replace(pod, status=step.status)
    return told


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name.removesuffix(".input.yaml"))
def test_pod_after_each_stage(path):
    pod = msgspec.convert(yaml.load(path.read_text(), yaml.CSafeLoader), Pod)
    expected = path.with_name(path.name.replace(".input.", ".output."))

    told = story(pod)

    if os.environ.get("GROVE_TUI_WRITE_STAGES"):
        expected.write_text(yaml.dump(told, Dumper=_Plain, sort_keys=False))
    assert told == yaml.load(expected.read_text(), yaml.CSafeLoader)


def bound(**fields):
    body = pod_body("pod-a", nodeName="fake-node-001", **fields)
    return msgspec.convert({**body, "status": {"phase": "Pending"}}, Pod)


def after(pod, stage):
    """Return the pod after the first of its stages of that name."""
    for _ in range(MOST):
        current = stage_of(STAGES, pod, moment())
        assert current is not None
        status = current.next(pod, moment()).status
        pod = msgspec.structs.replace(pod, status=status)
        if current.name == stage:
            return pod
    raise AssertionError(f"never came to {stage}")


def with_annotations(pod, **annotations):
    named = {f"demo.grove-tui.io/{k.replace('_', '-')}": v for k, v in annotations.items()}
    return msgspec.structs.replace(
        pod, metadata=msgspec.structs.replace(pod.metadata, annotations=named)
    )


@pytest.mark.parametrize(
    ("trouble", "stage"), [("crash_loop", "exit"), ("not_ready", "unready"), ("oom_killed", "exit")]
)
def test_trouble_can_be_put_on_a_running_pod_and_taken_away(trouble, stage):
    healthy = after(bound(), "ready")

    troubled = after(with_annotations(healthy, **{trouble: "1"}), stage)
    recovered = after(with_annotations(troubled), "ready")

    assert stage_of(STAGES, healthy, moment()) is None
    assert not troubled.is_ready
    assert recovered.is_ready


def test_a_pod_with_an_image_that_appears_is_pulled_again():
    stuck = after(with_annotations(bound(), image_pull_error=""), "image-pull-back-off")

    assert after(with_annotations(stuck), "ready").is_ready


def test_a_crashed_container_remembers_how_it_ended_and_counts_restarts():
    crashed = after(with_annotations(bound(), crash_loop="3"), "restart")

    status = crashed.status["containerStatuses"][0]

    assert status["restartCount"] == 1
    assert status["lastState"]["terminated"]["exitCode"] == 3
    assert "running" in status["state"]


def test_a_pod_whose_node_came_back_is_ready_again():
    healthy = after(bound(), "ready")
    conditions = [{**c, "status": "False"} for c in healthy.status["conditions"]]
    status = {**healthy.status, "conditions": conditions}

    assert after(msgspec.structs.replace(healthy, status=status), "recover").is_ready


def test_a_pod_waits_for_the_cliques_before_it():
    initc = {"name": "grove-initc", "image": "initc", "args": ["--podcliques=router:2"]}
    pod = bound(initContainers=[initc])
    waiting = after(pod, "init-start")

    assert stage_of(STAGES, waiting, moment(ready=1)) is None
    started = stage_of(STAGES, waiting, moment(ready=2))
    assert started is not None
    assert started.name == "init-end"


def test_backoff_doubles_up_to_five_minutes():
    assert [backoff(n) for n in (0, 1, 2, 5, 50)] == [10, 20, 40, 300, 300]


@pytest.mark.parametrize(
    ("delay", "speed", "low", "high"),
    [
        (Delay(2), 1, 2, 2),
        (Delay(2), 4, 0.5, 0.5),
        (Delay(2), math.inf, 0, 0),
        (Delay(2, jitter=0.5), 1, 1, 3),
        (Delay(10, floor=1), 100, 1, 1),
        (Delay(10, floor=1), math.inf, 1, 1),
    ],
)
def test_delays_scale_with_speed_but_not_below_their_floor(delay, speed, low, high):
    drawn = [delay.drawn(speed, random.Random(seed)) for seed in range(20)]

    assert low <= min(drawn) <= max(drawn) <= high
    assert (len(set(drawn)) > 1) == (delay.jitter > 0)
