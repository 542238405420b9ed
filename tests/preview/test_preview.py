"""What a preview finds, case by case; that it comes true is tested against a cluster."""

import pytest
from msgspec.structs import replace

from grove_tui.actions.preview.changes import Cordon, Delete, Drain, Lose, Scale, relative
from grove_tui.actions.preview.model import Confirm, Opponent, Reset
from grove_tui.actions.scaling import scalable
from grove_tui.actions.target import Target
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.kube.objects import Condition, Node, Taint
from grove_tui.kube.resources import NODES, PODS
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.updates import begin
from tests.builders import at
from tests.preview.scenes import (
    decoded,
    foreseen,
    inference,
    nodes,
    pod_spec,
    running,
    target,
    told,
)
from tests.preview.worlds import NOW, everything, settled, world_with
from tests.reconcile.manifests import clique, podcliqueset

SET, GROUP, FRONT = "llm", "llm-0-prefill", "llm-0-front"
WORKER = "llm-0-prefill-0-worker"


def scale(world, resource, name, replicas):
    return Scale(target(world, resource, name), replicas)


def changed(world, *objects):
    """The world with these versions of its objects."""
    keys = {(type(obj), obj.metadata.namespace, obj.metadata.name) for obj in objects}
    kept = [
        obj
        for obj in everything(world)
        if (type(obj), obj.metadata.namespace, obj.metadata.name) not in keys
    ]
    return world_with([*kept, *objects])


# Pods, gangs and other objects


def test_deleting_a_set_takes_everything_and_ends_every_gang():
    world = running()

    found = foreseen(world, Delete(target(world, PODCLIQUESETS, SET)))

    assert {loss.name for loss in found.losses} == {p.metadata.name for p in world.pods.values()}
    assert found.arrivals == ()
    assert found.podcliques.removed == tuple(
        sorted(p.metadata.name for p in world.podcliques.values())
    )
    assert found.services.removed == ("llm-0",)
    assert found.ended == ("llm-0", "llm-0-prefill-0")
    assert (found.confirm, found.phrase) == (Confirm.TYPED, "llm")
    assert found.resources == {"cpu": -8000, "nvidia.com/gpu": -12}


def test_a_smaller_set_loses_the_highest_replica():
    world = running(inference(replicas=2))

    found = foreseen(world, scale(world, PODCLIQUESETS, SET, 1))

    assert {loss.podclique.split("-")[1] for loss in found.losses} == {"1"}
    assert found.dropped == (("llm", (1,)),)
    assert found.ended == ("llm-1", "llm-1-prefill-0")
    assert "Replica 1 of llm goes" in told(world, scale(world, PODCLIQUESETS, SET, 1))


def test_the_last_gang_to_end_is_asked_for_by_its_own_name():
    world = running()

    found = foreseen(world, scale(world, PODCLIQUESCALINGGROUPS, GROUP, 1))

    assert found.ended == ("llm-0-prefill-0",)
    assert found.phrase == "llm-0-prefill-0"
    assert found.recyclings == ()


def test_a_larger_group_brings_pods_with_hostnames_and_nodes():
    world = running()

    found = foreseen(world, scale(world, PODCLIQUESCALINGGROUPS, GROUP, 3))

    assert [arrival.hostname for arrival in found.arrivals] == [
        "llm-0-prefill-2-leader-0",
        "llm-0-prefill-2-worker-0",
        "llm-0-prefill-2-worker-1",
    ]
    assert all(arrival.node for arrival in found.arrivals)
    assert found.podgangs.added == ("llm-0-prefill-1",)
    assert found.confirm is Confirm.NONE


def test_nothing_of_the_world_changes():
    world = running()
    before = everything(world)

    foreseen(world, Delete(target(world, PODCLIQUESETS, SET)))

    assert everything(world) == before


def test_the_same_number_changes_nothing():
    world = running()

    assert told(world, scale(world, PODCLIQUES, FRONT, 2)) == "Nothing else changes."


def test_an_object_that_is_gone_is_said_to_be():
    world = running()
    stranger = Target(PODCLIQUES, "default", FRONT, "another-uid")

    found = foreseen(world, Delete(stranger))

    assert found.gone == (stranger,)
    assert told(world, Delete(stranger)) == f"PodClique {FRONT} is gone already."


# Minimums and what follows


def test_below_the_minimum_the_gang_is_recycled_after_the_delay():
    world = running()

    found = foreseen(world, scale(world, PODCLIQUES, FRONT, 0))

    [recycling] = found.recyclings
    assert (recycling.scope, recycling.delay, recycling.pods) == ("gang llm-0", 14400.0, 6)
    assert 0 <= (recycling.at - NOW).total_seconds() - 14400 <= 1
    assert recycling.resets == (Reset(FRONT, 0, 2),)
    assert [s.name for s in found.shortfalls if s.lasting] == [FRONT]
    assert found.phrase == "llm-0"


