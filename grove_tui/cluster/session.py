"""One open cluster, as the dashboard reads it."""

import asyncio
import platform
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from msgspec import Struct

from grove_tui.cluster.freezing import freeze_what_is_listed
from grove_tui.cluster.freshness import Connection, Freshness, State
from grove_tui.cluster.permissions import Permissions
from grove_tui.cluster.recording import Recorder
from grove_tui.cluster.supervision import restarting, supervise
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, system_clock
from grove_tui.kube.errors import KubeError, NotFound
from grove_tui.kube.objects import NamespacedName
from grove_tui.reconcile.leadership import Leadership, Mode, Policy, Standing
from grove_tui.reconcile.world import INDEXES, Informers, World
from grove_tui.view.history import Record, Source

if TYPE_CHECKING:
    from grove_tui.reconcile.manager import Manager

GROVE_KINDS = {
    "grove.io/v1alpha1": ("podcliquesets", "podcliques", "podcliquescalinggroups"),
    "scheduler.grove.io/v1alpha1": ("podgangs",),
}

PATIENCE_SECONDS = 5.0
"""How long one kind that does not come holds up what follows the first lists."""


class Place(Struct, frozen=True):
    """Which cluster this is.

    Attributes:
        name: The kubeconfig's context, or "demo".
        server: URL of its API.
        namespace: Where we look; empty for everywhere.
        default_namespace: Where objects without a namespace go.
        kubeconfig: File that reaches it; empty inside a pod.
    """

    name: str
    server: str
    namespace: str
    default_namespace: str
    kubeconfig: str = ""


