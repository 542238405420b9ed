"""An API server in this process that holds a large cluster and changes it on command.

Nothing simulates here: no kubelet, scheduler or reconciler competes for the machine, and the moment
of each change is known exactly.
"""

import asyncio
import gc
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from benchmarks.population import NAMESPACE, Population, Size
from grove_tui.api.crds import crds
from grove_tui.demo.api import Api
from grove_tui.demo.apiserver import ApiServer
from grove_tui.demo.credentials import Credentials, write_kubeconfig
from grove_tui.demo.local import LocalTransport
from grove_tui.demo.storage import Key, Storage
from grove_tui.kube.client import Client
from grove_tui.kube.clock import system_clock
from grove_tui.kube.objects import JSON
from grove_tui.kube.resources import CRDS
from grove_tui.reconcile.world import RESOURCES

SLICE_SECONDS = 0.005
"""How often a steady load sends what is due."""
WINDOW = 200_000
"""Changes that can be watched from: readers are not to list again unless that is measured."""
PODS = "pods"


class Stand:
    """A cluster on a stand.

    Attributes:
        kubeconfig: Where clients find it.
        pods: Names of its pods in the order of the tree.
    """

    def __init__(self, storage: Storage, kubeconfig: str) -> None:
        self.kubeconfig = kubeconfig
        self._storage = storage
        self.pods = [stored.key.name for stored in storage.objects(PODS)]
        self._numbers = count()

    @property
    def everything_ready(self) -> str:
        """What the dashboard says when it knows all pods."""
        return f"{len(self.pods)}/{len(self.pods)} pods"

    def head(self, name: str) -> str:
        """Return the first pod of the first gang of a pod's set."""
        pcs = name.partition("-")[0]
        return next(pod for pod in self.pods if pod.startswith(f"{pcs}-0-"))

    def change(self, name: str, **status: object) -> None:
        """Change fields of a pod's status; watchers are told before this returns."""
        key = Key(PODS, NAMESPACE, name)
        stored = self._storage.get(key)
        assert stored is not None
        pod: JSON = stored.object
        self._storage.put(key, {**pod, "status": {**pod["status"], **status}})

    def flicker(self, name: str) -> None:
        """Change a detail of a pod that no column shows."""
        self.change(name, message=f"note {next(self._numbers)}")

    @asynccontextmanager
    async def loaded(self, per_second: int) -> AsyncIterator[None]:
        """Change pods one after the other at a steady rate while the block runs."""
        task = asyncio.create_task(self._load(per_second))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _load(self, per_second: int) -> None:
        loop = asyncio.get_running_loop()
        begun, sent = loop.time(), 0
        # The first gangs are those on the screen, whose rows are measured.
        names = self.pods[len(self.pods) // 10 :]
        while per_second:
            due = int((loop.time() - begun) * per_second)
            for number in range(sent, due):
                self.flicker(names[number % len(names)])
            sent = max(sent, due)
            await asyncio.sleep(SLICE_SECONDS)


@asynccontextmanager
async def stand(size: Size, age: timedelta = timedelta(hours=10)) -> AsyncIterator[Stand]:
    """Serve a cluster of that size whose objects are that old."""
    storage = Storage(window=WINDOW)
    api = Api(storage, system_clock)
    client = Client(LocalTransport(api))
    for crd in crds():
        await client.create(CRDS, crd)
    with _no_collections():
        _fill(storage, Population(size, datetime.now(UTC), age))
    credentials = Credentials.create()
    server = ApiServer(api, credentials)
    await server.start()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kubeconfig"
        write_kubeconfig(path, credentials, server.url)
        try:
            yield Stand(storage, str(path))
        finally:
            await server.stop()


def _fill(storage: Storage, population: Population) -> None:
    for field, obj in population.objects():
        metadata = obj["metadata"]
        resource = RESOURCES[field].qualified_name
        storage.put(Key(resource, metadata["namespace"], metadata["name"]), obj)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Make what is to stay without looking for garbage in it, now or later."""
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
