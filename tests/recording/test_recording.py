"""The recorder keeps the recent past within its limits, and costs the stores nothing."""

from datetime import timedelta

from grove_tui.cluster.recording import RECORD_BYTES, Limits
from grove_tui.kube.objects import NamespacedName
from grove_tui.view.history import Note, ObjectChange, Record, Source
from tests.builders import at, node, pod
from tests.recording.scenes import Scene

A = NamespacedName("default", "a")


def test_what_was_there_before_the_start_is_the_checkpoint_and_no_event():
    scene = Scene()
    scene.put(pod("a"), node("n"))
    scene.recorder.start()

    recording = scene.recorder.recording("demo")

    assert recording.records == ()
    assert list(recording.checkpoint["pods"]) == [A]
    assert list(recording.checkpoint["nodes"]) == [NamespacedName("", "n")]


def test_changes_are_kept_in_order_with_their_times():
    scene = Scene()
    before, after = pod("a"), pod("a", phase="Running")
    scene.recorder.start()

    scene.put(before, after=1)
    scene.put(after, after=2)
    scene.remove(after, after=3)

    assert list(scene.recorder.records()) == [
        ObjectChange(at(1), "pods", None, before),
        ObjectChange(at(3), "pods", before, after),
        ObjectChange(at(6), "pods", after, None),
    ]


def test_records_and_checkpoint_share_the_objects_of_the_stores():
    scene = Scene()
    early, late = pod("early"), pod("late")
    scene.put(early)
    scene.recorder.start()
    scene.put(late)

    recording = scene.recorder.recording("demo")

    assert recording.checkpoint["pods"][NamespacedName("default", "early")] is early
    change = recording.records[0]
    assert isinstance(change, ObjectChange)
    assert change.new is late


def test_a_note_says_who_did_what_to_which_object():
    scene = Scene()
    scene.recorder.start()

    scene.recorder.note("Pod", A, "Deleted.", Source.RECONCILE)

    assert scene.recorder.records() == (Note(at(0), "Pod", A, "Deleted.", Source.RECONCILE),)


def test_a_listener_hears_of_each_record_once():
    scene = Scene()
    scene.recorder.start()
    heard: list[Record] = []
    scene.recorder.on_record(heard.append)

    scene.put(pod("a"))
    scene.recorder.note("Pod", A, "Deleted.")

    assert heard == list(scene.recorder.records())


def test_the_oldest_records_give_way_to_new_ones_and_move_into_the_checkpoint():
    scene = Scene(Limits(records=2))
    first, gone = pod("first"), pod("gone")
    scene.put(gone)
    scene.recorder.start()

    scene.put(first, after=1)
    scene.remove(gone, after=1)
    scene.put(pod("third"), after=1)
    scene.put(pod("fourth"), after=1)

    recording = scene.recorder.recording("demo")
    assert [record.at for record in recording.records] == [at(3), at(4)]
    assert recording.started == at(2)
    assert list(recording.checkpoint["pods"]) == [NamespacedName("default", "first")]


def test_large_objects_fill_the_memory_before_the_count_does():
    limit = 400_000
    scene = Scene(Limits(records=1_000, bytes=limit))
    scene.recorder.start()

    for number in range(100):
        scene.put(pod(f"p{number}", labels={"long": "x" * 10_000}))

    assert 5 < len(scene.recorder) < 20
    assert 0 < scene.recorder.size <= limit


def test_what_is_forgotten_gives_its_memory_back():
    scene = Scene(Limits(records=1))
    scene.recorder.start()
    scene.put(pod("large", labels={"long": "x" * 10_000}))

    scene.recorder.note("Pod", A, "ok")

    assert scene.recorder.size == RECORD_BYTES + len("ok")


def test_a_clock_that_is_set_back_does_not_reorder_records():
    scene = Scene()
    scene.recorder.start()
    scene.put(pod("a"), after=10)

    scene.now -= timedelta(seconds=5)
    scene.put(pod("b"))

    assert [record.at for record in scene.recorder.records()] == [at(10), at(10)]


def test_a_recording_is_not_altered_by_what_comes_later():
    scene = Scene()
    scene.recorder.start()
    scene.put(pod("a"))
    recording = scene.recorder.recording("demo")

    scene.put(pod("b"), after=1)

    assert len(recording.records) == 1
    assert recording.ended == at(0)
