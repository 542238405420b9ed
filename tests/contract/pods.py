"""Checks of PodCliques' specs and of their pods, one by one."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.contract import identities
from tests.contract.identities import Clique
from tests.contract.objects import HASH, template_hash
from tests.contract.snapshot import Json, Snapshot, controller, is_terminating, labels_of

GATE = "grove.io/podgang-pending-creation"
TEMPLATE_PODS = "GROVE_PCSG_TEMPLATE_NUM_PODS"
INIT_CONTAINER = "grove-initc"


def problems(snapshot: Snapshot) -> Iterator[str]:
    """Yield what is wrong with PodCliques' specs and with pods."""
    for pcs in snapshot.sets.values():
        for clique in identities.cliques(pcs, snapshot):
            found = snapshot.cliques.get(clique.name)
            if found is not None:
                yield from _spec_problems(clique, found)
                yield from _count_problems(clique, found, snapshot)
                for pod in snapshot.pods_of(clique.name):
                    yield from _pod_problems(clique, found, pod)
    yield from twins(snapshot)


def twins(snapshot: Snapshot) -> Iterator[str]:
    """Yield live pods that share a hostname."""
    hostnames = Counter(
        pod["spec"]["hostname"]
        for pod in snapshot.pods.values()
        if is_live(pod) and pod["spec"].get("hostname")
    )
    yield from (f"{n} live pods are called {name}" for name, n in hostnames.items() if n > 1)


def is_live(pod: Json) -> bool:
    return not is_terminating(pod) and pod.get("status", {}).get("phase") != "Failed"


def _spec_problems(clique: Clique, found: Json) -> Iterator[str]:
    spec, what = found["spec"], f"podclique {clique.name}"
    if spec.get("minAvailable") != clique.minimum:
        yield f"{what}: minAvailable is {spec.get('minAvailable')}, not {clique.minimum}"
    wanted = sorted(identities.awaited(clique))
    if sorted(spec.get("startsAfter") or ()) != wanted:
        yield f"{what}: startsAfter is {spec.get('startsAfter')}, not {wanted}"
    if labels_of(found).get(HASH) == template_hash(clique):
        yield from _template_problems(clique, found)
    role = clique.template["spec"].get("roleName") or clique.template["name"]
    if spec.get("roleName", "") != role:
        yield f"{what}: roleName is {spec.get('roleName')}, not {role}"


def _template_problems(clique: Clique, found: Json) -> Iterator[str]:
    """Yield what a PodClique has not taken over from its template as it is."""
    what, wanted = f"podclique {clique.name}", clique.template["spec"]
    if _without_grove(found["spec"]["podSpec"]) != _without_grove(wanted["podSpec"]):
        yield f"{what}: podSpec is not the template's"
    given, asked = (s.get("autoScalingConfig") or {} for s in (found["spec"], wanted))
    if any(given.get(field) != value for field, value in asked.items()) or bool(given) != bool(
        asked
    ):
        yield f"{what}: autoScalingConfig is {given}, not {asked}"
    annotations = found["metadata"].get("annotations") or {}
    if annotations != (clique.template.get("annotations") or {}):
        yield f"{what} has annotations {annotations}"


def _without_grove(pod_spec: Json) -> Json:
    """Return a pod spec without Grove's variables, which members of scaling groups get here."""
    result = dict(pod_spec)
    for field in ("containers", "initContainers"):
        if pod_spec.get(field):
            result[field] = [_plain_container(container) for container in pod_spec[field]]
    return result


def _plain_container(container: Json) -> Json:
    own = [v for v in container.get("env") or () if not v["name"].startswith("GROVE_")]
    return {**{k: v for k, v in container.items() if k != "env"}, **({"env": own} if own else {})}


def _count_problems(clique: Clique, found: Json, snapshot: Snapshot) -> Iterator[str]:
    pods = [pod for pod in snapshot.pods_of(clique.name) if is_live(pod)]
    if len(pods) != found["spec"]["replicas"]:
        yield f"podclique {clique.name} has {len(pods)} pods, not {found['spec']['replicas']}"


