"""Small worlds for the view tests: stores filled with what a scenario needs."""

from typing import Any

from grove_tui.api import labels
from grove_tui.api.objects import PodClique, PodCliqueScalingGroup, PodCliqueSet
from grove_tui.kube.objects import Pod, key_of
from grove_tui.kube.store import Store
from grove_tui.reconcile.world import INDEXES, World
from grove_tui.view.book import Change, GangBook
from tests.builders import at, condition, pod, podclique, podcliqueset, scaling_group


class Scene:
    """A World with a book on it; what is put is also observed."""

    def __init__(self, now: float = 100) -> None:
        self.now = now
        stores: dict[str, Store[Any]] = {name: Store(i) for name, i in INDEXES.items()}
        self.world = World(**stores)
        self._stores = stores
        self.book = GangBook(self.world, lambda: at(self.now))

    def put(self, *objects: Any) -> list[Change | None]:
        changes = []
        for obj in objects:
            store = self._stores[_store_name(obj)]
            old = store.get(obj.metadata.namespace, obj.metadata.name)
            store.put(obj)
            if old is not None and old.metadata.uid != obj.metadata.uid:
                self.book.observe(old, None)
                old = None
            changes.append(self.book.observe(old, obj))
        return changes

    def remove(self, obj: Any) -> Change | None:
        store = self._stores[_store_name(obj)]
        old = store.get(obj.metadata.namespace, obj.metadata.name)
        store.remove(key_of(obj))
        return self.book.observe(old, None)


def _store_name(obj: Any) -> str:
    name = type(obj).__name__
    return "hpas" if name.startswith("Horizontal") else f"{name.lower()}s"


def clique(
    name: str = "worker",
    *,
    pcs: str = "sim",
    replica: int = 0,
    group: str = "",
    index: int = 0,
    replicas: int = 2,
    minimum: int = 2,
    breached: bool | str | None = None,
    since: float = 50,
    scheduled: bool | None = True,
    uid: str = "",
    **overrides: Any,
) -> PodClique:
    """A clique of `sim`, whose conditions say what `breached` and `scheduled` say."""
    if group:
        own = labels.member_podclique(
            pcs,
            replica,
            (group, index, name),
            min_available=1,
            template_labels={},
            template_hash="h",
        )
        fqn = f"{pcs}-{replica}-{group}-{index}-{name}"
    else:
        own = labels.podclique(pcs, replica, name, template_labels={}, template_hash="h")
        fqn = f"{pcs}-{replica}-{name}"
    conditions = []
    if scheduled is not None:
        conditions.append(condition("PodCliqueScheduled", scheduled, since=5))
    if breached is not None:
        conditions.append(condition("MinAvailableBreached", breached, since=since))
    body: dict[str, dict[str, Any]] = {
        "metadata": {"labels": own, **({"uid": uid} if uid else {})},
        "spec": {"replicas": replicas, "minAvailable": minimum},
        "status": {"conditions": conditions},
    }
    for part, values in overrides.items():
        body[part] = {**body.get(part, {}), **values}
    return podclique(fqn, **body)


def pods(
    of: PodClique, *states: str, first: int = 0, owner_uid: str = "", **overrides: Any
) -> list[Pod]:
    """Pods of a clique, one for each state: ready, running, creating, gated, stuck, crashing."""
    return [
        _pod(of, first + number, state, owner_uid or of.metadata.uid, overrides)
        for number, state in enumerate(states)
    ]


def _since_start(name: str) -> dict[str, Any]:
    return {"name": name, "started": True, "state": {"running": {"startedAt": at(0).isoformat()}}}


def _pod(of: PodClique, number: int, state: str, owner_uid: str, overrides: dict[str, Any]) -> Pod:
    name = f"{of.metadata.name}-{number:05}"
    own = labels.pod(of.metadata.name, of.metadata.labels, number)
    waiting = {"name": "main", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    shapes: dict[str, dict[str, Any]] = {
        "ready": {"node": f"node-{number}", "phase": "Running", "ready": True},
        "running": {"node": f"node-{number}", "phase": "Running"},
        "creating": {"node": f"node-{number}"},
        "gated": {"status": {"conditions": [condition("PodScheduled", False, "SchedulingGated")]}},
        "stuck": {"status": {"conditions": [condition("PodScheduled", False, "Unschedulable")]}},
        "crashing": {
            "node": f"node-{number}",
            "phase": "Running",
            "status": {"containerStatuses": [waiting]},
        },
        "unready": {
            "node": f"node-{number}",
            "phase": "Running",
            "status": {
                "conditions": [condition("PodScheduled"), condition("Ready", False, since=90)],
                "containerStatuses": [_since_start("main")],
            },
        },
        "leaving": {
            "node": f"node-{number}",
            "phase": "Running",
            "ready": True,
            "metadata": {"deletionTimestamp": "2026-01-01T00:02:00Z"},
        },
    }
    shape = {**shapes[state], **overrides}
    return pod(name, labels=own, owner_uid=owner_uid, **shape)


def group(
    *,
    pcs: str = "sim",
    replica: int = 0,
    name: str = "group",
    replicas: int = 2,
    minimum: int = 1,
    breached: bool | str | None = None,
    since: float = 50,
    recycling: bool = False,
    available: int = 0,
) -> PodCliqueScalingGroup:
    """A scaling group of `sim`."""
    conditions = []
    if breached is not None:
        conditions.append(condition("MinAvailableBreached", breached, since=since))
    if recycling:
        conditions.append(condition("GangTerminationInProgress"))
    return scaling_group(
        f"{pcs}-{replica}-{name}",
        metadata={"labels": labels.scaling_group(pcs, replica, name)},
        spec={
            "replicas": replicas,
            "minAvailable": minimum,
            "cliqueNames": ["leader", "worker"],
        },
        status={"conditions": conditions, "availableReplicas": available},
    )


def template(name: str, replicas: int = 2, minimum: int = 2) -> dict[str, Any]:
    """A clique of a PodCliqueSet's template."""
    spec = {"roleName": name, "replicas": replicas, "minAvailable": minimum, "podSpec": {}}
    return {"name": name, "spec": spec}


def grouped_set(replicas: int = 1, **spec: Any) -> PodCliqueSet:
    """A set with a standalone clique `router` and a group of `leader` and `worker`."""
    cliques = [template("router", 1, 1), template("leader", 1, 1), template("worker")]
    groups = [
        {"name": "group", "cliqueNames": ["leader", "worker"], "replicas": 2, "minAvailable": 1}
    ]
    inner = {"terminationDelay": "10s", "cliques": cliques, "podCliqueScalingGroups": groups}
    return podcliqueset("sim", spec={"replicas": replicas, "template": inner, **spec})
