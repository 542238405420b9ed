"""Stores that are recorded while tests change them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from grove_tui.cluster.recording import Limits, Recorder
from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of
from grove_tui.kube.store import Store
from grove_tui.reconcile.world import INDEXES, World
from tests.builders import EPOCH


def empty_stores() -> dict[str, Store[Any]]:
    return {name: Store(indexes) for name, indexes in INDEXES.items()}


def contents(stores: dict[str, Store[Any]]) -> dict[tuple[str, NamespacedName], HasMetadata]:
    """Return every object of every store."""
    return {(field, key_of(o)): o for field, store in stores.items() for o in store.values()}


class Scene:
    """Stores, a clock that tests move, and a recorder that follows both."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.now: datetime = EPOCH
        self.stores = empty_stores()
        self.world = World(**self.stores)
        self.recorder = Recorder(lambda: self.now, limits)
        for field, store in self.stores.items():
            store.add_handler(partial(self.recorder.observe, field))

    def put(self, *objects: HasMetadata, after: float = 0) -> None:
        """Write objects, `after` seconds later than what was before."""
        self.now += timedelta(seconds=after)
        for obj in objects:
            self.stores[field_of(obj)].put(obj)

    def remove(self, *objects: HasMetadata, after: float = 0) -> None:
        self.now += timedelta(seconds=after)
        for obj in objects:
            self.stores[field_of(obj)].remove(key_of(obj))

    def contents(self) -> dict[tuple[str, NamespacedName], HasMetadata]:
        return contents(self.stores)


def field_of(obj: HasMetadata) -> str:
    name = type(obj).__name__
    return "hpas" if name.startswith("Horizontal") else f"{name.lower()}s"


def names(objects: Sequence[HasMetadata]) -> list[str]:
    return sorted(obj.metadata.name for obj in objects)
