"""Carries out gang termination for the replicas of a PodCliqueSet."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from grove_tui.api.objects import (
    PODCLIQUES,
    PODCLIQUESCALINGGROUPS,
    PODCLIQUESETS,
    PodClique,
    PodCliqueSet,
)
from grove_tui.kube.errors import Conflict
from grove_tui.kube.objects import HasMetadata
from grove_tui.kube.resources import Resource
from grove_tui.reconcile.actions import Delete, Outcome, Patch, describe
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.conditions import status_patch
from grove_tui.reconcile.context import Context
from grove_tui.reconcile.gangtermination import Decision, decide, flagged
from grove_tui.reconcile.podcliqueset.tracking import Tracked
from grove_tui.reconcile.recorder import NORMAL, WARNING
from grove_tui.reconcile.world import INDEX_REPLICA, World, replica_value


class Terminator:
    """Acts on the decisions of `gangtermination`, and finishes what it has begun."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def terminate(
        self, blueprint: Blueprint, tracked: Tracked, replicas: Sequence[int]
    ) -> list[Outcome]:
        """Decide on each replica and delete what is due; note when to decide again."""
        outcomes: list[Outcome] = []
        now = self._context.clock()
        tracked.keep_below(blueprint.pcs.spec.replicas, replicas)
        due: list[tuple[int, Decision]] = []
        for replica in replicas:
            if not 0 <= replica < blueprint.pcs.spec.replicas:
                continue
            decision = self._decide(blueprint, tracked, replica, now)
            tracked.dues.pop(replica, None)
            if decision.due is not None:
                tracked.dues[replica] = decision.due
            if decision.recycle or decision.groups:
                due.append((replica, decision))
        async with asyncio.TaskGroup() as group:
            for replica, decision in due:
                group.create_task(
                    self._recycle(blueprint.pcs, tracked, replica, decision, outcomes)
                )
        return outcomes

    def _decide(
        self, blueprint: Blueprint, tracked: Tracked, replica: int, now: datetime
    ) -> Decision:
        world = self._context.world
        begun = tracked.recycling.get(replica)
        if begun is not None:
            left = _with_uids(world, blueprint, replica, begun)
            if left:
                return Decision(recycle=left, is_breached=True)
            del tracked.recycling[replica]
        return decide(world, blueprint, replica, now)

    async def _recycle(
        self,
        pcs: PodCliqueSet,
        tracked: Tracked,
        replica: int,
        decision: Decision,
        outcomes: list[Outcome],
    ) -> None:
        executor, now = self._context.executor, self._context.clock()
        marks = [
            Patch(PODCLIQUESCALINGGROUPS, group, patch, subresource="status", is_locked=True)
            for group in decision.flag
            if (patch := status_patch(group.status, flagged(group, now))) is not None
        ]
        marked = await executor.apply(marks)
        outcomes += marked
        if any(outcome.error is not None for outcome in marked):
            # Without its mark a scaling group would have the recreated replica terminated again.
            return
        if decision.recycle:
            tracked.recycling[replica] = frozenset(p.metadata.uid for p in decision.recycle)
            error = await self._delete(decision.recycle, outcomes)
            if error is None:
                del tracked.recycling[replica]
            self._tell(PODCLIQUESETS, pcs, replica, error)
        for recycle in decision.groups:
            error = await self._delete(recycle.members, outcomes)
            self._tell(PODCLIQUESCALINGGROUPS, recycle.group, recycle.index, error)

    def _tell(
        self, resource: Resource[Any], obj: HasMetadata, index: int, error: Outcome | None
    ) -> None:
        """Say on a set or scaling group that one of its replicas was deleted, or why not."""
        recorder, reason = self._context.recorder, f"{resource.kind}ReplicaDelete"
        if error is None:
            text = f"{resource.kind} replica {index} deleted"
            recorder.event(resource, obj, NORMAL, f"{reason}Successful", text)
        elif not isinstance(error.error, Conflict):
            text = f"{resource.kind} replica {index} could not be deleted: {describe(error)}"
            recorder.event(resource, obj, WARNING, f"{reason}Failed", text)

    async def _delete(
        self, podcliques: Sequence[PodClique], outcomes: list[Outcome]
    ) -> Outcome | None:
        """Delete PodCliques, the last one only when all others are on their way.

        Returns:
            What failed first, if anything did.
        """
        for part in (podcliques[:-1], podcliques[-1:]):
            done = await self._context.executor.apply([Delete(PODCLIQUES, p) for p in part])
            outcomes += done
            failed = next((outcome for outcome in done if outcome.error is not None), None)
            if failed is not None:
                return failed
        return None


def _with_uids(
    world: World, blueprint: Blueprint, replica: int, uids: frozenset[str]
) -> tuple[PodClique, ...]:
    value = replica_value(blueprint.namespace, blueprint.name, replica)
    return tuple(
        podclique
        for podclique in world.podcliques.by_index(INDEX_REPLICA, value)
        if podclique.metadata.uid in uids and podclique.metadata.deletion_timestamp is None
    )
