"""Deletes what nobody owns any more, and completes foreground and orphaning deletions.

It works on references by uid. An owner that was seen and is gone is known to be gone; one that was
never seen is asked for once, a moment later, because owner and dependent arrive on different
watches and in no certain order.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress

from grove_tui.demo.garbage.discovery import discover
from grove_tui.demo.garbage.graph import FOREGROUND, ORPHAN, Graph, Item, item_of
from grove_tui.kube.client import Client, Propagation
from grove_tui.kube.errors import NotFound
from grove_tui.kube.informer import Informer
from grove_tui.kube.objects import JSON, NamespacedName, OwnerReference, PartialObject
from grove_tui.kube.resources import CRDS, Resource
from grove_tui.reconcile.controller import Controller

GRACE_SECONDS = 1.0
"""How long an owner that was never seen may take to appear."""
REMEMBERED = 50_000
"""How many uids are remembered as gone."""
WORKERS = 16
_DISCOVERY = NamespacedName("", "discovery")

Identity = tuple[str, str]
"""Group and plural of a resource."""


class GarbageCollector:
    """Follows the metadata of everything, custom resources included."""

    def __init__(self, client: Client) -> None:
        self.controller = Controller("garbage-collector", self._reconcile, WORKERS)
        self._client = client
        self._graph = Graph()
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._resources: dict[Identity, Resource[PartialObject]] = {}
        self._informers: dict[Identity, Informer[PartialObject]] = {}
        self._tasks: dict[Identity, asyncio.Task[None]] = {}
        self._definitions = Informer(client, CRDS)
        self._definitions.add_handler(lambda *_: self.controller.enqueue(_DISCOVERY))
        self._complete = asyncio.Event()

    async def wait_synced(self) -> None:
        """Wait until everything that is there has been seen."""
        await self._complete.wait()

    async def run(self) -> None:
        """Collect until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await self._discover()
            group.create_task(self._definitions.run())
            for informer in tuple(self._informers.values()):
                await informer.wait_synced()
            self._complete.set()
            for item in self._graph.items():
                self._judge(item)
            group.create_task(self.controller.run())

    # What changes

    def _observe(
        self,
        resource: Resource[PartialObject],
        old: PartialObject | None,
        new: PartialObject | None,
    ) -> None:
        if new is not None:
            item = item_of(resource, new)
            before = self._graph.get(item.uid)
            self._graph.put(item)
            if self._complete.is_set():
                self._judge(item)
                if before is not None and before.owners != item.owners:
                    self._unblock(before.owners)
        elif old is not None:
            self._removed(item_of(resource, old))

    def _judge(self, item: Item) -> None:
        """Have an item looked at if its deletion or its owners may ask for something."""
        if item.deletes_dependents or item.orphans_dependents:
            self._enqueue(item)
            return
        if item.is_deleting:
            return
        for ref in item.owners:
            owner = self._graph.get(ref.uid)
            if ref.uid in self._gone or (owner is not None and owner.deletes_dependents):
                self._enqueue(item)
            elif owner is None:
                self.controller.enqueue_after(NamespacedName("", item.uid), GRACE_SECONDS)

    def _removed(self, item: Item) -> None:
        self._graph.remove(item.uid)
        self._remember_gone(item.uid)
        for dependent in self._graph.dependents_of(item.uid):
            self._enqueue(dependent)
        self._unblock(item.owners)

    def _unblock(self, owners: Iterable[OwnerReference]) -> None:
        """Look again at owners that may have waited for what referred to them."""
        for ref in owners:
            owner = self._graph.get(ref.uid)
            if owner is not None and owner.deletes_dependents:
                self._enqueue(owner)

    def _remember_gone(self, uid: str) -> None:
        self._gone[uid] = None
        if len(self._gone) > REMEMBERED:
            self._gone.popitem(last=False)

    def _enqueue(self, item: Item) -> None:
        self.controller.enqueue(NamespacedName("", item.uid))

    # Which resources there are

    async def _discover(self) -> None:
        found = {(r.group, r.plural): r for r in await discover(self._client)}
        for identity in sorted(self._resources.keys() - found.keys()):
            self._tasks.pop(identity).cancel()
            informer = self._informers.pop(identity)
            # Their definition is gone, so they are: nothing will say it one by one.
            informer.store.replace([])
        for identity in sorted(found.keys() - self._resources.keys()):
            self._follow(identity, found[identity])
        self._resources = found

    def _follow(self, identity: Identity, resource: Resource[PartialObject]) -> None:
        informer = Informer(self._client, resource)
        informer.add_handler(lambda old, new: self._observe(resource, old, new))
        self._informers[identity] = informer
        self._tasks[identity] = self._group.create_task(informer.run())

    # What to do

    async def _reconcile(self, key: NamespacedName) -> None:
        if key == _DISCOVERY:
            await self._discover()
            return
        item = self._graph.get(key.name)
        if item is None:
            return
        with suppress(NotFound):
            if item.deletes_dependents:
                await self._delete_dependents(item)
            elif item.orphans_dependents:
                await self._orphan_dependents(item)
            elif item.owners and not item.is_deleting:
                await self._check_owners(item)

    async def _delete_dependents(self, owner: Item) -> None:
        dependents = self._graph.dependents_of(owner.uid)
        for dependent in dependents:
            if not dependent.is_deleting:
                self._enqueue(dependent)
        if not any(owner.is_blocked_by(dependent) for dependent in dependents):
            await self._drop_finalizer(owner, FOREGROUND)

    async def _orphan_dependents(self, owner: Item) -> None:
        for dependent in self._graph.dependents_of(owner.uid):
            with suppress(NotFound):
                await self._drop_owners(dependent, {owner.uid})
        await self._drop_finalizer(owner, ORPHAN)

    async def _check_owners(self, item: Item) -> None:
        solid, lost, leaving = [], set(), set()
        for ref in item.owners:
            owner = self._graph.get(ref.uid)
            if not await self._exists(item, ref):
                lost.add(ref.uid)
            elif owner is not None and owner.deletes_dependents:
                leaving.add(ref.uid)
            else:
                solid.append(ref)
        if not solid:
            await self._delete(item, in_foreground=bool(leaving))
        elif lost or leaving:
            await self._drop_owners(item, lost | leaving)

    async def _exists(self, item: Item, ref: OwnerReference) -> bool:
        owner = self._graph.get(ref.uid)
        if owner is not None:
            return owner.key.namespace in ("", item.key.namespace)
        if ref.uid in self._gone:
            return False
        resource = self._resource_of(ref)
        if resource is None:
            # A kind that is not served (yet): nobody can say that the owner is gone.
            return True
        namespace = item.key.namespace if resource.namespaced else ""
        try:
            found = await self._client.get(resource, ref.name, namespace)
        except NotFound:
            exists = False
        else:
            exists = found.metadata.uid == ref.uid
        if not exists:
            self._remember_gone(ref.uid)
        return exists

    def _resource_of(self, ref: OwnerReference) -> Resource[PartialObject] | None:
        group = ref.api_version.rpartition("/")[0]
        return next(
            (r for r in self._resources.values() if r.kind == ref.kind and r.group == group), None
        )

    async def _delete(self, item: Item, *, in_foreground: bool) -> None:
        propagation = Propagation.BACKGROUND
        if ORPHAN in item.finalizers:
            propagation = Propagation.ORPHAN
        elif FOREGROUND in item.finalizers:
            propagation = Propagation.FOREGROUND
        elif in_foreground and self._graph.dependents_of(item.uid):
            # Its owner waits for it, so it has to wait for its own dependents.
            propagation = Propagation.FOREGROUND
        await self._client.delete(
            item.resource,
            item.key.name,
            item.key.namespace,
            uid=item.uid,
            propagation=propagation,
        )

    async def _drop_owners(self, item: Item, uids: set[str]) -> None:
        kept = [ref for ref in item.owners if ref.uid not in uids]
        await self._patch(item, {"ownerReferences": _as_json(kept)})

    async def _drop_finalizer(self, item: Item, finalizer: str) -> None:
        kept = [name for name in item.finalizers if name != finalizer]
        await self._patch(item, {"finalizers": kept})

    async def _patch(self, item: Item, metadata: JSON) -> None:
        # The version makes sure that nothing added in the meantime is overwritten.
        identity = {"uid": item.uid, "resourceVersion": item.version}
        patch = {"metadata": {**identity, **metadata}}
        await self._client.patch(item.resource, item.key.name, patch, item.key.namespace)


def _as_json(refs: Iterable[OwnerReference]) -> list[JSON]:
    return [
        {
            "apiVersion": ref.api_version,
            "kind": ref.kind,
            "name": ref.name,
            "uid": ref.uid,
            **({"controller": True} if ref.controller else {}),
            **({"blockOwnerDeletion": True} if ref.block_owner_deletion else {}),
        }
        for ref in refs
    ]
