"""The transport closes what it opened, renews credentials, and says plainly what went wrong."""

import asyncio
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from grove_tui.demo.cluster import ClusterOptions, DemoCluster
from grove_tui.demo.credentials import Credentials
from grove_tui.kube.client import Client
from grove_tui.kube.errors import Unauthorized, Unreachable
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


def read(path):
    return yaml.safe_load(Path(path).read_text())


def write(path, config):
    Path(path).write_text(yaml.safe_dump(config))


def with_token(path, token):
    """Write a kubeconfig anew with another token; return the one that it had."""
    config = read(path)
    user = config["users"][0]["user"]
    before, user["token"] = user["token"], token
    write(path, config)
    return before


@pytest.mark.parametrize("what", ["request", "watch"])
async def test_a_login_meanwhile_is_taken_from_the_kubeconfig(kubeconfig, what):
    right = with_token(kubeconfig, "expired")
    transport = (await connect(kubeconfig)).transport
    client, connected = Client(transport), asyncio.Event()
    try:
        with pytest.raises(Unauthorized, match="log in again"):
            await client.list_all(NODES)
        with_token(kubeconfig, right)

        if what == "request":
            assert len(await client.list_all(NODES)) == 1
        else:
            following = asyncio.create_task(follow(client, connected))
            async with asyncio.timeout(10):
                await connected.wait()
            await cancelled(following)
    finally:
        await transport.close()


async def test_a_plugin_is_asked_again_for_a_watch(kubeconfig, tmp_path):
    token = tmp_path / "token"
    config = read(kubeconfig)
    right = config["users"][0]["user"].pop("token")
    credential = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
    script = f"printf '%s' '{credential}\"status\":{{\"token\":\"'$(cat {token})'\"}}}}'"
    config["users"][0]["user"]["exec"] = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", script],
        "interactiveMode": "Never",
    }
    write(kubeconfig, config)
    token.write_text("expired")
    transport = (await connect(kubeconfig)).transport
    client, connected = Client(transport), asyncio.Event()
    try:
        token.write_text(right)
        following = asyncio.create_task(follow(client, connected))
        async with asyncio.timeout(10):
            await connected.wait()
        await cancelled(following)
    finally:
        await transport.close()


async def test_a_refused_connection_is_said_in_plain_words(kubeconfig):
    config = read(kubeconfig)
    config["clusters"][0]["cluster"]["server"] = "https://localhost:1"
    write(kubeconfig, config)
    transport = (await connect(kubeconfig)).transport
    try:
        with pytest.raises(Unreachable) as caught:
            await Client(transport).list_all(NODES)
    finally:
        await transport.close()

    assert str(caught.value) == "https://localhost:1 does not answer: connection refused"


async def test_a_kept_cluster_is_known_to_who_knew_it(tmp_path):
    path, data = tmp_path / "kubeconfig", tmp_path / "data"
    port = 0
    transport = None
    for _ in range(2):
        options = ClusterOptions(
            nodes=1, port=port, kubeconfig_out=path, scenario="empty", data_dir=data
        )
        async with DemoCluster(options):
            if transport is None:
                transport = (await connect(str(path))).transport
                port = urlsplit(transport.server).port or 0
            assert len(await Client(transport).list_all(NODES)) == 1
    assert transport is not None
    await transport.close()
    assert stat.S_IMODE((data / "credentials.json").stat().st_mode) == 0o600


async def test_credentials_that_others_may_have_read_are_replaced(tmp_path):
    file = tmp_path / "credentials.json"
    before = Credentials.kept(file)
    assert Credentials.kept(file).token == before.token

    file.chmod(0o644)
    after = Credentials.kept(file)

    assert after.token != before.token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("{}")
    assert Credentials.kept(file).token != after.token
