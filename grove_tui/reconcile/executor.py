"""The one place that does what plans ask for.

`Executor.apply` runs actions with bounded concurrency, goes on after a failure, and tells what came
of each. What the server answers is laid over the stores at once.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.errors import AlreadyExists, Conflict, Forbidden, KubeError, NotFound
from grove_tui.kube.objects import HasMetadata
from grove_tui.kube.resources import Resource
from grove_tui.reconcile.actions import Action, Create, Delete, Outcome, Patch
from grove_tui.reconcile.expectations import ExpectedStore

IN_FLIGHT = 32
"""Writes that may wait for the server at the same time, over all controllers."""
LOSS_SECONDS = 60.0
"""How long an owner that has lost a child is looked up before it gets another one."""
RECHECK_SECONDS = 1.0
"""How long an owner that was found is not looked up again."""
MAX_CHECKED = 1024
FEW = 2
"""So many writes are done one after the other: most batches are that small, and tasks cost more."""
WIDTH = 16
"""Writes of one batch that may wait for the server at the same time."""

_OWNERS: Mapping[str, Resource[Any]] = {
    resource.kind: resource for resource in (PODCLIQUESETS, PODCLIQUES, PODCLIQUESCALINGGROUPS)
}


class Executor:
    """Does what plans ask for."""

    def __init__(
        self, client: Client, stores: Mapping[str, ExpectedStore[Any]], clock: Clock
    ) -> None:
        self._client = client
        self._stores = stores
        self._clock = clock
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)
        self._checked: dict[str, float] = {}

    async def apply(self, actions: Iterable[Action], width: int = WIDTH) -> list[Outcome]:
        """Do all actions, taking them as workers get free, and return what came of each.

        After the server has forbidden a verb on a resource, the batch does not try it again.
        """
        outcomes: list[Outcome] = []
        forbidden: dict[tuple[str, str], Forbidden] = {}
        waiting = iter(actions)
        if isinstance(actions, Sequence) and len(actions) <= FEW:
            width = 1
        if width <= 1:
            await self._work(waiting, outcomes, forbidden)
            return outcomes
        async with asyncio.TaskGroup() as group:
            for _ in range(width):
                group.create_task(self._work(waiting, outcomes, forbidden))
        return outcomes

    async def look(
        self,
        resource: Resource[Any],
        namespace: str,
        label_selector: str,
        known: Iterable[HasMetadata],
    ) -> None:
        """Learn from the server what there is; of the `known`, what it does not list is gone.

        `known` must have been read before the call: what comes meanwhile may be missing in the
        list as well.
        """
        found = await self._client.list_all(resource, namespace, label_selector=label_selector)
        store, uids = self._stores[resource.plural], {obj.metadata.uid for obj in found}
        for obj in found:
            store.written(obj)
        for obj in known:
            if obj.metadata.uid not in uids:
                store.deleted(obj, self._clock())

    async def _work(
        self,
        waiting: Iterable[Action],
        outcomes: list[Outcome],
        forbidden: dict[tuple[str, str], Forbidden],
    ) -> None:
        for action in waiting:
            what = action.verb, action.resource.plural
            if what in forbidden:
                outcomes.append(Outcome(action, error=forbidden[what]))
                continue
            try:
                async with self._in_flight:
                    outcomes.append(Outcome(action, await self._do(action)))
            except KubeError as error:
                outcomes.append(Outcome(action, error=error))
                if isinstance(error, Forbidden):
                    forbidden[what] = error

    async def _do(self, action: Action) -> Any:
        match action:
            case Create():
                return await self._create(action)
            case Patch():
                return await self._patch(action)
            case Delete():
                return await self._delete(action)

    async def _create(self, action: Create) -> Any:
        resource, namespace = action.resource, action.namespace
        await self._check_owner(action)
        try:
            obj = await self._client.create(resource, action.body, namespace)
        except AlreadyExists:
            # Either the watch is behind or the name is taken. The store shall show which, so that
            # the retry judges the object by its owner instead of trying the same again.
            if resource.plural in self._stores:
                self._written(resource, await self._client.get(resource, action.name, namespace))
            raise
        self._written(resource, obj)
        return obj

    async def _check_owner(self, action: Create) -> None:
        """Ask the server for the owner when children of it vanish, before making more of them.

        Otherwise an owner whose end no watch has brought yet has us create what the garbage
        collector deletes, as fast as both can.
        """
        owner = next(iter(action.body["metadata"].get("ownerReferences") or ()), None)
        store = self._stores.get(action.resource.plural)
        if owner is None or store is None or not store.has_lost(owner["uid"], LOSS_SECONDS):
            return
        now = asyncio.get_running_loop().time()
        if self._checked.get(owner["uid"], -LOSS_SECONDS) > now - RECHECK_SECONDS:
            return
        resource = _OWNERS[owner["kind"]]
        try:
            found = await self._client.get(resource, owner["name"], action.namespace)
            is_there = found.metadata.uid == owner["uid"]
            is_there = is_there and found.metadata.deletion_timestamp is None
        except NotFound:
            is_there = False
        if is_there:
            if len(self._checked) > MAX_CHECKED:
                self._checked.clear()
            self._checked[owner["uid"]] = now
            return
        self._checked.pop(owner["uid"], None)
        owners = self._stores[resource.plural]
        gone = owners.get(action.namespace, owner["name"])
        if gone is not None and gone.metadata.uid == owner["uid"]:
            owners.deleted(gone, self._clock())
        raise Conflict(409, "Conflict", f"{owner['kind']} {owner['name']} is gone")

    async def _patch(self, action: Patch) -> Any:
        metadata = action.of.metadata
        # Grove API: a uid in the patch is a precondition; a recreated object answers 409.
        body = {**action.patch, "metadata": {**action.patch.get("metadata", {})}}
        body["metadata"]["uid"] = metadata.uid
        if action.is_locked:
            body["metadata"]["resourceVersion"] = metadata.resource_version
        store = self._stores.get(action.resource.plural)
        try:
            with store.writing(action.of) if store is not None else nullcontext():
                obj = await self._client.patch(
                    action.resource,
                    metadata.name,
                    body,
                    metadata.namespace,
                    subresource=action.subresource,
                )
        except Conflict:
            if action.is_locked:
                await self._refresh(action)
            raise
        self._written(action.resource, obj)
        return obj

    async def _refresh(self, action: Patch) -> None:
        """Look up what was changed unseen, so that the retry need not wait for the watch."""
        metadata, store = action.of.metadata, self._stores.get(action.resource.plural)
        try:
            found = await self._client.get(action.resource, metadata.name, metadata.namespace)
        except NotFound:
            if store is not None:
                store.deleted(action.of, self._clock())
            return
        self._written(action.resource, found)

    async def _delete(self, action: Delete) -> None:
        metadata = action.of.metadata
        try:
            await self._client.delete(
                action.resource, metadata.name, metadata.namespace, uid=metadata.uid
            )
        except NotFound:
            pass
        except Conflict as error:
            # The uid precondition failed: the object that was meant is gone already.
            if not _is_uid_conflict(error):
                raise
        store = self._stores.get(action.resource.plural)
        if store is not None:
            store.deleted(action.of, self._clock())

    def _written(self, resource: Resource[Any], obj: Any) -> None:
        store = self._stores.get(resource.plural)
        if store is not None:
            store.written(obj)


def _is_uid_conflict(error: Conflict) -> bool:
    return "uid" in error.message.lower() or "precondition" in error.message.lower()
