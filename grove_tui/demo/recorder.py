"""Events of the simulated components, in amounts that a person can read.

Promises:

* `record` never waits and never fails: events are news, not state.
* The same news about the same object is one Event whose count grows.
* At a calm pace every piece of news is an Event of its own. In a burst, what exceeds the allowance
  is gathered per controller (of many controllers: per namespace) and told in one Event a second
  later, so that creating a thousand pods costs a handful of writes instead of thousands.
"""

import asyncio
import itertools
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from grove_tui.demo.objects import Pod
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, format_time
from grove_tui.kube.errors import KubeError, NotFound
from grove_tui.kube.objects import JSON, Node
from grove_tui.kube.resources import EVENTS

NORMAL, WARNING = "Normal", "Warning"
RATE = 20.0
"""Events per second that are told one by one."""
BURST = 40.0
GATHER_SECONDS = 1.0
MOST_GATHERED = 16
"""Of how many controllers it is told, before it is only told of their namespaces."""
REMEMBERED = 4096
"""How many past events can still be counted up."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened."""

    component: str
    reason: str
    message: str
    type: str = NORMAL


@dataclass(slots=True)
class _Gathered:
    news: News
    about: JSON
    namespace: str
    count: int = 0
    pods: set[str] = field(default_factory=set)


class Recorder:
    """Turns news about pods and nodes into Events."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._serial = itertools.count(int(clock().timestamp() * 1e9))
        self._queue: asyncio.Queue[tuple[JSON, News, int]] = asyncio.Queue()
        self._known: OrderedDict[tuple[str, str, str], tuple[str, int]] = OrderedDict()
        self._gathered: dict[tuple[str, str], _Gathered] = {}
        self._tokens = BURST
        self._refilled = 0.0

    def record(self, pod: Pod, news: News) -> None:
        """Tell `news` about a pod."""
        if self._allowed():
            self._queue.put_nowait((_about_pod(pod), news, 1))
            return
        about = _about_controller(pod)
        key = (about.get("uid", ""), news.reason)
        if not self._gathered:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._tell_gathered)
        gathered = self._gathered.setdefault(key, _Gathered(news, about, pod.metadata.namespace))
        gathered.count += 1
        gathered.pods.add(pod.metadata.name)

    def record_node(self, node: Node, news: News) -> None:
        """Tell `news` about a node."""
        about = {"kind": "Node", "name": node.metadata.name, "uid": node.metadata.name}
        self._queue.put_nowait((about, news, 1))

    async def run(self) -> None:
        """Write events until cancelled."""
        while True:
            about, news, count = await self._queue.get()
            try:
                await self._write(about, news, count)
            except KubeError as error:
                _log.debug("event %s was not written: %s", news.reason, error)

    def _allowed(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._tokens = min(BURST, self._tokens + (now - self._refilled) * RATE)
        self._refilled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _tell_gathered(self) -> None:
        gathered = list(self._gathered.values())
        self._gathered.clear()
        if len(gathered) > MOST_GATHERED:
            gathered = _merged(gathered)
        for one in gathered:
            news, message = one.news, one.news.message
            if len(one.pods) > 1:
                message += f" ({len(one.pods)} pods, such as {min(one.pods)})"
            told = News(news.component, news.reason, message, news.type)
            self._queue.put_nowait((one.about, told, one.count))

    async def _write(self, about: JSON, news: News, count: int) -> None:
        key = (about.get("uid", ""), news.reason, news.message)
        namespace = about.get("namespace") or "default"
        known = self._known.get(key)
        if known is not None:
            name, seen = known
            again = {"count": seen + count, "lastTimestamp": format_time(self._clock())}
            try:
                await self._client.patch(EVENTS, name, again, namespace)
            except NotFound:
                del self._known[key]
            else:
                self._known[key] = (name, seen + count)
                return
        name = f"{about['name']}.{next(self._serial):x}"
        await self._client.create(EVENTS, self._event(name, about, news, count), namespace)
        self._known[key] = (name, count)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _event(self, name: str, about: JSON, news: News, count: int) -> JSON:
        now = format_time(self._clock())
        return {
            "metadata": {"name": name, "namespace": about.get("namespace") or "default"},
            "involvedObject": about,
            "type": news.type,
            "reason": news.reason,
            "message": news.message,
            "source": {"component": news.component},
            "reportingComponent": news.component,
            "reportingInstance": "",
            "count": count,
            "firstTimestamp": now,
            "lastTimestamp": now,
        }


def _about_pod(pod: Pod) -> JSON:
    meta = pod.metadata
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "namespace": meta.namespace,
        "name": meta.name,
        "uid": meta.uid,
    }


def _about_controller(pod: Pod) -> JSON:
    for ref in pod.metadata.owner_references:
        if ref.controller:
            return {
                "apiVersion": ref.api_version,
                "kind": ref.kind,
                "namespace": pod.metadata.namespace,
                "name": ref.name,
                "uid": ref.uid,
            }
    return _about_namespace(pod.metadata.namespace)


def _about_namespace(name: str) -> JSON:
    return {"apiVersion": "v1", "kind": "Namespace", "namespace": name, "name": name, "uid": name}


def _merged(gathered: Iterable[_Gathered]) -> list[_Gathered]:
    """Return the same news about namespaces, one per reason."""
    merged: dict[tuple[str, str], _Gathered] = {}
    for one in gathered:
        about = _about_namespace(one.namespace)
        key = (one.namespace, one.news.reason)
        into = merged.setdefault(key, _Gathered(one.news, about, one.namespace))
        into.count += one.count
        into.pods |= one.pods
    return list(merged.values())
