"""A store follows the server through broken watches, expired versions and refusals."""

import asyncio
import random
from contextlib import asynccontextmanager
from typing import Any

import pytest

from grove_tui.demo.api import Api
from grove_tui.demo.local import LocalTransport
from grove_tui.kube.client import Client
from grove_tui.kube.errors import Unreachable
from grove_tui.kube.informer import Informer
from grove_tui.kube.reflector import LinkState
from grove_tui.kube.resources import LEASES, NODES
from tests.faults import Faults, FaultyTransport, status_response

pytestmark = pytest.mark.looptime


class Cluster:
    """A server, a faultless client and a client that misbehaves."""

    def __init__(self) -> None:
        self.api = Api()
        self.client = Client(LocalTransport(self.api))
        self.faulty = FaultyTransport(LocalTransport(self.api))

    async def add(self, *names: str) -> None:
        for name in names:
            await self.client.create(NODES, {"metadata": {"name": name}})

    async def relabel(self, name: str, value: str) -> None:
        await self.client.patch(NODES, name, {"metadata": {"labels": {"v": value}}})


@asynccontextmanager
async def following(cluster: Cluster):
    informer = Informer(Client(cluster.faulty), NODES)
    task = asyncio.create_task(informer.run())
    try:
        yield informer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def names(informer: Informer[Any]) -> set[str]:
    return {node.metadata.name for node in informer.store.values()}


async def settle(seconds: float = 1.0) -> None:
    await asyncio.sleep(seconds)


async def test_what_exists_and_what_comes_later_is_in_the_store():
    cluster = Cluster()
    await cluster.add("a", "b")
    async with following(cluster) as informer:
        await informer.wait_synced()
        await cluster.add("c")
        await cluster.client.delete(NODES, "a")
        await cluster.relabel("b", "new")
        await settle()

        assert names(informer) == {"b", "c"}
        assert informer.store.get("", "b").metadata.labels["v"] == "new"
        assert informer.link.state is LinkState.LIVE


async def test_long_list_arrives_in_pages():
    cluster = Cluster()
    await cluster.add(*(f"n{i}" for i in range(600)))
    async with following(cluster) as informer:
        await informer.wait_synced()

        assert len(informer.store) == 600


async def test_dropped_watch_resumes_without_listing_again():
    cluster = Cluster()
    cluster.faulty.faults = Faults(drop_watch=1.0)
    async with following(cluster) as informer:
        await informer.wait_synced()
        for number in range(5):
            await cluster.add(f"n{number}")
            await settle(3)

        assert len(informer.store) == 5
        lists = informer.reflector._client.requests["list", "nodes"]
        assert lists == 1


async def test_expired_watch_lists_again_and_notices_deletions():
    cluster = Cluster()
    await cluster.add("a", "b")
    async with following(cluster) as informer:
        await informer.wait_synced()
        cluster.faulty.faults = Faults(expire_watch=1.0)
        await cluster.client.delete(NODES, "a")
        await settle()
        cluster.faulty.faults = Faults()
        await settle(60)

        assert names(informer) == {"b"}
        assert informer.link.state is LinkState.LIVE


async def test_after_a_410_the_version_that_is_too_old_is_not_asked_for_again():
    cluster = Cluster()
    await cluster.add("a")
    asked: list[str] = []
    expired: list[str] = []

    class Server(FaultyTransport):
        """Knows nothing before the version that it has when it is restarted."""

        @asynccontextmanager
        async def stream(self, request, idle_timeout=60):
            asked.append(request.query["resourceVersion"])
            self.faults = Faults(expire_watch=float(asked[-1] in expired))
            async with super().stream(request, idle_timeout) as stream:
                yield stream

    cluster.faulty = Server(LocalTransport(cluster.api))
    async with following(cluster) as informer:
        await informer.wait_synced()
        await settle()
        expired += asked
        cluster.api.close()  # every watch ends
        await cluster.add("b")
        await settle(120)

        assert names(informer) == {"a", "b"}
        assert informer.link.state is LinkState.LIVE
        assert asked.count(expired[0]) <= 3


async def test_an_object_of_another_shape_is_left_out_and_the_watch_goes_on():
    cluster = Cluster()
    await cluster.add("a")

    class Odd(FaultyTransport):
        @asynccontextmanager
        async def stream(self, request, idle_timeout=60):
            async with super().stream(request, idle_timeout) as stream:
                yield _Bent(stream)

    class _Bent:
        def __init__(self, inner):
            self.inner, self.status, self.headers = inner, inner.status, inner.headers

        async def lines(self):
            async for line in self.inner.lines():
                yield line.replace(b'"odd":"yes"', b'"odd":["no","text"]')

    cluster.faulty = Odd(LocalTransport(cluster.api))
    async with following(cluster) as informer:
        await informer.wait_synced()
        await settle()
        odd = {"metadata": {"name": "odd", "labels": {"odd": "yes"}}}
        await cluster.client.create(NODES, odd)
        await cluster.add("b")
        await settle(5)

        assert names(informer) == {"a", "b"}
        assert informer.link.state is LinkState.LIVE


