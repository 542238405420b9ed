"""What single reconciles cost, read from the controllers' own counters in the same process."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress

from benchmarks.cluster import PodCount, fill, workload
from benchmarks.report import Figure
from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.demo.cluster import ClusterOptions, DemoCluster
from grove_tui.kube.client import Client
from grove_tui.kube.resources import PODS
from grove_tui.reconcile.controller import percentile
from grove_tui.reconcile.manager import Manager
from grove_tui.reconcile.world import open_informers

NAMESPACE = "default"
WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})
OTHERS = (0, 10, 100, 1000)
"""How many other sets there are while one is measured."""
MEASURED, BESIDE = 1000, 4000
"""Pods of the measured set, and of all others together."""
CHURN = 200
"""Pods that are deleted, one after the other, to measure reconciles of a cluster at work."""


class Reconciler:
    """Our reconciler in this process, with its requests and durations at hand."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._informers = open_informers(client)
        self.manager = Manager(client, self._informers)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Reconciler":
        self._tasks = [
            asyncio.create_task(run()) for run in (self._informers.run, self.manager.run)
        ]
        await self._informers.wait_synced()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    def forget(self) -> None:
        """Measure from here."""
        self.client.requests.clear()
        for stats in self.manager.stats.controllers.values():
            stats.durations.clear()

    def durations(self) -> list[float]:
        """Return the seconds that reconciles took."""
        stats = self.manager.stats.controllers.values()
        return [duration for controller in stats for duration in controller.durations]

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.client.requests.total()

    def writes(self) -> Counter[str]:
        """Return what was written, by verb and resource."""
        sent = self.client.requests.items()
        return Counter({f"{verb} {what}": n for (verb, what), n in sent if verb in WRITES})


def reconciles() -> Iterator[Figure]:
    """Writes per pod of larger gangs, and durations of reconciles beside ever more other sets."""
    yield from asyncio.run(_writes_of_large_gangs())
    for others in OTHERS:
        yield from asyncio.run(_durations(others))


async def _writes_of_large_gangs() -> list[Figure]:
    gangs, pods = 100, 10
    async with bench() as (cluster, reconciler, counts):
        begun = time.perf_counter()
        await cluster.client.create(PODCLIQUESETS, workload("writes", gangs, pods), NAMESPACE)
        ready = await counts.until(lambda c: c.ready >= gangs * pods)
        await until_idle(reconciler)
    writes = reconciler.writes().total() / (gangs * pods)
    return [
        Figure(f"{gangs} gangs of {pods} pods: ready", ready - begun, "s"),
        Figure("  API writes of the reconciler per pod, until quiet", writes, "", 4.0),
    ]


async def _durations(others: int) -> list[Figure]:
    """Reconcile one set of 1,000 pods beside `others` that share 4,000 pods."""
    async with bench(nodes=60) as (cluster, reconciler, counts):
        await fill(cluster.client, counts, MEASURED // 2, ["measured"])
        names = [f"other{number}" for number in range(others)]
        await fill(cluster.client, counts, BESIDE // 2 // max(others, 1), names)
        durations = await _churn(cluster.client, counts, reconciler, "measured")
    pods = MEASURED + (BESIDE if others else 0)
    what = f"{pods:,} pods, {others:,} other sets"
    return [
        Figure(f"reconcile p50, {what}", percentile_ms(durations, 50), "ms"),
        Figure(f"reconcile p95, {what}", percentile_ms(durations, 95), "ms", 10),
    ]


@asynccontextmanager
async def bench(nodes: int = 20) -> AsyncIterator[tuple[DemoCluster, Reconciler, PodCount]]:
    """Run a cluster, its reconciler and a count of its pods in this process."""
    async with (
        DemoCluster(ClusterOptions(nodes=nodes, port=None, speed=0)) as cluster,
        Reconciler(cluster.connect()) as reconciler,
        PodCount(cluster.client).follow() as counts,
    ):
        yield cluster, reconciler, counts


async def _churn(
    client: Client, counts: PodCount, reconciler: Reconciler, name: str
) -> list[float]:
    """Delete pods of one set one by one, each when the one before is made good."""
    await until_idle(reconciler)
    reconciler.forget()
    whole = counts.ready
    page = await client.list_page(PODS, NAMESPACE)
    victims = [p for p in page.items if p.metadata.name.startswith(f"{name}-")][:CHURN]
    for pod in victims:
        await client.delete(PODS, pod.metadata.name, NAMESPACE, grace_period_seconds=0)
        await counts.until(lambda c: c.ready < whole)
        await counts.until(lambda c: c.ready >= whole)
    return reconciler.durations()


async def until_idle(reconciler: Reconciler) -> None:
    """Wait until the reconciler has had nothing to do for a second."""
    quiet = 0
    while quiet < 10:
        quiet = quiet + 1 if reconciler.manager.is_idle else 0
        await asyncio.sleep(0.1)


def percentile_ms(values: Sequence[float], percent: int) -> float:
    """Return a percentile of seconds in milliseconds."""
    return percentile(values, percent) * 1000
