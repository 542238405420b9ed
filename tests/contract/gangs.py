"""Checks of PodGangs: what they hold, and which pods they let go on."""

from collections.abc import Iterator

from tests.contract import identities
from tests.contract.identities import Gang
from tests.contract.pods import is_gated
from tests.contract.snapshot import Json, Snapshot, condition_status, is_terminating, labels_of


def problems(snapshot: Snapshot, *, has_gates: bool = True) -> Iterator[str]:
    """Yield what is wrong with PodGangs and with pods' gates."""
    for pcs in snapshot.sets.values():
        for gang in identities.gangs(pcs, snapshot):
            found = snapshot.gangs.get(gang.name)
            if found is not None:
                yield from _composition_problems(gang, found, snapshot)
                yield from _annotation_problems(gang, found)
                if has_gates:
                    yield from _gate_problems(gang, found, snapshot)


def references(gang: Gang, snapshot: Snapshot) -> list[Json]:
    """Return the podgroups that a gang should have."""
    groups = []
    for clique in gang.cliques:
        pods = sorted(
            pod["metadata"]["name"]
            for pod in snapshot.pods_of(clique.name)
            if not is_terminating(pod) and labels_of(pod).get("grove.io/podgang") == gang.name
        )
        namespace = snapshot.namespace
        groups.append(
            {
                "name": clique.name,
                "minReplicas": clique.minimum,
                "podReferences": [{"namespace": namespace, "name": name} for name in pods],
            }
        )
    return groups


def is_complete(gang: Gang, snapshot: Snapshot) -> bool:
    """Tell whether every clique of a gang exists with all of its pods."""
    wanted = {group["name"]: len(group["podReferences"]) for group in references(gang, snapshot)}
    return all(
        clique.name in snapshot.cliques
        and wanted[clique.name] >= snapshot.cliques[clique.name]["spec"]["replicas"]
        for clique in gang.cliques
    )


def is_scheduled(name: str, snapshot: Snapshot) -> bool:
    """Tell whether every group of a gang has its minimum scheduled."""
    gang = snapshot.gangs.get(name)
    if gang is None:
        return False
    return all(
        group["name"] in snapshot.cliques
        and snapshot.cliques[group["name"]].get("status", {}).get("scheduledReplicas", 0)
        >= group["minReplicas"]
        for group in gang["spec"]["podgroups"]
    )


def _composition_problems(gang: Gang, found: Json, snapshot: Snapshot) -> Iterator[str]:
    what = f"podgang {gang.name}"
    wanted = references(gang, snapshot)
    given = found["spec"]["podgroups"]
    if [g["name"] for g in given] != [g["name"] for g in wanted]:
        yield f"{what} holds {[g['name'] for g in given]}, not {[g['name'] for g in wanted]}"
        return
    for have, want in zip(given, wanted, strict=True):
        if have["minReplicas"] != want["minReplicas"]:
            yield f"{what}, {have['name']}: minReplicas is {have['minReplicas']}"
        if (have.get("podReferences") or []) != want["podReferences"]:
            yield f"{what}, {have['name']} lists {have.get('podReferences')}, not {want}"
    status = found.get("status", {})
    if status.get("phase") != "Pending":
        yield f"{what} is in phase {status.get('phase')}"
    initialized = condition_status(found, "Initialized")
    if not initialized or (is_complete(gang, snapshot) and initialized != "True"):
        yield f"{what}: Initialized is {initialized!r}"


def _annotation_problems(gang: Gang, found: Json) -> Iterator[str]:
    given = found["metadata"].get("annotations") or {}
    own = gang.pcs["metadata"].get("annotations") or {}
    wanted = {k: v for k, v in own.items() if not k.startswith("grove.io/")}
    if given != wanted:
        yield f"podgang {gang.name} has annotations {given}, not {wanted}"
    priority = gang.pcs["spec"]["template"].get("priorityClassName") or ""
    if (found["spec"].get("priorityClassName") or "") != priority:
        yield f"podgang {gang.name}: priorityClassName is not {priority!r}"


def _gate_problems(gang: Gang, found: Json, snapshot: Snapshot) -> Iterator[str]:
    """Yield pods that are held back although their gang may go on."""
    if condition_status(found, "Initialized") != "True":
        return
    if any(c.is_scaled for c in gang.cliques) and not is_scheduled(
        gang.cliques[0].base_gang, snapshot
    ):
        return
    for clique in gang.cliques:
        for pod in snapshot.pods_of(clique.name):
            if is_gated(pod) and not is_terminating(pod):
                yield f"pod {pod['metadata']['name']} of {gang.name} is still gated"
