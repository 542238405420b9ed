"""The filter language, term by term, on lists and on the tree."""

from typing import Any

import pytest

from grove_tui.view.filter import FilterError, is_trouble, parse
from grove_tui.view.keys import Key
from grove_tui.view.pods import Pods
from grove_tui.view.tree import Tree
from tests.builders import podcliqueset
from tests.view.worlds import Scene, clique, pods


@pytest.fixture
def scene():
    """Two gangs: `sim-0` is healthy, a clique of `sim-1` is breached with a pod that crashes."""
    scene = Scene()
    scene.put(podcliqueset("sim", spec={"replicas": 2}, metadata={"labels": {"team": "blue"}}))
    healthy = clique(replica=0, breached=False)
    broken = clique(replica=1, breached=True, since=95)
    scene.put(healthy, broken, *pods(healthy, "ready", "ready"), *pods(broken, "ready", "crashing"))
    return scene


def names(source) -> list[str]:
    keys: list[Any] = list(source.keys())
    return [str(key).removeprefix("sim-") for key in keys]


ALL = ["0-worker-00000", "0-worker-00001", "1-worker-00000", "1-worker-00001"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("worker-00001", [1, 3]),
        ("WORKER-00001", [1, 3]),
        ("sim-[0]", [0, 1]),
        ("crash", [3]),
        ("node-0", [0, 2]),
        ("*", []),
        ("!crash", [0, 1, 2]),
        ("sim-1 !crash", [2]),
        ("status=running", [0, 1, 2]),
        ("status!=Running", [3]),
        ("status=crash*", [3]),
        ("node=node-1", [1, 3]),
        ("!node=node-1", [0, 2]),
        ("gang=breached", [2, 3]),
        ("gang=healthy", [0, 1]),
        ("gang=sim-1", [2, 3]),
        ("kind=pod", [0, 1, 2, 3]),
        ("ns=default", [0, 1, 2, 3]),
        ("ns=other", []),
        ("name=sim-0-*", [0, 1]),
        ("age<5m", [0, 1, 2, 3]),
        ("age>2m", []),
        ("restarts>0", []),
        ("restarts=0", [0, 1, 2, 3]),
        ("gpu>=1", []),
        ("-l grove.io/podclique=sim-0-worker", [0, 1]),
        ("-lgrove.io/podclique!=sim-0-worker", [2, 3]),
        ("-l grove.io/podclique,!nothing", [0, 1, 2, 3]),
        ("!-l grove.io/podclique==sim-0-worker", [2, 3]),
        ("status=Running node=node-0 gang=breached", [2]),
    ],
)
def test_each_term_chooses_its_pods(scene, text, wanted):
    source = Pods(scene.book)

    source.set_filter(parse(text).filter(scene.book))

    assert names(source) == [ALL[number] for number in wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sim-1-worker-00001", ["sim", "1", "1-worker", ALL[3]]),
        ("gang=breached", ["sim", "1", "1-worker", ALL[2], ALL[3]]),
        ("ready<min", ["sim", "1", "1-worker", ALL[2], ALL[3]]),
        ("ready=desired", ["sim", "0", "0-worker", ALL[0], ALL[1]]),
        ("kind=pclq", ["sim", "0", "0-worker", *ALL[:2], "1", "1-worker", *ALL[2:]]),
        ("!status=Running", ["sim", "1", "1-worker", ALL[3]]),
        ("status!=Running", ["sim", "1", "1-worker", ALL[3]]),
        ("-l team=blue", ["sim", "0", "0-worker", *ALL[:2], "1", "1-worker", *ALL[2:]]),
        ("nothing", []),
    ],
)
def test_in_the_tree_a_match_has_all_above_and_below_it(scene, text, wanted):
    tree = Tree(scene.book)

    tree.set_filter(parse(text).tree_filter(scene.book))

    assert names(tree) == wanted


def test_only_trouble_leaves_out_what_is_well(scene):
    tree = Tree(scene.book)

    tree.set_filter(is_trouble, whole=False)

    assert names(tree) == ["sim", "1", "1-worker", ALL[3]]


def test_nothing_typed_is_no_filter():
    assert not parse("   ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour=red", '"colour" is not a field'),
        ("ready<many", '"many" is not a number'),
        ("restarts>", None),
        ("age<soon", '"soon" is not an age such as 90s'),
        ("status<Running", '"status" is text: compare it with = or !='),
        ("-l", "-l needs a label selector"),
    ],
)
def test_what_is_not_understood_gets_one_clear_sentence(text, sentence):
    if sentence is None:
        assert parse(text)
        return
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert sentence in str(caught.value)


WORDS = (
    *("worker-00001", "WORKER", "sim-1", "crash", "node-0", "default", "*", "^sim-1$", "00$"),
    *(
        "^sim-0 ",
        "a.*b",
        "sim.1.*running",
        r"\Asim-0",
        r"worker\b",
        "(?i)crash",
        "[^a]sim",
        "|",
        "(",
    ),
    *("sim crash", "worker !crash", "!sim-1", "sim-1 gang=breached", "nothing"),
)


@pytest.mark.parametrize("text", WORDS)
@pytest.mark.parametrize("whole", [True, False])
def test_passing_over_gangs_changes_nothing_but_the_time_it_takes(scene, text, whole):
    query = parse(text)
    slow, quick = Tree(scene.book), Tree(scene.book)
    slow.set_filter(query.tree_filter(scene.book), whole=whole)
    quick.set_filter(query.tree_filter(scene.book), whole=whole, holding=query.holding(scene.book))

    assert quick.keys() == slow.keys()


def test_a_filter_that_is_taken_away_shows_what_changed_meanwhile(scene):
    tree = Tree(scene.book)
    before = tree.keys()
    query = parse("crash")
    tree.set_filter(query.tree_filter(scene.book), holding=query.holding(scene.book))
    assert len(tree.keys()) < len(before)
    healthy = scene.world.podcliques.get("default", "sim-0-worker")
    (extra,) = pods(healthy, "ready")
    scene.remove(extra)
    folded = next(key for key in before if isinstance(key, Key) and key.name == "sim-1-worker")
    tree.toggle_fold(folded)

    tree.set_filter(None)

    fresh = Tree(scene.book)
    fresh.toggle_fold(folded)
    assert tree.keys() == fresh.keys()
    assert len(tree.keys()) == len(before) - 3


def test_words_that_changed_are_found(scene):
    tree = Tree(scene.book)
    query = parse("crash")
    holding = query.holding(scene.book)
    tree.set_filter(query.tree_filter(scene.book), holding=holding)
    assert tree.keys()
    broken = scene.world.podcliques.get("default", "sim-1-worker")
    scene.put(pods(broken, "ready", "ready")[1])

    assert tree.keys() == []
