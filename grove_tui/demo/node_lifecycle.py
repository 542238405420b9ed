"""What the control plane does about nodes: it notices dead ones and clears pods off bad ones.

It does the work of two controllers of kube-controller-manager (node lifecycle with taint eviction,
and pod garbage collection). Where those run as well, this one must not.
"""

import asyncio
from collections.abc import Iterable

from grove_tui.demo.conditions import condition, merge
from grove_tui.demo.kubelet import is_dead
from grove_tui.demo.objects import PODS, Pod
from grove_tui.demo.recorder import WARNING, News, Recorder
from grove_tui.demo.watches import BY_NODE, Watches
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, format_time
from grove_tui.kube.errors import Conflict, NotFound
from grove_tui.kube.objects import (
    JSON,
    Condition,
    NamespacedName,
    Node,
    Taint,
    find_condition,
    key_of,
)
from grove_tui.kube.resources import NODES
from grove_tui.kube.scheduling.filters import accepts
from grove_tui.reconcile.controller import Controller, Result

NOTICE_SECONDS = 5.0
"""How long a kubelet is silent before its node counts as lost."""
ORPHAN_SECONDS = 2.0
"""How long pods of a node that was deleted stay."""
UNREACHABLE = "node.kubernetes.io/unreachable"
NOT_READY = "node.kubernetes.io/not-ready"
"""A real API server gives every new node this taint; it goes when the node is seen to be ready."""
SILENT = "Kubelet stopped posting node status."
CONTROLLER = "node-controller"


class NodeLifecycle:
    """Watches nodes and the pods on them."""

    def __init__(
        self, client: Client, watches: Watches, recorder: Recorder, *, speed: float, clock: Clock
    ) -> None:
        self._client = client
        self._watches = watches
        self._pods = watches.pods.store
        self._nodes = watches.nodes.store
        self._recorder = recorder
        self._speed = speed
        self._clock = clock
        self._silent_since: dict[str, float] = {}
        self._leaving_since: dict[str, float] = {}
        self.nodes = Controller("node-lifecycle", self._reconcile_node, workers=2)
        self.pods = Controller("taint-eviction", self._reconcile_pod, workers=4)
        watches.nodes.add_handler(self._node_changed)
        watches.pods.add_handler(self._pod_changed)

    async def run(self) -> None:
        """Watch until cancelled."""
        await self._watches.wait_synced()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.nodes.run())
            group.create_task(self.pods.run())

    def _node_changed(self, old: Node | None, new: Node | None) -> None:
        node = new or old
        if node is None:
            return
        if new is not None and not _is_settled(new):
            self.nodes.enqueue(key_of(new))
        if new is None or old is None or _evicting(old) != _evicting(new):
            for pod in self._pods.by_index(BY_NODE, node.metadata.name):
                self.pods.enqueue(key_of(pod))

    def _pod_changed(self, old: Pod | None, new: Pod | None) -> None:
        if new is None:
            if old is not None:
                self._leaving_since.pop(old.metadata.uid, None)
            return
        if new.spec.node_name and (old is None or not old.spec.node_name):
            node = self._nodes.get("", new.spec.node_name)
            if node is None or _evicting(node):
                self.pods.enqueue(key_of(new))

    # Nodes

    async def _reconcile_node(self, key: NamespacedName) -> Result | None:
        node = self._nodes.get("", key.name)
        if node is None or _is_settled(node):
            self._silent_since.pop(key.name, None)
            return None
        if not is_dead(node):
            self._silent_since.pop(key.name, None)
            await self._set_reachable(node, reachable=True)
            return None
        now = asyncio.get_running_loop().time()
        due = self._silent_since.setdefault(key.name, now) + NOTICE_SECONDS / self._speed
        if due > now:
            return Result(requeue_after=due - now)
        await self._set_reachable(node, reachable=False)
        for pod in list(self._pods.by_index(BY_NODE, key.name)):
            await self._mark_not_ready(pod)
        return None

    async def _set_reachable(self, node: Node, *, reachable: bool) -> None:
        name, now = node.metadata.name, self._clock()
        if reachable:
            ready = condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
            news = News(CONTROLLER, "NodeReady", f"Node {name} status is now: NodeReady")
        else:
            ready = condition("Ready", "Unknown", "NodeStatusUnknown", SILENT)
            news = News(CONTROLLER, "NodeNotReady", f"Node {name} status is now: NodeNotReady")
        if reachable == _is_lost(node):
            kept = [_condition_json(c) for c in node.status.conditions]
            status = {"status": {"conditions": merge(kept, [ready], now)}}
            await self._client.patch(NODES, name, status, subresource="status")
            self._recorder.record_node(node, news)
        taints = [_taint_json(t) for t in node.spec.taints if t.key not in (UNREACHABLE, NOT_READY)]
        if not reachable:
            added = {"key": UNREACHABLE, "timeAdded": format_time(now)}
            taints += [{**added, "effect": effect} for effect in ("NoSchedule", "NoExecute")]
        await self._client.patch(NODES, name, {"spec": {"taints": taints or None}})

    async def _mark_not_ready(self, pod: Pod) -> None:
        if not pod.is_ready:
            return
        meta = pod.metadata
        changed = [condition("Ready", "False", "NodeNotReady", "Node is not ready")]
        conditions = merge(pod.status.get("conditions") or (), changed, self._clock())
        patch = {"metadata": {"uid": meta.uid}, "status": {"conditions": conditions}}
        try:
            await self._client.patch(PODS, meta.name, patch, meta.namespace, subresource="status")
        except (NotFound, Conflict):
            return
        news = News(CONTROLLER, "NodeNotReady", "Node is not ready", WARNING)
        self._recorder.record(pod, news)

    # Pods

    async def _reconcile_pod(self, key: NamespacedName) -> Result | None:
        pod = self._pods.get(key.namespace, key.name)
        if pod is None or not pod.spec.node_name:
            return None
        node = self._nodes.get("", pod.spec.node_name)
        patience = self._patience(pod, node)
        if patience is None:
            self._leaving_since.pop(pod.metadata.uid, None)
            return None
        now = asyncio.get_running_loop().time()
        due = self._leaving_since.setdefault(pod.metadata.uid, now) + patience
        if due > now:
            return Result(requeue_after=due - now)
        await self._remove(pod, force=node is None)
        return None

    def _patience(self, pod: Pod, node: Node | None) -> float | None:
        """Return after how many seconds the pod has to leave its node; None if it may stay."""
        if node is None:
            return ORPHAN_SECONDS / self._speed
        if pod.is_terminating or pod.is_finished:
            return None
        waits = [_tolerated_seconds(pod, taint) for taint in _evicting(node)]
        bounded = [seconds for seconds in waits if seconds is not None]
        return min(bounded) / self._speed if bounded else None

    async def _remove(self, pod: Pod, *, force: bool) -> None:
        meta = pod.metadata
        grace = 0 if force else None
        if not force:
            message = f"Marking for deletion Pod {key_of(pod)}"
            self._recorder.record(pod, News("taint-eviction-controller", "TaintEviction", message))
        try:
            await self._client.delete(
                PODS, meta.name, meta.namespace, uid=meta.uid, grace_period_seconds=grace
            )
        except (NotFound, Conflict):
            # It is gone or another pod took its name.
            return


