"""A cluster with our reconciler on it, as the workload tests act on it and look at it.

The same tests run on the demo cluster in virtual time and on a real API server; a `Stand` is what
differs: where the reconciler runs, how long a moment is, and what the server supports.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.demo.local import LocalTransport
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.reflector import LinkState
from grove_tui.kube.resources import EVENTS, NAMESPACES, Resource
from grove_tui.kube.transport import Transport
from grove_tui.reconcile.manager import Manager
from grove_tui.reconcile.world import Informers, open_informers
from tests.cluster import RunningCluster, loop_clock, running_cluster
from tests.contract.oracle import ALL, Features, outdated, violations
from tests.contract.snapshot import Json, Snapshot, read

T = TypeVar("T")

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
NAMESPACE = "guide"
"""Where workloads live on the demo cluster: nothing else is there."""
WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})
SCALABLE: dict[str, Resource[Any]] = {
    "pcs": PODCLIQUESETS,
    "pcsg": PODCLIQUESCALINGGROUPS,
    "pclq": PODCLIQUES,
}
"""By kubectl's short names."""


def example(name: str) -> Json:
    """Return one of the examples that users are given."""
    text = (EXAMPLES / f"{name}.yaml").read_text()
    manifest: Json = yaml.load(text, yaml.CSafeLoader)
    return manifest


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


@dataclass(frozen=True)
class Pace:
    """How time passes.

    Attributes:
        look: Seconds between two looks at the cluster.
        quiet: Seconds without a change after which the cluster is at rest.
        patience: Seconds that anything may take.
        idle: Seconds over which nothing may be written.
    """

    look: float
    quiet: float
    patience: float
    idle: float


VIRTUAL = Pace(look=0.1, quiet=4.0, patience=300.0, idle=600.0)
REAL = Pace(look=0.1, quiet=1.2, patience=60.0, idle=3.0)


class Stand:
    """One namespace of a cluster that our reconciler looks after."""

    def __init__(
        self,
        client: Client,
        reconcile: Callable[[], HostedReconciler],
        *,
        namespace: str,
        pace: Pace = VIRTUAL,
        features: Features = ALL,
        silence: Callable[[], float] | None = None,
    ) -> None:
        """Take a running cluster.

        Args:
            client: What the test itself acts and looks with.
            reconcile: Makes a reconciler that has not been started.
            namespace: Where everything happens.
            pace: How time passes.
            features: What the server supports.
            silence: Seconds since the reconciler or the simulation had an answer from the server;
                without it, whatever does not change counts as being at rest.
        """
        self.client = client
        self.namespace = namespace
        self.pace = pace
        self.features = features
        self._reconcile = reconcile
        self._silence = silence
        self.reconciler = reconcile()

    async def restart(self) -> None:
        """Let another reconciler take the place of the running one."""
        await self.reconciler.stop()
        self.reconciler = self._reconcile()
        self.reconciler.start()

    # Acting, as a user would

    async def apply(self, manifest: Json) -> None:
        metadata = {**manifest["metadata"], "namespace": self.namespace}
        body = {**manifest, "metadata": metadata}
        await self.client.create(PODCLIQUESETS, body, self.namespace)

    async def scale(self, kind: str, name: str, replicas: int) -> None:
        """Do what `kubectl scale <kind> <name> --replicas=<replicas>` does."""
        await self.client.scale(SCALABLE[kind], name, replicas, self.namespace)

    async def patch(self, resource: Resource[Any], name: str, patch: Json) -> None:
        await self.client.patch(resource, name, patch, self.namespace)

    async def delete(self, resource: Resource[Any], name: str) -> None:
        await self.client.delete(resource, name, self.namespace)

    # Looking

    async def look(self) -> Snapshot:
        return await read(self.client, self.namespace)

    async def events(self, reason: str) -> list[Json]:
        answer = await self.client.request_json("GET", EVENTS.path(self.namespace))
        return [event for event in answer["items"] if event["reason"] == reason]

    async def until(
        self, predicate: Callable[[Snapshot], T | None], seconds: float | None = None
    ) -> T:
        """Return what `predicate` makes of the cluster as soon as that is truthy."""
        async with asyncio.timeout(seconds or self.pace.patience):
            while True:
                found = predicate(await self.look())
                if found:
                    return found
                await asyncio.sleep(self.pace.look)

    async def at_rest(self) -> Snapshot:
        """Wait until nothing changes any more."""
        before = (await self.look()).versions()
        async with asyncio.timeout(self.pace.patience):
            while True:
                await asyncio.sleep(self.pace.quiet)
                snapshot = await self.look()
                versions = snapshot.versions()
                if versions == before and self._is_silent():
                    return snapshot
                before = versions

    def _is_silent(self) -> bool:
        if self._silence is None:
            return True
        quiet = self.pace.quiet
        return self._silence() >= quiet / 2 and self.reconciler.rests_for(quiet)

    async def right(self) -> Snapshot:
        """Wait for rest and have the oracle judge every object."""
        snapshot = await self.at_rest()
        assert violations(snapshot, self.features) == []
        assert list(outdated(snapshot, _updated_on_delete(snapshot))) == []
        return snapshot

    async def stays_quiet(self) -> None:
        """Assert that a reconciler that knows nothing yet finds nothing to write."""
        before = (await self.look()).versions()
        await self.restart()
        await asyncio.sleep(self.pace.idle)
        assert self.reconciler.writes() == {}
        assert (await self.look()).versions() == before


def _updated_on_delete(snapshot: Snapshot) -> set[str]:
    return {
        name
        for name, pcs in snapshot.sets.items()
        if (pcs["spec"].get("updateStrategy") or {}).get("type") == "OnDelete"
    }


@dataclass
class DemoStand:
    """A stand on the demo cluster, with the cluster at hand."""

    cluster: RunningCluster
    stand: Stand
    clock: Clock


@asynccontextmanager
async def demo_stand(nodes: int = 4, *, speed: float = 0, seed: int = 0) -> AsyncIterator[Stand]:
    """Run a demo cluster with our reconciler for the length of the block."""
    async with demo(nodes, speed=speed, seed=seed) as world:
        yield world.stand


@asynccontextmanager
async def demo(nodes: int = 4, *, speed: float = 0, seed: int = 0) -> AsyncIterator[DemoStand]:
    """Like `demo_stand`, for tests that need more than the API."""
    clock = loop_clock()
    async with running_cluster(nodes, speed, seed=seed, clock=clock) as cluster:

        def reconcile() -> HostedReconciler:
            return HostedReconciler(LocalTransport(cluster.demo.api), clock)

        await cluster.client.create(NAMESPACES, {"metadata": {"name": NAMESPACE}})
        stand = Stand(cluster.client, reconcile, namespace=NAMESPACE)
        stand.reconciler.start()
        try:
            yield DemoStand(cluster, stand, clock)
        finally:
            await stand.reconciler.stop()
