"""What a preview says is what then happens: random changes on a demo cluster in virtual time."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings, strategies as st

from grove_tui.actions.preview.changes import Change, Cordon, Delete, Drain, Lose, Scale
from grove_tui.actions.preview.running import preview
from grove_tui.actions.target import Target
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.kube.resources import NODES, PODS, Resource
from tests.cluster import RunningCluster, running_cluster
from tests.preview.reality import (
    Snapshot,
    act,
    compare_later,
    compare_objects,
    compare_places,
    is_contested,
    world_of,
)
from tests.reconcile.manifests import TOLERATION, clique, group, podcliqueset

DELAY = 60.0
GPU = "nvidia.com/gpu"


@st.composite
def cliques(draw, name):
    replicas = draw(st.integers(1, 3))
    minimum = draw(st.integers(1, replicas))
    requests = {"cpu": "1", GPU: str(draw(st.sampled_from([0, 2, 4])))}
    container = {"name": "main", "image": "nginx", "resources": {"limits": requests}}
    pod_spec = {"tolerations": [TOLERATION], "containers": [container]}
    return clique(name, replicas, minimum, podSpec=pod_spec)


@st.composite
def manifests(draw):
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    found = [draw(cliques(name)) for name in names]
    groups = []
    if len(names) > 1 and draw(st.booleans()):
        replicas = draw(st.integers(1, 3))
        groups.append(group("g", names[1:], replicas, draw(st.integers(1, replicas))))
    return podcliqueset("s", found, groups, replicas=draw(st.integers(1, 2)), delay=f"{DELAY:.0f}s")


@dataclass(frozen=True)
class Move:
    """A change to something that is only known when its turn comes."""

    kind: str
    which: int
    amount: int

    def change(self, cluster: RunningCluster) -> Change | None:
        resources: dict[str, Resource[Any]] = {
            "scale-set": PODCLIQUESETS,
            "scale-group": PODCLIQUESCALINGGROUPS,
            "scale-clique": PODCLIQUES,
            "delete-set": PODCLIQUESETS,
            "delete-group": PODCLIQUESCALINGGROUPS,
            "delete-clique": PODCLIQUES,
            "delete-pod": PODS,
        }
        resource = resources.get(self.kind, NODES)
        found = cluster.objects(resource)
        if not found:
            return None
        target = Target.of(resource, found[self.which % len(found)])
        if self.kind.startswith("scale"):
            return Scale(target, self.amount)
        if self.kind.startswith("delete"):
            return Delete(target)
        if self.kind == "cordon":
            return Cordon(target)
        return Drain(target) if self.kind == "drain" else Lose(target)


KINDS = [
    "scale-set",
    "scale-group",
    "scale-clique",
    "delete-pod",
    "delete-clique",
    "delete-group",
    "delete-set",
    "cordon",
    "drain",
    "lose",
]
moves = st.builds(Move, st.sampled_from(KINDS), st.integers(0, 30), st.integers(0, 4))


@pytest.mark.looptime
@pytest.mark.timeout(300)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # shrinking would take minutes
)
@given(manifest=manifests(), plan=st.lists(moves, min_size=1, max_size=3), nodes=st.integers(1, 3))
async def test_previews_come_true(manifest, plan, nodes):
    async with running_cluster(nodes, reconcile=True) as cluster:
        await cluster.client.create(PODCLIQUESETS, manifest, "default")
        await cluster.settled(2)
        for move in plan:
            change = move.change(cluster)
            if change is not None:
                await try_out(cluster, change)


async def try_out(cluster: RunningCluster, change: Change) -> None:
    now = cluster.demo.options.clock()
    before = Snapshot.of(cluster)
    predicted = preview(world_of(cluster), [change], now)
    assert not predicted.gone

    await act(cluster, change)
    await cluster.settled(2)
    at_rest = Snapshot.of(cluster)
    compare_objects(predicted, before, at_rest)
    contested = is_contested(before, at_rest)
    event(f"{type(change).__name__}{', contested' if contested else ''}")
    if not contested:
        compare_places(predicted, before, at_rest)

    await asyncio.sleep(DELAY + 5)
    await cluster.settled(2)
    later = Snapshot.of(cluster)
    if not contested and not is_contested(at_rest, later):
        compare_later(predicted, at_rest, later)