def _pod_problems(clique: Clique, found: Json, pod: Json) -> Iterator[str]:
    what = f"pod {pod['metadata']['name']}"
    if not pod["metadata"]["name"].startswith(f"{clique.name}-"):
        yield f"{what} is not named after {clique.name}"
    yield from _label_problems(clique, found, pod, what)
    index = labels_of(pod).get("grove.io/podclique-pod-index")
    spec = pod["spec"]
    wanted: dict[str, Any] = {
        "hostname": f"{clique.name}-{index}",
        "subdomain": clique.base_gang,
        "schedulerName": "default-scheduler",
    }
    for field, value in wanted.items():
        if spec.get(field) != value:
            yield f"{what}: {field} is {spec.get(field)}, not {value}"
    owner = controller(pod) or {}
    if owner.get("kind") != "PodClique" or owner.get("name") != clique.name:
        yield f"{what} is owned by {owner}"
    if labels_of(pod).get(HASH) == labels_of(found).get(HASH):
        kept = pod["metadata"].get("annotations") or {}
        if not kept.items() >= (found["metadata"].get("annotations") or {}).items():
            yield f"{what} has annotations {kept}"
    yield from _container_problems(clique, pod, what)
    yield from _startup_problems(clique, pod, what)


def _label_problems(clique: Clique, found: Json, pod: Json, what: str) -> Iterator[str]:
    labels = labels_of(pod)
    # An update in place gives the PodClique new labels and leaves its older pods as they are.
    is_current = labels.get(HASH) == labels_of(found).get(HASH) == template_hash(clique)
    wanted = {**clique.labels, "grove.io/podclique": clique.name}
    template = clique.template.get("labels") or {}
    for key, value in wanted.items():
        if labels.get(key) != value and (is_current or key not in template):
            yield f"{what}: label {key} is {labels.get(key)}, not {value}"
    if not labels.get("grove.io/podclique-pod-index", "").isdigit():
        yield f"{what} has no index"
    if HASH not in labels:
        yield f"{what} has no template hash"


def _container_problems(clique: Clique, pod: Json, what: str) -> Iterator[str]:
    wanted = environment(clique, pod["metadata"]["namespace"])
    spec = pod["spec"]
    for container in spec["containers"] + (spec.get("initContainers") or []):
        if container["name"] == INIT_CONTAINER:
            continue
        given = {v["name"]: _plain(v) for v in container.get("env") or ()}
        for name, value in wanted.items():
            if name == TEMPLATE_PODS and given.get(name, "").isdigit():
                # It tells the template's size when the PodClique was made, not today's.
                continue
            if given.get(name) != value:
                yield f"{what}, {container['name']}: {name} is {given.get(name)}, not {value}"
        surplus = [n for n in given if n.startswith("GROVE_") and n not in wanted]
        if surplus:
            yield f"{what}, {container['name']}: has {surplus} as well"


def _plain(variable: Json) -> Any:
    """Return a variable's value without what the API server adds to it."""
    source = variable.get("valueFrom", {}).get("fieldRef")
    return source["fieldPath"] if source else variable.get("value", "")


def environment(clique: Clique, namespace: str) -> dict[str, str]:
    """Return Grove's variables: their values, or the field they are taken from."""
    gang = clique.base_gang
    variables = {
        "GROVE_PCS_NAME": clique.set_name,
        "GROVE_PCS_INDEX": str(clique.replica),
        "GROVE_PCLQ_NAME": clique.name,
        "GROVE_HEADLESS_SERVICE": f"{gang}.{namespace}.svc.cluster.local",
        "GROVE_PCLQ_POD_INDEX": "metadata.labels['grove.io/podclique-pod-index']",
    }
    if clique.group is not None:
        known = identities.templates(clique.pcs)
        pods = sum(known[n]["spec"].get("replicas") or 1 for n in clique.group["cliqueNames"])
        variables |= {
            "GROVE_PCSG_NAME": "metadata.labels['grove.io/podcliquescalinggroup']",
            "GROVE_PCSG_INDEX": "metadata.labels['grove.io/podcliquescalinggroup-replica-index']",
            TEMPLATE_PODS: str(pods),
        }
    return variables


def _startup_problems(clique: Clique, pod: Json, what: str) -> Iterator[str]:
    waits = identities.awaited(clique)
    containers = pod["spec"].get("initContainers") or []
    found = [c for c in containers if c["name"] == INIT_CONTAINER]
    if len(found) != bool(waits):
        yield f"{what} has {len(found)} containers that wait for {waits}"
        return
    if waits:
        wanted = {f"--podcliques={name}:{minimum}" for name, minimum in waits.items()}
        if set(found[0]["args"]) != wanted:
            yield f"{what} waits for {found[0]['args']}, not for {wanted}"
        if containers[-1] is not found[0]:
            yield f"{what}: {INIT_CONTAINER} is not the last init container"


def is_gated(pod: Json) -> bool:
    return any(gate["name"] == GATE for gate in pod["spec"].get("schedulingGates") or ())
