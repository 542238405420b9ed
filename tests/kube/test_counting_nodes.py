"""Nodes that are counted when they are looked at take pods as those that were counted before."""

import random
from collections import defaultdict

from hypothesis import given, strategies as st

from grove_tui.kube.scheduling.demand import Demand
from grove_tui.kube.scheduling.nodes import Nodes, Occupant
from grove_tui.kube.scheduling.placement import Candidate, Placement
from tests.builders import node

NAMES = ["n1", "n2", "n3"]


def occupant(cpu: int, clique: str = "a") -> Occupant:
    return Occupant(Demand(cpu, 0, (), (), None, (), ()), clique, "default", {})


sizes = st.builds(occupant, st.integers(0, 40_000), st.sampled_from(["a", "b"]))
present = st.lists(st.tuples(st.sampled_from(NAMES), sizes), max_size=6)
steps = st.lists(st.tuples(st.sampled_from(["one", "all", "release"]), sizes), max_size=6)


@given(present, steps)
def test_when_nodes_are_counted_makes_no_difference(running, wanted):
    pods: dict[str, dict[str, Occupant]] = defaultdict(dict)
    for number, (name, found) in enumerate(running):
        pods[name][f"old-{number}"] = found
    before, later = Nodes(), Nodes(lambda name: pods[name])
    for name in NAMES:
        before.observe(name, node(name))
        later.observe(name, node(name))
        before.fill(name, pods[name])
    placements = [Placement(nodes, random.Random(0)) for nodes in (before, later)]

    for number, (step, found) in enumerate(wanted):
        if step == "release":
            gone = f"old-{number}"
            before.release(gone)
            later.release(gone)
            for on_node in pods.values():
                on_node.pop(gone, None)
            continue
        candidates = [Candidate(f"new-{number}-{part}", found) for part in range(3)]
        outcomes: list[object] = [
            placement.place(candidates[0]) if step == "one" else placement.place_all(candidates)
            for placement in placements
        ]
        assert outcomes[0] == outcomes[1]

    assert [n.used_cpu for n in later.counted()] == [n.used_cpu for n in before.counted()]
    assert [n.load for n in later.counted()] == [n.load for n in before.counted()]
