"""Runs the benchmarks: `python -m benchmarks [GROUP ...]`; without arguments, all of them."""

import platform
import sys
from collections.abc import Callable, Iterator, Mapping

from benchmarks import dashboard, large, reconciler, replays
from benchmarks.report import Figure

GROUPS: Mapping[str, Callable[[], Iterator[Figure]]] = {
    "start": dashboard.start,
    "latency": dashboard.latency,
    "workloads": reconciler.workloads,
    "memory": dashboard.memory,
    "large": large.large,
    "replay": replays.replays,
}


def main(names: list[str]) -> int:
    """Measure the named groups and print one line per figure."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    print(f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}")
    for name in names or GROUPS:
        for figure in GROUPS[name]():
            print(figure, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
