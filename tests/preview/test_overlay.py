"""An overlay answers as a Store with the same content, and leaves what it lies over alone."""

from hypothesis import given, strategies as st

from grove_tui.actions.preview.overlay import focus, freeze, overlay
from grove_tui.kube.objects import NamespacedName, Pod, key_of
from grove_tui.kube.store import Store
from grove_tui.reconcile.world import INDEX_NODE, INDEX_PODCLIQUE, INDEXES
from tests.builders import pod
from tests.preview.worlds import world_with

NAMES = ["a", "b", "c", "d"]
VALUES = ["default/x", "default/y", "default/z"]
pods = st.builds(
    lambda name, label, node: pod(name, node=node, labels={"grove.io/podclique": label}),
    st.sampled_from(NAMES),
    st.sampled_from(["x", "y"]),
    st.sampled_from(["", "n1"]),
)
changes = st.lists(pods | st.sampled_from(NAMES), max_size=8)


def names(found):
    return sorted(obj.metadata.name for obj in found)


@given(st.lists(pods, max_size=4, unique_by=lambda p: p.metadata.name), changes)
def test_an_overlay_answers_like_a_store(start, steps):
    world = world_with(start)
    model: Store[Pod] = Store(INDEXES["pods"])
    for found in start:
        model.put(found)
    laid = overlay(freeze(world)).pods

    for step in steps:
        if isinstance(step, str):
            laid.remove(NamespacedName("default", step))  # type: ignore[attr-defined]
            model.remove(NamespacedName("default", step))
        else:
            laid.put(step)  # type: ignore[attr-defined]
            model.put(step)

    assert len(laid) == len(model)
    assert names(laid.values()) == names(model.values())
    for name in NAMES:
        assert laid.get("default", name) == model.get("default", name)
    for value in VALUES:
        found = laid.by_index(INDEX_PODCLIQUE, value)
        assert names(found) == names(model.by_index(INDEX_PODCLIQUE, value))
    assert names(laid.by_index(INDEX_NODE, "n1")) == names(model.by_index(INDEX_NODE, "n1"))
    assert names(world.pods.values()) == names(start)


def test_a_frozen_world_stays_when_the_stores_go_on():
    world = world_with([pod("a"), pod("b", node="n1")])
    frozen = freeze(world)

    world.pods.remove(key_of(pod("a")))  # type: ignore[attr-defined]

    assert names(frozen.pods.values()) == ["a", "b"]
    assert frozen.pods.get("default", "a") is not None
    assert names(frozen.pods.by_index(INDEX_NODE, "")) == ["a"]


def test_a_focus_narrows_the_indexes_to_some_sets_and_nothing_else():
    ours = {"app.kubernetes.io/part-of": "ours", "grove.io/podclique": "x"}
    theirs = {"app.kubernetes.io/part-of": "theirs", "grove.io/podclique": "x"}
    world = freeze(
        world_with(
            [
                pod("a", labels=ours, node="n1"),
                pod("b", labels=theirs, node="n1"),
                pod("c", labels={"grove.io/podclique": "x"}, node="n1"),
            ]
        )
    )

    narrow = focus(world, {NamespacedName("default", "ours")})

    assert names(narrow.pods.by_index(INDEX_PODCLIQUE, "default/x")) == ["a", "c"]
    assert names(narrow.pods.by_index(INDEX_NODE, "n1")) == ["a", "b", "c"]
    assert names(narrow.pods.values()) == ["a", "b", "c"]
    assert narrow.pods.get("default", "b") is not None
