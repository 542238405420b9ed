"""The one sentence above all others: which gang ends next, why and when."""

from msgspec.structs import replace

from grove_tui.view.alarm import alarm, sentences
from grove_tui.view.health import Health, Word
from tests.builders import at, podcliqueset
from tests.view.worlds import Scene, clique, pods


def gangs(*states, delay="60s"):
    """Return the gangs of a set, one for each list of states of its pods."""
    scene = Scene()
    spec = {"replicas": len(states), "template": {"terminationDelay": delay}}
    scene.put(podcliqueset("sim", spec=spec))
    for index, pod_states in enumerate(states):
        is_short = "ready" not in pod_states[1:]
        worker = clique(replica=index, breached=is_short, since=70 + index)
        scene.put(worker, *pods(worker, *pod_states))
    return list(scene.book.all_gangs())


def test_a_gang_that_is_well_needs_no_sentence():
    (gang,) = gangs(("ready", "ready"))

    assert alarm([gang]) is None
    assert not list(sentences(gang, at(100)))


def test_it_says_what_a_gang_lacks_and_when_all_of_it_ends_in_as_many_words_as_fit():
    (gang,) = gangs(("ready", "crashing"))

    assert list(sentences(gang, at(100))) == [
        "sim-0 lacks 1 worker pod: the whole gang (2 pods) is terminated and built anew in 0:30",
        "sim-0 lacks 1 worker pod: the whole gang (2 pods) is terminated in 0:30",
        "sim-0 lacks 1 worker pod: all of it ends in 0:30",
        "sim-0 lacks 1 worker pod, ends in 0:30",
        "sim-0 ends in 0:30",
    ]


def test_the_gang_that_ends_first_is_spoken_of_and_the_others_are_counted():
    found = gangs(("ready", "crashing"), ("ready", "crashing"), ("ready", "ready"))

    told = alarm(found)

    assert told is not None
    assert (str(told.gang), told.others) == ("sim-0", 1)
    assert list(sentences(found[0], at(100), 1))[-1] == "sim-0 ends in 0:30 (+1 more)"


def test_what_just_ended_is_said_while_it_is_built_anew():
    (gang,) = gangs(("ready", "ready"))
    recycled = replace(gang, health=Health(Word.RECYCLING))

    told = alarm([recycled])

    assert told is not None
    first = next(sentences(recycled, at(100)))
    assert first == "sim-0 was terminated and is being built anew"
