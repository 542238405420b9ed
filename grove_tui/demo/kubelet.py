"""One kubelet for all simulated nodes: it takes bound pods through their stages.

Stages that take no time are played in one go and written once, so at full speed a pod costs a
single status patch from bound to Ready.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from grove_tui.api.constants import LABEL_PODCLIQUE, LABEL_PODGANG
from grove_tui.demo.addresses import Addresses
from grove_tui.demo.objects import PODS, Pod
from grove_tui.demo.recorder import News, Recorder
from grove_tui.demo.stages import STAGES, Moment, Stage, annotations, stage_of
from grove_tui.demo.watches import BY_GANG, BY_NODE, Watches
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.errors import Conflict, NotFound
from grove_tui.kube.objects import JSON, NamespacedName, Node, key_of
from grove_tui.reconcile.controller import Controller, Result

WORKERS = 16
MOST_STAGES = 32
"""How many stages a pod may pass at once; more would be a loop of stages that take no time."""


@dataclass(slots=True)
class _Entered:
    stage: Stage
    due: float


@dataclass(slots=True)
class _Played:
    pod: Pod
    events: list[News]
    removed: bool = False
    wait: float | None = None


class Kubelet:
    """Plays the stages of every pod that has a living node."""

    def __init__(
        self,
        client: Client,
        watches: Watches,
        recorder: Recorder,
        *,
        speed: float,
        rng: random.Random,
        clock: Clock,
    ) -> None:
        self._client = client
        self._watches = watches
        self._pods = watches.pods.store
        self._nodes = watches.nodes.store
        self._recorder = recorder
        self._speed = speed
        self._rng = rng
        self._clock = clock
        self._addresses = Addresses()
        self._entered: dict[str, _Entered] = {}
        self._written: dict[str, Pod] = {}
        self.controller = Controller("kubelet", self._reconcile, WORKERS)
        watches.nodes.add_handler(self._node_changed)
        watches.pods.add_handler(self._pod_changed)

    async def run(self) -> None:
        """Play until cancelled."""
        await self._watches.wait_synced()
        await self.controller.run()

    def _pod_changed(self, old: Pod | None, new: Pod | None) -> None:
        if new is None:
            if old is not None:
                self._forget(old)
        elif new.spec.node_name:
            address = str(new.status.get("podIP", ""))
            self._addresses.observe(new.metadata.uid, new.spec.node_name, address)
            self.controller.enqueue(key_of(new))
        pod = new or old
        if pod is not None and _is_ready(old) != _is_ready(new):
            self._wake_followers(pod)

    def _node_changed(self, old: Node | None, new: Node | None) -> None:
        if new is None:
            return
        name = new.metadata.name
        if old is None or old.spec.pod_cidr != new.spec.pod_cidr:
            self._addresses.describe(name, new.spec.pod_cidr)
        if old is None or is_dead(old) != is_dead(new):
            for pod in self._pods.by_index(BY_NODE, name):
                self.controller.enqueue(key_of(pod))

    def _wake_followers(self, pod: Pod) -> None:
        gang = pod.metadata.labels.get(LABEL_PODGANG)
        if gang is None:
            return
        for other in self._pods.by_index(BY_GANG, f"{pod.metadata.namespace}/{gang}"):
            if other.spec.node_name and other.spec.init_containers and not other.is_ready:
                self.controller.enqueue(key_of(other))

    def _forget(self, pod: Pod) -> None:
        uid = pod.metadata.uid
        self._addresses.release(uid)
        self._entered.pop(uid, None)
        self._written.pop(uid, None)

    async def _reconcile(self, key: NamespacedName) -> Result | None:
        pod = self._current(key)
        if pod is None or not pod.spec.node_name or (pod.is_finished and not pod.is_terminating):
            return None
        node = self._nodes.get("", pod.spec.node_name)
        if node is None or is_dead(node):
            return None
        played = self._play(pod, node)
        try:
            if played.removed:
                await self._delete(pod)
            elif played.pod is not pod:
                await self._write(pod, played.pod.status)
        except (NotFound, Conflict):
            # It was deleted or replaced in the meantime; the watch will tell.
            return None
        for news in played.events:
            self._recorder.record(pod, news)
        return Result(requeue_after=played.wait)

    def _current(self, key: NamespacedName) -> Pod | None:
        """Return the newest known state: the watch may not have brought back our own write yet."""
        pod = self._pods.get(key.namespace, key.name)
        written = self._written.get(pod.metadata.uid) if pod is not None else None
        if pod is None or written is None:
            return pod
        if int(pod.metadata.resource_version) < int(written.metadata.resource_version):
            return written
        del self._written[pod.metadata.uid]
        return pod

    def _play(self, pod: Pod, node: Node) -> _Played:
        moment = Moment(self._clock(), _host_ip(node), self._pod_ip, self._ready_pods)
        played = _Played(pod, [])
        for _ in range(MOST_STAGES):
            stage = stage_of(STAGES, played.pod, moment)
            if stage is None:
                return played
            wait = self._time_left(played.pod, stage)
            if wait > 0:
                played.wait = wait
                return played
            self._entered.pop(pod.metadata.uid, None)
            step = stage.next(played.pod, moment)
            played.events += step.events
            if step.status is None:
                played.removed = True
                return played
            played.pod = msgspec.structs.replace(played.pod, status=step.status)
        return played

    def _time_left(self, pod: Pod, stage: Stage) -> float:
        now = asyncio.get_running_loop().time()
        uid = pod.metadata.uid
        entered = self._entered.get(uid)
        if entered is None or entered.stage is not stage:
            due = now + stage.delay(pod).drawn(self._speed, self._rng)
            entered = self._entered[uid] = _Entered(stage, due)
        return entered.due - now

    def _pod_ip(self, pod: Pod) -> str:
        return self._addresses.of(pod.metadata.uid, pod.spec.node_name)

    def _ready_pods(self, pod: Pod, clique: str) -> int:
        gang = pod.metadata.labels.get(LABEL_PODGANG, "")
        members = self._pods.by_index(BY_GANG, f"{pod.metadata.namespace}/{gang}")
        return sum(
            member.is_ready and not member.is_terminating
            for member in members
            if member.metadata.labels.get(LABEL_PODCLIQUE) == clique
        )

    async def _write(self, pod: Pod, status: JSON) -> None:
        meta = pod.metadata
        patch = {"metadata": {"uid": meta.uid}, "status": _difference(pod.status, status)}
        self._written[meta.uid] = await self._client.patch(
            PODS, meta.name, patch, meta.namespace, subresource="status"
        )

    async def _delete(self, pod: Pod) -> None:
        meta = pod.metadata
        await self._client.delete(
            PODS, meta.name, meta.namespace, uid=meta.uid, grace_period_seconds=0
        )


def is_dead(node: Node) -> bool:
    """Whether the node's kubelet was declared dead."""
    return annotations.DEAD in node.metadata.annotations


def _is_ready(pod: Pod | None) -> bool:
    return pod is not None and pod.is_ready and not pod.is_terminating


def _host_ip(node: Node) -> str:
    return next((a.address for a in node.status.addresses if a.type == "InternalIP"), "")


def _difference(old: Mapping[str, object], new: Mapping[str, object]) -> JSON:
    """Return the top-level fields of `new` that differ from `old`, as a merge patch."""
    return {key: value for key, value in new.items() if old.get(key) != value}
