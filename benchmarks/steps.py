"""What each step in the life of 1,000 pods costs, with the reconciler's counters at hand.

Cluster, reconciler and the counting of pods share one process here, so seconds and CPU are those
of all three. A write is a request of the reconciler that creates, patches or deletes; the writes of
scheduler, kubelet and garbage collector are told apart by what the server stored.
"""

import asyncio
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from benchmarks.cluster import PodCount, workload
from benchmarks.inprocess import Reconciler, bench, percentile_ms, until_idle
from benchmarks.report import Figure
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.demo.cluster import DemoCluster
from grove_tui.kube.client import Client, PatchType

NAME = "steps"
NAMESPACE = "default"
GANGS = 500
PODS = 2 * GANGS
TERMINATED = 200
PATIENCE = 600.0
IMAGE = "/spec/template/cliques/0/spec/podSpec/containers/0/image"
WRITES = "API writes of the reconciler per pod"
PARTS = {
    "pods created": ("create pods",),
    "gates removed": ("patch pods",),
    "PodCliques": ("create podcliques",),
    "their statuses": ("patch podcliques/status",),
    "PodGangs": ("create podgangs", "patch podgangs"),
    "PodGang statuses": ("patch podgangs/status",),
    "Services": ("create services",),
    "events": ("create events", "patch events"),
}
"""What the writes of a creation are for."""


@dataclass
class Stand:
    """A cluster with its reconciler and a count of its pods."""

    cluster: DemoCluster
    reconciler: Reconciler
    counts: PodCount

    @property
    def client(self) -> Client:
        """Acts as a user."""
        return self.cluster.client

    async def settled(self, pods: int) -> None:
        """Wait until that many pods exist, all of them ready."""
        await self.counts.until(lambda c: c.present == c.ready == pods, timeout=PATIENCE)


@dataclass(frozen=True)
class Step:
    """Something to do, how many pods come or go by it, and what comes before, unmeasured."""

    name: str
    pods: int
    act: Callable[[Stand], Awaitable[float]]
    prepare: Callable[[Stand], Awaitable[None]] | None = None


async def steps() -> AsyncIterator[Figure]:
    """Create, grow, shrink, update, terminate and delete."""
    async with bench() as (cluster, reconciler, counts):
        stand = Stand(cluster, reconciler, counts)
        for step in STEPS:
            for figure in await _measured(stand, step):
                yield figure


async def _measured(stand: Stand, step: Step) -> list[Figure]:
    if step.prepare is not None:
        await step.prepare(stand)
    await until_idle(stand.reconciler)
    stand.reconciler.forget()
    cpu, revision = _cpu(), stand.cluster.storage.revision
    took = await step.act(stand)
    at_once = stand.reconciler.writes().total()
    await until_idle(stand.reconciler)
    writes = stand.reconciler.writes()
    others = stand.cluster.storage.revision - revision - writes.total()
    is_first, pods = step.act is _create, step.pods
    return [
        Figure(step.name, took, "s", 3.0 if is_first else None),
        Figure("  pods per second", pods / took, ""),
        Figure(f"  {WRITES}, until done", at_once / pods, "", 4.0 if is_first else None),
        Figure("  the same, until all is told and quiet", writes.total() / pods, ""),
        Figure("  API requests of the reconciler per pod", stand.reconciler.requests / pods, ""),
        Figure("  writes of scheduler, kubelet and others per pod", others / pods, ""),
        *_durations(stand.reconciler),
        Figure("  CPU of cluster and reconciler", _cpu() - cpu, "s"),
        *(_parts(writes, pods) if is_first else ()),
    ]


def _durations(reconciler: Reconciler) -> list[Figure]:
    durations = reconciler.durations()
    return [
        Figure(f"  reconcile p{percent}", percentile_ms(durations, percent), "ms")
        for percent in (50, 95)
    ]


def _parts(writes: Counter[str], pods: int) -> list[Figure]:
    return [
        Figure(f"    writes per pod: {part}", sum(writes[what] for what in whats) / pods, "")
        for part, whats in PARTS.items()
    ]


async def _create(stand: Stand) -> float:
    manifest = workload(NAME, 0)
    # Long enough that nothing is terminated before it is asked for.
    manifest["spec"]["template"]["terminationDelay"] = "1h"
    await stand.client.create(PODCLIQUESETS, manifest, NAMESPACE)
    return await _scale(stand, GANGS)


async def _grow(stand: Stand) -> float:
    return await _scale(stand, 2 * GANGS)


async def _shrink(stand: Stand) -> float:
    return await _scale(stand, GANGS)


async def _end(stand: Stand) -> float:
    return await _scale(stand, 0)


async def _scale(stand: Stand, replicas: int) -> float:
    begun = time.perf_counter()
    await stand.client.scale(PODCLIQUESETS, NAME, replicas, NAMESPACE)
    await stand.settled(2 * replicas)
    return time.perf_counter() - begun


async def _update(stand: Stand) -> float:
    begun = time.perf_counter()
    patch = [{"op": "replace", "path": IMAGE, "value": "nginx:next"}]
    await stand.client.patch(PODCLIQUESETS, NAME, patch, NAMESPACE, type=PatchType.JSON)
    async with asyncio.timeout(PATIENCE):
        while not await _has_been_updated(stand.client):  # noqa: ASYNC110 - asks a server
            await asyncio.sleep(0.1)
    return time.perf_counter() - begun


async def _has_been_updated(client: Client) -> bool:
    pcs = await client.get(PODCLIQUESETS, NAME, NAMESPACE)
    progress = pcs.status.update_progress
    return progress is not None and progress.update_ended_at is not None


async def _break(stand: Stand) -> None:
    """Break many gangs."""
    for index in range(TERMINATED):
        await stand.client.scale(PODCLIQUES, f"{NAME}-{index}-w", 1, NAMESPACE)
    await stand.settled(PODS - TERMINATED)


async def _terminate(stand: Stand) -> float:
    """Let all broken gangs be due at the same moment."""
    begun = time.perf_counter()
    patch = {"spec": {"template": {"terminationDelay": "1s"}}}
    await stand.client.patch(PODCLIQUESETS, NAME, patch, NAMESPACE)
    await stand.settled(PODS)
    return time.perf_counter() - begun


STEPS = (
    Step(f"0 to {GANGS} replicas of 2 pods", PODS, _create),
    Step(f"{GANGS} to {2 * GANGS:,} replicas", PODS, _grow),
    Step(f"{2 * GANGS:,} to {GANGS} replicas", PODS, _shrink),
    Step(f"rolling update of {PODS:,} pods", PODS, _update),
    Step(f"{TERMINATED} gangs terminated at once", 2 * TERMINATED, _terminate, _break),
    Step(f"{GANGS} to 0 replicas", PODS, _end),
)
"""What is done, one after the other."""


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
