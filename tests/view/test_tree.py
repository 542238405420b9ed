"""The workload tree: order, folding, filtering, and which rows a change concerns."""

import random
from typing import Any

import msgspec
import pytest

from grove_tui.api.objects import PodClique
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Kind, gang_key, object_key
from grove_tui.view.rows import Severity
from grove_tui.view.sorting import Sort
from grove_tui.view.tree import Tree
from tests.builders import at, node, podcliqueset
from tests.view.worlds import Scene, clique, group, grouped_set, pods


def scene_with(replicas=2, states=("ready", "ready"), name="sim"):
    scene = Scene()
    scene.put(podcliqueset(name, spec={"replicas": replicas}))
    for index in range(replicas):
        worker = clique(pcs=name, replica=index, breached=False)
        scene.put(worker, *pods(worker, *states))
    return scene


def order(tree) -> list[Any]:
    return list(tree.keys())


def outline(tree):
    rows = (tree.row(key) for key in order(tree))
    return [f"{'  ' * row.depth}{row.cells[0].text}" for row in rows]


def find(tree, name, kind=None):
    return next(
        key
        for key in order(tree)
        if tree.row(key).cells[0].text == name and kind in (None, key.kind)
    )


def cells(tree, name):
    row = tree.row(find(tree, name))
    return {c.title: cell.text for c, cell in zip(tree.columns(), row.cells, strict=True)}


def test_the_tree_goes_from_the_set_to_its_pods():
    tree = Tree(scene_with().book)

    assert outline(tree) == [
        "sim",
        "  sim-0",
        "    sim-0-worker",
        "      sim-0-worker-00000",
        "      sim-0-worker-00001",
        "  sim-1",
        "    sim-1-worker",
        "      sim-1-worker-00000",
        "      sim-1-worker-00001",
    ]


def grouped_scene(replicas=2):
    scene = Scene()
    scene.put(grouped_set(), group(replicas=replicas, breached=False))
    scene.put(clique("router", replicas=1, minimum=1))
    for index in range(replicas):
        for name in ("leader", "worker"):
            scene.put(clique(name, group="group", index=index, replicas=1, minimum=1))
    return scene


def test_scaling_groups_have_their_replicas_between_them_and_their_cliques():
    tree = Tree(grouped_scene().book)

    assert outline(tree) == [
        "sim",
        "  sim-0",
        "    sim-0-router",
        "    sim-0-group",
        "      sim-0-group-0",
        "        sim-0-group-0-leader",
        "        sim-0-group-0-worker",
        "      sim-0-group-1",
        "        sim-0-group-1-leader",
        "        sim-0-group-1-worker",
    ]


def test_levels_with_one_replica_can_be_left_out():
    tree = Tree(grouped_scene(replicas=1).book, collapse_single=True)

    assert outline(tree) == [
        "sim",
        "  sim-0-router",
        "  sim-0-group",
        "    sim-0-group-0-leader",
        "    sim-0-group-0-worker",
    ]
    assert tree.parent(find(tree, "sim-0-router")) == find(tree, "sim")


def test_cliques_that_do_not_exist_yet_have_a_row():
    scene = Scene()
    scene.put(podcliqueset("sim"))

    assert outline(Tree(scene.book)) == ["sim", "  sim-0", "    sim-0-worker"]


def test_pods_stand_in_the_order_of_their_index():
    scene = scene_with(1, ())
    worker = scene.world.podcliques.get("default", "sim-0-worker")
    made = pods(worker, *["ready"] * 12)
    random.Random(1).shuffle(made)
    scene.put(*made)

    names = [line.strip() for line in outline(Tree(scene.book))[3:]]

    assert names == [f"sim-0-worker-{n:05}" for n in range(12)]


def test_sets_stand_by_namespace_and_name():
    scene = Scene()
    for name in ("b", "a", "c"):
        scene.put(podcliqueset(name, spec={"replicas": 0}))

    assert outline(Tree(scene.book)) == ["a", "b", "c"]


def test_numbers_come_from_the_pods():
    tree = Tree(scene_with(1, ("ready", "crashing")).book)

    assert cells(tree, "sim-0-worker")["READY"] == "1/2 (min 2)"
    assert cells(tree, "sim-0-worker")["PODS"] == "▕█░|▏"
    assert cells(tree, "sim-0")["READY"] == "1/2"
    assert cells(tree, "sim")["READY"] == "0/1"
    assert cells(tree, "sim-0-worker-00001")["STATUS"] == "CrashLoopBackOff"
    assert cells(tree, "sim-0-worker-00001")["NODE"] == "node-1"


