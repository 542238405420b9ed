"""A real control plane per session; our scheduler and kubelet as plain API clients of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from grove_tui.actions.apply import apply
from grove_tui.actions.manifests import read_manifests
from grove_tui.api.crds import crds
from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.demo.seed import seed_nodes
from grove_tui.demo.simulation import Parts, Simulation
from grove_tui.kube.client import Client
from grove_tui.kube.clock import system_clock
from grove_tui.kube.errors import NotFound
from grove_tui.kube.http import connect
from grove_tui.kube.objects import is_true
from grove_tui.kube.resources import CRDS, NAMESPACES
from grove_tui.kube.transport import Transport
from tests.contract.hosting import HostedReconciler
from tests.contract.oracle import Features
from tests.contract.stand import REAL, Stand
from tests.envtest.control_plane import ControlPlane, missing_binaries, running
from tests.traffic import MeasuredTransport

DEPLOY = Path(__file__).parents[2] / "deploy"
NODES = 6
START_SECONDS = 30
GATED_POD = {
    "metadata": {"name": "gated"},
    "spec": {
        "schedulingGates": [{"name": "grove.io/podgang-pending-creation"}],
        "containers": [{"name": "main", "image": "nginx"}],
    },
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip everything here when there is nothing to start, and say why."""
    why = missing_binaries()
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.envtest)
            item.add_marker(pytest.mark.timeout(300))
            if why:
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane with Grove's kinds and some nodes."""
    with running(tmp_path_factory.mktemp("control-plane")) as plane:
        asyncio.run(_prepare(plane))
        yield plane


@pytest.fixture(scope="session")
def features(control_plane: ControlPlane, pytestconfig: pytest.Config) -> Features:
    """What this API server supports; what it does not is printed once."""
    found = asyncio.run(_ask_features(control_plane))
    terminal = pytestconfig.get_terminal_writer()
    if not found.gates:
        terminal.line("\nthe API server drops schedulingGates: gates of pods are not checked")
    if not found.hpas:
        terminal.line("\nthe API server has no autoscaling/v2: autoscalers are not checked")
    if not found.cel:
        terminal.line("\nthe API server drops the CRDs' rules: they are not checked")
    return found


@pytest.fixture
def parts() -> Parts:
    """What of the simulation runs; the rest is the control plane's own here."""
    return Parts(node_lifecycle=False, garbage_collector=False)


@pytest_asyncio.fixture
async def stand(
    control_plane: ControlPlane,
    features: Features,
    parts: Parts,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Stand]:
    """An empty namespace; our reconciler may do there what `deploy/` grants it, and no more."""
    namespace = re.sub("[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[-50:].strip("-")
    async with (
        _connected(control_plane.kubeconfig) as transport,
        _connected(control_plane.reconciler) as limited,
    ):
        simulated, reconciled = MeasuredTransport(transport), MeasuredTransport(limited)
        await Client(transport).create(NAMESPACES, {"metadata": {"name": namespace}})

        def reconcile() -> HostedReconciler:
            return HostedReconciler(reconciled, system_clock, namespace)

        made = Stand(
            Client(transport),
            reconcile,
            namespace=namespace,
            pace=REAL,
            features=features,
            silence=lambda: min(simulated.silence, reconciled.silence),
        )
        async with _simulated(Client(simulated), parts):
            made.reconciler.start()
            try:
                yield made
            finally:
                await made.reconciler.stop()


@asynccontextmanager
async def _connected(kubeconfig: Path) -> AsyncIterator[Transport]:
    transport = (await connect(str(kubeconfig))).transport
    try:
        yield transport
    finally:
        await transport.close()


@asynccontextmanager
async def _simulated(client: Client, parts: Parts) -> AsyncIterator[None]:
    simulation = asyncio.create_task(Simulation(client, speed=0, parts=parts).run())
    try:
        yield
    finally:
        simulation.cancel()
        with suppress(asyncio.CancelledError):
            await simulation


async def _prepare(plane: ControlPlane) -> None:
    async with _connected(plane.kubeconfig) as transport:
        client = Client(transport)
        for crd in crds():
            await client.create(CRDS, crd)
        async with asyncio.timeout(START_SECONDS):
            for crd in crds():
                await _established(client, crd["metadata"]["name"])
        for name in ("namespace.yaml", "rbac.yaml"):
            applied = await apply(client, read_manifests(DEPLOY / name), "")
            assert applied.ok, applied.problems
        await seed_nodes(client, NODES, system_clock)


async def _established(client: Client, name: str) -> None:
    while True:
        found = await client.get(CRDS, name)
        if is_true(found.status.conditions, "Established"):
            return
        await asyncio.sleep(0.1)


async def _ask_features(plane: ControlPlane) -> Features:
    path = "/api/v1/namespaces/default/pods?dryRun=All"
    async with _connected(plane.kubeconfig) as transport:
        client = Client(transport)
        pod = await client.request_json("POST", path, GATED_POD)
        return Features(
            gates=bool(pod["spec"].get("schedulingGates")),
            hpas=await _is_served(client, "/apis/autoscaling/v2"),
            cel=await _keeps_rules(client),
        )


async def _keeps_rules(client: Client) -> bool:
    path = CRDS.path(name=PODCLIQUESETS.qualified_name)
    stored = await client.request_json("GET", path)
    return "x-kubernetes-validations" in json.dumps(stored)


async def _is_served(client: Client, path: str) -> bool:
    try:
        await client.request_json("GET", path)
    except NotFound:
        return False
    return True
