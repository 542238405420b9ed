"""A stream loses nothing, however fast its lines come."""

import asyncio

import msgspec
import pytest

from grove_tui.demo.api import Api
from grove_tui.demo.apiserver import ApiServer
from grove_tui.demo.credentials import Credentials, write_kubeconfig
from grove_tui.demo.storage import Key, Storage
from grove_tui.kube.client import Client
from grove_tui.kube.clock import system_clock
from grove_tui.kube.http import connect
from grove_tui.kube.resources import PODS

COUNT = 4000
BURST = 40
"""Changes per hundredth of a second: many more than it takes for lines to be read in batches."""


@pytest.fixture
async def served(tmp_path):
    storage, credentials = Storage(), Credentials.create()
    server = ApiServer(Api(storage, system_clock), credentials)
    await server.start()
    write_kubeconfig(tmp_path / "kubeconfig", credentials, server.url)
    client = Client((await connect(str(tmp_path / "kubeconfig"))).transport)
    yield storage, client
    await client.close()
    await server.stop()


def write(storage, number):
    metadata = {"name": "busy", "namespace": "default", "uid": "u"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
    storage.put(Key("pods", "default", "busy"), {**pod, "status": {"message": str(number)}})


async def write_all(storage):
    for number in range(COUNT):
        write(storage, number)
        if number % BURST == 0:
            await asyncio.sleep(0.01)


async def read(client, since, wanted):
    query = {"resourceVersion": since, "timeoutSeconds": "60"}
    seen = []
    async with client.watch(PODS, query=query, idle_timeout=60) as stream:
        async for line in stream.lines():
            seen.append(msgspec.json.decode(line)["object"]["status"]["message"])
            if len(seen) == wanted:
                break
    return seen


async def test_fast_lines_all_arrive_in_order(served):
    storage, client = served
    reading = asyncio.create_task(read(client, str(storage.revision), COUNT + 1))
    await asyncio.sleep(0.2)
    await write_all(storage)
    await asyncio.sleep(0.5)
    write(storage, "the last one, after a quiet moment")

    async with asyncio.timeout(20):
        seen = await reading
    assert seen == [*map(str, range(COUNT)), "the last one, after a quiet moment"]


async def test_an_interrupted_fast_stream_closes(served):
    storage, client = served
    reading = asyncio.create_task(read(client, str(storage.revision), 2 * COUNT))
    await asyncio.sleep(0.2)
    await write_all(storage)
    reading.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(reading, return_exceptions=True)
    assert reading.cancelled()
