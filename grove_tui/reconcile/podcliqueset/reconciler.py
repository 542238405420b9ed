"""Makes PodCliqueSets real: children, updates, gang termination and status."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from grove_tui.api.objects import (
    PODCLIQUESETS,
    PodCliqueSet,
    PodCliqueSetStatus,
)
from grove_tui.kube.errors import Conflict
from grove_tui.kube.objects import NamespacedName, key_of
from grove_tui.reconcile import startup
from grove_tui.reconcile.actions import (
    Action,
    Outcome,
    Patch,
    raise_failures,
)
from grove_tui.reconcile.admission import ERR_VALIDATION, Admission
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.conditions import last_errors, status_patch
from grove_tui.reconcile.context import Context, errors_of
from grove_tui.reconcile.controller import Result
from grove_tui.reconcile.existing import as_it_was
from grove_tui.reconcile.podcliqueset.children import plan_replica, replicas_of_children
from grove_tui.reconcile.podcliqueset.events import tell
from grove_tui.reconcile.podcliqueset.state import state_of
from grove_tui.reconcile.podcliqueset.status import REASON_VALIDATION_FAILED, refused, status
from grove_tui.reconcile.podcliqueset.termination import Terminator
from grove_tui.reconcile.podcliqueset.tracking import Tracked
from grove_tui.reconcile.recorder import WARNING
from grove_tui.reconcile.updates import begin

SPACING = 0.02
"""Seconds in which events about a set's children are gathered."""
SPACING_PER_REPLICA = 0.0002
"""Further seconds for each replica."""
LATER_WIDTH = 4
"""Writes that may wait for the server at the same time when nothing waits for them."""
LOOK_SECONDS = 300.0
"""How often all replicas are looked at without any event."""
CLOCK_SECONDS = 30.0
"""How often to look at the clock while gang termination is counting down."""
RETRY_FOREIGN_SECONDS = 15.0
"""How often to look whether an object in the way is gone; its end may reach us by no watch."""
RETRY_ACCOUNT_SECONDS = 1.0
"""How often to look whether the account of a former set of the same name is gone."""
ERR_NAME_CONFLICT = "ERR_NAME_CONFLICT"
_REASONS = {ERR_NAME_CONFLICT: "NameConflict", ERR_VALIDATION: REASON_VALIDATION_FAILED}
"""Reasons of the events about errors, by their codes."""


