"""How fast workloads become real on the demo cluster, and what that costs."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

from benchmarks.cluster import Cluster, PodCount, client_of, cpu_seconds, demo_cluster, workload
from benchmarks.inprocess import reconciles
from benchmarks.report import Figure
from benchmarks.steps import steps
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.client import Client, PatchType

NAME = "bench"
NAMESPACE = "default"
IMAGE = "/spec/template/cliques/0/spec/podSpec/containers/0/image"
GANGS = 500
TERMINATED = 200
UPDATE_SECONDS = 600.0
"""Longest time that the rolling update may take."""


def workloads() -> Iterator[Figure]:
    """1,000 pods created, terminated, updated, grown, shrunk and deleted."""
    with demo_cluster("--reconcile", "--speed", "0") as cluster:
        yield Figure("demo cluster: exec to ready", cluster.started_in, "s", 1.0)
        yield from _as_they_come(_run(cluster))
    yield from _as_they_come(steps())
    yield from reconciles()


def _as_they_come(figures: AsyncIterator[Figure]) -> Iterator[Figure]:
    async def following() -> Figure | None:
        return await anext(figures, None)

    with asyncio.Runner() as runner:
        while (figure := runner.run(following())) is not None:
            yield figure


async def _run(cluster: Cluster) -> AsyncIterator[Figure]:
    async with client_of(cluster) as client, PodCount(client).follow() as counts:
        async for figure in _create(cluster, client, counts):
            yield figure
        async for figure in _scale_steps(cluster, client, counts):
            yield figure
        yield await _terminate(client, counts)
        async for figure in _update(cluster, client):
            yield figure
        yield await _scale(client, counts, 1000, 0, 0)


async def _create(cluster: Cluster, client: Client, counts: PodCount) -> AsyncIterator[Figure]:
    cpu = cpu_seconds(cluster.pid)
    begun = time.perf_counter()
    manifest = workload(NAME, GANGS)
    # Long enough that nothing is terminated before it is asked for.
    manifest["spec"]["template"]["terminationDelay"] = "1h"
    await client.create(PODCLIQUESETS, manifest, NAMESPACE)
    created = await counts.until(lambda c: c.present >= 1000)
    yield Figure("0 to 1,000 pods: created", created - begun, "s", 2.0)
    ready = await counts.until(lambda c: c.ready >= 1000)
    yield Figure("0 to 1,000 pods: ready", ready - begun, "s", 3.0)
    yield Figure("0 to 1,000 pods: rate", 1000 / (ready - begun), "pods/s")
    used = cpu_seconds(cluster.pid) - cpu
    yield Figure("0 to 1,000 pods: CPU of cluster and reconciler", used, "s")


async def _scale_steps(cluster: Cluster, client: Client, counts: PodCount) -> AsyncIterator[Figure]:
    cpu = cpu_seconds(cluster.pid)
    yield await _scale(client, counts, 1000, 1000, 2000)
    yield Figure("1,000 to 2,000 pods: CPU", cpu_seconds(cluster.pid) - cpu, "s")
    yield await _scale(client, counts, 2000, 500, 1000)


async def _scale(client: Client, counts: PodCount, before: int, replicas: int, pods: int) -> Figure:
    begun = time.perf_counter()
    await client.scale(PODCLIQUESETS, NAME, replicas, NAMESPACE)
    done = await counts.until(lambda c: c.present == pods and c.ready == pods)
    return Figure(f"{before:,} to {pods:,} pods", done - begun, "s")


async def _terminate(client: Client, counts: PodCount) -> Figure:
    """Break many gangs, then let all of them be due at the same moment."""
    for index in range(TERMINATED):
        await client.scale(PODCLIQUES, f"{NAME}-{index}-w", 1, NAMESPACE)
    await counts.until(lambda c: c.present == c.ready == 1000 - TERMINATED)
    await asyncio.sleep(2)
    begun = time.perf_counter()
    patch = {"spec": {"template": {"terminationDelay": "1s"}}}
    await client.patch(PODCLIQUESETS, NAME, patch, NAMESPACE)
    done = await counts.until(lambda c: c.present == c.ready == 1000)
    return Figure(f"{TERMINATED} gangs terminated and ready again", done - begun, "s")


async def _update(cluster: Cluster, client: Client) -> AsyncIterator[Figure]:
    cpu = cpu_seconds(cluster.pid)
    begun = time.perf_counter()
    patch = [{"op": "replace", "path": IMAGE, "value": "nginx:next"}]
    await client.patch(PODCLIQUESETS, NAME, patch, NAMESPACE, type=PatchType.JSON)
    async with asyncio.timeout(UPDATE_SECONDS):
        while not await _has_been_updated(client):  # noqa: ASYNC110 - asks a server
            await asyncio.sleep(0.1)
    took = time.perf_counter() - begun
    yield Figure("rolling update of 1,000 pods", took, "s")
    yield Figure("rolling update of 1,000 pods: CPU", cpu_seconds(cluster.pid) - cpu, "s")


async def _has_been_updated(client: Client) -> bool:
    pcs = await client.get(PODCLIQUESETS, NAME, NAMESPACE)
    progress = pcs.status.update_progress
    return progress is not None and progress.update_ended_at is not None
