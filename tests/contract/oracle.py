"""What is wrong with a cluster at rest, judged by the Grove API's rules and nothing else.

The rules are written a second time here, from their description and on plain JSON, so that the
reconciler's own functions cannot vouch for themselves.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from tests.contract import gangs, identities, objects, pods, statuses
from tests.contract.snapshot import Json, Snapshot


@dataclass(frozen=True)
class Features:
    """What the API server supports, beyond what all versions do."""

    gates: bool = True
    hpas: bool = True
    cel: bool = True
    """Rules of CRDs."""


ALL = Features()


def violations(snapshot: Snapshot, features: Features = ALL) -> list[str]:
    """Return one sentence for each thing that is not as it should be; empty when all is right."""
    return [
        *objects.problems(snapshot, has_hpas=features.hpas),
        *pods.problems(snapshot),
        *gangs.problems(snapshot, has_gates=features.gates),
        *statuses.problems(snapshot),
        *_services(snapshot),
        *(_hpas(snapshot) if features.hpas else ()),
    ]


def _services(snapshot: Snapshot) -> Iterator[str]:
    for pcs in snapshot.sets.values():
        name = pcs["metadata"]["name"]
        config = pcs["spec"]["template"].get("headlessServiceConfig")
        publish = config.get("publishNotReadyAddresses", True) if config else True
        for replica in identities.replicas(pcs):
            found = snapshot.services.get(f"{name}-{replica}")
            if found is None:
                continue
            spec = found["spec"]
            wanted = {
                **identities.MANAGED,
                "app.kubernetes.io/part-of": name,
                "grove.io/podcliqueset-replica-index": str(replica),
            }
            given = spec.get("clusterIP"), spec.get("selector"), spec.get("ports")
            if given != ("None", wanted, None):
                yield f"service {name}-{replica} has spec {spec}"
            if spec.get("publishNotReadyAddresses", False) != publish:
                yield f"service {name}-{replica}: publishNotReadyAddresses is not {publish}"


def _hpas(snapshot: Snapshot) -> Iterator[str]:
    for pcs in snapshot.sets.values():
        for kind, name, config in identities.autoscaled(pcs):
            found = snapshot.hpas.get(name)
            if found is not None:
                yield from _hpa_problems(name, kind, config, found["spec"])


def _hpa_problems(name: str, kind: str, config: Json, spec: Json) -> Iterator[str]:
    target = {"apiVersion": "grove.io/v1alpha1", "kind": kind, "name": name}
    if spec.get("scaleTargetRef") != target:
        yield f"hpa {name} scales {spec.get('scaleTargetRef')}"
    for field in ("minReplicas", "maxReplicas", "metrics"):
        if field in config and spec.get(field) != config[field]:
            yield f"hpa {name}: {field} is {spec.get(field)}, not {config[field]}"


def outdated(snapshot: Snapshot, spared: Container[str] = ()) -> Iterator[str]:
    """Yield pods that a RollingRecreate left behind that has ended.

    Args:
        snapshot: The cluster at rest.
        spared: Sets that may have such pods, because they were updated in another way before.
    """
    for name, pcs in snapshot.sets.items():
        if statuses.is_updating(pcs):
            if _works(pcs, snapshot):
                yield f"the update of podcliqueset {name} goes no further, and nothing stops it"
            continue
        if name in spared:
            continue
        for clique in identities.cliques(pcs, snapshot):
            for pod in snapshot.pods_of(clique.name):
                wanted = [c["image"] for c in clique.template["spec"]["podSpec"]["containers"]]
                given = [c["image"] for c in pod["spec"]["containers"]]
                if pods.is_live(pod) and given != wanted:
                    yield f"pod {pod['metadata']['name']} runs {given}, not {wanted}"


def _works(pcs: Json, snapshot: Snapshot) -> bool:
    """Tell whether every PodClique and scaling group of a set has its minimum."""
    return all(
        identities.size(g, snapshot) >= identities.group_minimum(g.config)
        for g in identities.groups(pcs)
    ) and all(
        snapshot.cliques.get(c.name, {}).get("status", {}).get("readyReplicas", 0) >= c.minimum
        for c in identities.cliques(pcs, snapshot)
    )
