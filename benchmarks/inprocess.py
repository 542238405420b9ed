"""What single reconciles cost, read from the controllers' own counters in the same process."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress

from benchmarks.cluster import PodCount, workload
from benchmarks.report import Figure
from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.demo.cluster import ClusterOptions, DemoCluster
from grove_tui.kube.client import Client
from grove_tui.kube.resources import PODS
from grove_tui.reconcile.manager import Manager
from grove_tui.reconcile.world import open_informers

NAMESPACE = "default"
WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})
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

    def writes(self) -> Counter[str]:
        """Return what was written, by verb and resource."""
        sent = self.client.requests.items()
        return Counter({f"{verb} {what}": n for (verb, what), n in sent if verb in WRITES})


def reconciles() -> Iterator[Figure]:
    """Writes per pod, and durations of reconciles beside few and many other sets."""
    yield from asyncio.run(_writes_per_pod())
    yield from asyncio.run(_durations())


async def _writes_per_pod() -> list[Figure]:
    figures = []
    for gangs, pods, aim in ((500, 2, 4.0), (100, 10, 4.0)):
        took, writes = await _create(gangs, pods)
        events = sum(count for what, count in writes.items() if what.endswith(" events"))
        own = sum(count for what, count in writes.items() if what.endswith(" pods"))
        name = f"{gangs} gangs of {pods}"
        figures += [
            Figure(f"in one process, {name}: 1,000 pods ready", took, "s"),
            Figure(
                f"  API writes of the reconciler per pod, {name}", writes.total() / 1000, "", aim
            ),
            Figure("    of them to pods", own / 1000, ""),
            Figure("    of them events", events / 1000, ""),
        ]
    return figures


async def _create(gangs: int, pods: int) -> tuple[float, Counter[str]]:
    """Return the seconds until all pods were ready, and what the reconciler wrote for it."""
    options = ClusterOptions(nodes=20, port=None, speed=0)
    async with DemoCluster(options) as cluster, Reconciler(cluster.connect()) as reconciler:
        async with PodCount(cluster.client).follow() as counts:
            begun = time.perf_counter()
            await cluster.client.create(PODCLIQUESETS, workload("writes", gangs, pods), NAMESPACE)
            ready = await counts.until(lambda c: c.ready >= gangs * pods)
            await _until_idle(reconciler)
        return ready - begun, reconciler.writes()


async def _durations() -> list[Figure]:
    options = ClusterOptions(nodes=60, port=None, speed=0)
    figures = []
    async with DemoCluster(options) as cluster, Reconciler(cluster.connect()) as reconciler:
        async with PodCount(cluster.client).follow() as counts:
            await _fill(cluster.client, counts, ["few"], 500)
            few = await _churn(cluster.client, counts, reconciler, "few")
            await _fill(cluster.client, counts, [f"many{number}" for number in range(8)], 250)
            many = await _churn(cluster.client, counts, reconciler, "few")
        figures.append(Figure("reconcile p50, 1,000 pods, 1 set", _percentile(few, 50), "ms"))
        figures.append(Figure("reconcile p95, 1,000 pods, 1 set", _percentile(few, 95), "ms"))
        figures.append(Figure("reconcile p50, 5,000 pods, 9 sets", _percentile(many, 50), "ms"))
        figures.append(Figure("reconcile p95, 5,000 pods, 9 sets", _percentile(many, 95), "ms", 10))
    return figures


async def _fill(client: Client, counts: PodCount, sets: Sequence[str], replicas: int) -> None:
    wanted = counts.ready + len(sets) * replicas * 2
    for name in sets:
        await client.create(PODCLIQUESETS, workload(name, replicas), NAMESPACE)
    await counts.until(lambda c: c.ready >= wanted, timeout=300)


async def _churn(
    client: Client, counts: PodCount, reconciler: Reconciler, name: str
) -> list[float]:
    """Delete pods of one set one by one, each when the one before is made good."""
    await _until_idle(reconciler)
    reconciler.forget()
    whole = counts.ready
    page = await client.list_page(PODS, NAMESPACE)
    victims = [p for p in page.items if p.metadata.name.startswith(f"{name}-")][:CHURN]
    for pod in victims:
        await client.delete(PODS, pod.metadata.name, NAMESPACE, grace_period_seconds=0)
        await counts.until(lambda c: c.ready < whole)
        await counts.until(lambda c: c.ready >= whole)
    stats = reconciler.manager.stats.controllers.values()
    return [duration for controller in stats for duration in controller.durations]


async def _until_idle(reconciler: Reconciler) -> None:
    quiet = 0
    while quiet < 10:
        quiet = quiet + 1 if reconciler.manager.is_idle else 0
        await asyncio.sleep(0.1)


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000
