"""The map of nodes: domains, cells, lit gangs, and what the loss of a node would mean."""

import pytest

from grove_tui.view.keys import Kind, gang_key, object_key
from grove_tui.view.nodemap import NodeMap, endangered, nodes_of, usage_lines
from grove_tui.view.rows import Severity
from tests.builders import condition, node, podcliqueset
from tests.view.worlds import Scene, clique, group, grouped_set, pods

RACK = "topology.kubernetes.io/rack"


def racked(name, rack="", **overrides):
    return node(name, metadata={"labels": {RACK: rack} if rack else {}}, **overrides)


def scene_with(*states, minimum=2, replicas=2):
    """One clique whose pods are on node-0, node-1, …"""
    scene = Scene()
    worker = clique(breached=False, replicas=replicas, minimum=minimum)
    template = {
        "cliques": [{"name": "worker", "spec": {"replicas": replicas, "minAvailable": minimum}}]
    }
    nodes = [racked(f"node-{number}") for number in range(len(states))]
    scene.put(
        podcliqueset("sim", spec={"template": template}), worker, *pods(worker, *states), *nodes
    )
    return scene


def test_nodes_stand_in_their_racks_and_those_without_one_last():
    scene = Scene()
    scene.put(racked("n-3"), racked("n-2", "b"), racked("n-1", "a"), racked("n-0", "b"))

    found = NodeMap(scene.book).domains()

    names = [(domain, [key.name for key in keys]) for domain, keys in found]
    assert names == [("a", ["n-1"]), ("b", ["n-0", "n-2"]), ("", ["n-3"])]


@pytest.mark.parametrize(
    ("names", "titles"),
    [
        (["fake-node-001", "fake-node-002"], ["001", "002"]),
        (["gpu-a-1", "gpu-b-1"], ["a-1", "b-1"]),
        (["alone"], ["alone"]),
        (["a", "b"], ["a", "b"]),
        (["n-1", "n-1-b"], ["1", "1-b"]),
    ],
)
def test_cells_leave_out_what_all_names_have_in_common(names, titles):
    scene = Scene()
    scene.put(*(node(name) for name in names))
    source = NodeMap(scene.book)
    ((_, keys),) = source.domains()

    assert [source.cell(key).title for key in keys] == titles


def test_a_cell_shows_pods_trouble_and_how_full_it_is():
    scene = scene_with("ready", "crashing")
    scene.put(racked("node-1", spec={"unschedulable": True}))
    small = {"allocatable": {"pods": "2"}}
    scene.put(racked("node-0", status=small))
    source = NodeMap(scene.book)
    first, second = (source.cell(key) for key in source.domains()[0][1])

    assert (first.pods.text, second.pods.text) == ("●", "✖")
    assert (first.badge, second.badge) == ("", "⊘")
    assert first.level == "▅"
    assert second.severity is Severity.WARN


def test_a_lost_node_has_its_badge():
    scene = Scene()
    scene.put(node("n", status={"conditions": [condition("Ready", "Unknown")]}))
    source = NodeMap(scene.book)

    assert source.cell(object_key(Kind.NODE, node("n"))).badge == "✖"


def test_the_nodes_of_a_selected_gang_light_up():
    scene = scene_with("ready", "ready")
    scene.put(racked("node-9"))
    source = NodeMap(scene.book)
    worker = object_key(Kind.PODCLIQUE, clique())

    source.light([worker])

    ((_, keys),) = source.domains()
    lit = [key.name for key in keys if source.cell(key).is_lit]
    assert lit == ["node-0", "node-1"]
    source.light([object_key(Kind.PODCLIQUESET, podcliqueset("sim"))])
    assert source.highlighted == {gang_key("default", "sim", 0)}


# What the loss of a node would mean


def test_a_node_is_needed_when_its_pods_make_the_minimum():
    scene = scene_with("ready", "ready")

    (found,) = endangered(scene.book, "node-0")

    assert str(found) == "sim-0-worker: 1 left, 2 needed: gang breaches"


@pytest.mark.parametrize(
    "scene",
    [
        scene_with("ready", "ready", minimum=1),
        scene_with("crashing", "ready", minimum=2),
        scene_with("ready", "ready", "ready", minimum=2, replicas=3),
    ],
)
def test_a_node_whose_loss_changes_nothing_endangers_nobody(scene):
    assert endangered(scene.book, "node-0") == []
    assert endangered(scene.book, "no such node") == []


@pytest.mark.parametrize(("replicas", "ends"), [(2, False), (1, True)])
def test_a_scaling_group_with_slack_loses_only_a_replica(replicas, ends):
    scene = Scene()
    scene.put(grouped_set(), group(replicas=replicas, available=replicas), node("node-0"))
    scene.put(node("far"))
    for index in range(replicas):
        for name in ("leader", "worker"):
            member = clique(name, group="group", index=index, replicas=1, minimum=1, breached=False)
            where = "node-0" if index == 0 else "far"
            scene.put(member, *pods(member, "ready", node=where))

    found = endangered(scene.book, "node-0")

    members = {"sim-0-group-0-leader", "sim-0-group-0-worker"}
    assert {item.podclique for item in found} == members
    assert {item.ends_gang for item in found} == {ends}


def test_the_detail_of_a_node_says_what_is_free():
    scene = scene_with("ready")
    picture = scene.book.nodes.get("node-0")
    assert picture is not None

    assert usage_lines(picture) == ["cpu 64 of 64 free", "memory 512Gi of 512Gi free"]


def test_the_nodes_of_a_row_are_those_of_its_gang_or_of_the_pod_alone():
    scene = scene_with("ready", "ready")
    second = next(pod for pod in scene.world.pods.values() if pod.spec.node_name == "node-1")

    assert nodes_of(scene.book, gang_key("default", "sim", 0)) == ["node-0", "node-1"]
    assert nodes_of(scene.book, object_key(Kind.POD, second)) == ["node-1"]
    assert nodes_of(scene.book, gang_key("default", "other", 0)) == []
