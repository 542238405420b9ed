"""The demo cluster: an API server with Grove's CRDs, fake nodes, and a simulation behind it."""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from grove_tui.api.admission import Admission, admit
from grove_tui.api.crds import crds
from grove_tui.demo.api import Api
from grove_tui.demo.containerlogs import ContainerLogs
from grove_tui.demo.local import LocalTransport
from grove_tui.demo.scenarios import Scenario, load, play
from grove_tui.demo.seed import seed_nodes
from grove_tui.demo.simulation import Simulation
from grove_tui.demo.storage import Storage
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, system_clock
from grove_tui.kube.errors import AlreadyExists, ConfigError
from grove_tui.kube.objects import JSON
from grove_tui.kube.resources import CRDS
from grove_tui.kube.transport import DEFAULT_TIMEOUT, Request, Response

DATABASE = "objects.sqlite"
CREDENTIALS = "credentials.json"
REQUESTS_PER_TURN = 16

_log = logging.getLogger(__name__)

Reconciler = Callable[[Client], Awaitable[None]]
"""Runs until cancelled; given by layers above, because the demo knows no Grove controllers."""


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """What `grove-tui cluster` can be asked for.

    Attributes:
        nodes: How many nodes.
        port: Where the API listens; 0 takes a free port, None only answers in this process.
        kubeconfig_out: Where to write the kubeconfig; a private directory without it.
        data_dir: Where objects are kept; without it they end with the process.
        speed: Pace of the simulation; 0 for no delays at all.
        scenario: Name or file of what happens; empty for nothing.
        seed: Makes choices and delays repeatable.
        until_stdin_closes: Stop when standard input ends, because the parent process has.
        reconciler: Makes PodCliqueSets real.
    """

    nodes: int = 20
    port: int | None = 0
    kubeconfig_out: Path | None = None
    data_dir: Path | None = None
    speed: float = 1.0
    scenario: str = ""
    seed: int = 0
    until_stdin_closes: bool = False
    reconciler: Reconciler | None = None
    clock: Clock = field(default=system_clock)


