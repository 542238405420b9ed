"""The event list, the pod list, the overview and the summary."""

from typing import Any

import msgspec
import pytest

from grove_tui.kube.objects import Event
from grove_tui.view.events import Events
from grove_tui.view.filter import parse
from grove_tui.view.health import Word
from grove_tui.view.keys import Key, Kind, gang_key, object_key
from grove_tui.view.podcliquesets import Overview, summary
from grove_tui.view.pods import Pods
from grove_tui.view.sorting import Sort
from tests.builders import at, condition, meta, node, podcliqueset
from tests.view.worlds import Scene, clique, grouped_set, pods


def event(name, kind="Pod", about="sim-0-worker-00000", seconds=0, type_="Normal", **fields):
    body: dict[str, Any] = {
        "metadata": meta(name, created=seconds),
        "involvedObject": {"kind": kind, "namespace": "default", "name": about},
        "type": type_,
        "reason": name.capitalize(),
        "message": f"about {about}",
        **fields,
    }
    return msgspec.convert(body, Event)


def order(source) -> list[Any]:
    return list(source.keys())


def texts(source, title):
    index = [column.title for column in source.columns()].index(title)
    return [source.row(key).cells[index].text for key in order(source)]


def scene_with(replicas=2, states=("ready", "ready")):
    scene = Scene()
    scene.put(podcliqueset("sim", spec={"replicas": replicas}))
    for index in range(replicas):
        worker = clique(replica=index, breached=False)
        scene.put(worker, *pods(worker, *states))
    return scene


# Events


def test_events_are_listed_newest_first():
    scene = scene_with()
    scene.put(event("old", seconds=1), event("new", seconds=9), event("middle", seconds=5))

    assert texts(Events(scene.book), "REASON") == ["New", "Middle", "Old"]


def test_warnings_can_come_first_or_be_all():
    scene = scene_with()
    scene.put(event("bad", seconds=1, type_="Warning"), event("good", seconds=9))
    source = Events(scene.book)

    source.warnings_first = True
    assert texts(source, "REASON") == ["Bad", "Good"]

    source.warnings_only = True
    assert texts(source, "REASON") == ["Bad"]


def test_warnings_come_first_among_the_events_of_one_row():
    scene = scene_with()
    scene.put(event("bad", seconds=1, type_="Warning"), event("good", seconds=9))
    source = Events(scene.book)

    source.select(Key(Kind.POD, "default", "sim-0-worker-00000"))
    assert texts(source, "REASON") == ["Bad", "Good"]

    source.select(None)
    assert texts(source, "REASON") == ["Good", "Bad"]


@pytest.mark.parametrize(
    ("key", "reasons"),
    [
        (None, {"Pod", "Gone", "Clique", "Set", "Gang", "Other", "Node"}),
        (
            Key(Kind.PODCLIQUESET, "default", "sim"),
            {"Pod", "Gone", "Clique", "Set", "Gang", "Other"},
        ),
        (gang_key("default", "sim", 0), {"Pod", "Gone", "Clique", "Gang"}),
        (gang_key("default", "sim", 1), {"Other"}),
        (Key(Kind.PODCLIQUE, "default", "sim-0-worker"), {"Pod", "Gone", "Clique"}),
        (Key(Kind.POD, "default", "sim-0-worker-00000"), {"Pod"}),
        (Key(Kind.POD, "elsewhere", "sim-0-worker-00000"), set()),
        (Key(Kind.NODE, "", "node-0"), {"Pod", "Other", "Node"}),
    ],
)
def test_events_can_be_limited_to_a_row_and_what_is_below_it(key, reasons):
    scene = scene_with()
    scene.put(
        node("node-0"),
        event("pod"),
        event("gone", about="sim-0-worker-xyz12"),
        event("clique", kind="PodClique", about="sim-0-worker"),
        event("set", kind="PodCliqueSet", about="sim"),
        event("gang", kind="PodGang", about="sim-0"),
        event("other", about="sim-1-worker-00000"),
        event(
            "node", kind="Node", about="node-0", involvedObject={"kind": "Node", "name": "node-0"}
        ),
    )
    source = Events(scene.book)

    source.select(key)

    assert set(texts(source, "REASON")) == reasons


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("type=warning", ["Pulled", "Killed"]),
        ("reason=kill*", ["Killed"]),
        ("object=pod/x", ["Killed", "Started"]),
        ("object=y", ["Pulled"]),
        ("about y", ["Pulled"]),
        ("!type=warning", ["Started"]),
        ("age>2m", []),
        ("node=anywhere", []),
    ],
)
def test_events_are_filtered_by_what_they_say(text, reasons):
    scene = scene_with()
    scene.put(
        event("started", about="x", seconds=1),
        event("killed", about="x", seconds=2, type_="Warning"),
        event("pulled", about="y", seconds=3, type_="Warning"),
    )
    source = Events(scene.book)

    source.set_filter(parse(text).filter(scene.book))

    assert texts(source, "REASON") == reasons


def test_a_new_event_changes_the_order():
    scene = scene_with()
    source = Events(scene.book)

    (change,) = scene.put(event("new"))
    (pod_change,) = scene.put(*pods(clique(), "crashing"))

    assert source.dirty(change).structural
    assert source.dirty(change).added == [change.key]
    assert not source.dirty(pod_change)


# Pods


def test_pods_are_listed_by_namespace_and_name_with_their_gang():
    source = Pods(scene_with().book)

    assert texts(source, "NAME") == [
        "sim-0-worker-00000",
        "sim-0-worker-00001",
        "sim-1-worker-00000",
        "sim-1-worker-00001",
    ]
    assert texts(source, "GANG") == ["sim-0", "sim-0", "sim-1", "sim-1"]


