"""The dashboard on 10,000 pods and 1,000 nodes: how soon it answers, and what it costs.

The cluster stands in this process (`benchmarks.stand`), so the moment of each change is known. A
key is answered when the cursor's symbol comes; it is in no other output.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial

from benchmarks.cluster import PROGRAM, cpu_seconds, resident_mib
from benchmarks.population import Size
from benchmarks.probes import PATIENCE, PAUSE, SAMPLES, key_times, p95, seconds_until
from benchmarks.report import Figure
from benchmarks.stand import Stand, stand
from benchmarks.terminal import Terminal

RUNS = 5
FILTERS = 20
RELISTS = 3
BYTE_SAMPLES = 5
FADE_SECONDS = 2.5
SETTLE_SECONDS = 3.0
CPU_SECONDS = 15.0
IDLE_SECONDS = 40.0
QUIET = timedelta(hours=10)
RELIST_KEY, CLEAR_KEY, DELETE_KEY, ESCAPE = "\x12", "\x15", "\x04", "\x1b"
TO_FIRST_POD = "gjjj"
YOUNG = "dashboard CPU when idle, all is a minute old"
PREVIEW = "replaced by a new one"
"""What the preview of a pod's delete says, and nothing else."""


def large() -> Iterator[Figure]:
    """Answers, output, memory and CPU of the dashboard on a large cluster."""
    with asyncio.Runner() as runner:
        figures = _figures()

        async def following() -> Figure | None:
            return await anext(figures, None)

        while (figure := runner.run(following())) is not None:
            yield figure


async def _figures() -> AsyncIterator[Figure]:
    async with stand(Size(), QUIET) as cluster:
        yield await _first_rows(cluster)
        with _dashboard(cluster) as terminal:
            await _until_listed(cluster, terminal)
            yield await _idle(terminal, "dashboard CPU when idle, all is hours old")
            yield _memory(terminal)
            async for figure in _answers(cluster, terminal):
                yield figure
            async for figure in _under_load(cluster, terminal):
                yield figure
            yield _memory(terminal, " after all this")
    async with stand(Size(), timedelta()) as cluster:
        with _dashboard(cluster) as terminal:
            await _until_listed(cluster, terminal)
            yield await _idle(terminal, YOUNG, young=True)


def _dashboard(cluster: Stand) -> Terminal:
    command = [*PROGRAM, "--kubeconfig", cluster.kubeconfig, "--reconcile", "never"]
    return Terminal(command, columns=160, rows=50)


async def _first_rows(cluster: Stand) -> Figure:
    times = []
    for _ in range(RUNS):
        with _dashboard(cluster) as terminal:
            shown = await asyncio.to_thread(terminal.wait_for, cluster.pods[0], timeout=60)
            times.append(shown - terminal.started)
    return Figure("10,000 pods: exec to first rows", statistics.median(times), "s", 1.0)


async def _until_listed(cluster: Stand, terminal: Terminal) -> None:
    """Wait until everything was listed and nothing is left to be painted."""
    await asyncio.to_thread(terminal.wait_for, cluster.everything_ready, timeout=120)
    await asyncio.sleep(SETTLE_SECONDS)


async def _idle(terminal: Terminal, name: str, *, young: bool = False) -> Figure:
    if young:
        await asyncio.sleep(max(0.0, 30 - (time.perf_counter() - terminal.started)))
    before = cpu_seconds(terminal.pid)
    await asyncio.sleep(IDLE_SECONDS)
    used = (cpu_seconds(terminal.pid) - before) / IDLE_SECONDS * 100
    return Figure(name, used, "%", 0.5)


def _memory(terminal: Terminal, when: str = "") -> Figure:
    name = f"dashboard resident memory, 10,000 pods{when}"
    return Figure(name, resident_mib(terminal.pid), "MiB", 200.0)