# Folding


def test_folding_hides_what_is_below_and_unfolding_shows_it_again():
    tree = Tree(scene_with(1).book)
    whole = tree.keys()

    worker = find(tree, "sim-0-worker")
    tree.toggle_fold(worker)
    assert outline(tree) == ["sim", "  sim-0", "    sim-0-worker"]
    assert tree.row(worker).folded

    tree.toggle_fold(worker)
    assert tree.keys() == whole


def test_a_recreated_clique_stays_folded():
    scene = scene_with(1)
    tree = Tree(scene.book)
    tree.toggle_fold(find(tree, "sim-0-worker"))

    again = clique(breached=False, uid="another")
    scene.put(again, *pods(again, "ready", first=7))

    assert outline(tree) == ["sim", "  sim-0", "    sim-0-worker"]
    assert find(tree, "sim-0-worker").uid == "another"


def test_all_cliques_can_be_folded_at_once():
    tree = Tree(scene_with(2).book)
    tree.keys()

    tree.fold_all(Kind.PODCLIQUE)
    assert len(tree.keys()) == 5

    tree.unfold_all()
    assert len(tree.keys()) == 9


# Filtering and sorting


def test_a_filter_keeps_what_matches_with_all_above_it():
    tree = Tree(scene_with().book)

    tree.set_filter(lambda subject: subject.key.name == "sim-1-worker-00001")

    assert outline(tree) == [
        "sim",
        "  sim-1",
        "    sim-1-worker",
        "      sim-1-worker-00001",
    ]


def test_a_matching_row_keeps_all_below_it():
    tree = Tree(scene_with().book)

    tree.set_filter(lambda subject: subject.key.name == "sim-1-worker")

    assert len(tree.keys()) == 5


def test_a_filter_that_nothing_matches_leaves_nothing():
    tree = Tree(scene_with().book)

    tree.set_filter(lambda subject: False)
    assert tree.keys() == []

    tree.set_filter(None)
    assert len(tree.keys()) == 9


def test_trouble_comes_first_when_asked_for():
    scene = scene_with(3)
    worker = clique(replica=2, breached=None)
    scene.put(worker, *pods(worker, "ready", "crashing"))
    tree = Tree(scene.book, sort=Sort.TROUBLE)

    gangs = [tree.row(key).cells[0].text for key in order(tree) if key.kind is Kind.GANG]

    assert gangs == ["sim-2", "sim-0", "sim-1"]


def test_sets_can_stand_by_age_and_backwards():
    scene = Scene()
    for name, created in (("a", 30), ("b", 10), ("c", 20)):
        born = {"creationTimestamp": at(created).strftime("%Y-%m-%dT%H:%M:%SZ")}
        scene.put(podcliqueset(name, spec={"replicas": 0}, metadata=born))
    tree = Tree(scene.book, sort=Sort.AGE)
    assert outline(tree) == ["a", "c", "b"]

    tree.reverse = True
    assert outline(tree) == ["b", "c", "a"]

    tree.sort = Sort.NAME
    assert outline(tree) == ["c", "b", "a"]


# Changes


def test_a_pods_change_concerns_the_pod_and_all_above_it():
    scene = scene_with()
    tree = Tree(scene.book)
    before = tree.keys()
    worker = scene.world.podcliques.get("default", "sim-1-worker")

    (change,) = scene.put(*pods(worker, "crashing"))
    dirty = tree.dirty(change)

    names = {str(key) for key in dirty.keys}
    assert names == {"sim-1-worker-00000", "sim-1-worker", "sim-1", "sim"}
    assert not dirty.structural
    assert dirty.keys <= set(before)
    assert cells(tree, "sim-1-worker")["READY"] == "1/2 (min 2)"