class Session:
    """A connected cluster.

    Attributes:
        place: Which cluster it is.
        client: The way to change it.
        world: What it holds, kept up to date while `run` runs.
        freshness: How far that can be relied on.
        recorder: What happened to it lately.
        permissions: What the user may do to it.
    """

    is_live = True
    """Whether this is a cluster, and not the recording of one."""

    def __init__(
        self,
        place: Place,
        client: Client,
        informers: Informers,
        *,
        clock: Clock = system_clock,
        policy: Policy = Policy.NEVER,
    ) -> None:
        self.place = place
        self.client = client
        self.informers = informers
        self.freshness = Freshness(informers)
        self.world: World = informers.world
        self.clock = clock
        self.standing = Standing(Mode.STARTING)
        """Who reconciles."""
        self.manager: Manager | None = None
        """The controllers, while they run here."""
        self._policy = policy
        self._is_patient = True
        self._again = asyncio.Event()
        self._reconsider = asyncio.Event()
        self.fault = ""
        """What went wrong inside, while it does."""
        self._listeners: list[Callable[[], None]] = []
        self.permissions = Permissions(client, self._told)
        self.recorder = Recorder(clock)
        self.recorder.follow({name: getattr(informers, name) for name in INDEXES})
        for informer in informers:
            informer.reflector.on_link(lambda _: self._linked())

    @property
    def connection(self) -> Connection:
        """How fresh the world is: as stale as its stalest part that can be had at all."""
        return self.freshness.connection(has_begun=self.has_begun)

    @property
    def has_synced(self) -> bool:
        """Whether everything that may be read has been read once."""
        return self.freshness.has_read_all

    @property
    def has_begun(self) -> bool:
        """Whether what comes from now on is news; a kind that keeps us waiting is left behind."""
        return self.recorder.has_started or self.has_synced

    async def wait_synced(self) -> None:
        """Wait until everything that may be read has been read once, or is done without.

        Raises:
            KubeError: The cluster cannot be reached; the message says why.
        """
        moved = asyncio.Event()
        self.on_connection(moved.set)
        while not (self.has_begun and self.freshness.has_read_most):
            if self.connection.state is State.STALE:
                raise KubeError(self.connection.error)
            moved.clear()
            await moved.wait()

    def loop_time(self) -> float:
        """Return the clock by which `Connection.since` is counted."""
        return asyncio.get_running_loop().time()

    def records(self) -> Sequence[Record]:
        """Return what happened lately, oldest first."""
        return self.recorder.records()

    async def save_recording(self, folder: Path) -> Path:
        """Write what happened lately to a new file in that folder; return its path.

        Raises:
            RecordingError: It cannot be written.
        """
        from grove_tui.cluster.recordfile import write_new

        recording = self.recorder.recording(self.place.name, self.place.namespace)
        # Stripping and compressing take a while; the screen goes on meanwhile.
        return await asyncio.to_thread(write_new, recording, folder)

    def on_connection(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever `connection` may have changed."""
        self._listeners.append(listener)

    async def missing_kinds(self) -> tuple[str, ...]:
        """Return Grove's kinds that the cluster does not serve; raises `KubeError`."""
        missing: list[str] = []
        for api_version, wanted in GROVE_KINDS.items():
            try:
                found = await self.client.request_json("GET", f"/apis/{api_version}")
                served = {str(item["name"]) for item in found.get("resources") or ()}
            except NotFound:
                served = set()
            group = api_version.partition("/")[0]
            missing += [f"{plural}.{group}" for plural in wanted if plural not in served]
        return tuple(missing)

    async def install_crds(self) -> None:
        """Create the CRDs that are missing; raises `KubeError`."""
        from grove_tui.api.crds import crds
        from grove_tui.kube.errors import AlreadyExists
        from grove_tui.kube.resources import CRDS

        for manifest in crds():
            try:
                await self.client.create(CRDS, manifest)
            except AlreadyExists:
                continue
        await self._wait_served()

    def look_again(self) -> None:
        """List everything anew, without waiting for the pauses after errors."""
        for informer in self.informers:
            informer.reflector.relist()
        self._again.set()
        self._reconsider.set()

    def insist(self) -> None:
        """Reconcile even where Grove's operator does, which the user has confirmed."""
        self._policy = Policy.ALWAYS
        self._reconsider.set()

    async def reconcile(self) -> None:
        """Make PodCliqueSets real where and while that is ours to do, until cancelled."""
        run = partial(restarting, self._lead, self._reconsider)
        await supervise("reconciler", run, self._note_fault)

    async def _lead(self) -> None:
        leadership = Leadership(
            self.client,
            f"{platform.node()}_{uuid4()}",
            policy=self._policy,
            namespace=self.place.namespace,
            clock=self.clock,
        )

        def changed() -> None:
            self.standing = leadership.standing
            self._told()

        leadership.on_change = changed
        await leadership.run(self._run_controllers)

    async def _run_controllers(self) -> None:
        # Its modules are not needed for the first frame.
        from grove_tui.reconcile.manager import Manager

        self.manager = Manager(self.client, self.informers, clock=self.clock)
        self.manager.on_failure(self._note_failure)
        try:
            await self.manager.run()
        finally:
            self.manager = None

    async def run(self) -> None:
        """Follow the cluster until cancelled."""
        async with asyncio.TaskGroup() as group:
            run = partial(restarting, self.informers.run, self._again)
            group.create_task(supervise("informers", run, self._note_fault))
            group.create_task(self._lose_patience())
            group.create_task(freeze_what_is_listed(self.informers))
            group.create_task(supervise("permissions", self.permissions.run, self._note_fault))

    async def _wait_served(self) -> None:
        for _ in range(50):
            if not await self.missing_kinds():
                return
            await asyncio.sleep(0.1)
        raise KubeError("the CRDs were created, but are not served yet; ctrl+r looks again")

    async def _lose_patience(self) -> None:
        await asyncio.sleep(PATIENCE_SECONDS)
        self._is_patient = False
        self._linked()

    def _note_failure(self, kind: str, key: NamespacedName, error: Exception) -> None:
        text = " ".join(str(error).split()) or type(error).__name__
        self.recorder.note(kind, key, f"Reconciling failed: {text}", Source.RECONCILE)

    def _note_fault(self, line: str) -> None:
        self.fault = line
        self._told()

    def _linked(self) -> None:
        read = self.freshness
        enough = read.has_read_all if self._is_patient else read.has_read_any
        if enough and not self.recorder.has_started:
            self.recorder.start()
            self.permissions.begin()
        self._told()

    def _told(self) -> None:
        for listener in self._listeners:
            listener()
