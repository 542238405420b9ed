"""Which nodes can take a pod, and kube-scheduler's words for why the others cannot.

The filters come in kube-scheduler's order, and the first that fails speaks for the node. Those of
`refusal` depend only on the node object and the demand, so their verdict is kept until the node
changes; those of `shortage` depend on what already runs there.
"""

from collections.abc import Iterable, Mapping, Sequence

from grove_tui.kube.objects import NodeSelectorRequirement, NodeSelectorTerm, Taint, Toleration
from grove_tui.kube.scheduling.demand import AntiAffinity, Demand
from grove_tui.kube.scheduling.nodes import NodeInfo, Occupant

UNSCHEDULABLE = "node(s) were unschedulable"
AFFINITY = "node(s) didn't match Pod's node affinity/selector"
ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules"
TOO_MANY_PODS = "Too many pods"
CORDON_TAINT = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")
REPELLING = ("NoSchedule", "NoExecute")


def refusal(node: NodeInfo, demand: Demand) -> str:
    """Return why `node` never takes such a pod as it is now configured; empty if it would."""
    if node.unschedulable and not tolerates(demand.tolerations, CORDON_TAINT):
        return UNSCHEDULABLE
    for taint in node.taints:
        if taint.effect in REPELLING and not tolerates(demand.tolerations, taint):
            return f"node(s) had untolerated taint {{{taint.key}: {taint.value}}}"
    if not _selected(node, demand):
        return AFFINITY
    return ""


def shortage(node: NodeInfo, demand: Demand) -> list[str]:
    """Return what `node` lacks for one more such pod; empty if there is room."""
    reasons = []
    if len(node.occupants) >= node.max_pods:
        reasons.append(TOO_MANY_PODS)
    if demand.cpu and node.cpu - node.used_cpu < demand.cpu:
        reasons.append("Insufficient cpu")
    if demand.memory and node.memory - node.used_memory < demand.memory:
        reasons.append("Insufficient memory")
    for name, amount in demand.others:
        if node.others.get(name, 0) - node.used_others.get(name, 0) < amount:
            reasons.append(f"Insufficient {name}")
    if reasons or not demand.anti_affinity:
        return reasons
    shunned = any(_shuns(term, node.occupants.values()) for term in demand.anti_affinity)
    return [ANTI_AFFINITY] if shunned else []


def tolerates(tolerations: Iterable[Toleration], taint: Taint) -> bool:
    """Return whether any of the tolerations accepts `taint`."""
    return any(accepts(toleration, taint) for toleration in tolerations)


def accepts(toleration: Toleration, taint: Taint) -> bool:
    """Return whether `toleration` matches `taint`, by Kubernetes' rules for empty fields."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    if toleration.operator == "Exists":
        return True
    return bool(toleration.key) and toleration.value == taint.value


def matches_term(term: NodeSelectorTerm, name: str, labels: Mapping[str, str]) -> bool:
    """Return whether a node of that name and labels fulfils all of `term`; an empty one never."""
    if not term.match_expressions and not term.match_fields:
        return False
    fields = {"metadata.name": name}
    return all(matches(e, labels) for e in term.match_expressions) and all(
        matches(e, fields) for e in term.match_fields
    )


def matches(requirement: NodeSelectorRequirement, labels: Mapping[str, str]) -> bool:
    """Return whether `labels` fulfil one requirement of a node or label selector."""
    found = labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return found is not None and found in requirement.values
        case "Exists":
            return found is not None
        case "NotIn":
            return found is None or found not in requirement.values
        case "DoesNotExist":
            return found is None
    return requirement.operator in ("Gt", "Lt") and _compares(found, requirement)


def _compares(found: str | None, requirement: NodeSelectorRequirement) -> bool:
    try:
        actual, (bound,) = int(found or ""), map(int, requirement.values)
    except ValueError:
        return False
    return actual > bound if requirement.operator == "Gt" else actual < bound


def _selected(node: NodeInfo, demand: Demand) -> bool:
    if any(node.labels.get(key) != value for key, value in demand.selector):
        return False
    terms: Sequence[NodeSelectorTerm] | None = demand.terms
    return terms is None or any(matches_term(term, node.name, node.labels) for term in terms)


def _shuns(term: AntiAffinity, occupants: Iterable[Occupant]) -> bool:
    return any(
        occupant.namespace == term.namespace
        and all(occupant.labels.get(key) == value for key, value in term.labels)
        and all(matches(expression, occupant.labels) for expression in term.expressions)
        for occupant in occupants
    )
