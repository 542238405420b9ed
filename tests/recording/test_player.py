"""At any position of a recording the stores hold what the recorded cluster held then."""

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from grove_tui.cluster.player import SPEEDS, Player
from grove_tui.cluster.recording import Limits
from grove_tui.kube.objects import NamespacedName
from tests.builders import at, node, pod, podcliqueset
from tests.recording.scenes import Scene, contents, empty_stores

MAKERS = {
    "pod": lambda name, uid: pod(name, metadata={"uid": uid}),
    "node": lambda name, uid: node(name, metadata={"uid": uid}),
    "set": lambda name, uid: podcliqueset(name, metadata={"uid": uid}),
}
operations = st.lists(
    st.tuples(
        st.sampled_from(["put", "remove", "note"]),
        st.sampled_from(sorted(MAKERS)),
        st.sampled_from("abc"),
        st.sampled_from(["uid-1", "uid-2"]),
        st.sampled_from([0, 0.5, 2]),
    ),
    max_size=25,
)


def perform(scene, operation):
    verb, kind, name, uid, after = operation
    scene.now += timedelta(seconds=after)
    if verb == "note":
        scene.recorder.note(kind, NamespacedName("default", name), "something")
    elif verb == "put":
        scene.put(MAKERS[kind](name, uid))
    else:
        scene.remove(MAKERS[kind](name, uid))


def played(scene):
    stores = empty_stores()
    return Player(scene.recorder.recording("demo"), stores), stores


@given(st.data(), operations, operations)
@settings(max_examples=150, deadline=None)
def test_every_position_shows_the_world_as_it_was(data, before, during):
    scene = Scene()
    for operation in before:
        perform(scene, operation)
    scene.recorder.start()
    worlds = {0: scene.contents()}
    for operation in during:
        perform(scene, operation)
        worlds[len(scene.recorder)] = scene.contents()
    player, stores = played(scene)

    for position in data.draw(st.lists(st.sampled_from(sorted(worlds)), max_size=8)):
        player.go_to(position)

        assert contents(stores) == worlds[position]


@given(st.data(), operations)
@settings(max_examples=100, deadline=None)
def test_every_moment_shows_the_world_as_it_was(data, during):
    scene = Scene()
    scene.recorder.start()
    worlds = {scene.now: scene.contents()}
    for operation in during:
        perform(scene, operation)
        worlds[scene.now] = scene.contents()
    player, stores = played(scene)

    for moment in data.draw(st.lists(st.sampled_from(sorted(worlds)), max_size=8)):
        player.seek(moment)

        assert contents(stores) == worlds[moment]
        assert player.now == moment


@given(operations, st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_what_the_recorder_forgot_changes_nothing_about_the_rest(during, records):
    scene = Scene(Limits(records=records))
    scene.recorder.start()
    for operation in during:
        perform(scene, operation)

    player, stores = played(scene)
    player.go_to(player.last)

    assert contents(stores) == scene.contents()


def busy():
    """One change at 1, 2 and 4 seconds; recorded until 5."""
    scene = Scene()
    scene.put(node("n"))
    scene.recorder.start()
    scene.put(pod("a"), after=1)
    scene.put(pod("a", phase="Running"), after=1)
    scene.put(pod("b"), after=2)
    scene.now = at(5)
    return played(scene)


def test_a_jump_tells_only_what_differs_between_both_ends():
    player, stores = busy()
    told = []
    stores["pods"].add_handler(lambda old, new: told.append((old, new)))

    player.go_to(3)

    phases = [(old, new.status.phase) for old, new in told]
    assert phases == [(None, "Running"), (None, "Pending")]
    told.clear()
    player.go_to(3)
    assert told == []


def test_a_step_goes_one_record_on_and_back():
    player, stores = busy()

    player.step()
    player.step()
    assert (player.position, player.now) == (2, at(2))
    player.step(-1)

    assert (player.position, player.now) == (1, at(1))
    assert stores["pods"].get("default", "a").status.phase == "Pending"


def test_steps_stop_at_both_ends():
    player, _ = busy()

    player.step(-1)
    assert (player.position, player.now) == (0, at(0))
    player.step(99)

    assert (player.position, player.now) == (3, at(4))


@pytest.mark.parametrize(("notches", "seconds"), [(-2, 0.5), (-1, 1), (0, 2), (1, 4)])
def test_time_passes_at_the_chosen_speed(notches, seconds):
    player, _ = busy()
    player.faster(notches)
    player.toggle()

    player.advance(2)

    assert player.now == at(seconds)


def test_nothing_passes_while_it_is_paused():
    player, _ = busy()

    player.advance(60)

    assert (player.now, player.position) == (at(0), 0)


def test_it_stops_at_the_end_of_the_recording_not_at_the_last_record():
    player, _ = busy()
    player.toggle()

    player.advance(60)

    assert (player.now, player.position, player.playing) == (at(5), 3, False)
    assert player.is_at_end


def test_playing_at_the_end_starts_again():
    player, stores = busy()
    player.seek(at(5))

    player.toggle()

    assert (player.playing, player.now, len(stores["pods"])) == (True, at(0), 0)


def test_stepping_pauses():
    player, _ = busy()
    player.toggle()

    player.step()

    assert not player.playing


def test_seeking_goes_on_playing_except_at_the_end():
    player, _ = busy()
    player.toggle()

    player.seek(at(3))
    assert player.playing
    player.seek(at(99))

    assert (player.playing, player.now) == (False, at(5))


def test_speeds_end_at_the_slowest_and_the_fastest():
    player, _ = busy()

    player.faster(-99)
    slowest = player.speed
    player.faster(99)

    assert (slowest, player.speed) == (SPEEDS[0], SPEEDS[-1]) == (0.25, 60)


def test_what_has_happened_grows_with_the_position():
    player, _ = busy()
    player.go_to(2)

    assert [record.at for record in player.records()] == [at(1), at(2)]


def test_listeners_hear_of_moves_and_of_the_pace():
    player, _ = busy()
    heard = []
    player.on_change(lambda: heard.append(player.position))

    player.step()
    player.faster()
    player.toggle()

    assert heard == [1, 1, 1]
