"""The child of a first look: connects as its parent would, lists what it is told to, and ends."""

import asyncio
import gc
import signal
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

import msgspec

from grove_tui.kube.errors import KubeError
from grove_tui.kube.firstlook.order import HEAD, Order, name_of
from grove_tui.kube.transport import Request, Transport


class _Meta(msgspec.Struct):
    continue_: str = msgspec.field(default="", name="continue")


class _Page(msgspec.Struct):
    metadata: _Meta = msgspec.field(default_factory=_Meta)


async def look(order: Order, transport: Transport, out: BinaryIO) -> None:
    """Fetch what the order names, all at once, and write each page when it is there."""
    async with asyncio.TaskGroup() as group:
        for path in order.paths:
            group.create_task(_list(path, order.limit, transport, out))


async def _list(path: str, limit: int, transport: Transport, out: BinaryIO) -> None:
    query = {"limit": str(limit)}
    while True:
        try:
            response = await transport.request(Request("GET", path, query))
        except KubeError:
            return  # the parent asks again, and says what is wrong
        if response.status != 200:
            return
        name = name_of(path, query).encode()
        out.write(HEAD.pack(len(name), len(response.body)) + name + response.body)
        out.flush()
        token = msgspec.json.decode(response.body, type=_Page).metadata.continue_
        if not token:
            return
        query["continue"] = token


@contextmanager
def _no_default_certificates() -> Iterator[None]:
    """Let nobody read the system's certificates meanwhile.

    aiohttp does when it is imported, for connections that say nothing about certificates. Ours
    always do, and reading them takes longer than all the lists.
    """
    methods = {
        name: getattr(ssl.SSLContext, name)
        for name in ("load_default_certs", "set_default_verify_paths")
    }
    for name in methods:
        setattr(ssl.SSLContext, name, lambda *_: None)
    try:
        yield
    finally:
        for name, method in methods.items():
            setattr(ssl.SSLContext, name, method)


async def main() -> None:
    """Wait for the order, carry it out, and stop at once when the parent wants no more."""
    with _no_default_certificates():
        from grove_tui.kube import http, slimclient

        slimclient.load()
    line = sys.stdin.buffer.readline()
    if not line:
        return
    order = Order.of(line)
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    # The parent writes nothing more: when there is something to read, it is the end.
    loop.add_reader(sys.stdin.fileno(), task.cancel)
    connection = await http.connect(order.kubeconfig or None, order.context or None)
    try:
        await look(order, connection.transport, sys.stdout.buffer)
    finally:
        await connection.transport.close()


if __name__ == "__main__":
    # It lives for less than a second.
    gc.disable()
    # The parent tells what is wrong, when it finds the same.
    with suppress(KubeError, OSError, asyncio.CancelledError, ExceptionGroup):
        asyncio.run(main())
