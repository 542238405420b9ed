"""Telling why a pod has no node: its PodScheduled condition and a FailedScheduling event."""

import asyncio
from dataclasses import dataclass

from grove_tui.demo.conditions import condition, merge
from grove_tui.demo.objects import DEFAULT_SCHEDULER, PODS, Pod
from grove_tui.demo.recorder import WARNING, News, Recorder
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.errors import NotFound
from grove_tui.kube.objects import NamespacedName, key_of
from grove_tui.kube.store import Store
from grove_tui.reconcile.controller import Controller, Result

PATIENCE = 3.0
"""Seconds for which a pod that waits for its gang's other parts is nobody's concern."""
BACKOFF = 5.0
"""Seconds before a changed reason of the same pod is told again; doubles each time."""
MAX_BACKOFF = 300.0


@dataclass(slots=True)
class _Told:
    message: str
    at: float
    backoff: float = BACKOFF


class Reporter:
    """Writes reasons, each at most as often as a person could follow."""

    def __init__(self, client: Client, pods: Store[Pod], recorder: Recorder, clock: Clock) -> None:
        self.controller = Controller("scheduler-report", self._report, workers=4)
        self._client = client
        self._pods = pods
        self._recorder = recorder
        self._clock = clock
        self._reasons: dict[str, str] = {}
        self._told: dict[str, _Told] = {}

    def unschedulable(self, pod: Pod, reason: str) -> None:
        """Tell that no node takes `pod`."""
        if self._reasons.get(pod.metadata.uid) != reason:
            self._reasons[pod.metadata.uid] = reason
            self.controller.enqueue(key_of(pod))

    def waiting(self, pod: Pod, reason: str) -> None:
        """Tell that `pod` waits for something else, if it still does in a while."""
        if pod.metadata.uid not in self._reasons:
            self.controller.enqueue_after(key_of(pod), PATIENCE)
        self._reasons[pod.metadata.uid] = reason

    def settled(self, uid: str) -> None:
        """Forget a pod that has a node or is gone."""
        self._reasons.pop(uid, None)
        self._told.pop(uid, None)

    async def _report(self, key: NamespacedName) -> Result | None:
        pod = self._pods.get(key.namespace, key.name)
        reason = self._reasons.get(pod.metadata.uid) if pod is not None else None
        if pod is None or reason is None or pod.spec.node_name:
            return None
        now = asyncio.get_running_loop().time()
        told = self._told.get(pod.metadata.uid)
        if told is not None:
            if told.message == reason:
                return None
            if now < told.at + told.backoff:
                return Result(requeue_after=told.at + told.backoff - now)
        backoff = min(told.backoff * 2, MAX_BACKOFF) if told is not None else BACKOFF
        self._told[pod.metadata.uid] = _Told(reason, now, backoff)
        await self._tell(pod, reason)
        return None

    async def _tell(self, pod: Pod, reason: str) -> None:
        news = News(DEFAULT_SCHEDULER, "FailedScheduling", reason, WARNING)
        self._recorder.record(pod, news)
        change = condition("PodScheduled", "False", "Unschedulable", reason)
        conditions = merge(pod.status.get("conditions") or (), [change], self._clock())
        patch = {"metadata": {"uid": pod.metadata.uid}, "status": {"conditions": conditions}}
        meta = pod.metadata
        try:
            await self._client.patch(PODS, meta.name, patch, meta.namespace, subresource="status")
        except NotFound:
            self.settled(meta.uid)
