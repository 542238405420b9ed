"""The health words: each situation of a clique, a scaling group and a gang has the right one."""

from datetime import timedelta

import msgspec
import pytest

from grove_tui.api.breach import Gate
from grove_tui.kube.objects import Event
from grove_tui.view.health import Health, Word, worst
from grove_tui.view.keys import gang_key
from grove_tui.view.recycles import remembered
from tests.builders import at, meta, podcliqueset
from tests.view.worlds import Scene, clique, group, grouped_set, pods


def gang_of(scene, index=0):
    gang = scene.book.gang(gang_key("default", "sim", index))
    assert gang is not None
    return gang


def standalone(*states, now=100, pcs=None, **kwargs):
    """The gang of a set with one clique of two pods, both needed."""
    scene = Scene(now)
    worker = clique(**kwargs)
    scene.put(pcs or podcliqueset("sim"), worker, *pods(worker, *states))
    return gang_of(scene)


CASES = [
    ("healthy", ["ready", "ready"], {"breached": False}),
    ("healthy", ["ready", "ready", "leaving"], {"breached": False}),
    ("starting", ["gated", "gated"], {"breached": True, "scheduled": False}),
    ("starting", ["creating", "ready"], {"breached": True, "scheduled": False}),
    ("starting", ["running", "ready"], {"breached": False}),
    ("starting", [], {"breached": None, "scheduled": None}),
    (
        "unschedulable (no node for 2 pods)",
        ["stuck", "stuck"],
        {"breached": True, "scheduled": False},
    ),
    ("unschedulable (no node for 1 pod)", ["stuck", "ready"], {"breached": None}),
    (
        "degraded (no node for 1 pod)",
        ["ready", "ready", "stuck"],
        {"breached": False, "replicas": 3},
    ),
    ("degraded (1 failing)", ["ready", "crashing"], {"breached": None}),
    ("breached (terminates in 0:04)", ["ready", "stuck"], {"breached": True, "since": 94}),
    ("breached (terminates in 0:04)", ["crashing", "ready"], {"breached": True, "since": 94}),
    ("breached (terminates in 0:04)", ["unready", "ready"], {"breached": True, "since": 94}),
    ("starting (ready within 0:04)", ["running", "ready"], {"breached": True, "since": 94}),
    ("starting (ready within 0:04)", ["running", "creating"], {"breached": True, "since": 94}),
    ("breached (terminates now)", ["ready"], {"breached": True, "since": 60}),
    ("updating", ["ready", "running"], {"breached": "Unknown"}),
    ("scaled to 0", [], {"breached": False, "replicas": 0}),
]


@pytest.mark.parametrize(("text", "states", "kwargs"), CASES)
def test_a_clique_has_the_word_for_its_situation(text, states, kwargs):
    if kwargs.get("breached") == "Unknown":
        kwargs = kwargs | {
            "status": {"updateProgress": {"updateStartedAt": "2026-01-01T00:00:00Z"}}
        }

    gang = standalone(*states, **kwargs)

    assert gang.cliques[0].health.text(at(100)) == text
    assert gang.health.text(at(100)) == text


def test_start_up_is_never_a_breach_even_long_after_the_delay():
    gang = standalone("stuck", "stuck", breached=True, scheduled=False, since=1, now=10_000)

    assert gang.health.word is Word.UNSCHEDULABLE
    assert gang.health.due is None


def test_the_minimum_counts_pods_and_not_a_stale_status():
    status = {"readyReplicas": 2, "scheduledReplicas": 2}

    gang = standalone("ready", "crashing", breached=None, status=status)

    assert gang.tally.ready == 1
    assert gang.health.word is Word.DEGRADED


def test_a_missing_clique_disarms_the_countdown_and_says_so():
    scene = Scene()
    router = clique("router", replicas=1, minimum=1)
    worker = clique("worker", breached=True, since=94)
    two = {
        "cliques": [
            {"name": n, "spec": {"replicas": 2, "minAvailable": 2}} for n in ("worker", "x")
        ]
    }
    scene.put(podcliqueset("sim", spec={"template": two}), router, worker, *pods(worker, "ready"))

    gang = gang_of(scene)

    assert gang.cliques[0].health.text(at(100)) == "breached (not armed: clique missing)"
    assert gang.health.gate is Gate.CLIQUE_MISSING
    assert gang.health.due is None


def test_a_gang_is_recycling_while_pods_of_its_former_self_remain():
    scene = Scene()
    worker = clique(breached=True, scheduled=None, uid="new")
    old = pods(worker, "leaving", "leaving", owner_uid="old")
    scene.put(podcliqueset("sim"), worker, *old, *pods(worker, "gated", "gated", first=2))

    assert gang_of(scene).health.word is Word.RECYCLING

    for pod in old:
        scene.remove(pod)
    assert gang_of(scene).health.word is Word.STARTING


def test_a_gang_keeps_its_shape_while_its_clique_is_gone():
    scene = Scene()
    worker = clique()
    leaving = pods(worker, "leaving", "leaving")
    scene.put(podcliqueset("sim"), worker, *leaving)
    scene.remove(worker)

    gang = gang_of(scene)

    assert [part.title for part in gang.cliques] == ["worker"]
    assert gang.cliques[0].key.uid == ""
    assert gang.health.word is Word.RECYCLING


def test_a_replica_beyond_the_wanted_number_is_terminating():
    scene = Scene()
    worker = clique(replica=1)
    scene.put(podcliqueset("sim"), worker, *pods(worker, "ready", "ready"))

    assert gang_of(scene, 1).health.word is Word.TERMINATING


