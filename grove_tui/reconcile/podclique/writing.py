"""Deletes, releases and creates the pods of PodCliques, and says so in events.

A request whose answer is lost may have been carried out. Until the server has been asked what there
is, such a pod may be there or not, and whatever were planned could be one pod too many or too few.
"""

from collections.abc import Sequence

from grove_tui.api import labels
from grove_tui.api.constants import (
    EVENT_POD_CREATE_FAILED,
    EVENT_POD_CREATED,
    EVENT_POD_DELETE_FAILED,
    EVENT_POD_DELETED,
    SCHEDULING_GATE,
)
from grove_tui.api.objects import PODCLIQUES, PodClique, PodCliqueSet
from grove_tui.kube.objects import Pod
from grove_tui.kube.resources import PODS
from grove_tui.reconcile.actions import Action, Create, Delete, Outcome, Patch
from grove_tui.reconcile.context import Context
from grove_tui.reconcile.podclique.plan import Plan
from grove_tui.reconcile.podclique.pods import PodTemplate, index_of
from grove_tui.reconcile.recorder import NORMAL, WARNING
from grove_tui.reconcile.world import INDEX_OWNER


class PodWriter:
    """Carries out plans about pods."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._cautious: set[str] = set()
        self._doubtful: set[str] = set()

    async def settle(self, podclique: PodClique) -> None:
        """Ask the server which pods there are, if the answer to an earlier request was lost."""
        metadata = podclique.metadata
        if metadata.uid not in self._doubtful:
            return
        known = list(self._context.world.pods.by_index(INDEX_OWNER, metadata.uid))
        pcs = labels.part_of(metadata.labels)
        selector = labels.selector(labels.podclique_selector(pcs, metadata.name))
        await self._context.executor.look(PODS, metadata.namespace, selector, known)
        self._doubtful.discard(metadata.uid)

    async def write(self, pcs: PodCliqueSet, podclique: PodClique, wanted: Plan) -> list[Outcome]:
        """Do what is planned and return what came of it."""
        executor = self._context.executor
        actions: list[Action] = [Delete(PODS, pod) for pod in (*wanted.delete, *wanted.replace)]
        actions += [_release(pod) for pod in wanted.release]
        outcomes = await executor.apply(actions) if actions else []
        indices = _vacant(podclique, wanted, outcomes)
        if indices:
            outcomes += await self._create(pcs, podclique, indices)
        for outcome in outcomes:
            self._tell(podclique, outcome)
        if any(outcome.is_doubtful for outcome in outcomes):
            self._doubtful.add(podclique.metadata.uid)
        return outcomes

    def forget(self, uid: str) -> None:
        """Drop what is known about a PodClique that is gone."""
        self._cautious.discard(uid)
        self._doubtful.discard(uid)

    async def _create(
        self, pcs: PodCliqueSet, podclique: PodClique, indices: Sequence[int]
    ) -> list[Outcome]:
        """Create pods; after a failure, one alone first, so that a refusal costs one request."""
        executor, uid = self._context.executor, podclique.metadata.uid
        template = PodTemplate(self._context.blueprints.of(pcs).pcs, podclique)
        namespace = podclique.metadata.namespace
        creates = [Create(PODS, namespace, template.body(index)) for index in indices]
        outcomes: list[Outcome] = []
        if uid in self._cautious:
            outcomes = await executor.apply(creates[:1])
            creates = creates[1:] if outcomes[0].error is None else []
        outcomes += await executor.apply(creates)
        self._cautious.discard(uid)
        if any(outcome.error is not None for outcome in outcomes):
            self._cautious.add(uid)
        return outcomes

    def _tell(self, podclique: PodClique, outcome: Outcome) -> None:
        action, recorder = outcome.action, self._context.recorder
        if isinstance(action, Patch):
            return
        created = isinstance(action, Create)
        if outcome.error is None:
            reason = EVENT_POD_CREATED if created else EVENT_POD_DELETED
            text = "Created Pod:" if created else "Deleted Pod:"
            name = outcome.obj.metadata.name if created else action.name
            recorder.event(PODCLIQUES, podclique, NORMAL, reason, text, name)
        else:
            reason = EVENT_POD_CREATE_FAILED if created else EVENT_POD_DELETE_FAILED
            text = f"Pods could not be {'created' if created else 'deleted'}: {outcome.error}"
            recorder.event(PODCLIQUES, podclique, WARNING, reason, text)


def _vacant(podclique: PodClique, wanted: Plan, outcomes: Sequence[Outcome]) -> list[int]:
    """Return the indices to fill; none for the place of a pod that could not be deleted."""
    failed = {
        outcome.action.of.metadata.uid
        for outcome in outcomes
        if outcome.error is not None and isinstance(outcome.action, Delete)
    }
    if not failed:
        return list(wanted.create)
    staying = [pod for pod in wanted.delete if pod.metadata.uid in failed]
    taken = {index_of(pod, podclique.metadata.name) for pod in staying}
    vacant = [index for index in wanted.create if index not in taken]
    return vacant[: max(len(wanted.create) - len(staying), 0)]


def _release(pod: Pod) -> Patch:
    kept = [{"name": g.name} for g in pod.spec.scheduling_gates if g.name != SCHEDULING_GATE]
    return Patch(PODS, pod, {"spec": {"schedulingGates": kept}})
