"""A cluster with our reconciler on it, as the workload tests act on it and look at it.

The same tests run on the demo cluster in virtual time and on a real API server; a `Stand` is what
differs: where the reconciler runs, how long a moment is, and what the server supports.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.demo.local import LocalTransport
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.resources import EVENTS, NAMESPACES, Resource
from tests.cluster import RunningCluster, loop_clock, running_cluster
from tests.contract.hosting import HostedReconciler
from tests.contract.oracle import ALL, Features, outdated, violations
from tests.contract.snapshot import Json, Snapshot, read

T = TypeVar("T")

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
NAMESPACE = "guide"
"""Where workloads live on the demo cluster: nothing else is there."""
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
LAST_REST = 130.0
"""Virtual seconds without a change after which a test has come to its end: longer than the
countdowns that tests let run out, and than the longest time between two tries."""


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
        self.reconcile = reconcile
        self._silence = silence
        self.reconciler = reconcile()

    async def restart(self) -> None:
        """Let another reconciler take the place of the running one."""
        await self.reconciler.stop()
        self.reconciler = self.reconcile()
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

    async def at_rest(self, quiet: float | None = None) -> Snapshot:
        """Wait until nothing has changed for `quiet` seconds; the pace's own without it."""
        quiet = quiet or self.pace.quiet
        before = (await self.look()).versions()
        moving: set[tuple[str, str]] = set()
        try:
            async with asyncio.timeout(self.pace.patience + 4 * quiet):
                while True:
                    await asyncio.sleep(quiet)
                    snapshot = await self.look()
                    versions = snapshot.versions()
                    if versions == before and self._is_silent():
                        return snapshot
                    moving = {what for what, _ in versions.items() ^ before.items()}
                    before = versions
        except TimeoutError as error:
            raise AssertionError(f"no rest: {sorted(moving)} move") from error

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
        """Assert that another reconciler, which knows nothing, looks at all and writes nothing."""
        before = await self.look()
        await self.restart()
        await asyncio.sleep(self.pace.idle)
        assert self.reconciler.writes() == {}
        assert (await self.look()).versions() == before.versions()
        looks = self.reconciler.reconciles()
        expected = {
            "podcliqueset": len(before.sets),
            "podcliquescalinggroup": len(before.groups),
            "podclique": len(before.cliques),
            "podgang": len(before.gangs),
        }
        idle = [name for name, count in expected.items() if looks.get(name, 0) < count]
        assert not idle, f"{idle} did not look at everything: {looks}, not {expected}"

    async def ends_quietly(self) -> None:
        """Assert that the cluster, left alone, comes to a rest in which nobody writes anything.

        Neither the reconciler that has seen it all come about, nor one that knows nothing yet.
        """
        self.reconciler.start()
        await self.at_rest(LAST_REST)
        written = self.reconciler.writes()
        await asyncio.sleep(self.pace.idle)
        assert self.reconciler.writes() == written
        await self.stays_quiet()


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
async def hosting(stand: Stand, restless: str = "") -> AsyncIterator[None]:
    """Run the stand's reconciler for the length of the block, then see that all comes to rest.

    Args:
        stand: The stand.
        restless: Why what the block leaves behind cannot come to rest.
    """
    stand.reconciler.start()
    try:
        yield
        if not restless:
            await stand.ends_quietly()
    finally:
        await stand.reconciler.stop()


async def rests(cluster: RunningCluster, namespace: str = "default") -> None:
    """Assert that a cluster that has a reconciler gives another one nothing to write."""
    clock = cluster.demo.options.clock

    def another() -> HostedReconciler:
        return HostedReconciler(LocalTransport(cluster.demo.api), clock)

    stand = Stand(cluster.client, another, namespace=namespace)
    try:
        await stand.ends_quietly()
    finally:
        await stand.reconciler.stop()


@asynccontextmanager
async def demo_stand(
    nodes: int = 4, *, speed: float = 0, seed: int = 0, restless: str = ""
) -> AsyncIterator[Stand]:
    """Run a demo cluster with our reconciler for the length of the block."""
    async with demo(nodes, speed=speed, seed=seed, restless=restless) as world:
        yield world.stand


@asynccontextmanager
async def demo(
    nodes: int = 4, *, speed: float = 0, seed: int = 0, restless: str = ""
) -> AsyncIterator[DemoStand]:
    """Like `demo_stand`, for tests that need more than the API.

    After the block nothing may be written any more; `restless` says why that cannot be.
    """
    clock = loop_clock()
    async with running_cluster(nodes, speed, seed=seed, clock=clock) as cluster:

        def reconcile() -> HostedReconciler:
            return HostedReconciler(LocalTransport(cluster.demo.api), clock)

        await cluster.client.create(NAMESPACES, {"metadata": {"name": NAMESPACE}})
        stand = Stand(cluster.client, reconcile, namespace=NAMESPACE)
        async with hosting(stand, restless):
            yield DemoStand(cluster, stand, clock)
