"""Everything that a cluster has besides its API server: scheduler, kubelets, controllers.

All of them are plain API clients. The same code runs in the demo's process and against a real API
server, where those parts that it has itself are left out.
"""

import asyncio
import math
import random
from dataclasses import dataclass

from grove_tui.demo.event_expiry import EventExpiry
from grove_tui.demo.garbage.collector import GarbageCollector
from grove_tui.demo.kubelet import Kubelet
from grove_tui.demo.node_lifecycle import NodeLifecycle
from grove_tui.demo.recorder import Recorder
from grove_tui.demo.scheduling.scheduler import Scheduler
from grove_tui.demo.watches import open_watches
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, system_clock

NO_DELAY = math.inf
"""The speed at which nothing takes time."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts run; the others are left to the cluster.

    Events expire where garbage is collected.
    """

    scheduler: bool = True
    kubelet: bool = True
    node_lifecycle: bool = True
    garbage_collector: bool = True


class Simulation:
    """The simulated components of one cluster.

    Args:
        client: How they reach the API server.
        speed: How much faster than life delays pass; 0 or infinity for no delays.
        seed: Makes choices and delays repeatable.
        clock: Wall-clock time, for what is written into objects.
        parts: Which of them run.
    """

    def __init__(
        self,
        client: Client,
        *,
        speed: float = 1.0,
        seed: int = 0,
        clock: Clock = system_clock,
        parts: Parts = Parts(),
    ) -> None:
        speed = speed or NO_DELAY
        self.watches = open_watches(client)
        self._recorder = Recorder(client, clock)
        self._running = [self.watches.run, self._recorder.run]
        if parts.scheduler:
            rng = random.Random(f"scheduler-{seed}")
            scheduler = Scheduler(client, self.watches, self._recorder, rng=rng, clock=clock)
            self._running.append(scheduler.run)
        if parts.kubelet:
            rng = random.Random(f"kubelet-{seed}")
            kubelet = Kubelet(
                client, self.watches, self._recorder, speed=speed, rng=rng, clock=clock
            )
            self._running.append(kubelet.run)
        if parts.node_lifecycle:
            lifecycle = NodeLifecycle(
                client, self.watches, self._recorder, speed=speed, clock=clock
            )
            self._running.append(lifecycle.run)
        self._collector = GarbageCollector(client) if parts.garbage_collector else None
        if self._collector is not None:
            self._running.append(self._collector.run)
            self._running.append(EventExpiry(client, clock).run)

    async def run(self) -> None:
        """Simulate until cancelled."""
        async with asyncio.TaskGroup() as group:
            for run in self._running:
                group.create_task(run())

    async def wait_synced(self) -> None:
        """Wait until every part has seen what is there."""
        await self.watches.wait_synced()
        if self._collector is not None:
            await self._collector.wait_synced()
