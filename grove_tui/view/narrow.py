"""One namespace of a World that holds several: what a list shows of it.

Objects are still found by their full name, and nodes still know all their pods, because what else
runs on a node decides what fits there. Only lists and indexes are limited to the namespace.
"""

from collections.abc import Collection
from dataclasses import fields
from typing import Any, Generic, TypeVar

from grove_tui.kube.objects import HasMetadata
from grove_tui.reconcile.world import INDEX_NODE, Objects, World

T = TypeVar("T", bound=HasMetadata)


class InNamespace(Generic[T]):
    """The objects of one namespace, and those of no namespace."""

    def __init__(self, objects: Objects[T], namespace: str) -> None:
        """Limit `objects` to a namespace."""
        self._objects = objects
        self._namespace = namespace

    def __len__(self) -> int:
        return len(self.values())

    def get(self, namespace: str, name: str) -> T | None:
        """Return one object of whichever namespace, or None."""
        return self._objects.get(namespace, name)

    def values(self) -> Collection[T]:
        """Return all objects of the namespace."""
        return self._only(self._objects.values())

    def by_index(self, index: str, value: str) -> Collection[T]:
        """Return the objects that the index files under `value`."""
        found = self._objects.by_index(index, value)
        if index == INDEX_NODE or value.startswith(f"{self._namespace}/"):
            return found
        return self._only(found)

    def _only(self, objects: Collection[T]) -> list[T]:
        wanted = ("", self._namespace)
        return [obj for obj in objects if obj.metadata.namespace in wanted]


def narrowed(world: World, namespace: str) -> World:
    """Return the World limited to a namespace; the World itself for the empty one."""
    if not namespace:
        return world
    parts: dict[str, Any] = {
        field.name: InNamespace(getattr(world, field.name), namespace) for field in fields(World)
    }
    return World(**parts)