class DemoCluster:
    """A running demo cluster, as an async context manager.

    Raises on entering:
        ConfigError: The scenario, the data directory or the kubeconfig's place cannot be used.
        CannotListen: The port is in use.
    """

    def __init__(self, options: ClusterOptions | None = None) -> None:
        self.options = options or ClusterOptions()
        self._stack = contextlib.AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self.kubeconfig_path: Path | None = None

    async def __aenter__(self) -> Self:
        async with self._stack:
            await self._start()
            # Nothing failed: what was opened stays open until `stop`.
            self._stack = self._stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """End the simulation, the server and what they opened; may be called twice."""
        await self._stack.aclose()

    def connect(self) -> Client:
        """Return a client in this process, with request counts of its own."""
        return Client(FairTransport(self.api))

    async def wait(self) -> None:
        """Wait until a part of the cluster fails; raises its error."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()

    async def _start(self) -> None:
        options = self.options
        scenario = load(options.scenario)
        self.storage = _storage(options.data_dir)
        self._stack.callback(self.storage.close)
        self.api = _api(self.storage, options.clock)
        self._stack.callback(self.api.close)
        self.client = self.connect()
        await self._install()
        if options.port is not None:
            await self._listen(options.port)
        self._stack.push_async_callback(self._cancel)
        self._run_in_background(scenario)

    async def _install(self) -> None:
        with self.storage.batch():
            for crd in crds():
                try:
                    await self.client.create(CRDS, crd)
                except AlreadyExists:
                    # Kept objects may come from an earlier version of the definitions.
                    name, spec = crd["metadata"]["name"], {"spec": crd["spec"]}
                    await self.client.patch(CRDS, name, spec)
            await seed_nodes(self.client, self.options.nodes, self.options.clock)

    async def _listen(self, port: int) -> None:
        # Certificates and HTTP cost most of the start-up time; in-process clusters do without.
        from grove_tui.demo.apiserver import ApiServer
        from grove_tui.demo.credentials import Credentials, write_kubeconfig

        kept = self.options.data_dir
        credentials = Credentials.kept(kept / CREDENTIALS) if kept else Credentials.create()
        server = ApiServer(self.api, credentials, port)
        await server.start()
        self._stack.push_async_callback(server.stop)
        path = self.options.kubeconfig_out
        if path is None:
            folder = tempfile.mkdtemp(prefix="grove-tui-")
            self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
            path = Path(folder) / "kubeconfig"
        try:
            write_kubeconfig(path, credentials, server.url)
        except OSError as error:
            why = error.strerror or error
            raise ConfigError(f"the kubeconfig {path} cannot be written: {why}") from error
        self.kubeconfig_path = path

    def _run_in_background(self, scenario: Scenario) -> None:
        options = self.options
        self.simulation = Simulation(
            self.connect(), speed=options.speed, seed=options.seed, clock=options.clock
        )
        self._spawn(self.simulation.run, "simulation")
        if options.reconciler is not None:
            self._spawn(partial(options.reconciler, self.connect()), "reconciler")
        if scenario.steps:
            self._spawn(partial(play, scenario, self.connect(), options.clock), "scenario")

    def _spawn(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        async def run() -> None:
            try:
                await work()
            except Exception:
                _log.exception("the %s of the demo cluster failed", name)
                raise

        self._tasks.append(asyncio.create_task(run(), name=f"demo {name}"))

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class FairTransport(LocalTransport):
    """A local transport that lets others run now and then.

    A request in the same process is answered without waiting, so a controller with a thousand keys
    would otherwise keep the event loop, and with it the HTTPS server, until the last of them.
    """

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._count = 0

    async def request(self, request: Request, timeout: float = DEFAULT_TIMEOUT) -> Response:  # noqa: ASYNC109 - the transport's signature
        """See `Transport`."""
        self._count += 1
        if self._count % REQUESTS_PER_TURN == 0:
            await asyncio.sleep(0)
        return await super().request(request, timeout)


async def serve(options: ClusterOptions, *, ready: Callable[[str], None]) -> None:
    """Run a demo cluster until SIGINT, SIGTERM or, if asked for, the end of standard input.

    Args:
        options: What to run.
        ready: Called with the kubeconfig's path once the API answers.

    Raises:
        KubeError: It cannot start; the message says why.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    if options.until_stdin_closes:
        loop.add_reader(sys.stdin.fileno(), _read_stdin, stopped)
    async with DemoCluster(options) as cluster:
        ready(str(cluster.kubeconfig_path or ""))
        stopping = asyncio.create_task(stopped.wait())
        failing = asyncio.create_task(cluster.wait())
        try:
            await asyncio.wait([stopping, failing], return_when=asyncio.FIRST_COMPLETED)
            if failing.done() and not stopped.is_set():
                failing.result()
                await stopping
        finally:
            stopping.cancel()
            failing.cancel()
            await asyncio.gather(stopping, failing, return_exceptions=True)


def _read_stdin(stopped: asyncio.Event) -> None:
    descriptor = sys.stdin.fileno()
    if not os.read(descriptor, 4096):
        asyncio.get_running_loop().remove_reader(descriptor)
        stopped.set()


def _storage(data_dir: Path | None) -> Storage:
    if data_dir is None:
        return Storage()
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise ConfigError(f"--data-dir needs a folder, and {data_dir} is a file") from None
    except OSError as error:
        why = error.strerror or error
        raise ConfigError(f"the folder {data_dir} cannot be made: {why}") from error
    return Storage(data_dir / DATABASE)


def _api(storage: Storage, clock: Clock) -> Api:
    def admission(plural: str, _operation: str, new: JSON, old: JSON | None) -> Admission:
        return admit(plural, "CREATE" if old is None else "UPDATE", new, old)

    return Api(storage, clock, admission, logs=ContainerLogs(clock))
