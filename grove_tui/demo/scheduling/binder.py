"""Making decisions of the scheduler true: one Binding per pod, many at a time."""

from collections.abc import Callable
from typing import NamedTuple

from grove_tui.demo.objects import DEFAULT_SCHEDULER, PODS, Pod
from grove_tui.demo.recorder import News, Recorder
from grove_tui.kube.client import Client
from grove_tui.kube.errors import ApiError, ServerError, TooManyRequests
from grove_tui.kube.objects import NamespacedName, key_of
from grove_tui.reconcile.controller import Controller

CONCURRENCY = 16


class Decision(NamedTuple):
    """The node that was chosen for a pod."""

    pod: Pod
    node: str


class Binder:
    """Writes decisions; hands back those that the API server refuses for good."""

    def __init__(
        self, client: Client, recorder: Recorder, on_refused: Callable[[Pod], None]
    ) -> None:
        self.controller = Controller("scheduler-bind", self._bind, workers=CONCURRENCY)
        self._client = client
        self._recorder = recorder
        self._on_refused = on_refused
        self._decisions: dict[NamespacedName, Decision] = {}

    def bind(self, pod: Pod, node: str) -> None:
        """Have `pod` bound to `node`."""
        self._decisions[key_of(pod)] = Decision(pod, node)
        self.controller.enqueue(key_of(pod))

    async def _bind(self, key: NamespacedName) -> None:
        decision = self._decisions.get(key)
        if decision is None:
            return
        pod, node = decision
        try:
            await self._write(pod, node)
        except (ServerError, TooManyRequests):
            raise
        except ApiError:
            # Gone, replaced or bound by somebody else: another try would not help.
            self._decisions.pop(key, None)
            self._on_refused(pod)
            return
        self._decisions.pop(key, None)
        message = f"Successfully assigned {key} to {node}"
        self._recorder.record(pod, News(DEFAULT_SCHEDULER, "Scheduled", message))

    async def _write(self, pod: Pod, node: str) -> None:
        meta = pod.metadata
        binding = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": meta.name, "namespace": meta.namespace, "uid": meta.uid},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node},
        }
        await self._client.create_subresource(PODS, meta.name, "binding", binding, meta.namespace)
