"""Which node takes which pod, as tables; and the words for why not."""

import random

import msgspec
import pytest
from hypothesis import given, strategies as st

from grove_tui.kube.objects import Node, NodeSelectorRequirement, Pod, Taint, Toleration
from grove_tui.kube.scheduling.demand import demand_of, requests_of
from grove_tui.kube.scheduling.filters import accepts, matches, refusal, shortage
from grove_tui.kube.scheduling.nodes import NodeInfo, Nodes, Occupant
from grove_tui.kube.scheduling.placement import Candidate, Misfit, Placement
from tests.bodies import pod_body

GIB = 2**30


def node_info(name="n1", labels=None, taints=(), unschedulable=False, **allocatable):
    body = {
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **(labels or {})}},
        "spec": {"taints": list(taints), "unschedulable": unschedulable},
        "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "10", **allocatable}},
    }
    info = NodeInfo(name)
    info.describe(msgspec.convert(body, Node))
    return info


def pod(name="p", **fields):
    return msgspec.convert({**pod_body(name, **fields), "status": {}}, Pod)


def occupant(pod):
    return Occupant(demand_of(pod), "", pod.metadata.namespace, pod.metadata.labels)


@pytest.mark.parametrize(
    ("toleration", "taint", "accepted"),
    [
        (("k", "Equal", "v", "NoSchedule"), ("k", "v", "NoSchedule"), True),
        (("k", "Equal", "v", ""), ("k", "v", "NoExecute"), True),
        (("k", "Equal", "w", ""), ("k", "v", "NoSchedule"), False),
        (("k", "Exists", "", "NoSchedule"), ("k", "v", "NoSchedule"), True),
        (("k", "Exists", "", "NoExecute"), ("k", "v", "NoSchedule"), False),
        (("other", "Exists", "", ""), ("k", "v", "NoSchedule"), False),
        (("", "Exists", "", ""), ("k", "v", "NoSchedule"), True),
        (("", "Equal", "", ""), ("k", "", "NoSchedule"), False),
    ],
)
def test_tolerations_follow_kubernetes_rules_for_empty_fields(toleration, taint, accepted):
    key, operator, value, effect = toleration

    found = accepts(Toleration(key, operator, value, effect), Taint(*taint))

    assert found is accepted


@pytest.mark.parametrize(
    ("operator", "values", "label", "expected"),
    [
        ("In", ("a", "b"), "a", True),
        ("In", ("a",), None, False),
        ("NotIn", ("a",), "b", True),
        ("NotIn", ("a",), None, True),
        ("NotIn", ("a",), "a", False),
        ("Exists", (), "", True),
        ("Exists", (), None, False),
        ("DoesNotExist", (), None, True),
        ("DoesNotExist", (), "a", False),
        ("Gt", ("5",), "6", True),
        ("Gt", ("5",), "5", False),
        ("Lt", ("5",), "4", True),
        ("Lt", ("5",), "many", False),
        ("Gt", ("5",), None, False),
        ("Sideways", ("5",), "5", False),
    ],
)
def test_selector_requirements(operator, values, label, expected):
    labels = {} if label is None else {"key": label}

    assert matches(NodeSelectorRequirement("key", operator, values), labels) is expected


TAINT = {"key": "fake-node", "value": "true", "effect": "NoSchedule"}
GPU_TERM = {"matchExpressions": [{"key": "gpu", "operator": "In", "values": ["h100"]}]}


def affinity(*terms):
    required = {"nodeSelectorTerms": list(terms)}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


@pytest.mark.parametrize(
    ("node", "spec", "reason"),
    [
        ({}, {}, ""),
        ({"taints": [TAINT]}, {}, ""),
        (
            {"taints": [TAINT]},
            {"tolerate": False},
            "node(s) had untolerated taint {fake-node: true}",
        ),
        ({"taints": [{**TAINT, "effect": "PreferNoSchedule"}]}, {"tolerate": False}, ""),
        ({"unschedulable": True}, {}, "node(s) were unschedulable"),
        ({"unschedulable": True}, {"tolerations": [{"operator": "Exists"}]}, ""),
        (
            {"unschedulable": True, "taints": [TAINT]},
            {"tolerate": False},
            "node(s) were unschedulable",
        ),
        (
            {},
            {"nodeSelector": {"gpu": "h100"}},
            "node(s) didn't match Pod's node affinity/selector",
        ),
        ({"labels": {"gpu": "h100"}}, {"nodeSelector": {"gpu": "h100"}}, ""),
        ({"labels": {"gpu": "h100"}}, {"affinity": affinity(GPU_TERM)}, ""),
        (
            {},
            {"affinity": affinity(GPU_TERM)},
            "node(s) didn't match Pod's node affinity/selector",
        ),
        ({}, {"affinity": affinity(GPU_TERM, {"matchFields": [
            {"key": "metadata.name", "operator": "In", "values": ["n1"]}]})}, ""),
        ({}, {"affinity": affinity({})}, "node(s) didn't match Pod's node affinity/selector"),
    ],
)  # fmt: skip
def test_a_node_refuses_pods_in_kube_schedulers_words(node, spec, reason):
    assert refusal(node_info(**node), demand_of(pod(**spec))) == reason


