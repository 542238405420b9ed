"""Letters of gangs on the map of nodes, and the lists that go with them."""

from grove_tui.view.keys import Kind, gang_key, object_key
from grove_tui.view.letters import Legend, LetteredMap, Letters, NodePods
from tests.builders import node, pod, podcliqueset
from tests.view.worlds import Scene, clique, pods


def scene():
    """Two gangs on two nodes; a pod of `sim-1` crashes; one pod is not Grove's."""
    scene = Scene()
    scene.put(node("node-0"), node("node-1"))
    scene.put(podcliqueset("sim", spec={"replicas": 2}))
    healthy = clique(replica=0, breached=False)
    broken = clique(replica=1, breached=True, since=95)
    scene.put(healthy, broken, *pods(healthy, "ready", "ready"), *pods(broken, "ready", "crashing"))
    scene.put(pod("foreign", node="node-0", phase="Running", ready=True))
    return scene


def drawn(source, scene):
    keys = [key for _, keys in source.domains() for key in keys]
    return {key.name: source.cell(key).pods.text for key in keys}


def test_a_ready_pod_is_a_capital_letter_and_a_foreign_one_a_dot():
    here = scene()

    assert drawn(LetteredMap(here.book, Letters()), here) == {"node-0": "AB·", "node-1": "Ab"}


def test_each_letter_has_the_colour_of_its_gang():
    here = scene()
    source = LetteredMap(here.book, Letters())
    (_, keys), *_ = source.domains()

    spans = source.cell(keys[1]).pods.spans

    assert [(start, end) for start, end, _ in spans] == [(0, 1), (1, 2)]
    assert len({style for _, _, style in spans}) == 2


def test_a_gang_keeps_its_letter_when_others_come_and_go():
    letters = Letters()
    first, second = gang_key("a", "x", 0), gang_key("a", "y", 0)

    assert [letters.of(first), letters.of(second), letters.of(first)] == ["A", "B", "A"]


def test_letters_are_used_again_after_the_last_one():
    letters = Letters()

    found = [letters.of(gang_key("a", "x", index)) for index in range(27)]

    assert found[25:] == ["Z", "A"]


def test_the_legend_has_trouble_first_with_its_countdown():
    here = scene()
    legend = Legend(here.book, Letters())
    keys = legend.keys()

    rows = [[cell.text for cell in legend.row(key).cells[:4]] for key in keys]

    assert rows == [["B", "sim-1", "✖ breached 0:05", "1/2"], ["A", "sim-0", "✔ healthy", "2/2"]]


def test_a_node_lists_its_pods_and_notices_when_they_change():
    here = scene()
    source = NodePods(here.book, Letters())
    source.node = "node-0"

    assert [str(key) for key in source.keys()] == [  # noqa: SIM118 - no mapping
        "sim-0-worker-00000",
        "sim-1-worker-00000",
        "foreign",
    ]
    (elsewhere,) = here.put(pod("late", node="node-1"))
    (here_now,) = here.put(pod("later", node="node-0"))
    assert not source.dirty(elsewhere)
    assert source.dirty(here_now).structural


def test_a_lit_gang_lights_its_nodes_only():
    here = scene()
    here.put(node("node-2"))
    source = LetteredMap(here.book, Letters())
    source.light([gang_key("default", "sim", 0)])

    lit = {
        picture.node.metadata.name: source.cell(object_key(Kind.NODE, picture.node)).is_lit
        for picture in here.book.nodes.all()
    }

    assert lit == {"node-0": True, "node-1": True, "node-2": False}
