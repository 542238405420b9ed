"""Jumps land where a gang changed its health word, and nowhere else."""

import pytest

from grove_tui.cluster.transitions import Transitions
from grove_tui.view.health import Word
from tests.builders import at, condition, node, podcliqueset
from tests.recording.scenes import Scene
from tests.view.worlds import clique, pods


def scene_of_a_gang():
    """A healthy gang of one clique of two pods; nothing is recorded yet."""
    scene = Scene()
    worker = clique(breached=False)
    both = pods(worker, "ready", "ready")
    scene.put(podcliqueset("sim"), worker, *both, node("n"))
    scene.recorder.start()
    return scene, worker, both


def breach_and_heal(scene, worker, both):
    """Lose a pod at 10 s, breach at 11 s, have it back and be whole again at 21 s."""
    scene.remove(both[0], after=10)
    scene.put(clique(breached=True, since=11), after=1)
    scene.put(node("n", metadata={"labels": {"unrelated": "yes"}}), after=1)
    scene.put(both[0], after=9)
    scene.put(clique(breached=False, since=21))


@pytest.fixture
def transitions():
    scene, worker, both = scene_of_a_gang()
    breach_and_heal(scene, worker, both)
    return Transitions(scene.recorder.recording("demo"))


def words(transitions):
    transitions.judge(999)
    return [(t.position, t.before, t.after) for t in transitions.found]


def test_each_change_of_a_word_is_a_transition(transitions):
    assert words(transitions) == [
        (1, Word.HEALTHY, Word.STARTING),
        (2, Word.STARTING, Word.BREACHED),
        (5, Word.BREACHED, Word.HEALTHY),
    ]
    assert [t.at for t in transitions.found] == [at(10), at(11), at(21)]
    assert str(transitions.found[1]) == "sim-0 breached"


def test_the_next_one_is_found_without_judging_the_rest(transitions):
    found = transitions.after(1)

    assert found is not None
    assert found.after is Word.BREACHED
    assert transitions.judged == 2


def test_the_previous_one_is_strictly_before(transitions):
    before_five, before_two = transitions.before(5), transitions.before(2)

    assert before_five is not None
    assert before_two is not None
    assert (before_five.position, before_two.position) == (2, 1)
    assert transitions.before(1) is None


def test_there_is_none_after_the_last(transitions):
    assert transitions.after(5) is None
    assert transitions.is_complete


def test_the_latest_one_that_a_position_has_seen(transitions):
    transitions.judge(999)

    found = transitions.at(4)

    assert found is not None
    assert found.after is Word.BREACHED
    assert transitions.at(0) is None


def test_what_arrives_together_is_one_event():
    scene, _, both = scene_of_a_gang()
    scene.remove(both[0], after=10)
    scene.put(clique(breached=True, since=10), after=0.02)

    found = words(Transitions(scene.recorder.recording("demo")))

    assert found == [(2, Word.HEALTHY, Word.BREACHED)]


def test_a_gang_that_comes_or_goes_is_a_transition():
    scene, *_ = scene_of_a_gang()
    scene.put(podcliqueset("sim", spec={"replicas": 2}), after=5)
    scene.put(podcliqueset("sim", spec={"replicas": 1}), after=5)
    transitions = Transitions(scene.recorder.recording("demo"))

    found = words(transitions)

    assert [(position, after) for position, _, after in found] == [(1, Word.STARTING), (2, None)]
    assert [str(t) for t in transitions.found] == ["sim-1 starting", "sim-1 gone"]


def test_a_recording_without_changes_has_none():
    scene, *_ = scene_of_a_gang()
    scene.put(node("n", status={"conditions": [condition("Ready", False)]}), after=1)

    assert words(Transitions(scene.recorder.recording("demo"))) == []
