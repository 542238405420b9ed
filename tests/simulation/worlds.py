"""A demo cluster whose reconciler talks to it over a bad line, under the eyes of the ledger."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.demo.local import LocalTransport
from grove_tui.kube.resources import NAMESPACES
from grove_tui.kube.transport import DEFAULT_TIMEOUT, Request, Response
from tests.cluster import RunningCluster, loop_clock, running_cluster
from tests.contract import oracle
from tests.contract.hosting import HostedReconciler
from tests.contract.snapshot import Json, Snapshot, condition_status, of_storage
from tests.faults import Faults, FaultyTransport
from tests.simulation.breaches import BREACHED
from tests.simulation.ledger import RECONCILER, Ledger
from tests.simulation.templates import TEMPLATES

NAMESPACE = "sim"
QUIET_SECONDS = 3.0
PATIENCE = 400.0
SLACK = timedelta(seconds=3)
CALM = Faults(latency=0.004)


class Witnessed(LocalTransport):
    """Tells the ledger who writes: a request in this process is done before anything else runs."""

    def __init__(self, cluster: RunningCluster, ledger: Ledger) -> None:
        super().__init__(cluster.demo.api)
        self._ledger = ledger

    async def request(self, request: Request, timeout: float = DEFAULT_TIMEOUT) -> Response:  # noqa: ASYNC109
        self._ledger.actor = RECONCILER
        try:
            return await super().request(request, timeout)
        finally:
            self._ledger.actor = ""


class Tracebacks(logging.Handler):
    """Gathers errors that somebody caught and that nobody expected."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.found.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


class World:
    """What operations act on and checks look at."""

    def __init__(self, cluster: RunningCluster, seed: str) -> None:
        self.cluster = cluster
        self.client = cluster.client
        self.rng = random.Random(f"operations {seed}")
        self.clock = cluster.demo.options.clock
        self.ledger = Ledger(cluster.demo.storage, NAMESPACE, self.clock)
        self.line = FaultyTransport(
            Witnessed(cluster, self.ledger), random.Random(f"faults {seed}"), CALM
        )
        self.reconciler = self._make_reconciler()
        self.is_running = False
        self.log: list[str] = []
        self.tracebacks = Tracebacks()

    @property
    def namespace(self) -> str:
        return NAMESPACE

    def snapshot(self) -> Snapshot:
        return of_storage(self.cluster.demo.storage, NAMESPACE)

    def note(self, text: str) -> None:
        """Keep what was done, for the report of a failure."""
        self.log.append(f"{self.clock():%H:%M:%S.%f} {text}")

    # The reconciler

    def _make_reconciler(self) -> HostedReconciler:
        return HostedReconciler(self.line, self.clock)

    def start_reconciler(self) -> None:
        if not self.is_running:
            self.reconciler = self._make_reconciler()
            self.reconciler.start()
            self.is_running = True
            self.ledger.note_restart()

    async def stop_reconciler(self) -> None:
        if self.is_running:
            await self.reconciler.stop()
            self.is_running = False

    # The line between it and the API server

    def disturb(self, faults: Faults) -> None:
        self.line.faults = faults

    def hold_watches(self) -> None:
        if self.line.hold is None:
            self.line.hold = asyncio.Event()

    def release_watches(self) -> None:
        if self.line.hold is not None:
            self.line.hold.set()
            self.line.hold = None

    # Rest

    async def come_to_rest(self) -> Snapshot:
        """Take all faults away and wait until nothing is written any more."""
        self.disturb(CALM)
        self.release_watches()
        self.start_reconciler()
        before = self.snapshot().versions()
        async with asyncio.timeout(PATIENCE):
            while True:
                await asyncio.sleep(QUIET_SECONDS)
                snapshot = self.snapshot()
                versions = snapshot.versions()
                if versions == before and self.reconciler.is_idle:
                    return snapshot
                before = versions

    async def check(self) -> list[str]:
        """Return everything that is wrong with the cluster at rest and that was on the way."""
        snapshot = await self.come_to_rest()
        late = self.ledger.breaches.overdue(snapshot, self.clock(), SLACK)
        afterthoughts = await self._afterthoughts(snapshot)
        problems, self.ledger.problems = self.ledger.problems, []
        return [
            *oracle.violations(snapshot),
            *oracle.outdated(snapshot, self.ledger.updated_on_delete),
            *late,
            *problems,
            *afterthoughts,
            *self.tracebacks.found,
        ]

    async def _afterthoughts(self, snapshot: Snapshot) -> list[str]:
        """Return what a reconciler beside the running one, which knows nothing yet, would write."""
        if _has_timers(snapshot):
            return []
        second = self._make_reconciler()
        second.start()
        await asyncio.sleep(QUIET_SECONDS)
        await second.stop()
        if _pod_statuses(self.snapshot()) != _pod_statuses(snapshot):
            # Something came out of its back-off meanwhile: there was news to write.
            return []
        looks = sum(second.reconciles().values())
        idle = ["a second reconciler did not look at everything"] if looks < _kept(snapshot) else []
        return [*idle, *(f"a second reconciler at rest: {what}" for what in second.writes())]


@asynccontextmanager
async def world(seed: str, nodes: int = 3) -> AsyncIterator[World]:
    """Run a cluster with some PodCliqueSets for the length of the block."""
    async with running_cluster(nodes, 0, seed=hash_of(seed), clock=loop_clock()) as cluster:
        await cluster.client.create(NAMESPACES, {"metadata": {"name": NAMESPACE}})
        made = World(cluster, seed)
        logging.getLogger("grove_tui").addHandler(made.tracebacks)
        made.start_reconciler()
        for name in TEMPLATES:
            await made.client.create(PODCLIQUESETS, manifest(name), NAMESPACE)
        try:
            yield made
        finally:
            await made.stop_reconciler()
            logging.getLogger("grove_tui").removeHandler(made.tracebacks)


def _kept(snapshot: Snapshot) -> int:
    """Count what controllers look at."""
    kinds = snapshot.sets, snapshot.groups, snapshot.cliques, snapshot.gangs
    return sum(len(objects) for objects in kinds)


def _pod_statuses(snapshot: Snapshot) -> list[Json]:
    return [pod.get("status", {}) for _, pod in sorted(snapshot.pods.items())]


def _has_timers(snapshot: Snapshot) -> bool:
    """Tell whether something will happen by itself: a termination, or another try of a pod."""
    parts = [*snapshot.cliques.values(), *snapshot.groups.values()]
    return any(condition_status(part, BREACHED) == "True" for part in parts) or any(
        pod.get("status", {}).get("phase") == "Failed" for pod in snapshot.pods.values()
    )


def manifest(name: str) -> Json:
    """Return a fresh PodCliqueSet of one of the templates."""
    spec, metadata = TEMPLATES[name](), {"name": name, "namespace": NAMESPACE}
    return {"metadata": metadata, "spec": spec}


def hash_of(seed: str) -> int:
    return random.Random(seed).getrandbits(32)
