"""Timelines: which changes are worth words, which words, and what belongs to a row."""

from typing import Any

import msgspec
import pytest

from grove_tui.kube.objects import Event, NamespacedName
from grove_tui.view.health import Word
from grove_tui.view.history import Note, ObjectChange, Source
from grove_tui.view.keys import Key, Kind, gang_key, object_key
from grove_tui.view.narration import tell
from grove_tui.view.rows import Severity
from grove_tui.view.timeline import Timeline
from tests.builders import at, condition, meta, node, pod, podcliqueset, podgang
from tests.view.worlds import Scene, clique, group, pods


def change(field, old, new, seconds=10):
    return ObjectChange(at(seconds), field, old, new)


def text(record):
    told = tell(record)
    return told.text if told else None


def event(count=1, type_="Warning"):
    body: dict[str, Any] = {
        "metadata": meta("e"),
        "involvedObject": {"kind": "Pod", "namespace": "default", "name": "sim-0-worker-00000"},
        "type": type_,
        "reason": "BackOff",
        "message": "again",
        "count": count,
    }
    return msgspec.convert(body, Event)


def crashed(restarts):
    ended = {"terminated": {"exitCode": 3}}
    container = {"name": "main", "restartCount": restarts, "lastState": ended}
    return {"containerStatuses": [container]}


GATED = {"conditions": [condition("PodScheduled", False, "SchedulingGated")]}
STUCK = {"conditions": [condition("PodScheduled", False, "Unschedulable")]}
RUNS = {"node": "n", "phase": "Running"}
POD_CASES = [
    (None, {}, "created"),
    ({}, None, "gone"),
    ({}, {}, None),
    ({}, {"node": "n"}, "assigned to n"),
    ({"status": GATED}, {}, "released by its gang; SchedulingGated → Pending"),
    ({}, {"status": STUCK}, "no node fits"),
    ({"node": "n"}, {**RUNS, "ready": True}, "Pending → Running; ready"),
    ({**RUNS, "ready": True}, RUNS, "not ready any more"),
    (RUNS, {**RUNS, "status": crashed(2)}, "restarted (2 in all), exit code 3"),
    (RUNS, {**RUNS, "metadata": {"deletionTimestamp": "2026-01-01T00:00:30Z"}}, "is being deleted"),
]


@pytest.mark.parametrize(("old", "new", "words"), POD_CASES)
def test_a_pods_changes_are_told_in_words(old, new, words):
    before = pod(**old) if old is not None else None
    after = pod(**new) if new is not None else None

    assert text(change("pods", before, after)) == words


def updating(ended=False):
    progress = {"updateStartedAt": "2026-01-01T00:00:00Z"}
    if ended:
        progress["updateEndedAt"] = "2026-01-01T00:00:09Z"
    return {"status": {"updateProgress": progress}}


def cordoned(**spec):
    return node("n", spec=spec)


UNREADY = {"status": {"conditions": [condition("Ready", False)]}}
CASES = [
    ("podcliques", clique(replicas=2), clique(replicas=4), "scaled 2 → 4"),
    (
        "podcliques",
        clique(breached=False, status={"readyReplicas": 2}),
        clique(breached=True, status={"readyReplicas": 1}),
        "fell below minAvailable",
    ),
    (
        "podcliques",
        clique(breached=False, status={"readyReplicas": 2}),
        clique(breached=True, status={"readyReplicas": 2}),
        "fell below minAvailable",
    ),
    (
        "podcliques",
        clique(breached=False),
        clique(breached=True),
        "below minAvailable while its pods start",
    ),
    ("podcliques", clique(breached=None), clique(breached=True), None),
    ("podcliques", clique(breached=True), clique(breached=False), "has its minimum"),
    ("podcliques", clique(scheduled=False), clique(scheduled=True), "has its minimum scheduled"),
    ("podcliques", clique(), clique(**updating()), "update started"),
    ("podcliques", clique(**updating()), clique(**updating(ended=True)), "update finished"),
    ("podcliques", clique(), clique(**updating(ended=True)), None),
    (
        "podcliquescalinggroups",
        group(breached=True),
        group(breached=True, recycling=True),
        "gang termination has begun",
    ),
    ("podcliquescalinggroups", group(recycling=True), group(), "gang termination is over"),
    ("podcliquesets", podcliqueset(), podcliqueset(spec={"replicas": 3}), "scaled 1 → 3"),
    (
        "podcliquesets",
        podcliqueset(),
        podcliqueset(spec={"template": {"terminationDelay": "30s"}}),
        "terminationDelay 10s → 30s",
    ),
    (
        "podcliquesets",
        podcliqueset(status={"availableReplicas": 2}),
        podcliqueset(status={"availableReplicas": 1}),
        "available replicas 2 → 1",
    ),
    (
        "podgangs",
        podgang(),
        podgang(status={"conditions": [condition("Initialized")]}),
        "all pods of the gang exist",
    ),
    ("nodes", node("n"), node("n", **UNREADY), "not ready any more"),
    ("nodes", cordoned(), cordoned(unschedulable=True), "cordoned"),
    ("nodes", cordoned(unschedulable=True), cordoned(), "uncordoned"),
    ("events", None, event(), "BackOff: again"),
    ("events", event(), event(count=5), "BackOff: again (x5)"),
    ("events", event(), event(), None),
    ("events", event(), None, None),
]


