"""A store that keeps itself up to date: what controllers and screens read."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Generic, TypeVar

from grove_tui.kube.client import Client
from grove_tui.kube.objects import HasMetadata
from grove_tui.kube.reflector import Link, Reflector
from grove_tui.kube.resources import Resource
from grove_tui.kube.store import Handler, IndexFunction, Store

T = TypeVar("T", bound=HasMetadata)

_log = logging.getLogger(__name__)


class Informer(Generic[T]):
    """One resource, listed and watched once, shared by everybody who reads it.

    A handler that raises is logged and does not keep the others from their call.
    """

    def __init__(
        self,
        client: Client,
        resource: Resource[T],
        namespace: str = "",
        *,
        indexes: Mapping[str, IndexFunction] | None = None,
        label_selector: str = "",
        field_selector: str = "",
    ) -> None:
        self.resource = resource
        self.namespace = namespace if resource.namespaced else ""
        self.store: Store[T] = Store(indexes)
        self.reflector: Reflector[T] = Reflector(
            client,
            resource,
            self.store,
            namespace=self.namespace,
            label_selector=label_selector,
            field_selector=field_selector,
        )

    @property
    def has_synced(self) -> bool:
        """Whether the first list is complete."""
        return self.reflector.synced.is_set()

    @property
    def link(self) -> Link:
        """How fresh the store is."""
        return self.reflector.link

    def add_handler(self, handler: Handler[T]) -> None:
        """Call `handler(old, new)` for each change, and for each present object as an addition."""

        def guarded(old: T | None, new: T | None) -> None:
            try:
                handler(old, new)
            except Exception:  # noqa: BLE001 - one handler must not silence the rest
                _log.exception("a handler of %s failed", self.resource.plural)

        self.store.add_handler(guarded)

    async def wait_synced(self) -> None:
        """Return once the first list is complete; never times out."""
        await self.reflector.synced.wait()

    async def run(self) -> None:
        """Follow the server until cancelled."""
        await self.reflector.run()


async def run_informers(informers: Mapping[str, Informer[HasMetadata]]) -> None:
    """Run all of them until cancelled."""
    async with asyncio.TaskGroup() as group:
        for name, informer in informers.items():
            group.create_task(informer.run(), name=f"informer {name}")
