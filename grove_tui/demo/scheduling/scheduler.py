"""The scheduler: which waiting pods to try now, and what to do with the outcome.

Nothing is looked at periodically. A unit (a gang, or a pod without one) is tried when something
about it changes, and units that found no room are tried again when room may have come: a pod left a
node, or a node changed.
"""

import asyncio
import random

from grove_tui.api.objects import PodGang
from grove_tui.demo.objects import DEFAULT_SCHEDULER, Pod
from grove_tui.demo.recorder import Recorder
from grove_tui.demo.scheduling.binder import Binder
from grove_tui.demo.scheduling.gangs import (
    Gang,
    Gangs,
    Readiness,
    base_key,
    clique_of,
    gang_key,
    minimum_of,
    readiness,
)
from grove_tui.demo.scheduling.reports import Reporter
from grove_tui.demo.watches import Watches
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.objects import NamespacedName, Node, key_of
from grove_tui.kube.scheduling.demand import Demand, demand_of
from grove_tui.kube.scheduling.nodes import Nodes, Occupant
from grove_tui.kube.scheduling.placement import Candidate, Misfit, Placement
from grove_tui.reconcile.controller import Controller

RETRY_SECONDS = 1.0
"""Before a pod whose binding was refused is tried again."""
UNITS_PER_TURN = 32
"""How many units are tried before other tasks get the event loop."""
_CYCLE = NamespacedName("", "cycle")

Unit = tuple[str, NamespacedName]
"""("gang", its key) or ("pod", its key)."""


