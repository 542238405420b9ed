"""Opening a cluster: everything that has to be closed again is on one exit stack."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from grove_tui.cluster.demo import DemoProcess
from grove_tui.cluster.session import Place, Session
from grove_tui.config import Settings
from grove_tui.kube import kubeconfig
from grove_tui.kube.client import Client
from grove_tui.kube.errors import ConfigError
from grove_tui.reconcile.leadership import Policy
from grove_tui.reconcile.world import open_informers

DEMO_NAME = "demo"


def check(settings: Settings) -> None:
    """Raise `ConfigError` where the kubeconfig or its context cannot be used; sends nothing."""
    if settings.demo:
        return
    path = kubeconfig.find_path(settings.kubeconfig or None)
    if path is not None:
        kubeconfig.read(path).context(settings.context or None)


def is_known(settings: Settings) -> bool:
    """Return whether the settings or this machine name a cluster at all."""
    found = kubeconfig.find_path(settings.kubeconfig or None) is not None
    return settings.demo or found or kubeconfig.in_cluster()


@asynccontextmanager
async def open_cluster(
    settings: Settings, demo: DemoProcess | None = None
) -> AsyncIterator[Session]:
    """Connect to the cluster that the settings name, and disconnect in the end.

    Args:
        settings: Which cluster.
        demo: A demo cluster that was started already; it is stopped in the end.

    Raises:
        ConfigError: There is no such cluster; the message says what to do.
    """
    async with AsyncExitStack() as stack:
        path: str | None = settings.kubeconfig or None
        if settings.demo:
            demo = demo or DemoProcess.start(settings)
            stack.push_async_callback(demo.stop)
        http = await _import_client()
        if demo is not None:
            await demo.wait_ready()
            path = demo.kubeconfig
        context = None if settings.demo else settings.context or None
        connection = await http.connect(path, context)
        stack.push_async_callback(connection.transport.close)
        client = Client(connection.transport)
        place = _place(settings, connection, kubeconfig.find_path(path) or "")
        informers = open_informers(client, place.namespace)
        yield Session(place, client, informers, policy=_policy(settings))


async def _import_client() -> Any:
    # Its libraries are the slowest to import; the screen is painted meanwhile.
    return await asyncio.to_thread(importlib.import_module, "grove_tui.kube.http")


def _policy(settings: Settings) -> Policy:
    if settings.reconcile == "never":
        return Policy.NEVER
    # Nobody else runs in our demo cluster. Elsewhere even "always" begins with a look: who insists
    # beside Grove's operator is asked first.
    return Policy.ALWAYS if settings.demo else Policy.AUTO


def _place(settings: Settings, connection: Any, path: str) -> Place:
    context = connection.context
    everywhere = settings.all_namespaces or (settings.demo and not settings.namespace)
    default = settings.namespace or context.namespace
    return Place(
        name=DEMO_NAME if settings.demo else context.name,
        server=connection.transport.server,
        namespace="" if everywhere else default,
        default_namespace=default,
        kubeconfig=path,
    )


__all__ = ["ConfigError", "check", "is_known", "open_cluster"]
