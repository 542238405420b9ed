"""The first look: a child lists what its parent will show; without it nothing is missing."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from grove_tui.demo.cluster import ClusterOptions, DemoCluster
from grove_tui.kube.client import Client
from grove_tui.kube.firstlook.launch import dismiss, launch
from grove_tui.kube.firstlook.look import FirstLook
from grove_tui.kube.firstlook.order import Order
from grove_tui.kube.firstlook.transport import FirstLookTransport
from grove_tui.kube.http import connect
from grove_tui.kube.informer import Informer
from grove_tui.kube.resources import NODES, PODS
from grove_tui.kube.transport import Request


@pytest.fixture
async def kubeconfig(tmp_path):
    path = tmp_path / "kubeconfig"
    options = ClusterOptions(nodes=5, port=0, kubeconfig_out=path, scenario="empty")
    async with DemoCluster(options):
        yield str(path)


@pytest.fixture
def child():
    child = launch()
    assert child is not None
    yield child
    dismiss(child)


@asynccontextmanager
async def running(informer):
    task = asyncio.create_task(informer.run())
    try:
        yield informer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Connect:
    """Connects as the parent does, and counts how often."""

    def __init__(self, kubeconfig):
        self.kubeconfig = kubeconfig
        self.calls = 0

    async def __call__(self):
        self.calls += 1
        return (await connect(self.kubeconfig)).transport


def order(kubeconfig, *resources, limit=250):
    return Order(tuple(resource.path() for resource in resources), limit, kubeconfig)


async def page(look, **query):
    """Return a page's names and the token for the next one."""
    response = await look.answer(Request("GET", NODES.path(), query))
    body = msgspec.json.decode(response.body)
    return [i["metadata"]["name"] for i in body["items"]], body["metadata"].get("continue")


async def test_it_lists_page_by_page(kubeconfig, child):
    look = FirstLook(child)
    look.give(order(kubeconfig, NODES, limit=3))

    first, token = await page(look, limit="3")
    last, end = await page(look, limit="3", **{"continue": token})

    assert len(first) == 3
    assert len({*first, *last}) == 5
    assert not end
    await look.close()


async def test_an_answer_is_given_once_because_it_gets_old(kubeconfig, child):
    look = FirstLook(child)
    look.give(order(kubeconfig, NODES))
    request = Request("GET", NODES.path(), {"limit": "250"})

    assert await look.answer(request) is not None
    assert await look.answer(request) is None
    await look.close()


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", PODS.path(), {"limit": "250"}),
        Request("GET", NODES.path(), {"limit": "250", "labelSelector": "a=b"}),
        Request("DELETE", NODES.path()),
    ],
    ids=["not ordered", "a selection", "no list"],
)
async def test_other_requests_are_not_its_business(kubeconfig, child, request_):
    look = FirstLook(child)
    look.give(order(kubeconfig, NODES))

    assert await look.answer(request_) is None
    await look.close()


async def test_informers_list_from_it_and_watch_with_a_connection_of_their_own(kubeconfig, child):
    look, own = FirstLook(child), Connect(kubeconfig)
    look.give(order(kubeconfig, NODES))
    client = Client(FirstLookTransport(look, own))
    async with running(Informer(client, NODES)) as nodes:
        await nodes.wait_synced()
        assert (len(nodes.store), own.calls) == (5, 0)

        changed = asyncio.Event()
        nodes.add_handler(lambda old, _: changed.set() if old is not None else None)
        other = Client((await connect(kubeconfig)).transport)
        name = next(iter(nodes.store.keys())).name
        await other.patch(NODES, name, {"spec": {"unschedulable": True}})
        await asyncio.wait_for(changed.wait(), 10)

        assert nodes.store.get("", name).spec.unschedulable
        assert own.calls == 1
        await other.close()
    await client.close()


@pytest.mark.parametrize("moment", ["before its order", "after its first answer"])
async def test_nothing_is_missing_when_it_dies(kubeconfig, child, moment):
    look, own = FirstLook(child), Connect(kubeconfig)
    if moment == "before its order":
        child.kill()
        child.wait()
    look.give(order(kubeconfig, NODES, PODS, limit=2))
    if moment == "after its first answer":
        assert await look.begins()
        child.kill()
        child.wait()
    else:
        assert not await look.begins()
    client = Client(FirstLookTransport(look, own))
    async with running(Informer(client, NODES)) as nodes:
        await asyncio.wait_for(nodes.wait_synced(), 10)
        assert len(nodes.store) == 5
    await client.close()


async def test_it_is_silent_about_what_it_cannot_reach(tmp_path, child):
    look = FirstLook(child)
    look.give(order(str(tmp_path / "nothing"), NODES))

    assert not await look.begins()
    assert child.wait(10) == 0
    await look.close()


def test_it_ends_with_its_parent_and_removes_its_files(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    child = launch()
    assert child is not None
    dismiss(child)

    assert child.returncode is not None
    assert list(tmp_path.iterdir()) == []


async def test_it_removes_its_files_when_it_is_not_heard_out(kubeconfig, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    child = launch()
    assert child is not None
    look = FirstLook(child)
    look.give(order(kubeconfig, NODES, PODS))
    assert await look.begins()
    await look.close()

    assert child.returncode is not None
    assert list(folder.iterdir()) == []