async def test_server_that_refuses_is_asked_less_and_less_and_the_reason_is_told():
    cluster = Cluster()
    seen: list[float] = []

    def refuse(request):
        seen.append(asyncio.get_running_loop().time())
        return status_response(403, "nodes is forbidden")

    cluster.faulty.rules.append(refuse)
    async with following(cluster) as informer:
        await settle(300)

        assert informer.link.state is LinkState.STALE
        assert informer.link.error == "nodes is forbidden"
        assert not informer.has_synced
        assert len(seen) < 25
        cluster.faulty.rules.clear()
        await informer.wait_synced()


async def test_server_that_answers_again_is_followed_again():
    cluster = Cluster()
    cluster.faulty.rules.append(lambda request: status_response(500))
    async with following(cluster) as informer:
        await settle(300)
        cluster.faulty.rules.clear()
        await settle(60)

        assert informer.has_synced
        assert informer.link.state is LinkState.LIVE


async def test_retry_after_of_a_busy_server_is_respected():
    cluster = Cluster()
    times: list[float] = []

    def busy(request):
        times.append(asyncio.get_running_loop().time())
        if len(times) > 1:
            return None
        response = status_response(429)
        return type(response)(429, {**response.headers, "retry-after": "7"}, response.body)

    cluster.faulty.rules.append(busy)
    async with following(cluster) as informer:
        await informer.wait_synced()

        assert times[1] - times[0] >= 7


async def test_lost_connection_keeps_what_was_known():
    cluster = Cluster()
    await cluster.add("a")
    async with following(cluster) as informer:
        await informer.wait_synced()
        cluster.faulty.rules.append(lambda request: Unreachable("gone"))
        cluster.faulty.faults = Faults(drop_watch=1.0)
        await cluster.relabel("a", "1")
        await settle(120)

        assert names(informer) == {"a"}


async def test_recreated_object_is_told_as_two_changes():
    cluster = Cluster()
    await cluster.add("a")
    async with following(cluster) as informer:
        await informer.wait_synced()
        told: list[tuple[bool, bool]] = []
        informer.add_handler(lambda old, new: told.append((old is not None, new is not None)))
        cluster.faulty.hold = asyncio.Event()
        await cluster.client.delete(NODES, "a")
        await cluster.add("a")
        cluster.faulty.hold.set()
        await settle()

        assert told == [(False, True), (True, False), (False, True)]


async def test_handler_that_raises_does_not_silence_the_others():
    cluster = Cluster()
    told: list[str] = []
    async with following(cluster) as informer:
        informer.add_handler(lambda old, new: 1 / 0)
        informer.add_handler(lambda old, new: told.append(new.metadata.name))
        await informer.wait_synced()
        await cluster.add("a")
        await settle()

        assert told == ["a"]


@pytest.mark.parametrize("seed", range(5))
async def test_store_equals_the_server_after_any_weather(seed):
    cluster = Cluster()
    rng = random.Random(seed)
    cluster.faulty.rng = random.Random(seed)
    cluster.faulty.faults = Faults(
        refuse=0.2, lose_answer=0.1, drop_watch=0.2, delay_watch=0.2, expire_watch=0.1
    )
    async with following(cluster) as informer:
        existing: set[str] = set()
        for _ in range(120):
            name = f"n{rng.randrange(12)}"
            if name not in existing:
                await cluster.add(name)
                existing.add(name)
            elif rng.random() < 0.5:
                await cluster.relabel(name, str(rng.random()))
            else:
                await cluster.client.delete(NODES, name)
                existing.discard(name)
            await settle(rng.uniform(0, 2))
        cluster.faulty.faults = Faults()
        await settle(200)
        truth = await cluster.client.list_all(NODES)

        assert {n.metadata.name: n for n in truth} == {
            n.metadata.name: n for n in informer.store.values()
        }


async def test_field_selector_reaches_the_server():
    cluster = Cluster()
    await cluster.add("a", "b")
    informer = Informer(cluster.client, NODES, field_selector="metadata.name=b")
    task = asyncio.create_task(informer.run())
    await informer.wait_synced()
    await cluster.add("c")
    await settle()

    assert names(informer) == {"b"}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_cluster_scoped_kinds_ignore_the_namespace():
    cluster = Cluster()
    await cluster.add("a")
    informer = Informer(cluster.client, NODES, "default")
    other = Informer(cluster.client, LEASES, "default")
    tasks = [asyncio.create_task(i.run()) for i in (informer, other)]
    await informer.wait_synced()
    await other.wait_synced()

    assert (names(informer), names(other)) == ({"a"}, set())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
