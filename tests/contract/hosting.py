"""Our reconciler beside a test: it can be watched, counted, and ended as a crash would end it."""

import asyncio
from contextlib import suppress

from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.reflector import LinkState
from grove_tui.kube.transport import Transport
from grove_tui.reconcile.controller import ControllerStats
from grove_tui.reconcile.manager import Manager
from grove_tui.reconcile.world import Informers, open_informers

WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})


class HostedReconciler:
    """Our reconciler in a task, with a client of its own whose requests are counted."""

    def __init__(self, transport: Transport, clock: Clock, namespace: str = "") -> None:
        self.client = Client(transport)
        self._clock = clock
        self._namespace = namespace
        self._task: asyncio.Task[None] | None = None
        self._informers: Informers | None = None
        self._manager: Manager | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it follows every kind and has nothing to do but wait for a countdown."""
        if self._manager is None or self._informers is None:
            return False
        links = (informer.link.state for informer in self._informers)
        return self._manager.is_idle and all(state is LinkState.LIVE for state in links)

    def rests_for(self, seconds: float) -> bool:
        """Tell whether it is idle and means to do nothing by itself for so long."""
        manager = self._manager
        if manager is None or not manager.is_idle:
            return False
        soon = asyncio.get_running_loop().time() + seconds
        return manager.next_due is None or manager.next_due > soon

    def start(self) -> None:
        """Let it run, if it does not."""
        if self._task is not None:
            return
        self._task = asyncio.create_task(self._run(), name="reconciler")

    async def stop(self) -> None:
        """End it as a crash would: whatever it is doing is left undone."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        informers = self._informers = open_informers(self.client, self._namespace)
        manager = self._manager = Manager(self.client, informers, clock=self._clock)
        async with asyncio.TaskGroup() as group:
            group.create_task(informers.run())
            group.create_task(manager.run())

    def writes(self) -> dict[str, int]:
        """Return what it has written, leases aside."""
        return {
            f"{verb} {what}": count
            for (verb, what), count in self.client.requests.items()
            if verb in WRITES and what != "leases" and count
        }

    def stats(self) -> dict[str, ControllerStats]:
        """Return what each of its controllers has done."""
        return self._manager.stats.controllers if self._manager is not None else {}

    def reconciles(self) -> dict[str, int]:
        """Return how often each of its controllers has looked at an object."""
        return {name: stats.reconciles for name, stats in self.stats().items()}
