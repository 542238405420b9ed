"""A demo cluster for tests: no sockets, no delays unless asked for, waits woken by changes.

    async with running_cluster(nodes=4, speed=0, reconcile=True) as cluster:
        await cluster.client.create(PODCLIQUESETS, manifest, "default")
        await cluster.until(lambda: len(cluster.objects(PODS)) == 2)

It works the same under real and under virtual time (looptime): its wall clock follows the loop's.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from grove_tui.demo.cluster import ClusterOptions, DemoCluster, Reconciler
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.objects import HasMetadata
from grove_tui.kube.resources import Resource
from tests.builders import EPOCH

T = TypeVar("T", bound=HasMetadata)
R = TypeVar("R")


class RunningCluster:
    """What a test sees of the cluster: a client to act with, and the truth in its storage."""

    def __init__(self, demo: DemoCluster) -> None:
        self.demo = demo
        self.client: Client = demo.client
        self._changed = asyncio.Event()
        catalog = demo.api.registry.catalog
        for group_version in catalog.group_versions():
            for definition in catalog.in_group_version(*group_version):
                demo.storage.subscribe(
                    definition.resource, demo.storage.revision, lambda _: self._changed.set()
                )

    @property
    def revision(self) -> int:
        """Counts writes of any object by anybody."""
        return self.demo.storage.revision

    def connect(self) -> Client:
        """Return another client, with request counts of its own."""
        return self.demo.connect()

    def objects(self, resource: Resource[T], namespace: str = "") -> list[T]:
        """Return the stored objects, sorted by name."""
        found = self.demo.storage.objects(resource.qualified_name, namespace)
        return [resource.decode(stored.body) for stored in found]

    def object(self, resource: Resource[T], name: str, namespace: str = "default") -> T | None:
        """Return one stored object."""
        namespace = namespace if resource.namespaced else ""
        found = self.demo.storage.objects(resource.qualified_name, namespace)
        return next((resource.decode(s.body) for s in found if s.key.name == name), None)

    def the(self, resource: Resource[T], name: str, namespace: str = "default") -> T:
        """Return one stored object that has to be there."""
        found = self.object(resource, name, namespace)
        assert found is not None, f"there is no {resource.kind} {name}"
        return found

    async def until(
        self, predicate: Callable[[], R] | Callable[[], Awaitable[R]], seconds: float = 30
    ) -> R:
        """Return what `predicate` returns as soon as that is truthy; looks after each change."""
        async with asyncio.timeout(seconds):
            while True:
                self._changed.clear()
                value = predicate()
                if inspect.isawaitable(value):
                    value = await value
                if value:
                    return value
                await self._changed.wait()

    async def settled(self, quiet: float = 0.3, seconds: float = 60) -> None:
        """Return once nothing was written for `quiet` seconds."""
        async with asyncio.timeout(seconds):
            while True:
                before = self.revision
                await asyncio.sleep(quiet)
                if before == self.revision:
                    return


def loop_clock() -> Clock:
    """Return a wall clock that starts at `EPOCH` now and follows the event loop's time."""
    loop = asyncio.get_running_loop()
    start = loop.time()

    def now() -> datetime:
        return EPOCH + timedelta(seconds=loop.time() - start)

    return now


@asynccontextmanager
async def running_cluster(
    nodes: int = 4,
    speed: float = 0,
    *,
    reconcile: bool | Reconciler = False,
    scenario: str = "",
    seed: int = 0,
    data_dir: Path | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[RunningCluster]:
    """Run a demo cluster in this process for the length of the block.

    Args:
        nodes: How many.
        speed: Pace of its delays; 0 for none.
        reconcile: Whether to run our reconciler, or what to run as such.
        scenario: Name or file.
        seed: For choices and delays.
        data_dir: Where to keep objects.
        clock: Its wall clock; one that follows the loop without it.
    """
    clock = clock or loop_clock()
    options = ClusterOptions(
        nodes=nodes,
        port=None,
        speed=speed,
        scenario=scenario,
        seed=seed,
        data_dir=data_dir,
        reconciler=_reconciler(reconcile, clock),
        clock=clock,
    )
    async with DemoCluster(options) as demo:
        await demo.simulation.wait_synced()
        yield RunningCluster(demo)


def _reconciler(reconcile: bool | Reconciler, clock: Clock) -> Reconciler | None:
    if not isinstance(reconcile, bool):
        return reconcile
    if not reconcile:
        return None

    async def run(client: Client) -> None:
        # Only now: most of what this module serves needs no reconciler.
        from grove_tui.reconcile.manager import Manager
        from grove_tui.reconcile.world import open_informers

        informers = open_informers(client)
        manager = Manager(client, informers, clock=clock)
        async with asyncio.TaskGroup() as group:
            group.create_task(informers.run())
            await informers.wait_synced()
            group.create_task(manager.run())

    return run
