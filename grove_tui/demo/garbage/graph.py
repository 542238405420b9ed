"""Who owns whom, by uid.

Promise: `dependents_of(uid)` is exactly the items that have an owner reference to that uid, whether
or not the owner itself was seen, and finding them costs no more than there are.
"""

from collections.abc import Collection
from dataclasses import dataclass

from grove_tui.kube.objects import NamespacedName, OwnerReference, PartialObject, key_of
from grove_tui.kube.resources import Resource

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Item:
    """One object of any kind."""

    resource: Resource[PartialObject]
    key: NamespacedName
    uid: str
    version: str
    owners: tuple[OwnerReference, ...]
    finalizers: tuple[str, ...]
    is_deleting: bool

    @property
    def deletes_dependents(self) -> bool:
        """Whether it goes only after its dependents."""
        return self.is_deleting and FOREGROUND in self.finalizers

    @property
    def orphans_dependents(self) -> bool:
        """Whether it goes only after its dependents no longer refer to it."""
        return self.is_deleting and ORPHAN in self.finalizers

    def is_blocked_by(self, dependent: "Item") -> bool:
        """Whether `dependent` has to be gone before this item may go."""
        return any(r.uid == self.uid and r.block_owner_deletion for r in dependent.owners)


def item_of(resource: Resource[PartialObject], obj: PartialObject) -> Item:
    """Return the item of an object."""
    meta = obj.metadata
    return Item(
        resource,
        key_of(obj),
        meta.uid,
        meta.resource_version,
        meta.owner_references,
        meta.finalizers,
        meta.deletion_timestamp is not None,
    )


class Graph:
    """All items and the references between them."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._dependents: dict[str, dict[str, None]] = {}

    def get(self, uid: str) -> Item | None:
        """Return the item with that uid."""
        return self._items.get(uid)

    def items(self) -> Collection[Item]:
        """Return all items."""
        return self._items.values()

    def put(self, item: Item) -> None:
        """Add or replace an item."""
        old = self._items.get(item.uid)
        if old is not None and old.owners != item.owners:
            self._unlink(old)
        self._items[item.uid] = item
        for ref in item.owners:
            self._dependents.setdefault(ref.uid, {})[item.uid] = None

    def remove(self, uid: str) -> None:
        """Remove an item; its dependents keep referring to it."""
        item = self._items.pop(uid, None)
        if item is not None:
            self._unlink(item)

    def dependents_of(self, uid: str) -> list[Item]:
        """Return the items that have an owner reference to `uid`."""
        return [self._items[dependent] for dependent in self._dependents.get(uid, ())]

    def _unlink(self, item: Item) -> None:
        for ref in item.owners:
            dependents = self._dependents.get(ref.uid)
            if dependents is not None:
                dependents.pop(item.uid, None)
                if not dependents:
                    del self._dependents[ref.uid]