class PodCliqueSetReconciler:
    """Reconciles one PodCliqueSet at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._admission = Admission(
            context.client, context.blueprints.minimums, partial(as_it_was, context.world)
        )
        self._terminator = Terminator(context)
        self._tracked: dict[NamespacedName, Tracked] = {}

    def mark(self, key: NamespacedName, replica: int | None) -> None:
        """Note that a child of one replica has changed; None for all replicas."""
        tracked = self._tracked.get(key)
        if tracked is None:
            return
        if replica is None:
            tracked.generation = None
        else:
            tracked.dirty.add(replica)

    async def reconcile(self, key: NamespacedName) -> Result | None:
        """Bring the replicas that changed to where they should be, then the status."""
        pcs = self._context.world.podcliquesets.get(*key)
        if pcs is None or pcs.metadata.deletion_timestamp is not None:
            self._forget(key)
            return None
        tracked = self._tracked.get(key)
        if tracked is None or tracked.uid != pcs.metadata.uid:
            self._forget(key)
            tracked = self._tracked[key] = Tracked(pcs.metadata.uid)
        tracked.violations = await self._admission.violations(pcs)
        blueprints = self._context.blueprints
        if not tracked.violations:
            blueprints.accept(pcs)
        elif not blueprints.is_in_force(pcs):
            await self._refuse(pcs, tracked.violations)
            return None
        pcs = await self._register(blueprints.of(pcs))
        return await self._bring_about(blueprints.of(pcs), tracked)

    async def _bring_about(self, blueprint: Blueprint, tracked: Tracked) -> Result:
        pcs = blueprint.pcs
        outcomes = await self._look_at_all(blueprint, tracked)
        replicas = tracked.take(self._context.clock())
        outcomes += await self._terminator.terminate(blueprint, tracked, replicas)
        done = await self._act(blueprint, tracked, replicas)
        tell(self._context.recorder, pcs, done)
        outcomes += done
        self._observe(blueprint, tracked, replicas)
        if any(outcome.error is not None for outcome in outcomes):
            tracked.dirty.update(replicas)
        await self._report(pcs, blueprint, tracked, outcomes)
        raise_failures(outcomes)
        spacing = SPACING + SPACING_PER_REPLICA * pcs.spec.replicas
        return Result(self._next_wake(tracked), spacing)

    async def _register(self, blueprint: Blueprint) -> PodCliqueSet:
        """Record the template in force before anything is made from it, so that an update is one.

        Returns:
            The set to go on with, which has it recorded.
        """
        pcs = blueprint.pcs
        begun = begin(pcs, blueprint, self._context.clock())
        patch = status_patch(pcs.status, begun)
        if patch is None:
            return pcs
        outcomes = await self._context.executor.apply(
            [Patch(PODCLIQUESETS, pcs, patch, subresource="status")]
        )
        raise_failures(outcomes)
        written: PodCliqueSet = outcomes[0].obj
        if written.metadata.generation != pcs.metadata.generation:
            raise Conflict(409, "Conflict", f"{pcs.metadata.name} has changed and is to be judged")
        return written

    async def _look_at_all(self, blueprint: Blueprint, tracked: Tracked) -> list[Outcome]:
        """Mark all replicas where the set itself has changed or it is time."""
        pcs, now = blueprint.pcs, asyncio.get_running_loop().time()
        if tracked.generation != pcs.metadata.generation or now >= tracked.next_look:
            tracked.generation = pcs.metadata.generation
            tracked.next_look = now + LOOK_SECONDS
            tracked.dirty.update(range(pcs.spec.replicas))
            tracked.dirty |= replicas_of_children(self._context.world, blueprint)
            tracked.dirty |= {r for r in tracked.states if r >= pcs.spec.replicas}
            tracked.is_account_due = blueprint.orders_startup
        return await self._ensure_account(blueprint, tracked) if tracked.is_account_due else []

    async def _ensure_account(self, blueprint: Blueprint, tracked: Tracked) -> list[Outcome]:
        """Make what start-up order needs; it stays due until it is done."""
        context = self._context
        context.startup.need()
        found = await startup.ensure(context.client, context.executor, blueprint)
        tracked.foreign.pop(startup.PLACE, None)
        tracked.waiting.discard(startup.PLACE)
        if found.foreign:
            tracked.foreign[startup.PLACE] = found.foreign
        if found.is_waiting:
            tracked.waiting.add(startup.PLACE)
        tracked.is_account_due = not found.is_done
        return found.outcomes

    async def _act(
        self, blueprint: Blueprint, tracked: Tracked, replicas: Sequence[int]
    ) -> list[Outcome]:
        """Do what pods wait for first; the rest must not compete with their creation."""
        later: list[Action] = []
        actions = self._actions(blueprint, tracked, replicas, later)
        outcomes = await self._context.executor.apply(actions)
        return outcomes + await self._context.executor.apply(later, LATER_WIDTH)

    def _actions(
        self, blueprint: Blueprint, tracked: Tracked, replicas: Sequence[int], later: list[Action]
    ) -> Iterator[Action]:
        """Plan replica by replica while the actions of those before are under way."""
        for replica in replicas:
            if replica < 0:
                continue
            plan = plan_replica(self._context.world, blueprint, replica)
            tracked.foreign.pop(replica, None)
            tracked.waiting.discard(replica)
            if plan.foreign:
                tracked.foreign[replica] = plan.foreign
            if plan.is_waiting and replica < blueprint.pcs.spec.replicas:
                tracked.waiting.add(replica)
            later += plan.later
            yield from plan.actions

    # Status

    def _observe(self, blueprint: Blueprint, tracked: Tracked, replicas: Iterable[int]) -> None:
        for replica in replicas:
            if 0 <= replica < blueprint.pcs.spec.replicas:
                is_breached = replica in tracked.dues
                tracked.states[replica] = state_of(
                    self._context.world, blueprint, replica, is_breached=is_breached
                )

    async def _report(
        self,
        pcs: PodCliqueSet,
        blueprint: Blueprint,
        tracked: Tracked,
        outcomes: Sequence[Outcome],
    ) -> None:
        now = self._context.clock()
        computed = status(pcs, blueprint, tracked.states, tracked.recycling, now)
        errors = _violations(tracked.violations) + errors_of(outcomes)
        errors += [*_conflicts(tracked.foreign), *self._context.problems.of(key_of(pcs))]
        if errors or tracked.waiting:
            computed = replace(
                computed,
                observed_generation=pcs.status.observed_generation,
                last_errors=last_errors(pcs.status.last_errors, errors, now),
            )
        if tracked.violations:
            computed = refused(computed, pcs, tracked.violations, now)
        self._warn(pcs, computed)
        await self._write_status(pcs, computed)

    def _warn(self, pcs: PodCliqueSet, computed: PodCliqueSetStatus) -> None:
        """Record what of a status nobody but a person can mend, and was not said before."""
        known = {error.description for error in pcs.status.last_errors}
        for error in computed.last_errors:
            reason = _REASONS.get(error.code)
            if reason is not None and error.description not in known:
                text = error.description
                self._context.recorder.event(PODCLIQUESETS, pcs, WARNING, reason, text)

    async def _write_status(self, pcs: PodCliqueSet, computed: PodCliqueSetStatus) -> None:
        complete = pcs.status.observed_generation is None and not pcs.status.hpa_pod_selector
        patch = status_patch(pcs.status, computed, complete=complete)
        if patch is not None:
            raise_failures(
                await self._context.executor.apply(
                    [Patch(PODCLIQUESETS, pcs, patch, subresource="status")]
                )
            )

    async def _refuse(self, pcs: PodCliqueSet, violations: Sequence[str]) -> None:
        """Say why nothing is made of a set of which no valid template is known."""
        now = self._context.clock()
        errors = last_errors(pcs.status.last_errors, _violations(violations), now)
        computed = refused(replace(pcs.status, last_errors=errors), pcs, violations, now)
        self._warn(pcs, computed)
        if computed != pcs.status:
            await self._write_status(pcs, computed)

    def _next_wake(self, tracked: Tracked) -> float:
        now = self._context.clock()
        delays = [tracked.next_look - asyncio.get_running_loop().time()]
        # The timer may not know of a clock that was set, or of a computer that was asleep.
        delays += [min((due - now).total_seconds(), CLOCK_SECONDS) for due in tracked.dues.values()]
        if tracked.foreign or tracked.waiting:
            delays.append(RETRY_FOREIGN_SECONDS)
        if startup.PLACE in tracked.waiting:
            delays.append(RETRY_ACCOUNT_SECONDS)
        return max(min(delays), 0.001)

    def _forget(self, key: NamespacedName) -> None:
        tracked = self._tracked.pop(key, None)
        self._context.problems.forget(key)
        if tracked is not None:
            self._admission.forget(tracked.uid)
            self._context.blueprints.forget(tracked.uid)


def _violations(violations: Iterable[str]) -> list[tuple[str, str]]:
    return [(ERR_VALIDATION, violation) for violation in violations]


def _conflicts(foreign: Mapping[int, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for found in foreign.values():
        for what in found:
            yield (
                ERR_NAME_CONFLICT,
                f"{what} exists and is not controlled by this PodCliqueSet; it is left alone",
            )