def test_a_group_with_replicas_to_spare_recycles_only_the_broken_one():
    world = running()

    found = foreseen(world, scale(world, PODCLIQUES, WORKER, 1))

    [recycling] = found.recyclings
    assert recycling.scope == "replica 0 of llm-0-prefill"
    assert recycling.pods == 2
    assert found.grouped == ((WORKER, GROUP),)


def test_a_deleted_pod_is_below_the_minimum_only_for_a_moment():
    world = running()
    pod = next(p for p in world.pods.values() if p.metadata.name.startswith(WORKER))

    found = foreseen(world, Delete(Target.of(PODS, pod)))

    [shortfall] = found.shortfalls
    assert (shortfall.name, shortfall.left, shortfall.minimum) == (WORKER, 1, 2)
    assert not shortfall.lasting
    assert found.recyclings == ()
    assert found.confirm is Confirm.ENTER


def test_a_deleted_pod_that_cannot_come_back_ends_its_gang():
    world = running(number=2, gpus=6)
    cordoned = [replace(n, spec=replace(n.spec, unschedulable=True)) for n in world.nodes.values()]
    world = changed(world, *cordoned)
    pod = next(p for p in world.pods.values() if p.metadata.name.startswith(WORKER))

    found = foreseen(world, Delete(Target.of(PODS, pod)))

    assert [s.lasting for s in found.shortfalls] == [True]
    assert [r.scope for r in found.recyclings] == ["replica 0 of llm-0-prefill"]
    assert found.confirm is Confirm.TYPED


def test_a_deleted_clique_comes_back_with_its_templates_number():
    world = running()
    front = world.podcliques.get("default", FRONT)
    assert front is not None
    world = changed(world, replace(front, spec=replace(front.spec, replicas=4)))

    found = foreseen(world, Delete(target(world, PODCLIQUES, FRONT)))

    assert found.resets == (Reset(FRONT, 4, 2),)
    assert found.podcliques.recreated == (FRONT,)
    assert found.ended == ("llm-0",)


def test_a_scale_up_that_heals_stops_the_countdown():
    world = running()
    front = world.podcliques.get("default", FRONT)
    assert front is not None
    gone = [p for p in world.pods.values() if p.metadata.name.startswith(FRONT)]
    low = replace(front, spec=replace(front.spec, replicas=0))
    bare = world_with([o for o in everything(changed(world, low)) if o not in gone])
    broken = tuple(
        Condition(type=name, status=status, last_transition_time=at(300))
        for name, status in (("PodCliqueScheduled", "False"), ("MinAvailableBreached", "True"))
    )
    low = replace(low, status=replace(low.status, conditions=broken))
    world = changed(bare, low)

    found = foreseen(world, scale(world, PODCLIQUES, FRONT, 1))

    assert found.averted == ("gang llm-0",)
    assert found.recyclings == ()


# Room


def test_what_is_short_is_told_with_its_number():
    world = running(decoded(podcliqueset("s", [clique("w", 2, podSpec=pod_spec(3))])), 1, gpus=8)

    text = told(world, scale(world, PODCLIQUES, "s-0-w", 3))

    assert "needs 1 more nvidia.com/gpu on one node: 3 asked, at most 2 on node-1 free" in text


def test_a_gang_that_must_start_as_a_whole_is_told_as_one():
    world = running(decoded(podcliqueset("s", [clique("w", 3, podSpec=pod_spec(2))])), 1, gpus=8)

    text = told(world, scale(world, PODCLIQUESETS, "s", 2))

    assert "Gang s-1 cannot start: 3 pods at once need room and 1 of them fit" in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unschedulable": True}, "2 were unschedulable"),
        ({"taints": (Taint("gone", "", "NoSchedule"),)}, "2 had untolerated taint {gone: }"),
    ],
)
def test_nodes_that_take_nobody_are_the_reason(change, reason):
    world = running(number=2)
    world = changed(
        world, *(replace(n, spec=replace(n.spec, **change)) for n in world.nodes.values())
    )

    assert reason in told(world, scale(world, PODCLIQUES, FRONT, 3))


