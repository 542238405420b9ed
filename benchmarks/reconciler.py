"""How fast workloads become real on the demo cluster, and what that costs."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

from benchmarks.cluster import Cluster, PodCount, client_of, cpu_seconds, demo_cluster, workload
from benchmarks.report import Figure
from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.kube.client import Client

NAME = "bench"


def workloads() -> Iterator[Figure]:
    """1,000 pods created, ready, grown, shrunk, updated, terminated and deleted."""
    with demo_cluster("--reconcile", "--speed", "0") as cluster:
        yield Figure("demo cluster: exec to ready", cluster.started_in, "s", 1.0)
        yield from asyncio.run(_collect(_run(cluster)))


async def _collect(figures: AsyncIterator[Figure]) -> list[Figure]:
    return [figure async for figure in figures]


async def _run(cluster: Cluster) -> AsyncIterator[Figure]:
    async with client_of(cluster) as client, PodCount(client).follow() as counts:
        cpu = cpu_seconds(cluster.pid)
        begun = time.perf_counter()
        await client.create(PODCLIQUESETS, workload(NAME, 500), "default")
        created = await counts.until(lambda c: c.present >= 1000)
        yield Figure("0 to 1,000 pods: created", created - begun, "s", 2.0)
        ready = await counts.until(lambda c: c.ready >= 1000)
        yield Figure("0 to 1,000 pods: ready", ready - begun, "s", 3.0)
        yield Figure("0 to 1,000 pods: rate", 1000 / (ready - begun), "pods/s")
        used = cpu_seconds(cluster.pid) - cpu
        yield Figure("0 to 1,000 pods: CPU of cluster and reconciler", used, "s")
        async for figure in _scale_steps(client, counts):
            yield figure


async def _scale_steps(client: Client, counts: PodCount) -> AsyncIterator[Figure]:
    steps = ((1000, 2000), (500, 1000), (0, 0))
    before = 1000
    for replicas, pods in steps:
        begun = time.perf_counter()
        await client.scale(PODCLIQUESETS, NAME, replicas, "default")
        done = await counts.until(lambda c, n=pods: c.present == n and c.ready == n)  # type: ignore[misc]
        yield Figure(f"{before:,} to {pods:,} pods", done - begun, "s")
        before = pods
