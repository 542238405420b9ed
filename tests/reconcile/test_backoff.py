"""What fails is tried again, ever more slowly, whatever the server says about it."""

import asyncio

import pytest

from tests.faults import status_response
from tests.reconcile.manifests import clique, group, podcliqueset
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime

MANIFEST = podcliqueset(
    cliques=[clique("w", 1), clique("a", 1)], groups=[group("g", ["a"], 1, 1)], delay="1h"
)


@pytest.mark.parametrize(
    "plural", ["services", "podcliques", "podcliquescalinggroups", "podgangs", "pods"]
)
@pytest.mark.parametrize("words", ["the same", "request {} failed"])
async def test_failures_are_spaced_out_also_where_each_reads_differently(plural, words):
    attempts: list[str] = []

    def fail(request):
        if request.method != "POST" or not request.path.endswith(f"/{plural}"):
            return None
        attempts.append(request.path)
        return status_response(500, words.format(len(attempts)))

    async with scene() as world:
        world.network.rules.append(fail)
        await world.stand.apply(MANIFEST)
        await asyncio.sleep(60)

        # Doubling from 5 ms, a minute has room for 14; two objects may be tried each time.
        assert 8 <= len(attempts) <= 40
        statuses = sum(
            count
            for (verb, what), count in world.stand.reconciler.client.requests.items()
            if verb == "patch" and what.endswith("/status")
        )
        assert statuses <= 60
