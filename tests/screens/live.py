"""The dashboard on a demo cluster in this process, driven by keys."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS, PodClique
from grove_tui.app import GroveApp
from grove_tui.cluster.session import Place, Session
from grove_tui.config import Settings
from grove_tui.kube.client import Client
from grove_tui.kube.resources import PODS
from grove_tui.kube.transport import Transport
from grove_tui.reconcile.leadership import Policy
from grove_tui.reconcile.world import open_informers
from grove_tui.screens.consequences import Consequences
from grove_tui.theme import ThemeFolders
from grove_tui.view.keys import Key
from grove_tui.widgets.live_table import LiveTable
from tests.builders import merged
from tests.cluster import RunningCluster, running_cluster

R = TypeVar("R")


@dataclass
class Dashboard:
    """A dashboard under test and its cluster."""

    app: GroveApp
    pilot: Pilot[int]
    cluster: RunningCluster

    @property
    def screen(self) -> Screen[Any]:
        """The screen on top."""
        return self.app.screen

    @property
    def session(self) -> Session:
        """The open cluster."""
        assert self.app.session is not None
        return self.app.session

    @property
    def tree(self) -> LiveTable:
        """The workload tree."""
        return self.table("tree")

    def table(self, name: str) -> LiveTable:
        """Return a table of the main screen."""
        return self.app.main_screen.query_one(f"#{name}", LiveTable)

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, letting each take effect."""
        for key in keys:
            await self.pilot.press(key)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type a text."""
        names = {"/": "slash", "-": "minus", ".": "full_stop", "_": "underscore", " ": "space"}
        await self.press(*(names.get(character, character) for character in text))

    async def until(self, predicate: Callable[[], R | None], seconds: float = 30) -> R:
        """Return what `predicate` returns as soon as that is truthy."""
        async with asyncio.timeout(seconds):
            while not (value := predicate()):
                await self.pilot.pause(0.01)
        return value

    async def select(self, name: str) -> Key:
        """Put the cursor on the row of that object once it is there."""
        key = await self.until(lambda: self.row(name))
        await self.until(lambda: self.tree.move_to(key))
        return key

    def row(self, name: str) -> Key | None:
        """Return the key of the row of that name."""
        return next((key for key in self.rows() if str(key) == name), None)

    def rows(self, table: str = "tree") -> list[Key]:
        """Return the keys of a table's rows in order."""
        source = self.table(table).source
        return [key for key in source.keys() if isinstance(key, Key)] if source else []  # noqa: SIM118 - no mapping

    def words(self) -> str:
        """Return all texts of the screen on top."""
        texts = [str(static.content) for static in self.screen.query(Static)]
        texts += [pane.text for pane in self.screen.query(Consequences)]
        return "\n".join(texts)

    def said(self) -> list[str]:
        """Return what the notifications say."""
        return [notification.message for notification in self.app._notifications]


@asynccontextmanager
async def dashboard(
    *,
    size: tuple[int, int] = (140, 40),
    reconcile: bool = False,
    wrap: Callable[[Transport], Transport] = lambda transport: transport,
    policy: Policy = Policy.NEVER,
    prepare: Callable[[RunningCluster], Awaitable[None]] | None = None,
    themes: ThemeFolders | None = None,
    wanted: dict[str, Any] | None = None,
    waits: bool = True,
    **settings,
) -> AsyncIterator[Dashboard]:
    """Run the dashboard on a fresh demo cluster.

    Args:
        size: Of the terminal.
        reconcile: Whether the cluster makes PodCliqueSets real.
        wrap: Puts something between the dashboard and the cluster.
        policy: Whether the dashboard reconciles.
        prepare: Done to the cluster before the dashboard opens it.
        themes: Where themes come from.
        wanted: What the user set, where the name is that of an argument here.
        waits: Whether to begin when everything has been listed.
        settings: What the user set.
    """
    chosen = Settings(demo=True, **settings, **(wanted or {}))
    async with running_cluster(reconcile=reconcile) as cluster:

        @asynccontextmanager
        async def opener(_: Settings) -> AsyncIterator[Session]:
            client = Client(wrap(cluster.connect().transport))
            place = Place("demo", "https://127.0.0.1:6443", "", "default")
            clock = cluster.demo.options.clock
            yield Session(place, client, open_informers(client), clock=clock, policy=policy)

        if prepare is not None:
            await prepare(cluster)
        app = GroveApp(chosen, opener, themes=themes or ThemeFolders())
        async with app.run_test(size=size, notifications=True) as pilot:
            shown = Dashboard(app, pilot, cluster)
            await shown.until(
                lambda: app.session is not None and (app.session.has_synced or not waits)
            )
            yield shown
        assert app._exception is None


async def create_set(cluster: RunningCluster, name: str = "sim", replicas: int = 2) -> None:
    """Create a PodCliqueSet of one clique `worker`."""
    clique = {
        "name": "worker",
        "spec": {
            "roleName": "worker",
            "replicas": replicas,
            "podSpec": {"containers": [{"name": "main", "image": "nginx"}]},
        },
    }
    body = {
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"replicas": 1, "template": {"cliques": [clique]}},
    }
    await cluster.client.create(PODCLIQUESETS, body, "default")


async def create_clique(
    cluster: RunningCluster, pcs: str = "sim", replicas: int = 2, **overrides
) -> PodClique:
    """Create what a reconciler would for the one clique of a set, with its pods."""
    name = f"{pcs}-0-worker"
    labels = {
        "app.kubernetes.io/managed-by": "grove-operator",
        "app.kubernetes.io/part-of": pcs,
        "grove.io/podcliqueset-replica-index": "0",
    }
    body = {
        "metadata": {"name": name, "namespace": "default", "labels": labels},
        "spec": {
            "roleName": "worker",
            "replicas": replicas,
            "minAvailable": 2,
            "podSpec": {"containers": [{"name": "main", "image": "nginx"}]},
        },
    }
    clique = await cluster.client.create(PODCLIQUES, merged(body, overrides), "default")
    for index in range(replicas):
        pod = {
            "metadata": {
                "name": f"{name}-{chr(97 + index) * 5}",
                "namespace": "default",
                "labels": {**labels, "grove.io/podclique": name},
            },
            "spec": {
                "containers": [{"name": "main", "image": "nginx"}],
                "tolerations": [{"operator": "Exists"}],
            },
        }
        await cluster.client.create(PODS, pod, "default")
    return clique
