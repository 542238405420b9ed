"""What is listed is taken from the collector's sight; waiting for a list costs no collections."""

import asyncio
import gc

import pytest

from grove_tui.cluster.freezing import freeze_what_is_listed
from grove_tui.kube.client import Client
from grove_tui.reconcile.world import open_informers
from tests.builders import pod

pytestmark = pytest.mark.looptime


@pytest.fixture(autouse=True)
def thawed():
    yield
    gc.unfreeze()


def unheard():
    """Return informers that nobody runs."""
    return open_informers(Client(None))  # type: ignore[arg-type]


def collections():
    return gc.get_stats()[2]["collections"]


async def test_a_kind_that_never_comes_costs_no_collections():
    informers = unheard()
    freezing = asyncio.create_task(freeze_what_is_listed(informers))
    before = collections()

    await asyncio.sleep(3600)

    assert collections() - before <= 1
    freezing.cancel()


async def test_what_comes_is_frozen_bit_by_bit_and_once_more_in_the_end():
    informers = unheard()
    freezing = asyncio.create_task(freeze_what_is_listed(informers))
    for number in range(4):
        before = collections()
        informers.pods.store.put(pod(f"pod-{number}"))
        await asyncio.sleep(6)
        assert collections() > before

    for informer in informers:
        informer.reflector.synced.set()
    before = collections()
    await asyncio.sleep(10)

    assert freezing.done()
    assert collections() > before