@pytest.mark.parametrize(("field", "old", "new", "words"), CASES)
def test_other_changes_are_told_in_words(field, old, new, words):
    assert text(change(field, old, new)) == words


def test_an_event_is_told_of_the_object_that_it_is_about():
    told = tell(change("events", None, event()))

    assert told is not None
    assert (told.kind, told.name) == ("Pod", "sim-0-worker-00000")
    assert told.severity is Severity.WARN


# The timeline


def scene_with_history():
    scene = Scene()
    scene.put(podcliqueset("sim", spec={"replicas": 2}))
    for index in range(2):
        worker = clique(replica=index)
        scene.put(worker, *pods(worker, "ready"))
    first, second = (pods(clique(replica=index), "ready")[0] for index in range(2))
    note = Note(at(13), "PodClique", NamespacedName("default", "sim-0-worker"), "Scaled it to 4")
    records = [
        change("pods", None, first, 10),
        change("pods", None, second, 11),
        change("nodes", node("n"), node("n", **UNREADY), 12),
        note,
        change("pods", first, None, 14),
    ]
    return scene, Timeline(scene.book, records)


def told(timeline):
    rows = [timeline.row(key) for key in list(timeline.keys())]
    return [(row.cells[2].text, row.cells[3].text) for row in rows]


def test_a_timeline_tells_the_newest_first():
    _, timeline = scene_with_history()

    assert told(timeline) == [
        ("pod sim-0-worker-00000", "gone"),
        ("pclq sim-0-worker", "Scaled it to 4"),
        ("node n", "not ready any more"),
        ("pod sim-1-worker-00000", "created"),
        ("pod sim-0-worker-00000", "created"),
    ]
    first = timeline.row(timeline.keys()[0])
    assert first.cells[0].text == "00:00:14"
    assert first.cells[1].text == "80s"


@pytest.mark.parametrize(
    ("key", "objects"),
    [
        (gang_key("default", "sim", 0), {"pod sim-0-worker-00000", "pclq sim-0-worker"}),
        (gang_key("default", "sim", 1), {"pod sim-1-worker-00000"}),
        (Key(Kind.NODE, "", "n"), {"node n"}),
        (Key(Kind.POD, "default", "sim-0-worker-00000"), {"pod sim-0-worker-00000"}),
    ],
)
def test_a_timeline_can_be_limited_to_a_row_and_all_below_it(key, objects):
    _, timeline = scene_with_history()

    timeline.select(key)

    assert {name for name, _ in told(timeline)} == objects


def test_what_is_gone_stays_in_the_timeline_of_what_it_belonged_to():
    scene, timeline = scene_with_history()
    timeline.select(gang_key("default", "sim", 0))
    before = told(timeline)

    scene.remove(scene.world.pods.get("default", "sim-0-worker-00000"))
    scene.remove(scene.world.podcliques.get("default", "sim-0-worker"))

    assert told(timeline) == before


def test_what_came_later_is_in_the_timeline_of_what_it_belongs_to():
    scene, timeline = scene_with_history()
    timeline.select(object_key(Kind.PODCLIQUESET, podcliqueset("sim")))
    scene.put(podcliqueset("sim", spec={"replicas": 3}))
    late = pods(clique(replica=2), "ready")[0]

    timeline.observe(change("pods", None, late, 20))

    assert told(timeline)[0] == ("pod sim-2-worker-00000", "created")


def test_gang_transitions_can_be_all_that_is_told():
    _, timeline = scene_with_history()
    gang = gang_key("default", "sim", 0)

    timeline.observe_gang(at(15), gang, Word.HEALTHY, Word.BREACHED)
    assert timeline.observe_gang(at(16), gang, Word.BREACHED, Word.BREACHED) is None
    timeline.transitions_only = True

    assert [words for _, words in told(timeline)] == ["healthy → breached"]
    timeline.select(gang)
    assert len(told(timeline)) == 1
    timeline.select(gang_key("default", "sim", 1))
    assert told(timeline) == []


def test_the_oldest_entries_are_forgotten_beyond_the_limit():
    scene = Scene()
    timeline = Timeline(scene.book, limit=3)
    for number in range(5):
        timeline.observe(change("pods", None, pod(f"p{number}"), number))

    assert [name for name, _ in told(timeline)] == ["pod p4", "pod p3", "pod p2"]
    assert timeline.row(1).cells[0].text == ""
    assert [entry.number for entry in timeline.entries()] == [3, 4, 5]


def test_own_actions_and_reconciles_say_where_they_are_from():
    scene = Scene()
    timeline = Timeline(scene.book)
    key = NamespacedName("default", "sim")

    timeline.observe(Note(at(1), "PodCliqueSet", key, "Deleted", Source.ACTION))
    timeline.observe(Note(at(2), "PodCliqueSet", key, "Recycled replica 0", Source.RECONCILE))

    assert [entry.source for entry in timeline.entries()] == ["you", "reconcile"]
