"""Making a change in a draft."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from grove_tui.actions.draining import belongs_to_node
from grove_tui.actions.preview.changes import Change, Cordon, Delete, Drain, Lose, Scale
from grove_tui.actions.preview.simulation import Simulation
from grove_tui.actions.preview.standstill import set_of
from grove_tui.actions.target import Target
from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import HasMetadata, NamespacedName, Node, Pod, key_of
from grove_tui.reconcile.world import INDEX_NODE, RESOURCES, World

_FIELDS = {resource.plural: name for name, resource in RESOURCES.items()}


def find(world: World, target: Target) -> Any:
    """Return the object that a target means; None when it is gone."""
    objects = getattr(world, _FIELDS[target.resource.plural])
    found = objects.get(target.namespace, target.name)
    return found if found is not None and found.metadata.uid == target.uid else None


def sets_of(world: World, changes: Iterable[Change]) -> set[NamespacedName]:
    """Return the PodCliqueSets that changes concern by themselves."""
    concerned: list[HasMetadata] = []
    for change in changes:
        found = find(world, change.target)
        if isinstance(found, Node):
            concerned += world.pods.by_index(INDEX_NODE, found.metadata.name)
        elif found is not None:
            concerned.append(found)
    return _sets(concerned)


def waiting_sets(world: World) -> set[NamespacedName]:
    """Return the PodCliqueSets with pods that have no node; they may find one through a change."""
    return _sets(world.pods.by_index(INDEX_NODE, ""))


def _sets(found: Iterable[HasMetadata]) -> set[NamespacedName]:
    return {key for obj in found if (key := set_of(obj)) is not None}


def enact(simulation: Simulation, change: Change) -> bool:
    """Make a change; tell whether its object is still there."""
    found = find(simulation.world, change.target)
    if found is None:
        return False
    match change:
        case Scale():
            _scale(simulation, found, change.replicas)
        case Delete():
            simulation.draft.remove(found)
        case Cordon():
            _cordon(simulation, found, unschedulable=change.unschedulable)
        case Drain():
            _cordon(simulation, found, unschedulable=True)
            _remove(simulation, evictable(simulation.world, found.metadata.name))
        case Lose():
            simulation.draft.remove(found)
            _remove(simulation, simulation.world.pods.by_index(INDEX_NODE, found.metadata.name))
    return True


def _remove(simulation: Simulation, pods: Iterable[Pod]) -> None:
    for pod in list(pods):
        simulation.draft.remove(pod)


def evictable(world: World, node: str) -> list[Pod]:
    """Return the pods that a drain asks to leave a node."""
    return [pod for pod in world.pods.by_index(INDEX_NODE, node) if not belongs_to_node(pod)]


def _scale(simulation: Simulation, found: Any, replicas: int) -> None:
    before = found.spec.replicas
    metadata = replace(found.metadata, generation=found.metadata.generation + 1)
    scaled = replace(found, metadata=metadata, spec=replace(found.spec, replicas=replicas))
    if not isinstance(scaled, PodCliqueSet):
        simulation.draft.put(scaled)
        return
    # The template is the same, so nothing is to be done about the replicas that stay.
    simulation.draft.adjust(scaled)
    for replica in range(min(before, replicas), max(before, replicas)):
        simulation.work.mark(key_of(scaled), replica)


def _cordon(simulation: Simulation, node: Node, *, unschedulable: bool) -> None:
    spec = replace(node.spec, unschedulable=unschedulable)
    simulation.draft.put(replace(node, spec=spec))
