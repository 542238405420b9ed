"""The node list: what is on each node, what is left of it, and what a change concerns."""

import pytest

from grove_tui.view.keys import Kind, gang_key, object_key
from grove_tui.view.nodebook import gang_style
from grove_tui.view.nodes import Nodes
from grove_tui.view.rows import Severity
from tests.builders import condition, node, pod, podcliqueset
from tests.view.worlds import Scene, clique, pods


def scene_with(*states, nodes=("node-0", "node-1")):
    scene = Scene()
    worker = clique()
    scene.put(podcliqueset("sim"), worker, *pods(worker, *states), *(node(n) for n in nodes))
    return scene


def cells(source, name):
    key = next(key for key in source.keys() if key.name == name)  # noqa: SIM118 - not a dict
    row = source.row(key)
    return {c.title: cell.text for c, cell in zip(source.columns(), row.cells, strict=True)}


def key_of_node(name):
    return object_key(Kind.NODE, node(name))


def test_each_node_shows_its_pods_by_state_and_gang():
    source = Nodes(scene_with("ready", "crashing").book)

    first, second = (source.row(key_of_node(name)) for name in ("node-0", "node-1"))

    assert (first.cells[3].text, second.cells[3].text) == ("●", "✖")
    style = gang_style(gang_key("default", "sim", 0))
    assert first.cells[3].spans == ((0, 1, style),)
    assert cells(source, "node-0")["COUNT"] == "1/110"


def test_what_pods_request_is_taken_from_what_can_be_allocated():
    scene = Scene()
    needs = {"requests": {"cpu": "1500m", "memory": "2Gi", "nvidia.com/gpu": 2}}
    spec = {"containers": [{"name": "c", "resources": needs}]}
    room = {"allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110", "nvidia.com/gpu": "8"}}
    ended = pod("done", node="n", phase="Succeeded", spec={"nodeName": "n", **spec})
    scene.put(node("n", status=room), ended)
    for name in ("a", "b"):
        scene.put(pod(name, node="n", phase="Running", spec={"nodeName": "n", **spec}))

    shown = cells(Nodes(scene.book), "n")

    assert shown["CPU"] == "3/8"
    assert shown["MEM"] == "4Gi/32Gi"
    assert shown["GPU"] == "4/8"
    assert shown["COUNT"] == "2/110"


@pytest.mark.parametrize(
    ("overrides", "status", "severity"),
    [
        ({}, "Ready", Severity.OK),
        ({"spec": {"unschedulable": True}}, "Ready,SchedulingDisabled", Severity.WARN),
        ({"status": {"conditions": [condition("Ready", False)]}}, "NotReady", Severity.ERROR),
        ({"status": {"conditions": [condition("Ready", "Unknown")]}}, "NotReady", Severity.ERROR),
        ({"status": {"conditions": []}}, "Unknown", Severity.ERROR),
    ],
)
def test_the_status_of_a_node_is_kubectls(overrides, status, severity):
    scene = Scene()
    scene.put(node("n", **overrides))
    source = Nodes(scene.book)

    assert cells(source, "n")["STATUS"] == status
    assert source.row(key_of_node("n")).severity is severity


def test_taints_and_the_domain_are_there_in_wide_mode():
    scene = Scene()
    labels = {"topology.kubernetes.io/zone": "z1", "topology.kubernetes.io/rack": "r7"}
    taints = [{"key": "fake-node", "value": "true", "effect": "NoSchedule"}]
    scene.put(node("n", metadata={"labels": labels}, spec={"taints": taints}))

    shown = cells(Nodes(scene.book), "n")

    assert shown["TAINTS"] == "fake-node=true:NoSchedule"
    assert shown["DOMAIN"] == "r7"


def test_an_unfolded_node_lists_its_pods_below_it():
    source = Nodes(scene_with("ready", "ready").book)
    first = key_of_node("node-0")
    assert len(source.keys()) == 2

    source.toggle_fold(first)
    keys = source.keys()

    assert [str(key) for key in keys] == ["node-0", "sim-0-worker-00000", "node-1"]
    assert source.row(keys[1]).depth == 1
    assert source.parent(keys[1]) == first


def test_a_pod_that_moves_concerns_both_nodes():
    scene = scene_with("ready")
    source = Nodes(scene.book)
    moved = pods(clique(), "ready", node="node-1")

    (change,) = scene.put(*moved)

    assert source.dirty(change).keys >= {key_of_node("node-0"), key_of_node("node-1")}
    assert not source.dirty(change).structural
    assert cells(source, "node-0")["COUNT"] == "0/110"
    assert cells(source, "node-1")["COUNT"] == "1/110"


def test_the_structure_changes_with_nodes_and_with_pods_of_unfolded_ones():
    scene = scene_with("ready")
    source = Nodes(scene.book)
    source.toggle_fold(key_of_node("node-0"))

    (new_node,) = scene.put(node("node-9"))
    (new_pod,) = scene.put(pod("other", node="node-0"))
    (elsewhere,) = scene.put(pod("another", node="node-1"))

    assert source.dirty(new_node).structural
    assert source.dirty(new_pod).structural
    assert not source.dirty(elsewhere).structural


def test_a_gang_always_has_the_same_colour_and_neighbours_differ():
    styles = [gang_style(gang_key("default", "sim", index)) for index in range(4)]

    assert len(set(styles)) == 4
    assert styles == [gang_style(gang_key("default", "sim", index)) for index in range(4)]


def test_a_node_that_is_gone_has_an_empty_row():
    scene = scene_with("ready")
    source = Nodes(scene.book)
    gone = scene.world.nodes.get("", "node-0")
    scene.remove(gone)

    assert source.row(key_of_node("node-0")).cells[0].text == "node-0"
    assert key_of_node("node-0") not in source.keys()  # noqa: SIM118 - not a dict
