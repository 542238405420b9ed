"""Recomputes every status from what it summarizes, and compares."""

from collections.abc import Iterator, Mapping
from typing import Any

from grove_tui.api.hashes import generation_hash
from tests.contract import identities
from tests.contract.identities import Clique, Group
from tests.contract.objects import HASH, template_hash
from tests.contract.snapshot import (
    Json,
    Snapshot,
    condition,
    condition_status,
    is_terminating,
    labels_of,
)

BREACHED, SCHEDULED = "MinAvailableBreached", "PodCliqueScheduled"
MANAGED_BY = "app.kubernetes.io/managed-by=grove-operator"


def problems(snapshot: Snapshot) -> Iterator[str]:
    """Yield each field of a status that is not what the objects below it make it."""
    for pcs in snapshot.sets.values():
        for clique in identities.cliques(pcs, snapshot):
            if clique.name in snapshot.cliques:
                yield from _clique_problems(clique, snapshot)
        for group in identities.groups(pcs):
            if group.name in snapshot.groups:
                yield from _group_problems(group, snapshot)
        yield from _set_problems(pcs, snapshot)


def _different(what: str, status: Json, wanted: Mapping[str, Any]) -> Iterator[str]:
    for field, value in wanted.items():
        given = status.get(field)
        # The API server leaves zero values out.
        if (given or None) != (value or None):
            yield f"{what}: status.{field} is {given}, not {value}"


def _condition_problems(what: str, obj: Json, type_: str, wanted: tuple[str, str]) -> Iterator[str]:
    found = condition(obj, type_) or {}
    if (found.get("status"), found.get("reason")) != wanted:
        yield f"{what}: {type_} is {found.get('status')}/{found.get('reason')}, not {wanted}"


def is_updating(obj: Json) -> bool:
    """Tell whether an object has begun an update and not ended it."""
    progress = obj.get("status", {}).get("updateProgress")
    return progress is not None and not progress.get("updateEndedAt")


# PodCliques


def is_ready(pod: Json) -> bool:
    return condition_status(pod, "Ready") == "True"


def is_scheduled(pod: Json) -> bool:
    return condition_status(pod, "PodScheduled") == "True"


def _is_held_back(pod: Json) -> bool:
    found = condition(pod, "PodScheduled") or {}
    return found.get("status") == "False" and found.get("reason") == "SchedulingGated"


def _is_broken(pod: Json) -> bool:
    """Tell whether a pod has crashed or lost readiness; one that still starts has not."""
    status = pod.get("status", {})
    if is_ready(pod) or status.get("phase") == "Succeeded":
        return False
    return any(
        c.get("lastState", {}).get("terminated", {}).get("exitCode", 0) != 0
        or (c.get("started") and not c["ready"])
        for c in status.get("containerStatuses") or ()
    )


def _clique_problems(clique: Clique, snapshot: Snapshot) -> Iterator[str]:
    found = snapshot.cliques[clique.name]
    what, status = f"podclique {clique.name}", found.get("status", {})
    # A Failed pod is lost; its replacement counts in its place.
    pods = [
        p for p in snapshot.pods_of(clique.name) if p.get("status", {}).get("phase") != "Failed"
    ]
    scheduled = sum(is_scheduled(pod) for pod in pods)
    selector = f"app.kubernetes.io/part-of={clique.set_name},grove.io/podclique={clique.name}"
    progress = status.get("updateProgress")
    target = progress["podTemplateHash"] if progress else labels_of(found).get(HASH)
    wanted = {
        "observedGeneration": found["metadata"]["generation"],
        "replicas": sum(not is_terminating(pod) for pod in pods),
        "readyReplicas": sum(is_ready(pod) for pod in pods),
        "scheduledReplicas": scheduled,
        "scheduleGatedReplicas": sum(_is_held_back(pod) for pod in pods),
        "updatedReplicas": sum(labels_of(pod).get(HASH) == target for pod in pods),
        "hpaPodSelector": "" if clique.group else f"{MANAGED_BY},{selector}",
        "lastErrors": None,
    }
    yield from _different(what, status, wanted)
    enough = scheduled >= clique.minimum
    verdict = ("True", "SufficientScheduledPods") if enough else ("False", _INSUFFICIENT)
    yield from _condition_problems(what, found, SCHEDULED, verdict)
    working = scheduled - sum(_is_broken(pod) for pod in pods)
    breached = _clique_breach(clique, found, scheduled, working)
    yield from _condition_problems(what, found, BREACHED, breached)


_INSUFFICIENT = "InsufficientScheduledPods"


def _clique_breach(clique: Clique, found: Json, scheduled: int, working: int) -> tuple[str, str]:
    if is_updating(found):
        return "Unknown", "UpdateInProgress"
    if scheduled < clique.minimum:
        return "True", "ScheduledReplicasBelowMinAvailable"
    if working < clique.minimum:
        return "True", "InsufficientReadyPods"
    return "False", "SufficientReadyPods"


def has_converged(clique: Clique, snapshot: Snapshot) -> bool:
    """Tell whether a PodClique and enough of its pods have come to the present template."""
    found = snapshot.cliques.get(clique.name)
    if found is None:
        return False
    status, wanted = found.get("status", {}), template_hash(clique)
    return (
        labels_of(found).get(HASH) == wanted
        and status.get("currentPodTemplateHash") == wanted
        and status.get("currentPodCliqueSetGenerationHash") == generation_hash(clique.pcs["spec"])
        and status.get("readyReplicas", 0) >= clique.minimum
        and status.get("updatedReplicas", 0) >= clique.minimum
    )


