"""Runs the Grove controllers over a set of informers."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, system_clock
from grove_tui.kube.errors import Forbidden, KubeError, NotFound
from grove_tui.kube.informer import Informer
from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of
from grove_tui.kube.reflector import Link, Reflector
from grove_tui.kube.store import Handler, Store
from grove_tui.reconcile.acceptance import AcceptedBlueprints
from grove_tui.reconcile.context import Context, Problems, error_code
from grove_tui.reconcile.controller import Controller, ControllerStats, percentile
from grove_tui.reconcile.executor import Executor
from grove_tui.reconcile.expectations import ExpectedStore
from grove_tui.reconcile.minimums import stored_minimums
from grove_tui.reconcile.podclique.reconciler import PodCliqueReconciler
from grove_tui.reconcile.podcliquescalinggroup.reconciler import PodCliqueScalingGroupReconciler
from grove_tui.reconcile.podcliqueset.reconciler import PodCliqueSetReconciler
from grove_tui.reconcile.podgang.reconciler import PodGangReconciler
from grove_tui.reconcile.recorder import EventRecorder
from grove_tui.reconcile.routing import Controllers, Router
from grove_tui.reconcile.startup import StartupWatch
from grove_tui.reconcile.world import INDEXES, Informers, World

_log = logging.getLogger(__name__)

WRITTEN = ("podcliquesets", "podcliques", "podcliquescalinggroups", "podgangs", "pods",
           "services", "hpas")  # fmt: skip
"""Kinds that the controllers write, by their field in a World."""
CONFIRM_SECONDS = 30.0
"""How long the watch may take to bring a write before the server is asked about it."""
FLUSH_SECONDS = 2.0
"""How long the last events may take on the way out."""


class Stats(Struct, frozen=True):
    """What the controllers have done, by their names."""

    controllers: dict[str, ControllerStats]
    depth: int
    """Keys that wait for a worker."""

    @property
    def reconciles(self) -> int:
        """Reconciles of all controllers."""
        return sum(stats.reconciles for stats in self.controllers.values())

    @property
    def errors(self) -> int:
        """Failed reconciles of all controllers."""
        return sum(stats.errors for stats in self.controllers.values())

    def percentile(self, percent: float) -> float:
        """Return the duration in seconds that `percent` of the latest reconciles stayed within."""
        durations = [d for stats in self.controllers.values() for d in stats.durations]
        return percentile(durations, percent)


class Manager:
    """The four controllers on one event loop.

    The informers are run by whoever opened them; several managers may follow each other on the
    same ones, as leadership comes and goes.
    """

    def __init__(
        self,
        client: Client,
        informers: Informers,
        *,
        clock: Clock = system_clock,
        recorder: EventRecorder | None = None,
    ) -> None:
        self._client = client
        self._informers = informers
        self.recorder = recorder or EventRecorder(client, clock)
        self._stores: dict[str, ExpectedStore[Any]] = {
            name: ExpectedStore(getattr(informers, name).store, INDEXES[name]) for name in WRITTEN
        }
        by_plural = {getattr(informers, n).resource.plural: s for n, s in self._stores.items()}
        self.world = World(
            **self._stores,
            nodes=informers.nodes.store,
            events=informers.events.store,
        )
        executor = Executor(client, by_plural, clock)
        problems = Problems()
        problems.unreadable = lambda: self._known_unreadable
        self._startup = StartupWatch(
            client,
            informers.podcliquesets.namespace,
            lambda child: self._router.startup_object(child),
        )
        blueprints = AcceptedBlueprints(partial(stored_minimums, self.world))
        context = Context(
            self.world,
            client,
            executor,
            self.recorder,
            clock,
            blueprints,
            problems,
            self._startup,
        )
        sets = PodCliqueSetReconciler(context)
        self._controllers = Controllers(
            podcliqueset=Controller("podcliqueset", sets.reconcile, workers=8),
            podclique=Controller("podclique", PodCliqueReconciler(context).reconcile, workers=24),
            podcliquescalinggroup=Controller(
                "podcliquescalinggroup",
                PodCliqueScalingGroupReconciler(context).reconcile,
                workers=8,
            ),
            podgang=Controller("podgang", PodGangReconciler(context).reconcile, workers=12),
        )
        problems.on_change = self._controllers.podcliqueset.enqueue
        self._router = Router(self.world, self._controllers, sets.mark)
        blueprints.on_accept = self._router.accepted
        self._attached: list[tuple[Store[Any], Handler[Any]]] = []
        self._known_unreadable: list[tuple[str, str]] = []

    @property
    def stats(self) -> Stats:
        """What the controllers have done so far."""
        controllers = self._controllers.all()
        return Stats(
            {controller.name: controller.stats for controller in controllers},
            sum(controller.depth for controller in controllers),
        )

    def on_failure(self, listener: Callable[[str, NamespacedName, Exception], None]) -> None:
        """Call `listener` with kind, key and error of each reconcile that failed."""
        kinds = (PODCLIQUESETS, PODCLIQUES, PODCLIQUESCALINGGROUPS, PODGANGS)
        by_name = {resource.kind.lower(): resource.kind for resource in kinds}
        for controller in self._controllers.all():
            controller.on_failure = partial(listener, by_name[controller.name])

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be reconciled or told; countdowns may still be running."""
        return self.recorder.is_idle and all(c.is_idle for c in self._controllers.all())

    @property
    def next_due(self) -> float | None:
        """The loop time at which the next delayed key is due."""
        due = (controller.next_due for controller in self._controllers.all())
        return min((moment for moment in due if moment is not None), default=None)

    async def run(self) -> None:
        """Reconcile until cancelled; starts when everything that matters has been listed."""
        try:
            await self._wait_listed()
            self._attach()
            async with asyncio.TaskGroup() as group:
                for controller in self._controllers.all():
                    group.create_task(controller.run(), name=f"{controller.name} controller")
                group.create_task(self.recorder.run(), name="event recorder")
                group.create_task(self._confirm_writes(), name="confirm writes")
                group.create_task(self._startup.run(), name="start-up objects")
        finally:
            self._detach()
            await self._say_goodbye()

    def _attach(self) -> None:
        router = self._router
        routes: tuple[tuple[str, Handler[Any]], ...] = (
            ("podcliquesets", router.podcliqueset),
            ("podcliquescalinggroups", router.podcliquescalinggroup),
            ("podcliques", router.podclique),
            ("podgangs", router.podgang),
            ("pods", router.pod),
            ("services", router.other_child),
            ("hpas", router.other_child),
        )
        for name, route in routes:
            store: Store[Any] = getattr(self._informers, name).store
            handler = _guarded(route)
            self._attached.append((store, handler))
            store.add_handler(handler)
            reflector: Reflector[Any] = getattr(self._informers, name).reflector
            reflector.on_link(self._on_link)
            reflector.on_listed(partial(self._on_listed, name))
        self._known_unreadable = self._unreadable()

    def _detach(self) -> None:
        for store, handler in self._attached:
            store.remove_handler(handler)
        self._attached.clear()
        for expected in self._stores.values():
            expected.close()

    async def _wait_listed(self) -> None:
        """Wait for every kind, except those that the server does not have or will not show."""
        for name in WRITTEN:
            await _listed_or_barred(getattr(self._informers, name))

    def _unreadable(self) -> list[tuple[str, str]]:
        """Say which kinds the server will not show us."""
        found = []
        for name in WRITTEN:
            informer: Informer[Any] = getattr(self._informers, name)
            if isinstance(informer.link.cause, Forbidden):
                resource = informer.resource
                what = f"cannot list {resource.qualified_name}: {informer.link.error}"
                found.append((error_code("list", resource), what))
        return found

    def _on_link(self, _link: Link) -> None:
        """Let every set say so when something cannot be read, and go on when it can be again."""
        unreadable = self._unreadable()
        if self._attached and unreadable != self._known_unreadable:
            self._known_unreadable = unreadable
            for pcs in self.world.podcliquesets.values():
                self._controllers.podcliqueset.enqueue(key_of(pcs))
            for podclique in self.world.podcliques.values():
                self._controllers.podclique.enqueue(key_of(podclique))

    def _on_listed(self, name: str, version: str) -> None:
        """Go on from what a list tells to be gone that no watch had brought."""
        if self._attached:
            for obj in self._stores[name].listed(version):
                self._route(name)(obj, None)

    async def _confirm_writes(self) -> None:
        """Ask the server about writes that no watch has brought, lest they be believed for ever."""
        while True:
            await asyncio.sleep(CONFIRM_SECONDS)
            for name, store in self._stores.items():
                for obj in store.unconfirmed(CONFIRM_SECONDS):
                    await self._confirm(name, store, obj)

    async def _confirm(self, name: str, store: ExpectedStore[Any], obj: HasMetadata) -> None:
        informer: Informer[Any] = getattr(self._informers, name)
        key = key_of(obj)
        try:
            found = await self._client.get(informer.resource, key.name, key.namespace)
            is_gone = found.metadata.uid != obj.metadata.uid
        except NotFound:
            is_gone = True
        except KubeError as error:
            _log.info("%s %s could not be looked up: %s", informer.resource.plural, key, error)
            return
        if is_gone:
            store.gone(key, obj.metadata.uid)
            self._route(name)(obj, None)

    def _route(self, name: str) -> Callable[[Any, Any], None]:
        store: Store[Any] = getattr(self._informers, name).store
        return next(handler for attached, handler in self._attached if attached is store)

    async def _say_goodbye(self) -> None:
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await self.recorder.flush()
        except TimeoutError:
            _log.info("the last events could not be written in time")


def _guarded(route: Callable[[Any, Any], None]) -> Handler[Any]:
    def handler(old: Any, new: Any) -> None:
        try:
            route(old, new)
        except Exception:  # noqa: BLE001 - a store calls its handlers one after the other
            _log.exception("a change could not be routed")

    return handler


async def _listed_or_barred(informer: Informer[Any]) -> None:
    barred = asyncio.Event()

    def look(link: Link) -> None:
        if isinstance(link.cause, Forbidden | NotFound):
            barred.set()

    informer.reflector.on_link(look)
    look(informer.link)
    waits = [asyncio.ensure_future(informer.wait_synced()), asyncio.ensure_future(barred.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
