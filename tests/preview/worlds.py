"""Whole clusters at rest, made without one: the reconciler's plans run on a PodCliqueSet."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

import msgspec

from grove_tui.actions.preview.overlay import freeze
from grove_tui.actions.preview.room import Demands
from grove_tui.actions.preview.simulation import Simulation
from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import Node, key_of
from grove_tui.kube.store import Store
from grove_tui.reconcile.world import INDEXES, RESOURCES, World
from tests.builders import EPOCH, at

NOW = at(600)


def world_with(objects: Iterable[Any]) -> World:
    """Return a world of these objects."""
    stores: dict[str, Any] = {name: Store(indexes) for name, indexes in INDEXES.items()}
    names = {resource.type: name for name, resource in RESOURCES.items()}
    for obj in objects:
        stores[names[type(obj)]].put(obj)
    return World(**stores)


def settled(sets: Sequence[PodCliqueSet], nodes: Sequence[Node]) -> World:
    """Return the world in which these sets run on these nodes."""
    simulation = Simulation(freeze(world_with([*sets, *nodes])), EPOCH, Demands())
    for pcs in sets:
        simulation.work.mark(key_of(pcs), None)
    simulation.settle()
    return world_with(
        _as_real(resource, obj)
        for name, resource in RESOURCES.items()
        for obj in getattr(simulation.world, name).values()
    )


def _as_real(resource: Any, obj: Any) -> Any:
    """Give an object of the draft the uid of a real one, and its owners' references likewise."""
    body = msgspec.json.encode(obj).replace(b"draft-", b"real-")
    return msgspec.json.decode(body, type=resource.type)


def everything(world: World) -> list[Any]:
    """Return all objects of a world."""
    return [obj for field in fields(World) for obj in getattr(world, field.name).values()]
