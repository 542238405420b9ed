"""Single samples: how long the terminal takes to show what a key or a change does."""

import asyncio
import time
from collections.abc import Callable
from functools import partial

from benchmarks.report import Figure, percentile
from benchmarks.terminal import Terminal
from grove_tui.widgets.row_painter import CURSOR

SAMPLES = 60
PATIENCE = 5.0
"""Seconds after which an answer counts as missing."""
PAUSE = 0.07
"""Seconds between two samples, and a little more each time, so that no timer keeps step."""


async def key_times(terminal: Terminal, samples: int = SAMPLES) -> list[float]:
    """Return the seconds from a key to the cursor's move, up and down in turn."""
    times = []
    for number in range(samples):
        key = "j" if number % 2 == 0 else "k"
        times.append(await seconds_until(terminal, CURSOR, partial(terminal.send, key)))
        if times[-1] >= PATIENCE:
            break
        await asyncio.sleep(PAUSE + number / 1000)
    return times


async def seconds_until(terminal: Terminal, text: str, act: Callable[[], None]) -> float:
    """Do something and return the seconds until the terminal got `text` after that.

    `PATIENCE` stands for never: then there is no use in further samples.
    """
    mark = terminal.mark()
    started = time.perf_counter()
    act()
    waiting = asyncio.to_thread(terminal.wait_for, text, since=mark, timeout=PATIENCE)
    try:
        return await waiting - started
    except TimeoutError:
        return PATIENCE


def p95(name: str, times: list[float], limit: float | None = None) -> Figure:
    """Return the 95th percentile of some seconds in milliseconds; the median is in its name."""
    middle = percentile(times, 50) * 1000
    return Figure(f"{name}, p95 (p50 {middle:.1f})", percentile(times, 95) * 1000, "ms", limit)