def _is_lost(node: Node) -> bool:
    ready = find_condition(node.status.conditions, "Ready")
    return ready is not None and ready.status == "Unknown"


def _is_settled(node: Node) -> bool:
    """Whether a node's condition and taints say what its kubelet's state is."""
    keys = {taint.key for taint in node.spec.taints}
    if is_dead(node):
        return _is_lost(node) and UNREACHABLE in keys
    return not _is_lost(node) and not keys & {UNREACHABLE, NOT_READY}


def _evicting(node: Node) -> list[Taint]:
    return [taint for taint in node.spec.taints if taint.effect == "NoExecute"]


def _tolerated_seconds(pod: Pod, taint: Taint) -> float | None:
    """Return how long `pod` tolerates `taint`: 0 not at all, None for ever."""
    accepting = [t for t in pod.spec.tolerations if accepts(t, taint)]
    if not accepting:
        return 0.0
    bounded = [t.toleration_seconds for t in accepting if t.toleration_seconds is not None]
    return float(max(0, min(bounded))) if bounded else None


def _condition_json(present: Condition) -> JSON:
    made = condition(present.type, present.status, present.reason, present.message)
    if present.last_transition_time is not None:
        made["lastTransitionTime"] = format_time(present.last_transition_time)
    return made


def _taint_json(taint: Taint) -> JSON:
    fields: Iterable[tuple[str, str]] = (
        ("key", taint.key),
        ("value", taint.value),
        ("effect", taint.effect),
    )
    return {name: text for name, text in fields if text}
