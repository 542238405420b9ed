"""Writes PodGangs.

A gang is created when all of its pods exist, or after a moment if some are late, so that in the
normal case it is complete from the start.
"""

import asyncio

from grove_tui.api.objects import PODCLIQUESETS, PODGANGS, PodCliqueSet, PodGang
from grove_tui.kube.objects import JSON, NamespacedName, controller_of, key_of
from grove_tui.reconcile.actions import Create, Failed, Patch, raise_failures
from grove_tui.reconcile.conditions import status_patch
from grove_tui.reconcile.context import Context, errors_of
from grove_tui.reconcile.controller import Result
from grove_tui.reconcile.drift import metadata_patch, object_patch
from grove_tui.reconcile.podclique.plan import owning_set
from grove_tui.reconcile.podgang.plan import (
    Plan,
    group_json,
    identify,
    is_expected,
    plan,
    plan_as_it_is,
    status,
)
from grove_tui.reconcile.recorder import NORMAL, WARNING
from grove_tui.reconcile.world import INDEX_PODGANG, World

LATE_SECONDS = 1.0
"""How long a gang waits for pods that do not exist yet before it is written without them."""
SECONDS_PER_POD = 0.00002
"""What one reference adds to the time in which further events are gathered."""


class PodGangReconciler:
    """Reconciles one PodGang at a time; which gangs there are is the PodCliqueSet's business."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._late: dict[NamespacedName, float] = {}

    async def reconcile(self, key: NamespacedName) -> Result | None:
        """Create the gang or bring it up to date with its pods, then its status."""
        world = self._context.world
        gang = world.podgangs.get(*key)
        pcs = _set_of(world, key, gang)
        identity = None
        if pcs is not None and not self._context.blueprints.is_in_force(pcs):
            await self._refresh(gang, pcs)
            return None
        if pcs is not None and _may_write(gang, pcs):
            blueprint = self._context.blueprints.of(pcs)
            identity = identify(key.name, blueprint)
        if identity is None or not is_expected(world, blueprint, identity):
            self._late.pop(key, None)
            return None
        wanted = plan(world, blueprint, key.name, identity)
        wait = self._wait(key, gang, wanted)
        if wait > 0:
            return Result(requeue_after=wait)
        assert pcs is not None
        try:
            gang = await self._write(pcs, key, gang, wanted)
            await self._write_status(gang, wanted)
        except Failed as failed:
            self._tell(pcs, key.name, failed)
            raise
        self._context.problems.note(key_of(pcs), key.name, None)
        if wanted.is_complete:
            self._late.pop(key, None)
        references = sum(len(group.pod_references) for group in wanted.groups)
        return Result(spacing=references * SECONDS_PER_POD)

    async def _refresh(self, gang: PodGang | None, pcs: PodCliqueSet) -> None:
        """Let the references of a gang follow its pods and leave the rest of it as it is."""
        if gang is None or not _may_write(gang, pcs):
            return
        groups = plan_as_it_is(self._context.world, gang)
        if groups != gang.spec.podgroups:
            spec = {"podgroups": [group_json(group) for group in groups]}
            patch = Patch(PODGANGS, gang, {"spec": spec})
            raise_failures(await self._context.executor.apply([patch]))

    def _tell(self, pcs: PodCliqueSet, gang: str, failed: Failed) -> None:
        """Say on the set what is wrong, because a PodGang has no place for it."""
        [problem] = errors_of(failed.outcomes[:1])
        self._context.problems.note(key_of(pcs), gang, problem)
        reason = "PodGangCreateOrUpdateFailed"
        self._context.recorder.event(PODCLIQUESETS, pcs, WARNING, reason, problem[1])

    def _wait(self, key: NamespacedName, gang: PodGang | None, wanted: Plan) -> float:
        """Return how long the rest of the pods may take before the gang is written without."""
        if wanted.is_complete or (gang is not None and gang.spec.podgroups == wanted.groups):
            return 0.0
        now = asyncio.get_running_loop().time()
        return self._late.setdefault(key, now + LATE_SECONDS) - now

    async def _write(
        self, pcs: PodCliqueSet, key: NamespacedName, gang: PodGang | None, wanted: Plan
    ) -> PodGang:
        executor = self._context.executor
        if gang is None:
            outcomes = await executor.apply([Create(PODGANGS, key.namespace, wanted.body)])
        else:
            patch = _patch(gang, wanted)
            if patch is None:
                return gang
            outcomes = await executor.apply([Patch(PODGANGS, gang, patch)])
        raise_failures(outcomes)
        if gang is None:
            text, reason = "Created PodGang:", "PodGangCreateOrUpdateSuccessful"
            self._context.recorder.event(PODCLIQUESETS, pcs, NORMAL, reason, text, key.name)
        written: PodGang = outcomes[0].obj
        return written

    async def _write_status(self, gang: PodGang, wanted: Plan) -> None:
        now = self._context.clock()
        computed = status(gang, is_complete=wanted.is_complete, now=now)
        patch = status_patch(gang.status, computed)
        if patch is not None:
            raise_failures(
                await self._context.executor.apply(
                    [Patch(PODGANGS, gang, patch, subresource="status")]
                )
            )


def _patch(gang: PodGang, wanted: Plan) -> JSON | None:
    spec: JSON = {}
    if gang.spec.podgroups != wanted.groups:
        spec["podgroups"] = wanted.body["spec"]["podgroups"]
    priority = wanted.body["spec"].get("priorityClassName", "")
    if gang.spec.priority_class_name != priority:
        spec["priorityClassName"] = priority or None
    return object_patch(metadata_patch(gang.metadata, wanted.body), spec)


def _set_of(world: World, key: NamespacedName, gang: PodGang | None) -> PodCliqueSet | None:
    """Return the set that a gang belongs to: by its PodCliques, or by its own owner."""
    for podclique in world.podcliques.by_index(INDEX_PODGANG, f"{key.namespace}/{key.name}"):
        pcs = owning_set(world, podclique)
        if pcs is not None:
            return pcs
    owner = controller_of(gang) if gang is not None else None
    if owner is None or owner.kind != "PodCliqueSet":
        return None
    pcs = world.podcliquesets.get(key.namespace, owner.name)
    if pcs is None or pcs.metadata.uid != owner.uid or pcs.metadata.deletion_timestamp is not None:
        return None
    return pcs


def _may_write(gang: PodGang | None, pcs: PodCliqueSet) -> bool:
    """Tell whether the name is free or the gang is the set's own and is to stay."""
    if gang is None:
        return True
    owner = controller_of(gang)
    is_own = owner is not None and owner.uid == pcs.metadata.uid
    return is_own and gang.metadata.deletion_timestamp is None
