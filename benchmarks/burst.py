"""A recorded burst: `python -m benchmarks.burst FILE` writes it, `grove-tui replay FILE` plays it.

The same seed makes the same recording, so what is measured on it can be measured by anybody. Pods
crash and recover at a steady rate, and their gangs with them.
"""

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from benchmarks.population import Population, Size
from grove_tui.cluster.recordfile import write
from grove_tui.cluster.recording import Recording
from grove_tui.kube.objects import (
    Condition,
    ContainerState,
    HasMetadata,
    NamespacedName,
    Pod,
    StateWaiting,
    key_of,
)
from grove_tui.kube.sharing import Sharer
from grove_tui.reconcile.world import INDEXES, RESOURCES
from grove_tui.view.history import ObjectChange, Record

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = 20
PER_SECOND = 1000


def burst(
    size: Size | None = None, *, seconds: int = SECONDS, per_second: int = PER_SECOND
) -> Recording:
    """Return a recording of so many changes per second on a cluster of that size."""
    size = size or Size()
    checkpoint = _checkpoint(size)
    records = tuple(_records(checkpoint["pods"], size.seed, seconds * per_second, per_second))
    return Recording(
        cluster="burst",
        namespace="",
        started=STARTED,
        ended=STARTED + timedelta(seconds=seconds),
        checkpoint=checkpoint,
        records=records,
    )


def _checkpoint(size: Size) -> dict[str, dict[NamespacedName, HasMetadata]]:
    sharer = Sharer()
    found: dict[str, dict[NamespacedName, HasMetadata]] = {field: {} for field in INDEXES}
    for field, body in Population(size, STARTED, timedelta(hours=10)).objects():
        obj = sharer.share(RESOURCES[field].decode(msgspec.json.encode(body)))
        found[field][key_of(obj)] = obj
    return found


def _records(
    pods: dict[NamespacedName, HasMetadata], seed: int, count: int, per_second: int
) -> Iterator[Record]:
    chance = random.Random(seed)
    present = dict(pods)
    keys = sorted(present)
    for number in range(count):
        key = chance.choice(keys)
        old = present[key]
        assert isinstance(old, Pod)
        at = STARTED + timedelta(seconds=(number + 1) / per_second)
        present[key] = new = _turned(old, at, number)
        yield ObjectChange(at, "pods", old, new)


def _turned(pod: Pod, at: datetime, number: int) -> Pod:
    """Return the pod crashing if it is ready, and ready if it crashes."""
    (container,) = pod.status.container_statuses
    is_ready = not container.ready
    crash = ContainerState(waiting=StateWaiting("CrashLoopBackOff", "back-off restarting"))
    container = replace(
        container,
        ready=is_ready,
        restart_count=container.restart_count + is_ready,
        state=ContainerState() if is_ready else crash,
    )
    conditions = tuple(_condition(c, at, is_ready=is_ready) for c in pod.status.conditions)
    status = replace(pod.status, conditions=conditions, container_statuses=(container,))
    metadata = replace(pod.metadata, resource_version=str(1_000_000 + number))
    return replace(pod, metadata=metadata, status=status)


def _condition(condition: Condition, at: datetime, *, is_ready: bool) -> Condition:
    if condition.type not in ("Ready", "ContainersReady"):
        return condition
    status = "True" if is_ready else "False"
    return replace(condition, status=status, last_transition_time=at)


def main() -> None:
    """Write a burst to the file that is named."""
    parser = argparse.ArgumentParser("python -m benchmarks.burst", description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pods", type=int, default=Size().pods)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--per-second", type=int, default=PER_SECOND)
    given = parser.parse_args()
    size = Size(pods=given.pods)
    write(burst(size, seconds=given.seconds, per_second=given.per_second), given.file)


if __name__ == "__main__":
    main()
