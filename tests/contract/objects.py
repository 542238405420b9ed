"""Checks that exactly the right objects exist, named, labelled and owned as they should be."""

from collections.abc import Iterator

from grove_tui.api.hashes import pod_template_hash
from grove_tui.api.objects import PODCLIQUESETS
from tests.contract import identities
from tests.contract.identities import MANAGED, Clique, Group
from tests.contract.snapshot import Json, Snapshot, controller, labels_of

HASH = "grove.io/pod-template-hash"
OUR_DOMAINS = ("grove.io/podc", "grove.io/podgang", "grove.io/base", "app.kubernetes.io/")
OWNED = (
    "podcliquescalinggroups",
    "podcliques",
    "podgangs",
    "services",
    "horizontalpodautoscalers",
    "serviceaccounts",
    "roles",
    "rolebindings",
)
"""Kinds of which the names are known in advance; the token Secret is another controller's."""


def problems(snapshot: Snapshot, *, has_hpas: bool = True) -> Iterator[str]:
    """Yield what is missing, surplus, mislabelled or owned by the wrong object."""
    expected: dict[str, set[str]] = {plural: set() for plural in OWNED}
    for pcs in snapshot.sets.values():
        for plural, name, labels, owner in _wanted(pcs, snapshot):
            if plural == "horizontalpodautoscalers" and not has_hpas:
                continue
            expected[plural].add(name)
            yield from _problems_of(snapshot, plural, name, labels, owner)
    for plural, names in expected.items():
        for name, obj in snapshot.objects[plural].items():
            if name not in names and labels_of(obj).items() >= MANAGED.items():
                yield f"{plural} {name} should not exist"
    yield from orphans(snapshot)


def orphans(snapshot: Snapshot) -> Iterator[str]:
    """Yield objects whose controller does not exist (any more)."""
    uids = {obj["metadata"]["uid"] for _, obj in snapshot.everything()}
    for plural, obj in snapshot.everything():
        owner = controller(obj)
        if owner is not None and owner["uid"] not in uids:
            name = obj["metadata"]["name"]
            yield f"{plural} {name} is an orphan of {owner['kind']} {owner['name']}"


def _wanted(
    pcs: Json, snapshot: Snapshot
) -> Iterator[tuple[str, str, dict[str, str], tuple[str, str]]]:
    """Yield (plural, name, labels, (plural and name of the owner))."""
    name = pcs["metadata"]["name"]
    owner = (PODCLIQUESETS.plural, name)
    base = {**MANAGED, "app.kubernetes.io/part-of": name}
    for replica in identities.replicas(pcs):
        yield "services", f"{name}-{replica}", _service_labels(base, name, replica), owner
    for group in identities.groups(pcs):
        yield "podcliquescalinggroups", group.name, _group_labels(base, group), owner
    for clique in identities.cliques(pcs, snapshot):
        yield "podcliques", clique.name, clique_labels(clique), _clique_owner(clique)
    for gang in identities.gangs(pcs, snapshot):
        yield "podgangs", gang.name, _gang_labels(base, pcs), owner
    for _, target, _ in identities.autoscaled(pcs):
        labels = _component(base, target, "pcs-hpa")
        yield "horizontalpodautoscalers", target, labels, owner
    if identities.orders_startup(pcs):
        role = f"grove.io:pcs:{name}"
        text = role.replace(":", "-").replace("/", "-") if "/" in role else role.replace(":", "-")
        yield "serviceaccounts", name, _component(base, name, "pod-service-account"), owner
        yield "roles", role, _component(base, text, "pod-role"), owner
        yield "rolebindings", role, _component(base, text, "pod-role-binding"), owner


def _component(base: dict[str, str], name: str, component: str) -> dict[str, str]:
    return {**base, "app.kubernetes.io/name": name, "app.kubernetes.io/component": component}


def _service_labels(base: dict[str, str], pcs: str, replica: int) -> dict[str, str]:
    own = _component(base, f"{pcs}-{replica}", "pcs-headless-service")
    return {**own, "grove.io/podcliqueset-replica-index": str(replica)}


def _group_labels(base: dict[str, str], group: Group) -> dict[str, str]:
    own = _component(base, group.name, "pcs-podcliquescalinggroup")
    return {**own, "grove.io/podcliqueset-replica-index": str(group.replica)}


def _gang_labels(base: dict[str, str], pcs: Json) -> dict[str, str]:
    inherited = {k: v for k, v in labels_of(pcs).items() if not k.startswith("grove.io/")}
    return {
        **inherited,
        **base,
        "app.kubernetes.io/component": "podgang",
        "grove.io/scheduler-name": "default-scheduler",
    }


def clique_labels(clique: Clique) -> dict[str, str]:
    """Return all labels of a PodClique that is made from the present template."""
    return {**clique.labels, HASH: template_hash(clique)}


def template_hash(clique: Clique) -> str:
    priority = clique.pcs["spec"]["template"].get("priorityClassName") or ""
    return pod_template_hash(clique.template, priority)


def _clique_owner(clique: Clique) -> tuple[str, str]:
    if clique.group is not None:
        return "podcliquescalinggroups", clique.group_name
    return "podcliquesets", clique.set_name


def _problems_of(
    snapshot: Snapshot, plural: str, name: str, labels: dict[str, str], owner: tuple[str, str]
) -> Iterator[str]:
    obj = snapshot.objects[plural].get(name)
    if obj is None:
        yield f"{plural} {name} does not exist"
        return
    found = labels_of(obj)
    for key in sorted(found.keys() | labels.keys()):
        if found.get(key) == labels.get(key):
            continue
        # A member PodClique keeps its template until an update reaches its replica of the group.
        if found.get(HASH) == labels.get(HASH) or key.startswith(OUR_DOMAINS):
            yield f"{plural} {name}: label {key} is {found.get(key)}, not {labels.get(key)}"
    yield from _owner_problems(snapshot, plural, obj, owner)


def _owner_problems(
    snapshot: Snapshot, plural: str, obj: Json, owner: tuple[str, str]
) -> Iterator[str]:
    what = f"{plural} {obj['metadata']['name']}"
    reference = controller(obj)
    wanted = snapshot.objects[owner[0]].get(owner[1])
    if wanted is None:
        yield f"{what}: its owner {owner[1]} does not exist"
    elif reference is None or reference["uid"] != wanted["metadata"]["uid"]:
        yield f"{what} is owned by {reference}, not by {owner[1]}"
    elif reference.get("blockOwnerDeletion") is not True:
        yield f"{what}: its owner reference does not block the owner's deletion"
    if obj["metadata"].get("finalizers"):
        yield f"{what} has finalizers {obj['metadata']['finalizers']}"