# PodCliqueScalingGroups


def _group_problems(group: Group, snapshot: Snapshot) -> Iterator[str]:
    found = snapshot.groups[group.name]
    what, status = f"podcliquescalinggroup {group.name}", found.get("status", {})
    name = group.pcs["metadata"]["name"]
    labels = f"app.kubernetes.io/part-of={name},grove.io/podcliquescalinggroup={group.name}"
    cliques = [identities.members(group, j) for j in range(found["spec"]["replicas"])]
    complete = [c for c in cliques if all(m.name in snapshot.cliques for m in c)]
    scheduled = [c for c in complete if all(_has(m, snapshot, SCHEDULED, "True") for m in c)]
    available = [c for c in scheduled if all(_has_ready_minimum(m, snapshot) for m in c)]
    updated = [c for c in available if all(has_converged(m, snapshot) for m in c)]
    wanted = {
        "observedGeneration": found["metadata"]["generation"],
        "replicas": found["spec"]["replicas"],
        "scheduledReplicas": len(scheduled),
        "availableReplicas": len(available),
        "updatedReplicas": len(updated),
        "selector": f"{MANAGED_BY},{labels}",
        "lastErrors": None,
    }
    yield from _different(what, status, wanted)
    well = sum(all(_has_reported_well(m, snapshot) for m in c) for c in complete)
    minimum = identities.group_minimum(group.config)
    yield from _condition_problems(what, found, BREACHED, _group_breach(found, well >= minimum))


def _group_breach(found: Json, enough: bool) -> tuple[str, str]:
    if is_updating(found):
        return "Unknown", "UpdateInProgress"
    if enough:
        return "False", "SufficientAvailablePodCliqueScalingGroupReplicas"
    return "True", "InsufficientAvailablePodCliqueScalingGroupReplicas"


def _has(clique: Clique, snapshot: Snapshot, type_: str, status: str) -> bool:
    return condition_status(snapshot.cliques[clique.name], type_) == status


def _has_reported_well(clique: Clique, snapshot: Snapshot) -> bool:
    return condition_status(snapshot.cliques[clique.name], BREACHED) in ("False", "Unknown")


def _has_ready_minimum(clique: Clique, snapshot: Snapshot) -> bool:
    status = snapshot.cliques[clique.name].get("status", {})
    return bool(status.get("readyReplicas", 0) >= clique.minimum)


# PodCliqueSets


def _set_problems(pcs: Json, snapshot: Snapshot) -> Iterator[str]:
    what, status = f"podcliqueset {pcs['metadata']['name']}", pcs.get("status", {})
    available = [i for i in identities.replicas(pcs) if is_available(pcs, i, snapshot)]
    wanted = {
        "replicas": pcs["spec"].get("replicas", 0),
        "availableReplicas": len(available),
        "updatedReplicas": sum(_is_updated(pcs, i, snapshot) for i in available),
        "hpaPodSelector": f"{MANAGED_BY},app.kubernetes.io/part-of={pcs['metadata']['name']}",
        "currentGenerationHash": generation_hash(pcs["spec"]),
        "lastErrors": None,
    }
    gangs = [snapshot.gangs.get(gang.name) for gang in identities.gangs(pcs, snapshot)]
    if all(g is not None and condition_status(g, "Initialized") == "True" for g in gangs):
        # Grove API: a set is observed when all of its gangs have had all of their pods.
        wanted["observedGeneration"] = pcs["metadata"]["generation"]
    yield from _different(what, status, wanted)
    progress = status.get("updateProgress")
    if progress is not None:
        yield from _different(f"{what}, updateProgress", progress, _totals(pcs, snapshot))


def is_available(pcs: Json, replica: int, snapshot: Snapshot) -> bool:
    """Tell whether one replica of a set has everything at its minimum."""
    for clique in identities.standalone(pcs, replica):
        if clique.name not in snapshot.cliques or not _has_ready_minimum(clique, snapshot):
            return False
    for config in identities.configs(pcs):
        found = snapshot.groups.get(Group(pcs, replica, config).name)
        if found is None:
            return False
        count = found.get("status", {}).get("availableReplicas", 0)
        if count < identities.group_minimum(config):
            return False
    return True


def _is_updated(pcs: Json, replica: int, snapshot: Snapshot) -> bool:
    cliques = identities.standalone(pcs, replica)
    groups = [Group(pcs, replica, config) for config in identities.configs(pcs)]
    return all(has_converged(clique, snapshot) for clique in cliques) and all(
        _is_group_updated(group, snapshot) for group in groups
    )


def _is_group_updated(group: Group, snapshot: Snapshot) -> bool:
    status = snapshot.groups.get(group.name, {}).get("status", {})
    current = status.get("currentPodCliqueSetGenerationHash")
    return bool(current == generation_hash(group.pcs["spec"]))


def _totals(pcs: Json, snapshot: Snapshot) -> dict[str, int]:
    cliques = [c for i in identities.replicas(pcs) for c in identities.standalone(pcs, i)]
    groups = list(identities.groups(pcs))
    return {
        "updatedPodCliquesCount": sum(has_converged(clique, snapshot) for clique in cliques),
        "totalPodCliquesCount": len(cliques),
        "updatedPodCliqueScalingGroupsCount": sum(_is_group_updated(g, snapshot) for g in groups),
        "totalPodCliqueScalingGroupsCount": len(groups),
    }
