"""What a person at the dashboard feels: start, latency, bytes, memory, idle work."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from benchmarks.cluster import (
    PROGRAM,
    Cluster,
    PodCount,
    client_of,
    cpu_seconds,
    demo_cluster,
    fill,
    resident_mib,
)
from benchmarks.report import Figure, percentile
from benchmarks.terminal import Terminal
from grove_tui.kube.client import Client, PatchType
from grove_tui.kube.objects import Pod
from grove_tui.kube.resources import PODS

RUNS = 7
SAMPLES = 60
BYTE_SAMPLES = 7
FADE_SECONDS = 2.5
LOAD_EVENTS_PER_SECOND = 1000
IDLE_SECONDS = 20


def dashboard(cluster: Cluster) -> Terminal:
    """Open the dashboard on the cluster; it only observes, so that it measures watching."""
    return Terminal(
        [*PROGRAM, "--kubeconfig", cluster.kubeconfig, "--reconcile", "never"],
        columns=160,
        rows=50,
    )


def start() -> Iterator[Figure]:
    """Exec to the first workload row on the screen, and `--help`."""
    with demo_cluster("--reconcile", "--speed", "0") as cluster:
        asyncio.run(_fill(cluster, replicas=10))
        times = []
        for _ in range(RUNS):
            with Terminal([*PROGRAM, "--kubeconfig", cluster.kubeconfig]) as terminal:
                times.append(terminal.wait_for("bench-0-0") - terminal.started)
    yield Figure("first rows on screen after exec", statistics.median(times), "s", 0.35)
    times = []
    for _ in range(RUNS):
        with Terminal([*PROGRAM, "--help"]) as terminal:
            times.append(terminal.wait_for("--kubeconfig") - terminal.started)
    yield Figure("grove-tui --help", statistics.median(times), "s", 0.3)


def latency() -> Iterator[Figure]:
    """Watch event to bytes on the terminal, idle and under load, and bytes per event."""
    with demo_cluster("--reconcile", "--speed", "0") as cluster:
        asyncio.run(_fill(cluster, replicas=10))
        idle, size = asyncio.run(_measure_latency(cluster, load=0))
        yield Figure("watch event to terminal, idle, p50", percentile(idle, 50) * 1e3, "ms")
        yield Figure("watch event to terminal, idle, p95", percentile(idle, 95) * 1e3, "ms", 20)
        yield Figure("terminal bytes per single-row event", size / 1024, "KiB", 1.5)
        asyncio.run(_fill(cluster, replicas=490, name="load"))
        busy, _ = asyncio.run(_measure_latency(cluster, load=LOAD_EVENTS_PER_SECOND))
        yield Figure(
            "watch event to terminal, 1,000 events/s, p50", percentile(busy, 50) * 1e3, "ms"
        )
        yield Figure(
            "watch event to terminal, 1,000 events/s, p95", percentile(busy, 95) * 1e3, "ms", 100
        )


def memory() -> Iterator[Figure]:
    """Resident memory of the dashboard with 2,000 and 10,000 pods, and its idle CPU."""
    with demo_cluster("--reconcile", "--speed", "0", "--nodes", "100") as cluster:
        for pods, sets, limit in ((2000, ("m0",), 110.0), (10000, ("m1", "m2", "m3", "m4"), 200.0)):
            asyncio.run(_fill_sets(cluster, 1000, sets))
            with dashboard(cluster) as terminal:
                terminal.wait_for("m0-0", timeout=60)
                time.sleep(5)
                yield Figure(
                    f"dashboard resident memory, {pods:,} pods",
                    resident_mib(terminal.pid),
                    "MiB",
                    limit,
                )
                before = cpu_seconds(terminal.pid)
                time.sleep(IDLE_SECONDS)
                used = (cpu_seconds(terminal.pid) - before) / IDLE_SECONDS * 100
                yield Figure(f"dashboard CPU when idle, {pods:,} pods", used, "%", 0.5)


async def _fill(cluster: Cluster, replicas: int, name: str = "bench-0") -> None:
    await _fill_sets(cluster, replicas, (name,))


async def _fill_sets(cluster: Cluster, replicas: int, names: tuple[str, ...]) -> None:
    async with client_of(cluster) as client, PodCount(client).follow() as counts:
        await fill(client, counts, replicas, names)


async def _measure_latency(cluster: Cluster, load: int) -> tuple[list[float], float]:
    """Return the seconds from a watch event's arrival here to its text on the terminal.

    This process watches the same pods, so the clock starts when the server has sent the event.
    """
    async with client_of(cluster) as client, _loaded(client, load):
        page = await client.list_page(PODS, "default")
        pod = min(
            (p for p in page.items if p.metadata.name.startswith("bench-0-0-")),
            key=lambda p: p.metadata.name,
        )
        with dashboard(cluster) as terminal:
            await asyncio.to_thread(terminal.wait_for, pod.metadata.name[-5:], timeout=30)
            await asyncio.sleep(2)
            samples = []
            for number in range(SAMPLES):
                mark = terminal.mark()
                sent = await _change(client, pod, number)
                arrived = await asyncio.to_thread(
                    terminal.wait_for, f"10.99.{number // 10}.{number % 10}", since=mark
                )
                samples.append(max(0.0, arrived - sent))
                await asyncio.sleep(0.15)
            return samples, await _measure_bytes(client, terminal, pod)


async def _measure_bytes(client: Client, terminal: Terminal, pod: Pod) -> float:
    """Return the median bytes of an event until its mark has faded; ages that tick are outliers."""
    sizes = []
    for number in range(BYTE_SAMPLES):
        await asyncio.sleep(FADE_SECONDS)
        mark = terminal.mark()
        await _change(client, pod, number)
        await asyncio.sleep(FADE_SECONDS)
        sizes.append(terminal.bytes_since(mark))
    return statistics.median(sizes)


async def _change(client: Client, pod: Pod, number: int) -> float:
    """Change the pod's IP, which its row shows; return when the server had accepted it."""
    started = time.perf_counter()
    await client.patch(
        PODS,
        pod.metadata.name,
        {"status": {"podIP": f"10.99.{number // 10}.{number % 10}"}},
        "default",
        type=PatchType.MERGE,
        subresource="status",
    )
    # The server sends the event before it answers, so half a round trip is the fairest guess.
    return (started + time.perf_counter()) / 2


@asynccontextmanager
async def _loaded(client: Client, events_per_second: int) -> AsyncIterator[None]:
    """Change annotations of other pods at a steady rate while the block runs."""
    if not events_per_second:
        yield
        return
    page = await client.list_page(PODS, "default")
    names = [p.metadata.name for p in page.items if p.metadata.name.startswith("load-")]
    task = asyncio.create_task(_load(client, names, events_per_second))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _load(client: Client, names: list[str], events_per_second: int) -> None:
    loop = asyncio.get_running_loop()
    begun, sent = loop.time(), 0
    while True:
        due = int((loop.time() - begun) * events_per_second)
        batch = range(sent, min(due, sent + 50))
        await asyncio.gather(
            *(
                client.patch(
                    PODS,
                    names[n % len(names)],
                    {"status": {"message": str(n)}},
                    "default",
                    subresource="status",
                )
                for n in batch
            )
        )
        sent += len(batch)
        await asyncio.sleep(0.002)
