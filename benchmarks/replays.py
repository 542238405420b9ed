"""The dashboard while it plays a recorded burst of 1,000 changes a second on 10,000 pods."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.burst import PER_SECOND, burst
from benchmarks.cluster import PROGRAM, cpu_seconds, resident_mib
from benchmarks.population import Size
from benchmarks.probes import key_times, p95
from benchmarks.report import Figure
from benchmarks.terminal import Terminal
from grove_tui.cluster.recordfile import write

JUDGED_SECONDS = 60.0
"""How long the transitions of a burst are looked for, at most."""


def replays() -> Iterator[Figure]:
    """Opening and playing a recording; `python -m benchmarks.burst FILE` writes the same one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "burst"
        write(burst(), path)
        with Terminal([*PROGRAM, "replay", str(path)]) as terminal:
            pods = Size().pods
            shown = terminal.wait_for(f"{pods}/{pods} pods", timeout=120)
            yield Figure("replay: exec to first rows", shown - terminal.started, "s")
            time.sleep(JUDGED_SECONDS)
            yield Figure("replay: resident memory", resident_mib(terminal.pid), "MiB")
            before, started = cpu_seconds(terminal.pid), time.perf_counter()
            terminal.send(" ")
            keys = asyncio.run(key_times(terminal))
            took = time.perf_counter() - started
            used = (cpu_seconds(terminal.pid) - before) / took * 100
            yield p95(f"replay: key to terminal, {PER_SECOND:,} changes/s", keys)
            yield Figure(f"replay: CPU of a core, {PER_SECOND:,} changes/s and keys", used, "%")
