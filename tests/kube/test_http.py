"""The transport closes what it opened, whenever it is interrupted."""

import asyncio
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from grove_tui.demo.cluster import ClusterOptions, DemoCluster
from grove_tui.kube.client import Client
from grove_tui.kube.http import connect
from grove_tui.kube.resources import NODES

INTERRUPTIONS = range(0, 60, 3)
"""After how many turns of the event loop: before, during and after the TLS handshake."""


@pytest.fixture
async def kubeconfig(tmp_path):
    path = tmp_path / "kubeconfig"
    options = ClusterOptions(nodes=1, port=0, kubeconfig_out=path, scenario="empty")
    async with DemoCluster(options):
        yield str(path)


def connections(server):
    """Count this process's sockets that are connected to the server."""
    port = urlsplit(server).port
    return sum(peer_port(int(path.name)) == port for path in Path("/dev/fd").iterdir())


def peer_port(descriptor):
    with suppress(OSError):
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            with socket.socket(fileno=os.dup(descriptor)) as found:
                if found.family == socket.AF_INET:
                    return found.getpeername()[1]
    return None


async def follow(client, connected):
    async with client.watch(NODES, query={"timeoutSeconds": "60"}, idle_timeout=60) as stream:
        connected.set()
        async for _ in stream.lines():
            pass


async def cancelled(task):
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_an_open_watch_ends_with_its_client(kubeconfig):
    transport = (await connect(kubeconfig)).transport
    client, connected = Client(transport), asyncio.Event()
    watch = asyncio.create_task(follow(client, connected))
    await connected.wait()
    assert connections(transport.server) == 1

    await cancelled(watch)
    await client.close()

    assert connections(transport.server) == 0


@pytest.mark.parametrize("turns", INTERRUPTIONS)
async def test_an_interrupted_request_leaves_no_connection(turns, kubeconfig):
    transport = (await connect(kubeconfig)).transport
    client = Client(transport)
    request = asyncio.create_task(client.list_page(NODES))
    for _ in range(turns):
        await asyncio.sleep(0)

    await cancelled(request)
    await client.close()

    assert connections(transport.server) == 0
