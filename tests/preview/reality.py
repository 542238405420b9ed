"""A preview held against what then happens on a demo cluster."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grove_tui.actions import writes
from grove_tui.actions.preview.changes import Change, Cordon, Delete, Drain, Scale
from grove_tui.actions.preview.enacting import evictable
from grove_tui.actions.preview.model import Preview, Recycling
from grove_tui.actions.target import Target
from grove_tui.api.constants import CONDITION_BREACHED, LABEL_PCSG, LABEL_PODCLIQUE, LABEL_PODGANG
from grove_tui.api.labels import part_of, pcs_replica_index, pcsg_replica_index
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODGANGS, PodClique
from grove_tui.kube.objects import Pod, is_true
from grove_tui.kube.resources import NODES, PODS, SERVICES, Resource
from grove_tui.reconcile.world import RESOURCES, World
from tests.cluster import RunningCluster
from tests.preview.worlds import world_with


def world_of(cluster: RunningCluster) -> World:
    """Return everything that is in the cluster's storage."""
    return world_with(obj for resource in RESOURCES.values() for obj in cluster.objects(resource))


async def act(cluster: RunningCluster, change: Change) -> None:
    """Make a change as the dashboard would."""
    client, target = cluster.client, change.target
    match change:
        case Scale():
            outcomes = [await writes.scale(client, target, change.replicas)]
        case Delete():
            outcomes = [await writes.delete(client, target)]
        case Cordon():
            how = change.unschedulable
            outcomes = [await writes.cordon(client, target, unschedulable=how)]
        case Drain():
            outcomes = [await writes.cordon(client, target, unschedulable=True)]
            pods = evictable(world_of(cluster), target.name)
            outcomes += [await writes.evict(client, Target.of(PODS, pod)) for pod in pods]
        case _:
            await client.delete(NODES, target.name)
            return
    assert all(outcome.ok for outcome in outcomes), outcomes


@dataclass
class Snapshot:
    """What a test compares, at one moment."""

    pods: dict[str, Pod]
    podcliques: dict[str, PodClique]
    breached: dict[str, str]
    uids: set[str]
    names: dict[str, set[str]]

    @classmethod
    def of(cls, cluster: RunningCluster) -> "Snapshot":
        podcliques = cluster.objects(PODCLIQUES)
        groups = cluster.objects(PODCLIQUESCALINGGROUPS)
        parts: list[Any] = [*podcliques, *groups]
        return cls(
            {pod.metadata.uid: pod for pod in cluster.objects(PODS)},
            {p.metadata.name: p for p in podcliques},
            {
                obj.metadata.uid: obj.metadata.name
                for obj in parts
                if is_true(obj.status.conditions, CONDITION_BREACHED)
            },
            {obj.metadata.uid for obj in parts},
            {r.plural: _names(cluster, r) for r in (PODCLIQUES, PODGANGS, SERVICES)},
        )

    def recreated(self, before: "Snapshot") -> dict[str, datetime | None]:
        """Return the PodCliques that are another one of the same name, with their birth."""
        return {
            name: podclique.metadata.creation_timestamp
            for name, podclique in self.podcliques.items()
            if name in before.podcliques
            and before.podcliques[name].metadata.uid != podclique.metadata.uid
        }


def _names(cluster: RunningCluster, resource: Resource[Any]) -> set[str]:
    return {obj.metadata.name for obj in cluster.objects(resource)}


def is_contested(before: Snapshot, after: Snapshot) -> bool:
    """Tell whether several want room that is not enough for all: then the fastest gets it.

    A gang that starts wants room as a whole, one that runs for each clique by itself.
    """
    running = {_gang(pod) for pod in after.pods.values() if pod.spec.node_name}
    wanting = {
        _podclique(pod) if _gang(pod) in running else _gang(pod)
        for uid, pod in (before.pods | after.pods).items()
        if uid not in before.pods or not pod.spec.node_name or not before.pods[uid].spec.node_name
    }
    return len(wanting) > 1 and any(not pod.spec.node_name for pod in after.pods.values())


def _gang(pod: Pod) -> str:
    return pod.metadata.labels.get(LABEL_PODGANG, "")


def compare_objects(predicted: Preview, before: Snapshot, after: Snapshot) -> None:
    """Check what was to come and go right away."""
    gone = {pod.metadata.name for uid, pod in before.pods.items() if uid not in after.pods}
    assert {loss.name for loss in predicted.losses} == gone
    fresh = [pod for uid, pod in after.pods.items() if uid not in before.pods]
    assert sorted((a.podclique, a.hostname) for a in predicted.arrivals) == sorted(
        (_podclique(pod), pod.spec.hostname) for pod in fresh
    )
    for plural, found in (
        ("podcliques", predicted.podcliques),
        ("podgangs", predicted.podgangs),
        ("services", predicted.services),
    ):
        assert set(found.added) == after.names[plural] - before.names[plural]
        assert set(found.removed) == before.names[plural] - after.names[plural]
    assert set(predicted.podcliques.recreated) == set(after.recreated(before))


def compare_places(predicted: Preview, before: Snapshot, after: Snapshot) -> None:
    """Check which pods were to find a node, and what falls below its minimum."""
    fresh = [pod for uid, pod in after.pods.items() if uid not in before.pods]
    assert Counter(a.podclique for a in predicted.unplaced) == Counter(
        _podclique(pod) for pod in fresh if not pod.spec.node_name
    )
    relieved = {
        pod.metadata.name
        for uid, pod in after.pods.items()
        if uid in before.pods and pod.spec.node_name and not before.pods[uid].spec.node_name
    }
    assert {loss.name for loss in predicted.relieved} == relieved
    lasting = {shortfall.name for shortfall in predicted.shortfalls if shortfall.lasting}
    fallen = after.breached.keys() - before.breached.keys()
    assert lasting == {after.breached[uid] for uid in fallen & before.uids}


def compare_later(predicted: Preview, before: Snapshot, after: Snapshot) -> None:
    """Check the gang terminations that were to follow."""
    expected: set[str] = set()
    for recycling in predicted.recyclings:
        members = set(_members(recycling, before.podcliques.values()))
        assert members, f"{recycling.gang} has no PodCliques"
        pods = [pod for pod in before.pods.values() if _podclique(pod) in members]
        assert recycling.pods == len(pods)
        for reset in recycling.resets:
            assert before.podcliques[reset.podclique].spec.replicas == reset.before
            assert after.podcliques[reset.podclique].spec.replicas == reset.after
        left = [pod for pod in after.pods.values() if _podclique(pod) in members]
        assert recycling.waiting == sum(not pod.spec.node_name for pod in left)
        expected |= members
    found = after.recreated(before)
    assert set(found) == expected
    for recycling in predicted.recyclings:
        for name in _members(recycling, before.podcliques.values()):
            born = found[name]
            assert born is not None
            assert abs((born - recycling.at).total_seconds()) <= 3


def _members(recycling: Recycling, podcliques: Iterable[PodClique]) -> list[str]:
    """Return the PodCliques that a termination takes: of a scaling-group replica, or of a gang."""
    return [p.metadata.name for p in podcliques if _is_in(p, recycling)]


def _is_in(podclique: PodClique, recycling: Recycling) -> bool:
    labels = podclique.metadata.labels
    if recycling.group:
        own = labels.get(LABEL_PCSG), pcsg_replica_index(labels)
        return own == (recycling.group, recycling.index)
    return f"{part_of(labels)}-{pcs_replica_index(labels)}" == recycling.gang


def _podclique(pod: Pod) -> str:
    return pod.metadata.labels.get(LABEL_PODCLIQUE, "")