class Scheduler:
    """Places pods of the default scheduler, gang minimums as a whole."""

    def __init__(
        self,
        client: Client,
        watches: Watches,
        recorder: Recorder,
        *,
        rng: random.Random,
        clock: Clock,
    ) -> None:
        self._watches = watches
        self._pods = watches.pods.store
        self._podgangs = watches.podgangs.store
        self._nodes = Nodes()
        self._placement = Placement(self._nodes, rng)
        self._binder = Binder(client, recorder, self._refused)
        self._reporter = Reporter(client, self._pods, recorder, clock)
        self._controller = Controller("scheduler", self._cycle, workers=1)
        self._gangs = Gangs()
        self._singles: dict[NamespacedName, Pod] = {}
        self._candidates: dict[str, Candidate] = {}
        self._assumed: set[str] = set()
        self._active: dict[Unit, None] = {}
        self._blocked: dict[Unit, None] = {}
        self._after_base: dict[NamespacedName, dict[Unit, None]] = {}
        self._hopeless: dict[Demand, str] = {}
        self._hopeless_starts: dict[tuple[Demand, ...], str] = {}
        watches.pods.add_handler(self._pod_changed)
        watches.nodes.add_handler(self._node_changed)
        watches.podgangs.add_handler(self._podgang_changed)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be tried, bound or told."""
        controllers = (self._controller, self._binder.controller, self._reporter.controller)
        return not self._active and all(controller.is_idle for controller in controllers)

    async def run(self) -> None:
        """Schedule until cancelled."""
        await self._watches.wait_synced()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._controller.run())
            group.create_task(self._binder.controller.run())
            group.create_task(self._reporter.controller.run())

    # What changes in the cluster

    def _pod_changed(self, old: Pod | None, new: Pod | None) -> None:
        if new is None:
            if old is not None:
                self._left(old)
        elif new.spec.node_name:
            self._has_node(new)
        elif _is_schedulable(new):
            self._waits(new)
        else:
            self._left(new)

    def _has_node(self, pod: Pod) -> None:
        uid = pod.metadata.uid
        self._assumed.discard(uid)
        self._singles.pop(key_of(pod), None)
        self._reporter.settled(uid)
        if pod.is_finished:
            self._left(pod)
            return
        self._nodes.place(uid, pod.spec.node_name, self._candidate(pod).occupant)
        self._gangs.count(pod, is_live=not pod.is_terminating)

    def _waits(self, pod: Pod) -> None:
        uid = pod.metadata.uid
        if uid in self._assumed:
            return
        gang = gang_key(pod)
        if gang is None:
            is_news = key_of(pod) not in self._singles
            self._singles[key_of(pod)] = pod
            unit: Unit = ("pod", key_of(pod))
        else:
            is_news = self._gangs.wait(gang, pod)
            unit = ("gang", gang)
        # The scheduler's own condition on a pod comes back as a change; it changes nothing here.
        if is_news:
            self._activate(unit)

    def _left(self, pod: Pod) -> None:
        uid = pod.metadata.uid
        self._assumed.discard(uid)
        self._candidates.pop(uid, None)
        self._singles.pop(key_of(pod), None)
        self._reporter.settled(uid)
        self._gangs.count(pod, is_live=False)
        if self._nodes.release(uid):
            self._room_came()

    def _node_changed(self, old: Node | None, new: Node | None) -> None:
        node = new or old
        if node is None or (old is not None and new is not None and _offers_same(old, new)):
            return
        self._nodes.observe(node.metadata.name, new)
        self._room_came()

    def _podgang_changed(self, _old: PodGang | None, new: PodGang | None) -> None:
        if new is not None and self._gangs.get(key_of(new)) is not None:
            self._activate(("gang", key_of(new)))

    def _refused(self, pod: Pod) -> None:
        self._assumed.discard(pod.metadata.uid)
        self._left(pod)
        asyncio.get_running_loop().call_later(RETRY_SECONDS, self._look_again, key_of(pod))

    def _look_again(self, key: NamespacedName) -> None:
        pod = self._pods.get(key.namespace, key.name)
        if pod is not None:
            self._pod_changed(None, pod)

    # What to try

    def _room_came(self) -> None:
        self._hopeless.clear()
        self._hopeless_starts.clear()
        self._active.update(self._blocked)
        self._blocked.clear()
        if self._active:
            self._controller.enqueue(_CYCLE)

    def _activate(self, unit: Unit) -> None:
        self._blocked.pop(unit, None)
        self._active[unit] = None
        self._controller.enqueue(_CYCLE)

    async def _cycle(self, _key: NamespacedName) -> None:
        tried = 0
        while self._active:
            unit = next(iter(self._active))
            del self._active[unit]
            self._try(unit)
            tried += 1
            if tried % UNITS_PER_TURN == 0:
                await asyncio.sleep(0)

    def _try(self, unit: Unit) -> None:
        kind, key = unit
        if kind == "pod":
            pod = self._singles.get(key)
            if pod is not None and not self._try_alone(pod):
                self._blocked[unit] = None
            return
        gang = self._gangs.get(key)
        if gang is not None and gang.waiting:
            self._try_gang(unit, gang)
        if key in self._after_base and self._runs(key):
            for dependent in self._after_base.pop(key):
                self._activate(dependent)

    def _try_gang(self, unit: Unit, gang: Gang) -> None:
        key = unit[1]
        podgang = self._podgangs.get(*key)
        base = base_key(gang.waiting.values())
        verdict = readiness(gang, podgang, base_runs=base is None or self._runs(base))
        match verdict:
            case Readiness.NO_GANG:
                self._wait(gang, f'waiting for PodGang "{key}" to be created')
                return
            case Readiness.WAITS_FOR_BASE if base is not None:
                self._after_base.setdefault(base, {})[unit] = None
                self._wait(gang, f'waiting for base PodGang "{base}" to be scheduled')
                return
            case Readiness.INCOMPLETE:
                self._wait(gang, f'waiting for all pods of PodGang "{key}" to be created')
                return
            case Readiness.START if podgang is not None and not self._try_start(key, gang, podgang):
                self._blocked[unit] = None
                return
        placed = [self._try_alone(pod) for pod in list(gang.waiting.values())]
        if not all(placed):
            self._blocked[unit] = None

    def _runs(self, key: NamespacedName) -> bool:
        podgang, gang = self._podgangs.get(*key), self._gangs.get(key)
        return podgang is not None and gang is not None and gang.holds_minimum(minimum_of(podgang))

    def _wait(self, gang: Gang, reason: str) -> None:
        for pod in gang.waiting.values():
            self._reporter.waiting(pod, reason)

    def _try_start(self, key: NamespacedName, gang: Gang, podgang: PodGang) -> bool:
        starters = gang.starters(minimum_of(podgang)) or []
        candidates = [self._candidate(pod) for pod in starters]
        shape = tuple(candidate.occupant.demand for candidate in candidates)
        reason = self._hopeless_starts.get(shape)
        if reason is None:
            outcome = self._placement.place_all(candidates)
            if not isinstance(outcome, Misfit):
                for pod in starters:
                    self._assume(pod, outcome[pod.metadata.uid])
                return True
            fit = f"{len(starters)} pods placed at once, {outcome.fitting} fit"
            reason = f"needs {fit}: {outcome.reason}"
            # Room only shrinks until it is said to have come, so this shape needs no second try.
            self._hopeless_starts[shape] = reason
        for pod in gang.waiting.values():
            self._reporter.unschedulable(pod, f"gang {key} {reason}")
        return False

    def _try_alone(self, pod: Pod) -> bool:
        candidate = self._candidate(pod)
        demand = candidate.occupant.demand
        reason = self._hopeless.get(demand)
        if reason is None:
            node = self._placement.place(candidate)
            if node:
                self._assume(pod, node)
                return True
            reason = self._hopeless[demand] = self._placement.explain(demand)
        self._reporter.unschedulable(pod, reason)
        return False

    def _assume(self, pod: Pod, node: str) -> None:
        self._assumed.add(pod.metadata.uid)
        self._singles.pop(key_of(pod), None)
        self._reporter.settled(pod.metadata.uid)
        self._gangs.count(pod, is_live=True)
        self._binder.bind(pod, node)

    def _candidate(self, pod: Pod) -> Candidate:
        uid = pod.metadata.uid
        candidate = self._candidates.get(uid)
        if candidate is None:
            meta = pod.metadata
            occupant = Occupant(demand_of(pod), clique_of(pod), meta.namespace, meta.labels)
            candidate = self._candidates[uid] = Candidate(uid, occupant)
        return candidate


def _is_schedulable(pod: Pod) -> bool:
    return (
        not pod.is_terminating
        and not pod.is_finished
        and not pod.spec.scheduling_gates
        and pod.spec.scheduler_name in ("", DEFAULT_SCHEDULER)
    )


def _offers_same(old: Node, new: Node) -> bool:
    return (
        old.spec == new.spec
        and old.metadata.labels == new.metadata.labels
        and old.status.allocatable == new.status.allocatable
        and old.status.capacity == new.status.capacity
    )