def test_the_replica_that_a_set_updates_is_updating():
    progress = {"currentlyUpdating": [{"replicaIndex": 0}]}
    pcs = podcliqueset("sim", status={"updateProgress": progress})

    assert standalone("ready", "ready", pcs=pcs).health.word is Word.UPDATING


# Scaling groups


def grouped(*, broken=0, group_breached=False, recycling=False, since=94, replicas=2):
    """A set with a router and a group of two replicas, of which `broken` lack a worker."""
    scene = Scene()
    scene.put(grouped_set())
    scene.put(
        group(
            breached=group_breached,
            since=since,
            recycling=recycling,
            replicas=replicas,
            available=replicas - broken,
        )
    )
    router = clique("router", replicas=1, minimum=1, breached=False)
    scene.put(router, *pods(router, "ready"))
    for index in range(replicas):
        lost = index >= replicas - broken
        leader = clique("leader", group="group", index=index, replicas=1, minimum=1, breached=False)
        worker = clique("worker", group="group", index=index, breached=lost, since=since)
        states = ("ready", "stuck") if lost else ("ready", "ready")
        scene.put(leader, worker, *pods(leader, "ready"), *pods(worker, *states))
    return gang_of(scene)


def test_a_broken_group_replica_with_slack_goes_alone():
    gang = grouped(broken=1)

    replicas = gang.groups[0].replicas
    assert replicas[0].health.word is Word.HEALTHY
    assert replicas[1].health.text(at(100)) == "breached (terminates in 0:04)"
    assert gang.groups[0].health.text(at(100)) == "degraded (replica 1 recycles in 0:04)"
    assert gang.health.word is Word.DEGRADED
    assert gang.termination.due is None


def test_a_group_below_its_minimum_takes_the_whole_gang():
    gang = grouped(broken=2, group_breached=True)

    assert gang.groups[0].health.text(at(100)) == "breached (terminates in 0:04)"
    assert gang.health.text(at(100)) == "breached (terminates in 0:04)"


def test_a_termination_in_flight_is_a_recycle():
    gang = grouped(broken=2, group_breached=True, recycling=True)

    assert gang.health.word is Word.RECYCLING


def test_a_groups_ready_replicas_have_every_member_at_its_minimum():
    gang = grouped(broken=1)

    assert gang.groups[0].ready == 1
    assert gang.is_available
    assert not grouped(broken=2).is_available


# Words


def test_the_whole_is_in_the_trouble_of_its_worst_part():
    parts = [Health(Word.HEALTHY), Health(Word.STARTING), Health(Word.DEGRADED)]

    assert worst(parts).word is Word.DEGRADED
    assert worst([]).word is Word.SCALED_TO_ZERO
    assert worst([Health(Word.SCALED_TO_ZERO), Health(Word.HEALTHY)]).word is Word.HEALTHY


def test_the_earliest_termination_comes_first_in_the_order_of_trouble():
    soon, late = (Health(Word.BREACHED, due=at(100) + timedelta(hours=h)) for h in (1, 2))
    rest = [Health(word) for word in Word if word is not Word.BREACHED]

    shuffled = [*reversed(rest), late, soon]

    assert sorted(shuffled, key=lambda health: health.order) == [soon, late, *rest]


def test_every_word_has_its_own_look_beyond_colour():
    assert all(word.glyph for word in Word)
    assert Word.BREACHED.glyph != Word.HEALTHY.glyph != Word.STARTING.glyph


# After a termination


def recycle_event(index: int, when: str) -> Event:
    body = {
        "metadata": meta(f"recycled-{index}"),
        "involvedObject": {"kind": "PodCliqueSet", "namespace": "default", "name": "sim"},
        "reason": "PodCliqueSetReplicaDeleteSuccessful",
        "message": f"PodCliqueSet replica {index} deleted",
        "lastTimestamp": when,
    }
    return msgspec.convert(body, Event)


@pytest.mark.parametrize(
    ("states", "when", "text"),
    [
        (("ready", "ready"), "2026-01-01T00:01:32Z", "healthy (recycled 8s ago)"),
        (("ready", "creating"), "2026-01-01T00:01:38Z", "starting (recycled 2s ago)"),
        (("ready", "ready"), "2025-12-31T23:51:30Z", "healthy"),
    ],
)
def test_a_gang_remembers_for_a_while_that_it_was_recycled(states, when, text):
    scene = Scene()
    workers = [clique(replica=index, breached=False) for index in range(2)]
    scene.put(podcliqueset("sim", spec={"replicas": 2}), *workers, recycle_event(0, when))
    scene.put(*pods(workers[0], *states), *pods(workers[1], "ready", "ready"))

    first, second = (scene.book.gang(gang_key("default", "sim", index)) for index in range(2))

    assert first is not None
    assert second is not None
    assert remembered(scene.book, first).text(at(scene.now)) == text
    assert remembered(scene.book, second).text(at(scene.now)) == "healthy"
    assert "recycled" not in scene.book.set_health(first.pcs).text(at(scene.now))


@pytest.mark.parametrize(
    ("health", "shorter"),
    [
        (Health(Word.HEALTHY), []),
        (Health(Word.BREACHED, due=at(30)), ["breached (ends in 0:30)", "breached 0:30"]),
        (Health(Word.BREACHED, due=at(-9)), ["breached (ends in 0:00)", "breached 0:00"]),
        (Health(Word.STARTING, due=at(30)), ["starting 0:30"]),
    ],
)
def test_a_countdown_has_shorter_forms(health, shorter):
    assert [cell.text for cell in health.cell(at(0)).shorter] == shorter
