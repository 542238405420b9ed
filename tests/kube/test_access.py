"""What the user may do: asked once in a while, exactly, and unknown where it cannot be known."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from grove_tui.api.objects import PODCLIQUES
from grove_tui.cluster.permissions import EVERYDAY, KEPT_SECONDS, Permissions
from grove_tui.kube.access import Permission, may
from grove_tui.kube.client import Client
from grove_tui.kube.resources import NODES
from grove_tui.kube.transport import Request, Response
from tests.cluster import running_cluster
from tests.faults import FaultyTransport, status_response

SCALE = Permission("update", PODCLIQUES, "scale", "default")
NAMED = Permission("update", PODCLIQUES, "scale", "default", "mine")
CORDON = Permission("patch", NODES, name="n")


def no_scaling(asked):
    return asked.subresource != "scale"


@asynccontextmanager
async def permissions(authorize=lambda _: True, rule=lambda _: None):
    """Yield permissions that are being asked for, the requests so far, and the cluster."""
    sent: list[Request] = []
    changes: list[bool] = []

    def note(request):
        sent.append(request)
        return rule(request)

    async with running_cluster() as cluster:
        cluster.demo.api.authorize = authorize
        client = Client(FaultyTransport(cluster.connect().transport, rules=[note]))
        known = Permissions(client, lambda: changes.append(True))
        known.begin()
        running = asyncio.ensure_future(known.run())
        try:
            yield known, sent, cluster, changes
        finally:
            running.cancel()


@pytest.mark.looptime
async def test_a_denial_is_said_in_words_once_it_is_known():
    async with permissions(no_scaling) as (known, _, _, changes):
        assert known.refusal(SCALE) == ""
        known.look_at("default")
        await asyncio.sleep(1)

        assert known.refusal(SCALE) == "You may not update podcliques/scale in namespace default."
        assert known.refusal(CORDON) == ""
        assert changes == [True]


@pytest.mark.looptime
async def test_answers_are_kept_and_then_asked_for_again():
    async with permissions(no_scaling) as (known, sent, cluster, changes):
        known.look_at("default")
        await asyncio.sleep(1)
        assert len(sent) == len(EVERYDAY)
        cluster.demo.api.authorize = lambda _: True

        for _ in range(100):
            known.look_at("default")
        await asyncio.sleep(KEPT_SECONDS / 2)
        assert len(sent) == len(EVERYDAY)
        assert known.refusal(SCALE)

        await asyncio.sleep(KEPT_SECONDS / 2)
        assert len(sent) == 2 * len(EVERYDAY)
        assert known.refusal(SCALE) == ""
        assert changes == [True, True]


@pytest.mark.looptime
async def test_what_stays_denied_is_denied_all_the_time():
    async with permissions(no_scaling) as (known, _, _, changes):
        known.look_at("default")
        for _ in range(round(2 * KEPT_SECONDS)):
            await asyncio.sleep(1)
            assert known.refusal(SCALE)
        assert changes == [True]


@pytest.mark.looptime
async def test_an_object_that_a_role_names_is_asked_for_by_its_name():
    def only_mine(asked):
        return asked.subresource != "scale" or asked.name == "mine"

    async with permissions(only_mine) as (known, _, _, _):
        known.look_at("default")
        await asyncio.sleep(1)
        assert known.refusal(NAMED)
        await asyncio.sleep(1)

        assert known.refusal(NAMED) == ""
        assert known.refusal(msgspec.structs.replace(NAMED, name="yours"))


@pytest.mark.looptime
async def test_what_cannot_be_asked_is_allowed_and_asked_again_later():
    broken = [True]

    def rule(request):
        return status_response(503) if broken else None

    async with permissions(no_scaling, rule) as (known, _, _, _):
        known.look_at("default")
        await asyncio.sleep(1)
        assert known.refusal(SCALE) == ""
        broken.clear()
        await asyncio.sleep(60)

        assert known.refusal(SCALE)


async def test_an_authorizer_that_failed_has_not_denied():
    status = {"allowed": False, "evaluationError": "the webhook timed out"}

    def rule(request):
        return Response(201, {}, msgspec.json.encode({"status": status}))

    async with running_cluster() as cluster:
        client = Client(FaultyTransport(cluster.connect().transport, rules=[rule]))
        assert await may(client, SCALE) is None
        status["denied"] = True
        assert await may(client, SCALE) is False
