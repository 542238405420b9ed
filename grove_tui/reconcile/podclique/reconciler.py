"""Keeps the pods of PodCliques as they should be, and says how they are."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from grove_tui.api.breach import has_been_scheduled
from grove_tui.api.constants import (
    CONDITION_BREACHED,
    EVENT_ALL_SCHEDULED_LOST,
    LABEL_PODGANG,
)
from grove_tui.api.objects import PODCLIQUES, PodClique, PodCliqueSet, PodCliqueStatus
from grove_tui.kube.objects import NamespacedName, Pod, find_condition
from grove_tui.kube.resources import PODS
from grove_tui.reconcile.actions import Outcome, Patch, raise_failures
from grove_tui.reconcile.conditions import last_errors, status_patch
from grove_tui.reconcile.context import Context, errors_of
from grove_tui.reconcile.controller import Result
from grove_tui.reconcile.podclique.plan import Plan, owning_set, plan
from grove_tui.reconcile.podclique.pods import Census, has_succeeded
from grove_tui.reconcile.podclique.status import begins_to_run, status
from grove_tui.reconcile.podclique.writing import PodWriter
from grove_tui.reconcile.recorder import NORMAL, WARNING
from grove_tui.reconcile.world import INDEX_BASE_PODGANG, INDEX_OWNER

STATUS_DELAY = 0.25
"""Seconds that a status waits for more news; each time it says something else, it waits anew."""
STATUS_DELAY_PER_CLIQUE = 0.05
"""Further seconds for each clique whose status is waiting: in a crowd, news come slowly."""
MAX_STATUS_DELAY = 10.0
"""Longest time that a status waits in a crowd."""
AFTER_START = 0.05
"""Seconds after which a clique that begins to run is looked at once more."""
FIRST_REPLACEMENT_DELAY, MAX_REPLACEMENT_DELAY = 1.0, 300.0
"""Seconds between two replacements of pods that keep failing; they double each time."""
SPACING = 0.01
"""Seconds in which events about a clique's pods are gathered."""
SPACING_PER_POD = 0.00005
SPACING_PER_CLIQUE = 0.0002
"""Further seconds for each pod, and for each clique whose status is waiting to be written."""


@dataclass(slots=True)
class _Failures:
    count: int = 0
    next_replacement: float = 0.0


@dataclass(slots=True)
class _Pending:
    """A status that is still to be written, and until when it waits for more news."""

    facts: tuple[object, ...]
    since: float
    due: float


