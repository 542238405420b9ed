"""The HTTPS server: who gets in, what it does with bodies and streams, and how it stops."""

import asyncio
import io
import socket
import ssl
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from kubernetes_asyncio import client, config, watch

from grove_tui.demo.api import Api
from grove_tui.demo.apiserver import MAX_BODY, ApiServer, CannotListen
from grove_tui.demo.credentials import Credentials, kubeconfig, write_kubeconfig, write_private
from grove_tui.demo.storage import encode
from tests.demo.caller import CRDS, PODS, WIDGET_CRD, WIDGETS, pod, widget


class Running:
    def __init__(self, api: Api, credentials: Credentials, server: ApiServer) -> None:
        self.api = api
        self.credentials = credentials
        self.server = server
        self.tls = ssl.create_default_context(cadata=credentials.ca_certificate.decode())

    @asynccontextmanager
    async def session(self, token: str | None = None) -> AsyncIterator[aiohttp.ClientSession]:
        token = self.credentials.token if token is None else token
        headers = {"authorization": f"Bearer {token}"} if token else {}
        connector = aiohttp.TCPConnector(ssl=self.tls)
        async with aiohttp.ClientSession(
            self.server.url, headers=headers, connector=connector
        ) as s:
            yield s


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    credentials = Credentials.create()
    api = Api()
    server = ApiServer(api, credentials)
    await server.start()
    yield Running(api, credentials, server)
    await server.stop()


async def test_answers_whoever_has_the_token(running: Running):
    async with running.session() as session:
        async with session.post(PODS, json=pod()) as answer:
            assert answer.status == 201
        async with session.get(PODS) as answer:
            assert [item["metadata"]["name"] for item in (await answer.json())["items"]] == ["p"]


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_nobody_else_gets_in(running: Running, token: str):
    async with running.session(token) as session, session.get(PODS) as answer:
        status = await answer.json()

    assert answer.status == 401
    assert (status["kind"], status["reason"]) == ("Status", "Unauthorized")


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz", "/version"])
async def test_health_and_version_are_public(running: Running, path: str):
    async with running.session("") as session, session.get(path) as answer:
        assert answer.status == 200


async def test_plain_http_is_not_spoken(running: Running):
    url = running.server.url.replace("https", "http")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{url}/healthz")


async def test_certificate_is_for_this_cluster_only(running: Running):
    other = ssl.create_default_context(cadata=Credentials.create().ca_certificate.decode())
    connector = aiohttp.TCPConnector(ssl=other)
    async with aiohttp.ClientSession(running.server.url, connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get("/healthz")


async def test_listens_on_the_loopback_address_only(running: Running):
    port = int(running.server.url.rpartition(":")[2])

    assert running.server.url.startswith("https://127.0.0.1:")
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.2", port)) != 0


async def test_port_in_use_is_one_clear_error(running: Running):
    port = int(running.server.url.rpartition(":")[2])

    with pytest.raises(CannotListen, match=f"port {port} on 127.0.0.1 is in use"):
        await ApiServer(Api(), running.credentials, port).start()


async def test_large_bodies_pass_and_larger_ones_are_refused(running: Running):
    data = {"metadata": {"name": "big"}, "data": {"x": "y" * 3_000_000}}
    async with running.session() as session:
        path = "/api/v1/namespaces/default/configmaps"
        headers = {"content-type": "application/json"}
        async with session.post(path, data=io.BytesIO(encode(data)), headers=headers) as answer:
            assert answer.status == 201
        async with session.post(path, data=io.BytesIO(b"x" * (MAX_BODY + 1))) as answer:
            assert answer.status == 413


async def test_watch_is_answered_before_anything_happens_and_then_streams(running: Running):
    async with running.session() as session:
        async with session.post(CRDS, json=WIDGET_CRD) as answer:
            assert answer.status == 201
        async with session.get(WIDGETS, params={"watch": "true"}) as watch:
            assert watch.status == 200
            await session.post(WIDGETS, json=widget())
            line = await asyncio.wait_for(watch.content.readline(), 5)

    assert line.startswith(b'{"type":"ADDED","object":{')


async def test_warnings_reach_the_client(running: Running):
    async with running.session() as session:
        await session.post(CRDS, json=WIDGET_CRD)
        query = {"fieldValidation": "Warn"}
        async with session.post(WIDGETS, json=widget(shape="round"), params=query) as answer:
            assert answer.headers["warning"] == '299 - "unknown field \\"spec.shape\\""'


async def test_left_watch_is_given_up(running: Running):
    async with running.session() as session:
        async with session.get(PODS, params={"watch": "true"}):
            assert running.api.open_streams == 1
        for _ in range(100):
            if not running.api.open_streams:
                break
            await asyncio.sleep(0.01)

    assert running.api.open_streams == 0


async def test_stopping_does_not_wait_for_open_watches():
    credentials = Credentials.create()
    server = ApiServer(Api(), credentials)
    await server.start()
    running = Running(Api(), credentials, server)
    async with running.session() as session:
        watches = [await session.get(PODS, params={"watch": "true"}) for _ in range(3)]
        start = time.monotonic()
        await server.stop()
        assert time.monotonic() - start < 2
        assert [await watch.content.read() for watch in watches] == [b"", b"", b""]


async def test_kubernetes_client_library_is_content(running: Running, tmp_path: Path):
    path = tmp_path / "kubeconfig"
    write_kubeconfig(path, running.credentials, running.server.url)
    settings = client.Configuration()
    await config.load_kube_config(config_file=str(path), client_configuration=settings)
    async with client.ApiClient(settings) as connection:
        core = client.CoreV1Api(connection)
        body: Any = pod()
        created = await core.create_namespaced_pod("default", body)
        async with watch.Watch() as stream:
            seen = []
            await stream._api_client.close()
            stream._api_client = connection
            async for event in stream.stream(core.list_namespaced_pod, "default"):
                seen.append((event["type"], event["object"].metadata.name))
                break
    async with client.ApiClient(settings) as connection:
        groups = await client.ApisApi(connection).get_api_versions()

    assert created.status.phase == "Pending"
    assert seen == [("ADDED", "p")]
    assert "apps" in [group.name for group in groups.groups]


def test_kubeconfig_is_for_its_owner_only(tmp_path: Path):
    path = tmp_path / "new" / "kubeconfig"
    credentials = Credentials.create()

    write_kubeconfig(path, credentials, "https://127.0.0.1:1")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = yaml.safe_load(path.read_text())
    assert written == kubeconfig(credentials, "https://127.0.0.1:1")
    assert written["users"][0]["user"]["token"] == credentials.token
    assert written["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:1"


def test_file_that_was_readable_by_all_is_replaced_not_reused(tmp_path: Path):
    path = tmp_path / "kubeconfig"
    path.write_text("old")
    path.chmod(0o644)
    with path.open() as still_open:
        write_private(path, "secret")

        assert still_open.read() == "old"
    assert path.read_text() == "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_each_cluster_has_its_own_token():
    assert Credentials.create().token != Credentials.create().token