def test_the_pod_list_keeps_its_order_as_pods_come_and_go():
    scene = scene_with(1)
    source = Pods(scene.book)
    source.keys()
    worker = clique()

    added = scene.put(*pods(worker, "gated", "gated", first=3))
    for change in added:
        source.dirty(change)
    gone = scene.remove(pods(worker, "ready")[0])
    dirty = source.dirty(gone)

    assert texts(source, "NAME") == [f"sim-0-worker-{n:05}" for n in (1, 3, 4)]
    assert order(source) == order(Pods(scene.book))
    assert dirty.structural


def test_pods_can_be_filtered_and_trouble_comes_first_when_asked():
    scene = scene_with(1, ("ready", "crashing", "ready"))
    source = Pods(scene.book)

    source.sort = Sort.TROUBLE
    assert texts(source, "NAME")[0] == "sim-0-worker-00001"

    source.set_filter(parse("status=Running").filter(scene.book))
    assert len(order(source)) == 2


def sortable_pods():
    """Three pods that differ in everything that pods are sorted by."""
    worker = clique()
    shapes = [("ready", 10, 5, 0, "n2"), ("crashing", 30, 0, 8, "n1"), ("stuck", 20, 9, 4, "")]
    for number, (state, created, restarts, gpus, where) in enumerate(shapes):
        waiting = {"waiting": {"reason": "CrashLoopBackOff"}} if state == "crashing" else {}
        needs = {"requests": {"nvidia.com/gpu": gpus}}
        container = {"name": "c", "restartCount": restarts, "state": waiting, "ready": number == 0}
        conditions = [condition("Ready", number == 0)]
        if state == "stuck":
            conditions.append(condition("PodScheduled", False, "Unschedulable"))
        born = {"creationTimestamp": at(created).strftime("%Y-%m-%dT%H:%M:%SZ")}
        phase = "Pending" if state == "stuck" else "Running"
        status = {"phase": phase, "containerStatuses": [container], "conditions": conditions}
        yield pods(
            worker,
            state,
            first=number,
            metadata=born,
            spec={"nodeName": where, "containers": [{"name": "c", "resources": needs}]},
            status=status,
        )[0]


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        (Sort.NAME, [0, 1, 2]),
        (Sort.TROUBLE, [1, 2, 0]),
        (Sort.STATUS, [1, 2, 0]),
        (Sort.READY, [1, 2, 0]),
        (Sort.RESTARTS, [2, 0, 1]),
        (Sort.AGE, [1, 2, 0]),
        (Sort.NODE, [1, 0, 2]),
        (Sort.GPU, [1, 2, 0]),
    ],
)
def test_pods_can_stand_in_other_orders_and_backwards(sort, numbers):
    scene = Scene()
    scene.put(*sortable_pods())
    source = Pods(scene.book)
    source.sort = sort
    forwards = [name[-1] for name in texts(source, "NAME")]

    source.reverse = True
    backwards = [name[-1] for name in texts(source, "NAME")]

    assert forwards == [str(number) for number in numbers]
    if sort is not Sort.READY:
        assert backwards == forwards[::-1]


# The overview


def test_each_gang_has_a_line_with_a_bar_for_each_clique():
    scene = Scene()
    scene.put(grouped_set())
    source = Overview(scene.book)

    (text,) = texts(source, "CLIQUES")

    assert text == "router ▕░|▏ 0/1 (min 1)   group ▕░|░▏ 0/2 (min 1)"
    assert texts(source, "PODS") == ["0/7"]


def test_trouble_is_on_top():
    scene = scene_with(3)
    breached = clique(replica=1, breached=True, since=95)
    scene.put(breached, *pods(breached, "ready", "stuck"))
    failing = clique(replica=2, breached=None)
    scene.put(failing, *pods(failing, "ready", "crashing"))
    source = Overview(scene.book)

    assert texts(source, "GANG") == ["sim-1", "sim-2", "sim-0"]
    assert texts(source, "HEALTH") == [
        "breached (terminates in 0:05)",
        "degraded (1 failing)",
        "healthy",
    ]


def test_only_what_matters_for_gangs_concerns_the_overview():
    scene = scene_with(2)
    source = Overview(scene.book)
    source.keys()

    (change,) = scene.put(*pods(clique(replica=1), "crashing"))
    (events_change,) = scene.put(event("new"))

    assert source.dirty(change).keys == {gang_key("default", "sim", 1)}
    assert not source.dirty(events_change)


def test_the_summary_counts_gangs_by_health():
    scene = scene_with(3)
    failing = clique(replica=2, breached=None)
    scene.put(failing, *pods(failing, "ready", "crashing"))
    scene.put(node("a"), node("b", status={"conditions": [condition("Ready", False)]}))

    counted = summary(scene.book)

    assert counted.gangs == ((Word.DEGRADED, 1), (Word.HEALTHY, 2))
    assert (counted.pods_ready, counted.pods) == (5, 6)
    assert (counted.nodes_ready, counted.nodes) == (1, 2)
    assert [cell.text for cell in counted.cells()] == [
        "▲ 1 degraded",
        "✔ 2 healthy",
        "5/6 pods",
        "1/2 nodes",
    ]


def test_an_empty_cluster_has_a_summary():
    assert [cell.text for cell in summary(Scene().book).cells()] == [
        "no gangs",
        "0/0 pods",
        "0/0 nodes",
    ]


def test_a_gang_that_is_gone_has_an_empty_row():
    source = Overview(scene_with(1).book)

    assert source.row(gang_key("default", "gone", 3)).cells[0].text == "gone-3"
    assert object_key(Kind.PODCLIQUESET, podcliqueset("sim")) not in order(source)
