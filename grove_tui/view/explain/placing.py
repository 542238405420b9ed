"""Why a pod has no node."""

import re
from collections.abc import Iterable

from grove_tui.kube import quantity
from grove_tui.kube.objects import Pod, find_condition
from grove_tui.view.book import GangBook
from grove_tui.view.explain.causes import Cause, Reason, counted
from grove_tui.view.explain.evidence import pod_events, quote
from grove_tui.view.keys import Kind, object_key
from grove_tui.view.nodebook import NodePicture
from grove_tui.view.podstatus import PodFacts
from grove_tui.view.rows import Severity

_INSUFFICIENT = re.compile(r"Insufficient ([A-Za-z0-9./_-]+)")
_GIB = 1 << 30


def placing_causes(book: GangBook, pod: Pod, depth: int) -> list[Cause]:
    """Return why a pod that no gate holds has no node."""
    del depth
    if pod.spec.node_name:
        return []
    about = object_key(Kind.POD, pod)
    scheduled = find_condition(pod.status.conditions, "PodScheduled")
    if scheduled is None or scheduled.reason != "Unschedulable":
        text = f"Pod {pod.metadata.name} waits for the scheduler, which has not judged it yet."
        said = pod_events(book, pod, "FailedScheduling")
        return [Cause(Reason.NOT_SCHEDULED_YET, text, said, about, severity=Severity.PROGRESS)]
    text = f"No node fits pod {pod.metadata.name}."
    said = (f"scheduler: {quote(scheduled.message)}",) if scheduled.message else ()
    said = said or pod_events(book, pod, "FailedScheduling")
    shortages = _shortages(book, pod, scheduled.message)
    step = _step(scheduled.message, shortages)
    return [Cause(Reason.NO_NODE, text, (*said, *shortages), about, step, severity=Severity.ERROR)]


def _shortages(book: GangBook, pod: Pod, message: str) -> tuple[str, ...]:
    """Say what the pod needs of the short resources, and what the freest node has."""
    facts, nodes = book.facts(pod), [node for node in book.nodes.all() if _takes_pods(node)]
    found = [_shortage(facts, nodes, resource) for resource in _resources(message)]
    cordoned = sum(node.node.spec.unschedulable for node in book.nodes.all())
    if cordoned:
        found.append(f"{counted(cordoned, 'node is', 'nodes are')} cordoned")
    return tuple(text for text in found if text)


def _resources(message: str) -> Iterable[str]:
    return dict.fromkeys(name.rstrip(".") for name in _INSUFFICIENT.findall(message))


def _takes_pods(node: NodePicture) -> bool:
    return node.is_ready and not node.node.spec.unschedulable


def _shortage(facts: PodFacts, nodes: list[NodePicture], resource: str) -> str:
    if resource == quantity.CPU:
        need = quantity.format_cpu(facts.cpu)
        free = quantity.format_cpu(max((node.cpu.free for node in nodes), default=0))
    elif resource == quantity.MEMORY:
        need = f"{facts.memory / _GIB:.1f}Gi"
        free = f"{max((node.memory.free for node in nodes), default=0) / _GIB:.1f}Gi"
    elif facts.gpus:
        need = str(facts.gpus)
        free = str(max((node.gpus.free for node in nodes), default=0))
    else:
        return ""
    return f"needs {need} {resource}, the freest node has {free}"


def _step(message: str, shortages: tuple[str, ...]) -> str:
    if "taint" in message and not shortages:
        return "Let the pods tolerate the nodes' taints, or remove the taints"
    if "affinity" in message or "selector" in message:
        return "Compare the pods' nodeSelector and affinity with the labels of the nodes"
    if any("cordoned" in text for text in shortages):
        return "Uncordon nodes, or add some"
    return "Add nodes, or free what others hold: scale down, or ask for less"
