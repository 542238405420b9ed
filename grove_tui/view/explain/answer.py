"""Why something is as it is: the question that `X` asks about any row."""

from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import Condition, Pod
from grove_tui.view.book import GangBook
from grove_tui.view.explain.causes import Cause, Explanation, Reason, counted
from grove_tui.view.explain.evidence import quote
from grove_tui.view.explain.gangs import (
    clique_causes,
    cliques_causes,
    fate,
    gang_causes,
    set_causes,
)
from grove_tui.view.explain.pods import pod_causes
from grove_tui.view.gangs import Clique, Gang, Group, GroupReplica
from grove_tui.view.health import Health, Word
from grove_tui.view.keys import Key, Kind
from grove_tui.view.recycles import remembered
from grove_tui.view.rows import Severity
from grove_tui.view.scope import gang_part


def explain(book: GangBook, key: Key) -> Explanation:
    """Return why the object or replica of a row is as it is."""
    if key.kind is Kind.POD:
        return _pod(book, key)
    if key.kind is Kind.NODE:
        return _node(book, key)
    if key.kind is Kind.PODCLIQUESET:
        return _set(book, key)
    return _part(book, key)


def _gone(key: Key) -> Explanation:
    return Explanation(key, f"{key.capitalized} does not exist (any more).", Severity.NONE)


def _pod(book: GangBook, key: Key) -> Explanation:
    pod = book.object(key)
    if not isinstance(pod, Pod):
        return _gone(key)
    facts, causes = book.facts(pod), pod_causes(book, pod)
    shared, ends = fate(book, key) if not facts.is_terminating else ("", [])
    causes += ends
    worst = max((cause.severity for cause in causes), default=facts.severity)
    headline = f"Pod {key.name} is {facts.word}{'' if facts.is_ready else ', not ready'}"
    return Explanation(key, f"{headline}{_but(shared)}.", worst, tuple(causes))


def _but(shared: str) -> str:
    return f"; {shared}" if shared else ""


def _set(book: GangBook, key: Key) -> Explanation:
    pcs = book.object(key)
    if not isinstance(pcs, PodCliqueSet):
        return _gone(key)
    health = book.set_health(pcs)
    return _judged(book, key, health, set_causes(book, pcs))


def _part(book: GangBook, key: Key) -> Explanation:
    """Explain a gang or a part of one."""
    part = gang_part(book, key)
    if isinstance(part, Gang):
        return _judged(book, key, remembered(book, part), gang_causes(book, part))
    if isinstance(part, Clique):
        return _judged(book, key, part.health, clique_causes(book, part))
    if isinstance(part, GroupReplica):
        return _judged(book, key, part.health, cliques_causes(book, part.cliques))
    if isinstance(part, Group):
        cliques = [clique for replica in part.replicas for clique in replica.cliques]
        return _judged(book, key, part.health, cliques_causes(book, cliques))
    return _gone(key)


def _judged(book: GangBook, key: Key, health: Health, causes: list[Cause]) -> Explanation:
    shared, ends = fate(book, key) if health.word is Word.HEALTHY else ("", [])
    headline = f"{key.capitalized} is {health.text(book.clock())}{_but(shared)}."
    severity = max((health.severity, *(cause.severity for cause in ends)))
    return Explanation(key, headline, severity, (*causes, *ends))


def _node(book: GangBook, key: Key) -> Explanation:
    picture = book.nodes.get(key.name)
    if picture is None:
        return _gone(key)
    conditions = picture.node.status.conditions
    causes = [_condition(key, condition) for condition in conditions if _is_bad(condition)]
    if picture.node.spec.unschedulable:
        text = "It is cordoned: the scheduler puts no new pods on it."
        step = f"Uncordon {key.name} when it may take pods again"
        causes.append(Cause(Reason.NODE, text, about=key, step=step))
    if picture.taints:
        text = "Only pods that tolerate its taints run on it."
        causes.append(Cause(Reason.NODE, text, (picture.taints,), key, severity=Severity.NONE))
    pods = counted(len(picture.guests), "pod")
    headline = f"Node {key.name} is {picture.status}, with {pods}."
    return Explanation(key, headline, picture.severity, tuple(causes))


def _is_bad(condition: Condition) -> bool:
    """Tell whether a node's condition is trouble: only of Ready is True good."""
    return condition.status != ("True" if condition.type == "Ready" else "False")


def _condition(key: Key, condition: Condition) -> Cause:
    lost = condition.type == "Ready"
    text = f"Its condition {condition.type} is {condition.status}."
    said = (f"{condition.reason}: {quote(condition.message)}",) if condition.message else ()
    return Cause(
        Reason.NODE_LOST if lost else Reason.NODE,
        text,
        said,
        key,
        "See the machine and its kubelet" if lost else "",
        severity=Severity.ERROR if lost else Severity.WARN,
    )
