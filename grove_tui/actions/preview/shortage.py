"""What keeps pods off nodes, in words and with the numbers that are short."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from grove_tui.kube.quantity import CPU, MEMORY, format_amount
from grove_tui.kube.scheduling.demand import Demand
from grove_tui.kube.scheduling.filters import refusal, shortage
from grove_tui.kube.scheduling.nodes import NodeInfo


def explain(nodes: Sequence[NodeInfo], demand: Demand) -> str:
    """Say what keeps a pod with that demand off every node."""
    if not nodes:
        return "there are no nodes"
    refusals = Counter(refusal(node, demand) for node in nodes)
    willing = [node for node in nodes if not refusal(node, demand)]
    if not willing:
        return "no node takes it: " + _listed(refusals)
    closest = min(willing, key=lambda node: _distance(node, demand))
    lacks = list(_lacks(closest, demand))
    if not lacks:
        return "no node takes it: " + _listed(Counter(_first_shortage(willing, demand)))
    others = len(nodes) - len(willing)
    text = "; ".join(_hole(willing, name, amount) for name, amount in lacks)
    return f"{text} ({_nodes(others)} may not take it)" if others else text


def _free(node: NodeInfo, resource: str) -> int:
    if resource == CPU:
        return node.cpu - node.used_cpu
    if resource == MEMORY:
        return node.memory - node.used_memory
    if resource == "pods":
        return node.max_pods - len(node.occupants)
    return node.others.get(resource, 0) - node.used_others.get(resource, 0)


def _wants(demand: Demand) -> Iterator[tuple[str, int]]:
    yield from demand.others
    yield CPU, demand.cpu
    yield MEMORY, demand.memory
    yield "pods", 1


def _lacks(node: NodeInfo, demand: Demand) -> Iterator[tuple[str, int]]:
    return ((n, amount) for n, amount in _wants(demand) if amount and _free(node, n) < amount)


def _distance(node: NodeInfo, demand: Demand) -> tuple[int, float]:
    lacks = [(amount - max(_free(node, name), 0)) / amount for name, amount in _lacks(node, demand)]
    return len(lacks), sum(lacks)


def _hole(nodes: Iterable[NodeInfo], resource: str, amount: int) -> str:
    largest = max(nodes, key=lambda node: _free(node, resource))
    free = max(_free(largest, resource), 0)
    if resource == "pods":
        return "every node that may take it is full of pods"
    asked, short = format_amount(resource, amount), format_amount(resource, amount - free)
    if not free:
        return f"needs {asked} {resource} on one node; no node has any free"
    if short.startswith("-") or short == "0":
        return f"needs {asked} {resource} beside the rest on one node"
    most = f"{format_amount(resource, free)} on {largest.name}"
    return f"needs {short} more {resource} on one node: {asked} asked, at most {most} free"


def _first_shortage(nodes: Iterable[NodeInfo], demand: Demand) -> Iterator[str]:
    for node in nodes:
        yield from shortage(node, demand)[:1]


def _listed(reasons: Counter[str]) -> str:
    plain = Counter({reason.removeprefix("node(s) "): n for reason, n in reasons.items()})
    return ", ".join(f"{count} {reason}" for reason, count in sorted(plain.items()))


def _nodes(count: int) -> str:
    return "1 other node" if count == 1 else f"{count} other nodes"
