"""Events live for an hour after they were last seen, as an API server's `--event-ttl` has it."""

import asyncio
from contextlib import suppress

from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.errors import Conflict, NotFound
from grove_tui.kube.informer import Informer
from grove_tui.kube.objects import Event, NamespacedName, key_of
from grove_tui.kube.resources import EVENTS
from grove_tui.reconcile.controller import Controller, Result

LIFE_SECONDS = 3600.0


class EventExpiry:
    """Deletes old events, each at its time."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._events: Informer[Event] = Informer(client, EVENTS)
        self._controller = Controller("event-expiry", self._reconcile, workers=1)
        self._events.add_handler(self._event_changed)

    async def run(self) -> None:
        """Expire events until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._events.run())
            group.create_task(self._controller.run())

    def _event_changed(self, old: Event | None, new: Event | None) -> None:
        # One that is seen again is found to be younger when its first time comes.
        if old is None and new is not None:
            self._controller.enqueue_after(key_of(new), self._left(new))

    def _left(self, event: Event) -> float:
        if event.last_seen is None:
            return LIFE_SECONDS
        return LIFE_SECONDS - (self._clock() - event.last_seen).total_seconds()

    async def _reconcile(self, key: NamespacedName) -> Result | None:
        event = self._events.store.get(*key)
        if event is None:
            return None
        left = self._left(event)
        if left > 0:
            return Result(requeue_after=left)
        with suppress(NotFound, Conflict):
            await self._client.delete(EVENTS, key.name, key.namespace, uid=event.metadata.uid)
        return None