class PodCliqueReconciler:
    """Reconciles one PodClique at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pending: dict[NamespacedName, _Pending] = {}
        self._failures: dict[str, _Failures] = {}
        self._writer = PodWriter(context)

    async def reconcile(self, key: NamespacedName) -> Result | None:
        """Create, delete and release pods as planned, then write the status if it differs."""
        world = self._context.world
        podclique = world.podcliques.get(*key)
        pcs = None
        if podclique is not None and podclique.metadata.deletion_timestamp is None:
            pcs = owning_set(world, podclique)
        if podclique is None or pcs is None:
            self._forget(key, podclique)
            return None
        if self._context.problems.is_unreadable(PODS):
            # Nobody knows which pods there are; the set says that they cannot be listed.
            return None
        await self._writer.settle(podclique)
        wanted = self._plan(pcs, podclique)
        podclique = await self._record_selection(pcs, podclique, wanted)
        outcomes = await self._writer.write(pcs, podclique, wanted)
        self._note_failures(podclique, wanted)
        delay = await self._report(pcs, podclique, wanted, outcomes)
        raise_failures(outcomes)
        spacing = SPACING + SPACING_PER_POD * podclique.spec.replicas
        spacing += SPACING_PER_CLIQUE * len(self._pending)
        return Result(self._soonest(podclique, wanted, delay), spacing)

    def _plan(self, pcs: PodCliqueSet, podclique: PodClique) -> Plan:
        failures = self._failures.get(podclique.metadata.uid)
        may_replace = failures is None or _now() >= failures.next_replacement
        blueprint = self._context.blueprints.of(pcs)
        now = self._context.clock()
        return plan(self._context.world, pcs, blueprint, podclique, now, may_replace=may_replace)

    async def _record_selection(
        self, pcs: PodCliqueSet, podclique: PodClique, wanted: Plan
    ) -> PodClique:
        """Store which ready pod an update takes down before it goes, so that it stays one."""
        progress, stored = wanted.progress, podclique.status
        if progress is None or progress.ready_pods_selected_to_update is None:
            return podclique
        if stored.update_progress == progress:
            return podclique
        # The rest of the status comes along, except what only tells how this reconcile ended.
        selected = replace(
            self._status(pcs, podclique, wanted, []),
            observed_generation=stored.observed_generation,
            last_errors=stored.last_errors,
        )
        patch = status_patch(stored, selected)
        assert patch is not None
        [outcome] = await self._context.executor.apply(
            [Patch(PODCLIQUES, podclique, patch, subresource="status", is_locked=True)]
        )
        raise_failures([outcome])
        changed: PodClique = outcome.obj
        return changed

    def _note_failures(self, podclique: PodClique, wanted: Plan) -> None:
        """Let pods that keep failing be replaced at growing intervals."""
        if not wanted.replace:
            return
        for pod in wanted.replace:
            text = "A Pod has failed and is replaced:"
            subject = f"{pod.metadata.name} ({pod.status.reason or 'Failed'})"
            self._context.recorder.event(PODCLIQUES, podclique, WARNING, "PodFailed", text, subject)
        failures = self._failures.setdefault(podclique.metadata.uid, _Failures())
        if _now() > failures.next_replacement + MAX_REPLACEMENT_DELAY:
            failures.count = 0
        delay = FIRST_REPLACEMENT_DELAY * 2 ** min(failures.count, 20)
        failures.next_replacement = _now() + min(delay, MAX_REPLACEMENT_DELAY)
        failures.count += 1

    async def _report(
        self, pcs: PodCliqueSet, podclique: PodClique, wanted: Plan, outcomes: list[Outcome]
    ) -> float | None:
        """Write the status if it differs; return the seconds to wait if it is better gathered."""
        key = NamespacedName(podclique.metadata.namespace, podclique.metadata.name)
        computed = self._status(pcs, podclique, wanted, outcomes)
        first = podclique.status.observed_generation is None
        patch = status_patch(podclique.status, computed, complete=first)
        if patch is None:
            self._pending.pop(key, None)
            return None
        due = self._due(key, computed)
        is_urgent = _is_urgent(podclique, computed) or self._opens_gangs(podclique, computed)
        if _now() < due and not is_urgent:
            return due - _now()
        self._pending.pop(key, None)
        await self._write_status(podclique, computed, patch)
        return AFTER_START if begins_to_run(podclique, computed) else None

    def _due(self, key: NamespacedName, computed: PodCliqueStatus) -> float:
        """Return when a status is to be written if nothing more comes."""
        pending, now, facts = self._pending.get(key), _now(), _facts(computed)
        if pending is None or facts != pending.facts:
            since = pending.since if pending is not None else now
            delay = STATUS_DELAY + STATUS_DELAY_PER_CLIQUE * len(self._pending)
            due = min(now + delay, since + MAX_STATUS_DELAY)
            pending = self._pending[key] = _Pending(facts, since, due)
        return pending.due

    def _opens_gangs(self, podclique: PodClique, computed: PodCliqueStatus) -> bool:
        """Tell whether gangs that add to this one's wait for nothing but this status."""
        minimum = podclique.spec.min_available or 0
        if not podclique.status.scheduled_replicas < minimum <= computed.scheduled_replicas:
            return False
        metadata = podclique.metadata
        gang = f"{metadata.namespace}/{metadata.labels.get(LABEL_PODGANG, '')}"
        return bool(self._context.world.podcliques.by_index(INDEX_BASE_PODGANG, gang))

    async def _write_status(
        self, podclique: PodClique, computed: PodCliqueStatus, patch: dict[str, object]
    ) -> None:
        # Computed from a state that has passed, a condition would get a time that is not true.
        raise_failures(
            await self._context.executor.apply(
                [Patch(PODCLIQUES, podclique, patch, subresource="status", is_locked=True)]
            )
        )
        recorder = self._context.recorder
        if podclique.status.scheduled_replicas and not computed.scheduled_replicas:
            text = "All scheduled pods are lost"
            recorder.event(PODCLIQUES, podclique, WARNING, EVENT_ALL_SCHEDULED_LOST, text)
        completed = _completed(self._pods(podclique))
        if completed and podclique.status.conditions != computed.conditions:
            text = f"{completed} Pods have completed; they keep their place and are not replaced"
            recorder.event(PODCLIQUES, podclique, NORMAL, "PodsCompleted", text)

    def _status(
        self, pcs: PodCliqueSet, podclique: PodClique, wanted: Plan, outcomes: list[Outcome]
    ) -> PodCliqueStatus:
        now = self._context.clock()
        census = Census.of(self._pods(podclique), podclique.metadata.name)
        blueprint = self._context.blueprints.of(pcs)
        computed = status(podclique, pcs, blueprint, census, wanted.progress, now)
        errors = errors_of(outcomes)
        if not errors:
            return computed
        return replace(
            computed,
            observed_generation=podclique.status.observed_generation,
            last_errors=last_errors(podclique.status.last_errors, errors, now),
        )

    def _pods(self, podclique: PodClique) -> Iterable[Pod]:
        return self._context.world.pods.by_index(INDEX_OWNER, podclique.metadata.uid)

    def _soonest(
        self, podclique: PodClique, wanted: Plan, status_delay: float | None
    ) -> float | None:
        delays = [] if status_delay is None else [status_delay]
        if wanted.is_waiting:
            failures = self._failures[podclique.metadata.uid]
            delays.append(max(failures.next_replacement - _now(), 0.001))
        return min(delays, default=None)

    def _forget(self, key: NamespacedName, podclique: PodClique | None) -> None:
        self._pending.pop(key, None)
        if podclique is not None:
            self._failures.pop(podclique.metadata.uid, None)
            self._writer.forget(podclique.metadata.uid)


def _facts(computed: PodCliqueStatus) -> tuple[object, ...]:
    """Return what a status says, without the times, which move on while it waits."""
    progress = computed.update_progress
    return (
        computed.replicas,
        computed.ready_replicas,
        computed.updated_replicas,
        computed.schedule_gated_replicas,
        computed.scheduled_replicas,
        computed.current_pod_template_hash,
        progress is not None and progress.update_ended_at is None,
        tuple((c.type, c.status, c.reason) for c in computed.conditions),
    )


def _is_urgent(podclique: PodClique, computed: PodCliqueStatus) -> bool:
    """Tell whether a status ends a development, or is what gang termination counts from."""
    if computed.last_errors != podclique.status.last_errors:
        return True
    if computed.ready_replicas == computed.replicas == podclique.spec.replicas:
        return True
    before = find_condition(podclique.status.conditions, CONDITION_BREACHED)
    after = find_condition(computed.conditions, CONDITION_BREACHED)
    if before is None or after is None or before.status == after.status:
        return False
    return has_been_scheduled(podclique)


def _completed(pods: Iterable[Pod]) -> int:
    return sum(has_succeeded(pod) for pod in pods)


def _now() -> float:
    return asyncio.get_running_loop().time()