@pytest.mark.parametrize(
    ("allocatable", "requests", "reasons"),
    [
        ({}, {"cpu": "4"}, []),
        ({}, {"cpu": "4001m"}, ["Insufficient cpu"]),
        ({}, {"cpu": "5", "memory": "9Gi"}, ["Insufficient cpu", "Insufficient memory"]),
        ({}, {"nvidia.com/gpu": "1"}, ["Insufficient nvidia.com/gpu"]),
        ({"nvidia.com/gpu": "8"}, {"nvidia.com/gpu": "8"}, []),
        ({"pods": "0"}, {"cpu": "5"}, ["Too many pods", "Insufficient cpu"]),
    ],
)
def test_shortage_names_every_resource_that_lacks(allocatable, requests, reasons):
    assert shortage(node_info(**allocatable), demand_of(pod(requests=requests))) == reasons


def test_anti_affinity_by_hostname_keeps_pods_of_a_clique_apart():
    selector = {"matchLabels": {"grove.io/podclique": "c"}}
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": selector}
    spec = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    node, shy = node_info(), pod("shy", clique="c", affinity=spec)

    alone = shortage(node, demand_of(shy))
    node.add("other", occupant(pod("other", clique="c")))

    assert alone == []
    assert shortage(node, demand_of(shy)) == ["node(s) didn't match pod anti-affinity rules"]


def container(cpu, **fields):
    return {"name": "x", "resources": {"requests": {"cpu": cpu}}, **fields}


@pytest.mark.parametrize(
    ("spec", "millicores"),
    [
        ({"containers": [container("1"), container("500m")]}, 1500),
        ({"containers": [container("1")], "initContainers": [container("3")]}, 3000),
        ({"containers": [container("2")], "initContainers": [container("1")]}, 2000),
        (
            {
                "containers": [container("1")],
                "initContainers": [container("2", restartPolicy="Always"), container("2")],
            },
            4000,
        ),
        ({"containers": [container("1")], "overhead": {"cpu": "250m"}}, 1250),
        ({"containers": [{"name": "x", "resources": {"limits": {"cpu": "2"}}}]}, 2000),
        ({"containers": [{"name": "x", "resources": {"requests": {"cpu": "lots"}}}]}, 0),
    ],
)
def test_requests_of_a_pod_are_what_it_needs_at_its_peak(spec, millicores):
    assert requests_of(pod(**spec).spec).get("cpu", 0) == millicores


def cluster_of(*infos):
    nodes = Nodes()
    for info in infos:
        body = {
            "metadata": {"name": info.name},
            "status": {
                "allocatable": {"cpu": f"{info.cpu}m", "memory": info.memory, "pods": info.max_pods}
            },
        }
        nodes.observe(info.name, msgspec.convert(body, Node))
    return nodes


def test_reasons_are_counted_per_group_and_sorted_as_text():
    nodes = cluster_of(*(node_info(f"n{i}") for i in range(12)))
    for i in range(3):
        body = {"metadata": {"name": f"cordoned-{i}"}, "spec": {"unschedulable": True}}
        nodes.observe(f"cordoned-{i}", msgspec.convert(body, Node))

    sentence = Placement(nodes, random.Random(0)).explain(demand_of(pod(requests={"cpu": "5"})))

    assert sentence == (
        "0/15 nodes are available: 12 Insufficient cpu, 3 node(s) were unschedulable."
    )


def test_pods_of_a_clique_are_spread_before_nodes_are_filled():
    placement = Placement(cluster_of(*(node_info(f"n{i}") for i in range(5))), random.Random(1))
    occupants = [occupant(pod(f"p{i}", requests={"cpu": "100m"})) for i in range(5)]

    chosen = {placement.place(Candidate(f"u{i}", o)) for i, o in enumerate(occupants)}

    assert chosen == {"n0", "n1", "n2", "n3", "n4"}


def test_a_gang_is_packed_where_spreading_leaves_no_room_for_its_largest_pods():
    nodes = cluster_of(node_info("n1"), node_info("n2"))
    placement = Placement(nodes, random.Random(0))
    sizes = ["2", "2", "2", "1", "1"]
    gang = [Candidate(f"u{i}", occupant(pod(requests={"cpu": cpu}))) for i, cpu in enumerate(sizes)]

    outcome = placement.place_all(gang)

    assert not isinstance(outcome, Misfit)
    assert sorted(outcome) == ["u0", "u1", "u2", "u3", "u4"]


@given(
    st.lists(st.integers(0, 4500), min_size=1, max_size=6),
    st.lists(st.lists(st.integers(1, 3000), min_size=1, max_size=5), max_size=12),
    st.integers(0, 3),
)
def test_no_node_is_overcommitted_and_no_gang_placed_in_part(capacities, gangs, seed):
    nodes = cluster_of(*(node_info(f"n{i}", cpu=f"{c}m") for i, c in enumerate(capacities)))
    placement = Placement(nodes, random.Random(seed))
    used = dict.fromkeys([f"n{i}" for i in range(len(capacities))], 0)
    for number, sizes in enumerate(gangs):
        candidates = {
            f"u{number}-{i}": Candidate(
                f"u{number}-{i}", occupant(pod(requests={"cpu": f"{size}m"}))
            )
            for i, size in enumerate(sizes)
        }
        outcome = placement.place_all(list(candidates.values()))
        if isinstance(outcome, Misfit):
            assert 0 <= outcome.fitting < len(sizes)
            assert outcome.reason.startswith(f"0/{len(capacities)} nodes are available: ")
            assert not outcome.reason.endswith(": .")
            continue
        assert outcome.keys() == candidates.keys()
        for uid, node in outcome.items():
            used[node] += candidates[uid].occupant.demand.cpu

    assert {n.name: n.used_cpu for n in nodes.known()} == used
    assert all(used[f"n{i}"] <= c for i, c in enumerate(capacities))
