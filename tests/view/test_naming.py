"""Names where the room is short: they stay apart from one another, and keep their index."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from grove_tui.view.naming import SetNames, below, told_apart
from grove_tui.view.pods import Pods
from grove_tui.view.tree import Tree
from grove_tui.widgets.text_fit import fit
from tests.builders import podcliqueset
from tests.view.worlds import Scene, clique, pods


@pytest.mark.parametrize(
    ("names", "tails"),
    [
        (["llm"], {"llm": 0}),
        (["chat", "embed"], {"chat": 0, "embed": 0}),
        (["llm-big", "llm-small"], {"llm-big": 3, "llm-small": 5}),
        (["llm", "llm-big"], {"llm": 0, "llm-big": 0}),
        (
            ["single-node-aggregated", "single-node-disaggregated", "gang-termination"],
            {
                "gang-termination": 0,
                "single-node-aggregated": 10,
                "single-node-disaggregated": 13,
            },
        ),
    ],
)
def test_a_name_says_how_much_of_its_end_tells_it_from_the_others(names, tails):
    assert told_apart(names) == tails


def order(source):
    return list(source.keys())


WORDS = st.lists(
    st.sampled_from(["a", "single", "node", "aggregated", "disaggregated", "llm", "9"]),
    min_size=1,
    max_size=5,
).map("-".join)


@given(st.sets(WORDS, min_size=2, max_size=8))
def test_neighbours_that_begin_alike_end_differently_when_cut(names):
    tails = told_apart(names)

    for one, other in pairwise(sorted(names)):
        width = max(tails[one], tails[other]) + 1
        if tails[one] and tails[other] and width >= 8:
            cut = [fit(name, width, elide="middle", tail=tails[name]) for name in (one, other)]
            assert cut[0] != cut[1]


def test_a_shared_namespace_goes_where_the_room_is_short_and_others_stay():
    scene = Scene()
    scene.put(podcliqueset("sim"))
    names = SetNames(scene.book, show_namespace=True)

    alone = names.cell("default", "sim", "-0")
    scene.put(podcliqueset("sim", metadata={"namespace": "other"}))
    among_others = names.cell("default", "sim", "-0")

    assert (alone.text, [cell.text for cell in alone.shorter]) == ("default/sim-0", ["sim-0"])
    assert (among_others.text, among_others.shorter) == ("default/sim-0", ())


def test_what_a_part_adds_to_the_name_of_its_whole():
    assert below("sim-0-worker", "sim-0") == len("-worker")
    assert below("simple", "sim") == 0


def test_in_the_tree_a_row_keeps_what_the_row_above_does_not_say():
    scene = Scene()
    worker = clique(breached=False)
    scene.put(podcliqueset("sim"), worker, *pods(worker, "ready"))
    tree = Tree(scene.book)

    names = [tree.row(key).cells[0] for key in order(tree)]

    assert [name.text[len(name.text) - name.tail :] for name in names[1:3]] == ["-0", "-worker"]


def test_in_the_list_of_pods_a_name_keeps_the_index_of_its_gang():
    scene = Scene()
    worker = clique(replica=1, breached=False)
    scene.put(podcliqueset("sim"), worker, *pods(worker, "ready"))
    listed = Pods(scene.book)

    (name,) = (listed.row(key).cells[0] for key in order(listed))

    assert name.text[len(name.text) - name.tail :].startswith("-1-worker-")