def test_pods_that_wait_get_the_room_that_comes_free():
    small = [clique("w", 1, podSpec=pod_spec(8))]
    sets = [decoded(podcliqueset(name, small)) for name in ("first", "second")]
    world = settled(sets, nodes(1))
    waiting = next(p for p in world.pods.values() if not p.spec.node_name)
    other = "first" if "second" in waiting.metadata.name else "second"

    found = foreseen(world, Delete(target(world, PODCLIQUESETS, other)))

    assert [loss.name for loss in found.relieved] == [waiting.metadata.name]


# Nodes


def test_a_drained_node_loses_its_pods_to_others():
    world = running()
    there = {p.metadata.name for p in world.pods.values() if p.spec.node_name == "node-1"}

    found = foreseen(world, Drain(target(world, NODES, "node-1")))

    assert {loss.name for loss in found.losses} == there
    assert "node-1" not in {arrival.node for arrival in found.arrivals}
    assert all(arrival.replaces for arrival in found.arrivals)


def test_a_lost_node_without_others_ends_what_runs_there():
    world = running(number=1, gpus=16)

    found = foreseen(world, Lose(target(world, NODES, "node-1")))

    assert len(found.unplaced) == len(found.losses) == 8
    assert [r.scope for r in found.recyclings] == ["gang llm-0"]
    assert found.recyclings[0].waiting == 8
    assert "there are no nodes" in told(world, Lose(target(world, NODES, "node-1")))


def test_cordoning_moves_nothing():
    world = running()

    found = foreseen(world, Cordon(target(world, NODES, "node-1")))

    assert (found.losses, found.arrivals, found.confirm) == ((), (), Confirm.NONE)


# Others who have a say


@pytest.mark.parametrize(
    ("replicas", "result", "words"),
    [
        (5, 3, "keeps it between 1 and 3 and sets it to 3"),
        (2, 2, "keeps it between 1 and 3 and may change it again"),
        (0, 0, "is off while the number is 0"),
    ],
)
def test_an_autoscaler_has_its_say(replicas, result, words):
    scaling = {"minReplicas": 1, "maxReplicas": 3}
    front = clique("front", 2, 1, podSpec=pod_spec(), autoScalingConfig=scaling)
    world = running(decoded(podcliqueset("s", [front])))

    found = foreseen(world, scale(world, PODCLIQUES, "s-0-front", replicas))

    assert found.opponents == (Opponent("s-0-front", 1, 3, replicas),)
    assert found.opponents[0].result == result
    assert words in told(world, scale(world, PODCLIQUES, "s-0-front", replicas))


def test_several_objects_scale_from_their_own_numbers():
    world = running(inference(replicas=2))
    front = world.podcliques.get("default", "llm-1-front")
    assert front is not None
    world = changed(world, replace(front, spec=replace(front.spec, replicas=3)))
    found = [scalable(world, "PodClique", "default", f"llm-{i}-front") for i in (0, 1)]

    changes = relative([s for s in found if s is not None], 2)

    assert [(c.target.name, c.replicas) for c in changes] == [
        ("llm-0-front", 4),
        ("llm-1-front", 5),
    ]
    assert [c.replicas for c in relative([s for s in found if s is not None], -3)] == [0, 0]
    arrivals = foreseen(world, *changes).arrivals
    assert sum(a.podclique == "llm-0-front" for a in arrivals) == 2


def test_an_update_under_way_stands_still_and_is_said():
    world = running()
    pcs = world.podcliquesets.get("default", SET)
    assert pcs is not None
    template = pcs.spec.template
    newer = tuple(
        replace(c, spec=replace(c.spec, pod_spec=pod_spec(0, dnsPolicy="Default")))
        for c in template.cliques
    )
    spec = replace(pcs.spec, template=replace(template, cliques=newer))
    metadata = replace(pcs.metadata, generation=2)
    world = settled_again(world, replace(pcs, metadata=metadata, spec=spec))
    pod = next(p for p in world.pods.values() if p.metadata.name.startswith(FRONT))

    found = foreseen(world, Delete(Target.of(PODS, pod)))

    assert found.updating == (SET,)
    assert [loss.name for loss in found.losses] == [pod.metadata.name]
    assert len(found.arrivals) == 1


def settled_again(world, pcs):
    """The world with another template of its set, of which the update has just begun."""
    begun = begin(pcs, Blueprint(pcs), NOW)
    return changed(world, replace(pcs, status=begun))


def test_where_nodes_cannot_be_listed_it_is_not_claimed_that_pods_fit():
    world = running()
    blind = world_with(o for o in everything(world) if not isinstance(o, Node))

    text = told(blind, scale(blind, PODCLIQUES, FRONT, 4))

    assert "2 pods come." in text
    assert "Nodes cannot be listed, so whether new pods find room is unknown." in text
    assert "fits on" not in text