async def _answers(cluster: Stand, terminal: Terminal) -> AsyncIterator[Figure]:
    """What single keys and changes take while nothing else happens."""
    yield p95("key to terminal, idle", await key_times(terminal), 10)
    changes = await _changes(cluster, terminal)
    yield p95("watch event to terminal, idle", changes, 20)
    size = await _bytes_per_change(cluster, terminal)
    yield Figure("terminal bytes per single-row event", size / 1024, "KiB", 1.5)
    apply, clear = await _filters(cluster, terminal)
    yield p95("filter applied", apply, 15)
    yield p95("filter cleared", clear, 15)
    yield p95("preview of a delete", await _previews(terminal), 100)


async def _under_load(cluster: Stand, terminal: Terminal) -> AsyncIterator[Figure]:
    for rate, limit in ((1000, 10), (5000, 20)):
        async with cluster.loaded(rate):
            await asyncio.sleep(1)
            yield p95(f"key to terminal, {rate:,} events/s", await key_times(terminal), limit)
            changes = await _changes(cluster, terminal)
            yield p95(f"watch event to terminal, {rate:,} events/s", changes, 100)
            yield await _load_cpu(terminal, rate)
    keys = []
    for _ in range(RELISTS):
        terminal.send(RELIST_KEY)
        keys += await key_times(terminal, SAMPLES // RELISTS)
        await asyncio.sleep(SETTLE_SECONDS)
    yield p95("key to terminal, everything is listed again", keys, 50)


async def _load_cpu(terminal: Terminal, rate: int) -> Figure:
    before = cpu_seconds(terminal.pid)
    await asyncio.sleep(CPU_SECONDS)
    used = (cpu_seconds(terminal.pid) - before) / CPU_SECONDS * 100
    return Figure(f"CPU of a core, {rate:,} events/s", used, "%", 12 if rate == 1000 else None)


async def _changes(cluster: Stand, terminal: Terminal) -> list[float]:
    """Return the seconds from a change of the first pod's address to the address' arrival."""
    times = []
    for number in range(SAMPLES):
        address = f"10.{90 + number % 7}.{number // 10}.{100 + number % 10}"
        change = partial(cluster.change, cluster.pods[0], podIP=address)
        times.append(await seconds_until(terminal, address, change))
        if times[-1] >= PATIENCE:
            break
        await asyncio.sleep(PAUSE + number / 1000)
    return times


async def _bytes_per_change(cluster: Stand, terminal: Terminal) -> float:
    """Return the median bytes of a change until its mark has faded."""
    sizes = []
    for number in range(BYTE_SAMPLES):
        await asyncio.sleep(FADE_SECONDS)
        mark = terminal.mark()
        cluster.change(cluster.pods[0], podIP=f"10.98.7.{number}")
        await asyncio.sleep(FADE_SECONDS)
        sizes.append(terminal.bytes_since(mark))
    return statistics.median(sizes)


async def _filters(cluster: Stand, terminal: Terminal) -> tuple[list[float], list[float]]:
    """Return the seconds until a pasted filter has left one pod, and until all are back."""
    applied, cleared = [], []
    terminal.send("/")
    await asyncio.sleep(0.5)
    for number in range(FILTERS):
        # Deep in the tree, so that no earlier screen has shown it.
        name = cluster.pods[-1 - 37 * number]
        paste = f"\x1b[200~{name[:-1]}.\x1b[201~"
        applied.append(await seconds_until(terminal, name, partial(terminal.send, paste)))
        await asyncio.sleep(PAUSE + number / 1000)
        clear = partial(terminal.send, CLEAR_KEY)
        # The cursor went to the pod's set, the first row that was left.
        cleared.append(await seconds_until(terminal, cluster.head(name), clear))
        await asyncio.sleep(PAUSE + number / 1000)
    terminal.send(ESCAPE)
    await asyncio.sleep(0.5)
    return applied, cleared


async def _previews(terminal: Terminal) -> list[float]:
    """Return the seconds from the delete key on a gang's pod to what would follow."""
    terminal.send(TO_FIRST_POD)
    await asyncio.sleep(0.5)
    times = []
    for _ in range(FILTERS):
        times.append(await seconds_until(terminal, PREVIEW, partial(terminal.send, DELETE_KEY)))
        terminal.send(ESCAPE)
        await asyncio.sleep(0.4)
    return times
