"""Opening a cluster: everything that has to be closed again is on one exit stack."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from msgspec import Struct

from grove_tui.cluster.demo import DemoProcess
from grove_tui.cluster.session import Place, Session
from grove_tui.config import Settings
from grove_tui.kube import kubeconfig
from grove_tui.kube.client import Client
from grove_tui.kube.errors import ConfigError
from grove_tui.kube.firstlook.look import FirstLook
from grove_tui.kube.firstlook.order import Order
from grove_tui.kube.firstlook.transport import FirstLookTransport
from grove_tui.kube.reflector import PAGE_SIZE
from grove_tui.kube.transport import Transport
from grove_tui.reconcile.leadership import Policy
from grove_tui.reconcile.world import RESOURCES, open_informers

DEMO_NAME = "demo"


class _Way(Struct, frozen=True):
    """How a cluster is reached."""

    transport: Transport
    context: kubeconfig.Context
    server: str


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


def give_order(look: FirstLook, settings: Settings, path: str | None = None) -> bool:
    """Let a first look list what `open_cluster` will, where a cluster may be asked twice.

    Args:
        look: One that has no order yet.
        settings: Which cluster.
        path: Its kubeconfig, where the settings do not say.

    Returns:
        Whether there is an order; a pod's own service account and credentials from plugins are
        used once only, by the one who keeps the connection.
    """
    found = kubeconfig.find_path(path or settings.kubeconfig or None)
    if found is None:
        return False
    context = kubeconfig.read(found).context(_context_name(settings))
    if context.has_plugin:
        return False
    namespace = _namespace(settings, context)
    paths = [r.path(namespace if r.namespaced else "") for r in RESOURCES.values()]
    look.give(Order(tuple(paths), PAGE_SIZE, found, context.name))
    return True


@asynccontextmanager
async def open_cluster(
    settings: Settings, demo: DemoProcess | None = None, look: FirstLook | None = None
) -> AsyncIterator[Session]:
    """Connect to the cluster that the settings name, and disconnect in the end.

    Args:
        settings: Which cluster.
        demo: A demo cluster that was started already; it is stopped in the end.
        look: A first look that has its order already, or gets it when the demo cluster is ready.

    Raises:
        ConfigError: There is no such cluster; the message says what to do.
    """
    async with AsyncExitStack() as stack:
        path: str | None = settings.kubeconfig or None
        if look is not None:
            stack.push_async_callback(look.close)
        if settings.demo:
            demo = demo or DemoProcess.start(settings)
            stack.push_async_callback(demo.stop)
            if look is None:
                await _import_client()
            await demo.wait_ready()
            path = demo.kubeconfig
            if look is not None:
                give_order(look, settings, path)
        way = await _reach(settings, path, look)
        stack.push_async_callback(way.transport.close)
        client = Client(way.transport)
        place = _place(settings, way, kubeconfig.find_path(path) or "")
        informers = open_informers(client, place.namespace)
        yield Session(place, client, informers, policy=_policy(settings))


async def _reach(settings: Settings, path: str | None, look: FirstLook | None) -> _Way:
    async def connect() -> Any:
        http = await _import_client()
        return await http.connect(path, _context_name(settings))

    async def connect_transport() -> Transport:
        transport: Transport = (await connect()).transport
        return transport

    found = kubeconfig.find_path(path)
    if look is not None and found is not None and await look.begins():
        context = kubeconfig.read(found).context(_context_name(settings))
        transport = FirstLookTransport(look, connect_transport)
        return _Way(transport, context, context.server.rstrip("/"))
    connection = await connect()
    return _Way(connection.transport, connection.context, connection.transport.server)


async def _import_client() -> Any:
    # Its libraries are the slowest to import; the screen is painted meanwhile.
    return await asyncio.to_thread(_import_client_now)


def _import_client_now() -> Any:
    slimclient = importlib.import_module("grove_tui.kube.slimclient")
    slimclient.load()
    return importlib.import_module("grove_tui.kube.http")


def _policy(settings: Settings) -> Policy:
    if settings.reconcile == "never":
        return Policy.NEVER
    # Nobody else runs in our demo cluster. Elsewhere even "always" begins with a look: who insists
    # beside Grove's operator is asked first.
    return Policy.ALWAYS if settings.demo else Policy.AUTO


def _context_name(settings: Settings) -> str | None:
    return None if settings.demo else settings.context or None


def _namespace(settings: Settings, context: kubeconfig.Context) -> str:
    """Return where to look; empty for everywhere."""
    everywhere = settings.all_namespaces or (settings.demo and not settings.namespace)
    return "" if everywhere else settings.namespace or context.namespace


def _place(settings: Settings, way: _Way, path: str) -> Place:
    return Place(
        name=DEMO_NAME if settings.demo else way.context.name,
        server=way.server,
        namespace=_namespace(settings, way.context),
        default_namespace=settings.namespace or way.context.namespace,
        kubeconfig=path,
    )


__all__ = ["ConfigError", "check", "give_order", "is_known", "open_cluster"]
