"""What a workload costs the API server: each object is written as few times as it takes."""

import pytest

from tests.contract.stand import demo
from tests.reconcile.manifests import clique, podcliqueset

pytestmark = pytest.mark.looptime

REPLICAS = 40


def writes(stand):
    return {what: count / REPLICAS for what, count in stand.reconciler.writes().items()}


async def test_each_object_of_a_new_gang_is_written_once_and_its_pods_twice():
    async with demo(nodes=10) as world:
        stand = world.stand
        await stand.apply(podcliqueset(cliques=[clique("w", 2)], replicas=REPLICAS, delay="1h"))
        await stand.right()

        found = writes(stand)
        shared = {w: found.pop(w) for w in list(found) if "events" in w or "podcliquesets" in w}
        assert found == {
            "create podcliques": 1,
            "create pods": 2,
            "create podgangs": 1,
            "patch podgangs/status": 1,
            "patch pods": 2,
            "create services": 1,
            "patch podcliques/status": 1,
        }
        # Events and the set's own status are gathered, so they hardly grow with its size.
        assert sum(shared.values()) * REPLICAS < 12
