"""A demo cluster in a process of its own, and workloads of a given size on it."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.kube.client import Client
from grove_tui.kube.http import connect
from grove_tui.kube.informer import Informer
from grove_tui.kube.objects import JSON, Pod, is_true
from grove_tui.kube.resources import PODS

PROGRAM = (sys.executable, "-m", "grove_tui")
START_SECONDS = 30.0


@dataclass(frozen=True)
class Cluster:
    """A running demo cluster."""

    kubeconfig: str
    pid: int
    started_in: float
    """Seconds from exec to its ready line."""


@contextmanager
def demo_cluster(*arguments: str) -> Any:
    """Run `grove-tui cluster` with an empty scenario; it ends with the block."""
    with tempfile.TemporaryDirectory() as directory:
        kubeconfig = str(Path(directory) / "kubeconfig")
        command = (*PROGRAM, "cluster", "--scenario", "empty", "--kubeconfig-out", kubeconfig)
        started = time.perf_counter()
        process = subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith(b"ready:"):
                    break
            else:
                raise RuntimeError("the demo cluster ended before it was ready")
            yield Cluster(kubeconfig, process.pid, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


@asynccontextmanager
async def client_of(cluster: Cluster) -> AsyncIterator[Client]:
    """Connect to the cluster."""
    client = Client((await connect(cluster.kubeconfig)).transport)
    try:
        yield client
    finally:
        await client.close()


def workload(name: str, replicas: int, pods: int = 2) -> JSON:
    """A PodCliqueSet of `replicas` gangs with `pods` pods each, small enough to fit anywhere."""
    container = {
        "name": "main",
        "image": "nginx:latest",
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
    }
    toleration = {"key": "fake-node", "operator": "Exists", "effect": "NoSchedule"}
    return {
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "template": {
                "terminationDelay": "10s",
                "cliques": [
                    {
                        "name": "w",
                        "spec": {
                            "roleName": "w",
                            "replicas": pods,
                            "podSpec": {"tolerations": [toleration], "containers": [container]},
                        },
                    }
                ],
            },
        },
    }


class PodCount:
    """Follows the pods of a cluster and tells when conditions on their number hold."""

    def __init__(self, client: Client) -> None:
        self._informer: Informer[Pod] = Informer(client, PODS)
        self._changed = asyncio.Event()
        self._ready: set[str] = set()
        self._informer.store.add_handler(self._on_change)

    @property
    def present(self) -> int:
        """Pods that exist."""
        return len(self._informer.store)

    @property
    def ready(self) -> int:
        """Pods that are Ready."""
        return len(self._ready)

    @asynccontextmanager
    async def follow(self) -> AsyncIterator["PodCount"]:
        """Watch for as long as the block runs."""
        task = asyncio.create_task(self._informer.run())
        try:
            await self._informer.wait_synced()
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, condition: Callable[["PodCount"], bool], timeout: float = 120) -> float:  # noqa: ASYNC109
        """Return the `time.perf_counter()` at which `condition` came true."""
        async with asyncio.timeout(timeout):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()
        return time.perf_counter()

    def _on_change(self, old: Pod | None, new: Pod | None) -> None:
        pod = new or old
        assert pod is not None
        if new is not None and is_true(new.status.conditions, "Ready"):
            self._ready.add(pod.metadata.uid)
        else:
            self._ready.discard(pod.metadata.uid)
        self._changed.set()


async def fill(client: Client, counts: PodCount, replicas: int, sets: Sequence[str]) -> None:
    """Create sets of `replicas` gangs of two pods, and wait until every pod is Ready."""
    wanted = counts.ready + replicas * 2 * len(sets)
    for name in sets:
        await client.create(PODCLIQUESETS, workload(name, replicas), "default")
    await counts.until(lambda c: c.ready >= wanted, timeout=900)


def resident_mib(pid: int) -> float:
    """Return a process' resident memory in MiB."""
    text = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True, text=True
    ).stdout
    return int(text) / 1024


def cpu_seconds(pid: int) -> float:
    """Return the CPU time a process has used, in seconds (Linux: to a hundredth)."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    text = subprocess.run(
        ["ps", "-o", "cputime=", "-p", str(pid)], capture_output=True, check=True, text=True
    ).stdout.strip()
    minutes, _, seconds = text.rpartition(":")
    return int(minutes.rpartition(":")[2] or 0) * 60 + float(seconds)