def test_a_detail_of_a_pod_concerns_only_its_own_row():
    scene = scene_with()
    tree = Tree(scene.book)
    tree.keys()
    worker = scene.world.podcliques.get("default", "sim-1-worker")
    (pod,) = pods(worker, "ready")
    status = msgspec.structs.replace(pod.status, pod_ip="10.0.0.7")

    (change,) = scene.put(msgspec.structs.replace(pod, status=status))

    assert tree.dirty(change).keys == {object_key(Kind.POD, pod)}
    assert not tree.dirty(change).structural
    assert cells(tree, "sim-1-worker-00000")["NODE"] == "node-0"


@pytest.mark.parametrize("coming", [True, False])
def test_pods_that_come_and_go_change_the_structure(coming):
    scene = scene_with()
    tree = Tree(scene.book)
    tree.keys()
    worker = scene.world.podcliques.get("default", "sim-1-worker")
    (new,) = pods(worker, "gated", first=5)

    change = scene.put(new)[0]
    if not coming:
        tree.keys()
        change = scene.remove(new)
    dirty = tree.dirty(change)

    assert dirty.structural
    assert dirty.added == ([object_key(Kind.POD, new)] if coming else [])
    assert (object_key(Kind.POD, new) in order(tree)) == coming


def test_changes_are_gathered():
    scene = scene_with()
    tree = Tree(scene.book)
    first = clique(replica=0, breached=None)
    second = clique(replica=1, breached=None)

    changes = scene.put(*pods(first, "crashing"), *pods(second, "gated", first=8))
    dirty = tree.dirty(changes[0])
    dirty |= tree.dirty(changes[1])

    assert dirty
    assert dirty.structural
    assert {gang_key("default", "sim", i) for i in (0, 1)} <= dirty.keys


def test_nodes_and_unmanaged_objects_concern_no_row():
    scene = scene_with()
    tree = Tree(scene.book)

    (change,) = scene.put(node("n"))

    assert not tree.dirty(change)


def test_scaling_a_set_changes_its_rows():
    scene = scene_with(1)
    tree = Tree(scene.book)
    tree.keys()

    (change,) = scene.put(podcliqueset("sim", spec={"replicas": 3}))

    assert tree.dirty(change).structural
    assert "  sim-2" in outline(tree)


def test_a_recycled_gang_keeps_its_key_and_its_cliques_do_not():
    scene = scene_with(1)
    tree = Tree(scene.book)
    gang, worker = find(tree, "sim-0"), find(tree, "sim-0-worker")

    scene.remove(scene.world.podcliques.get("default", "sim-0-worker"))
    scene.put(clique(breached=True, scheduled=False, uid="reborn"))

    assert find(tree, "sim-0") == gang
    assert find(tree, "sim-0-worker") != worker
    assert tree.heir(worker) == find(tree, "sim-0-worker")


def test_incremental_order_is_the_order_of_a_fresh_tree():
    rng = random.Random(7)
    scene = scene_with(3)
    tree = Tree(scene.book)
    for step in range(200):
        worker = clique(replica=rng.randrange(4), breached=rng.choice([True, False, None]))
        made = pods(worker, rng.choice(["ready", "gated", "stuck"]), first=rng.randrange(4))
        action = rng.randrange(4)
        if action == 0:
            scene.put(worker)
        elif action == 1:
            scene.put(*made)
        elif action == 2 and scene.world.pods.get("default", made[0].metadata.name):
            scene.remove(made[0])
        elif scene.world.podcliques.get("default", worker.metadata.name):
            scene.remove(worker)
        if step % 5 == 0:
            fresh = Tree(GangBook(scene.world, scene.book.clock))
            assert tree.keys() == fresh.keys()
            assert [tree.row(k) for k in order(tree)] == [fresh.row(k) for k in order(fresh)]


def test_marks_and_severity_are_on_the_row():
    tree = Tree(scene_with(1, ("ready", "crashing")).book)
    worker = find(tree, "sim-0-worker")

    tree.toggle_mark(worker)

    assert tree.row(worker).marked
    assert tree.row(worker).severity is Severity.WARN
    assert isinstance(tree.book.object(worker), PodClique)


def test_a_row_that_is_gone_is_empty_and_does_not_fail():
    scene = scene_with(1)
    tree = Tree(scene.book)
    pod = find(tree, "sim-0-worker-00000")
    scene.remove(scene.world.pods.get("default", "sim-0-worker-00000"))

    assert tree.row(pod).cells[0].text == "sim-0-worker-00000"
    assert tree.row(gang_key("default", "gone", 0)).cells[0].text == "gone"
