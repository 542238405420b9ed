"""Reports print what the dashboard shows, and know when what is waited for has come."""

import json

import pytest

from grove_tui.view.plain import text_of
from grove_tui.view.report import Goal, SnapshotReport, TreeReport, change_line, changed_rows
from grove_tui.view.treerows import COLUMNS
from tests.builders import at, node, podcliqueset
from tests.view.worlds import Scene, clique, group, grouped_set, pods


def scene_of(*states, breached=False):
    """A set of one clique with pods in these states."""
    scene = Scene(now=60)
    worker = clique(replicas=len(states) or 2, breached=breached, since=55)
    scene.put(podcliqueset("sim"), worker, *pods(worker, *states), node("n"))
    return scene


def tree(scene):
    return TreeReport(scene.book, "default", "sim", cluster="demo")


def everything(scene, namespace="default"):
    return SnapshotReport(scene.book, cluster="demo", namespace=namespace)


def texts(report):
    return [text_of(line) for line in report.lines()]


def test_a_tree_holds_one_set_and_nothing_of_others():
    scene = scene_of("ready", "ready")
    scene.put(podcliqueset("other"))

    lines = texts(tree(scene))

    assert [line.split()[0] for line in lines[:2]] == ["NAME", "✔"]
    assert len(lines) == 6
    assert not [line for line in lines if "other" in line]


def test_a_set_of_the_same_name_elsewhere_is_another():
    scene = scene_of("ready", "ready")
    scene.put(podcliqueset("sim", metadata={"namespace": "prod", "uid": "x"}))

    assert len(texts(tree(scene))) == 6


def test_a_snapshot_counts_and_lists_everything():
    scene = scene_of("ready", "ready")
    scene.put(podcliqueset("other"))

    text = "\n".join(texts(everything(scene)))

    assert text.startswith("◌ 1 starting  ✔ 1 healthy  2/4 pods  1/1 nodes\n\nGANG")
    assert "other-0" in text
    assert "sim-0-worker-00001" in text


def test_a_snapshot_of_nothing_says_so():
    counts = "no gangs  0/0 pods  0/0 nodes"
    assert texts(everything(Scene(), "")) == [counts, "No PodCliqueSets."]
    assert texts(everything(Scene(), "team")) == [counts, "No PodCliqueSets in namespace team."]


def test_a_missing_set_names_those_that_are_there():
    scene = scene_of("ready")
    report = TreeReport(scene.book, "default", "nope", cluster="demo")

    assert not report.exists
    assert report.absence == (
        "There is no PodCliqueSet nope in namespace default of demo; there are: sim."
    )


def test_the_document_of_a_tree_has_every_level():
    scene = Scene(now=60)
    router, sg = clique("router", replicas=1, minimum=1), group(replicas=1)
    member = clique("leader", group="group", replicas=1, minimum=1)
    scene.put(grouped_set(), router, sg, member, *pods(router, "ready"), *pods(member, "stuck"))

    found = json.loads(json.dumps(tree(scene).document()))

    pcs = found["podCliqueSets"][0]
    gang = pcs["gangs"][0]
    leader = gang["scalingGroups"][0]["groups"][0]["cliques"][0]
    assert (found["version"], found["time"]) == (1, "2026-01-01T00:01:00+00:00")
    assert (pcs["name"], pcs["replicas"], pcs["available"]) == ("sim", 1, 0)
    assert gang["cliques"][0]["pods"][0]["ready"] is True
    assert gang["cliques"][0]["health"]["word"] == "healthy"
    assert leader["counts"]["unschedulable"] == 1
    assert leader["pods"][0]["node"] == ""


def test_the_document_says_when_a_gang_is_terminated_or_why_not():
    armed = tree(scene_of("ready", breached=True)).document()
    gated = tree(scene_of("gated", "gated")).document()

    health = armed["podCliqueSets"][0]["health"]
    assert (health["word"], health["terminatesAt"]) == ("breached", at(65).isoformat())
    assert gated["podCliqueSets"][0]["health"]["terminatesAt"] is None


def test_the_document_of_a_snapshot_has_counts_and_nodes():
    found = everything(scene_of("ready", "ready")).document()

    assert found["summary"] == {
        "gangs": {"healthy": 1},
        "podsReady": 2,
        "pods": 2,
        "nodesReady": 1,
        "nodes": 1,
    }
    assert found["nodes"] == [{"name": "n", "ready": True, "schedulable": True, "pods": 0}]


@pytest.mark.parametrize("make", [tree, everything])
def test_healthy_needs_every_gang(make):
    assert make(scene_of("ready", "ready")).has_reached(Goal.HEALTHY)
    assert not make(scene_of("ready", "creating")).has_reached(Goal.HEALTHY)


def test_healthy_needs_a_reconciler_that_knows_the_newest_spec():
    scene = scene_of("ready", "ready")
    scene.put(podcliqueset("sim", metadata={"generation": 3}, status={"observedGeneration": 2}))
    before = tree(scene).has_reached(Goal.HEALTHY)
    scene.put(podcliqueset("sim", metadata={"generation": 3}, status={"observedGeneration": 3}))

    assert (before, tree(scene).has_reached(Goal.HEALTHY)) == (False, True)


@pytest.mark.parametrize("make", [tree, everything])
def test_terminated_needs_the_last_pod_to_be_gone(make):
    scene = scene_of("ready")
    pod = next(iter(scene.world.pods.values()))
    worker = next(iter(scene.world.podcliques.values()))
    reached = []
    for gone in (podcliqueset("sim"), worker, pod):
        reached.append(make(scene).has_reached(Goal.TERMINATED))
        scene.remove(gone)
    reached.append(make(scene).has_reached(Goal.TERMINATED))

    assert reached == [False, False, False, True]


def test_changes_are_told_by_row_and_not_by_age():
    scene = scene_of("ready", "creating")
    report = tree(scene)
    before = report.rows()
    scene.now = 65
    assert changed_rows(before, report.rows()) == []

    worker = next(iter(scene.world.podcliques.values()))
    scene.put(*pods(worker, "ready", "ready"))
    told = [change_line(sign, row, COLUMNS) for sign, row in changed_rows(before, report.rows())]

    assert told[-1] == "~ ● sim-0-worker-00001 pod 0/1 Running 0 node-1"
    assert {line[:3] for line in told} == {"~ ✔", "~ ●"}


def test_what_came_and_went_is_told():
    scene = scene_of("ready", "ready")
    report = tree(scene)
    before = report.rows()
    worker = next(iter(scene.world.podcliques.values()))
    first, _ = pods(worker, "ready", "ready")
    scene.remove(first)
    scene.put(*pods(worker, "gated", first=7))

    changes = changed_rows(before, report.rows())
    told = [change_line(sign, row, COLUMNS) for sign, row in changes if sign != "~"]

    assert told == [
        "- ● sim-0-worker-00000 pod",
        "+ ◌ sim-0-worker-00007 pod 0/1 SchedulingGated 0",
    ]
