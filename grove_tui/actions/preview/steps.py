"""What the reconciler would do about one object, done in a draft.

Each step is a reconcile with the same plans and statuses that changes a draft, not a cluster.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.actions.preview.draft import Draft
from grove_tui.api import labels, names
from grove_tui.api.constants import SCHEDULING_GATE
from grove_tui.api.objects import PODGANGS, PodClique, PodCliqueScalingGroup, PodCliqueSet
from grove_tui.kube.objects import NamespacedName, Pod, key_of
from grove_tui.kube.resources import PODS
from grove_tui.reconcile.actions import Action
from grove_tui.reconcile.blueprint import Blueprint, Blueprints
from grove_tui.reconcile.gangtermination import Decision, decide, flagged
from grove_tui.reconcile.minimums import stored_minimums
from grove_tui.reconcile.podclique.plan import owning_set, plan as plan_podclique
from grove_tui.reconcile.podclique.pods import Census, PodTemplate
from grove_tui.reconcile.podclique.status import status as podclique_status
from grove_tui.reconcile.podcliquescalinggroup.members import members_of, template_of_group
from grove_tui.reconcile.podcliquescalinggroup.plan import plan as plan_group
from grove_tui.reconcile.podcliquescalinggroup.reconciler import owning_set as set_of_group
from grove_tui.reconcile.podcliquescalinggroup.status import status as group_status
from grove_tui.reconcile.podcliqueset.children import plan_replica, replicas_of_children
from grove_tui.reconcile.podgang.plan import (
    identify,
    is_expected,
    plan as plan_podgang,
    status as podgang_status,
)
from grove_tui.reconcile.updates import begin
from grove_tui.reconcile.world import INDEX_OWNER, INDEX_PODGANG, World

ReplicaKey = tuple[NamespacedName, int]
"""A PodCliqueSet and one of its replicas."""


class Recycle(Struct, frozen=True):
    """A gang termination.

    Attributes:
        pcs: The PodCliqueSet.
        replica: Replica of the set.
        at: When it happens.
        podcliques: What is deleted; it is created again at once.
        pods: How many pods go with that.
        group: The scaling group of which one replica goes alone; None for the set's replica.
        index: That replica of the group.
    """

    pcs: PodCliqueSet
    replica: int
    at: datetime
    podcliques: tuple[PodClique, ...]
    pods: int
    group: PodCliqueScalingGroup | None = None
    index: int = 0


class Steps:
    """Reconciles on paper.

    Attributes:
        now: The simulated time.
        dues: When gang termination would act next, by replica of a PodCliqueSet.
        recycles: Gang terminations so far.
    """

    def __init__(self, draft: Draft, now: datetime) -> None:
        self.now = now
        self.dues: dict[ReplicaKey, datetime] = {}
        self.recycles: list[Recycle] = []
        self._draft = draft
        self._blueprints = Blueprints(lambda pcs: stored_minimums(self._world, pcs))

    @property
    def _world(self) -> World:
        return self._draft.world

    # Sets

    def podcliqueset(self, key: NamespacedName, replicas: set[int] | None) -> None:
        """Bring replicas of a set to where they should be; None for all of them."""
        pcs = self._world.podcliquesets.get(*key)
        if pcs is None or pcs.metadata.deletion_timestamp is not None:
            for known in [known for known in self.dues if known[0] == key]:
                del self.dues[known]
            return
        blueprint = self._blueprints.of(pcs)
        begun = begin(pcs, blueprint, self.now)
        if begun != pcs.status:
            self._draft.put(replace(pcs, status=begun))
        if replicas is None:
            replicas = replicas_of_children(self._world, blueprint) | set(range(pcs.spec.replicas))
        for replica in sorted(replicas):
            self.dues.pop((key, replica), None)
            if 0 <= replica < pcs.spec.replicas:
                self._terminate(pcs, blueprint, replica)
            wanted = plan_replica(self._world, self._blueprints.of(pcs), replica)
            for action in (*wanted.actions, *wanted.later):
                self._draft.apply(action, self.now)

    def _terminate(self, pcs: PodCliqueSet, blueprint: Blueprint, replica: int) -> None:
        decision = decide(self._world, blueprint, replica, self.now)
        if decision.due is not None:
            self.dues[key_of(pcs), replica] = decision.due
        for group in decision.flag:
            self._draft.put(replace(group, status=flagged(group, self.now)))
        for recycle in self._recycles(pcs, replica, decision):
            self.recycles.append(recycle)
            for podclique in recycle.podcliques:
                self._draft.remove(podclique)

    def _recycles(self, pcs: PodCliqueSet, replica: int, decision: Decision) -> Iterable[Recycle]:
        if decision.recycle:
            pods = self._count_pods(decision.recycle)
            yield Recycle(pcs, replica, self.now, decision.recycle, pods)
        for part in decision.groups:
            pods = self._count_pods(part.members)
            yield Recycle(pcs, replica, self.now, part.members, pods, part.group, part.index)

    def _count_pods(self, podcliques: Iterable[PodClique]) -> int:
        pods = self._world.pods
        return sum(len(pods.by_index(INDEX_OWNER, p.metadata.uid)) for p in podcliques)

    # Scaling groups

    def scaling_group(self, key: NamespacedName) -> None:
        """Create and delete the members of a scaling group, then write its status."""
        group = self._world.podcliquescalinggroups.get(*key)
        pcs = set_of_group(self._world, group)
        if group is None or pcs is None or group.metadata.deletion_timestamp is not None:
            return
        template = template_of_group(group, pcs, self._blueprints.of(pcs))
        if template is None:
            return
        wanted = plan_group(self._world, pcs, template, members_of(self._world, group), self.now)
        for podclique in (*wanted.surplus, *wanted.outdated):
            self._draft.remove(podclique)
        actions: list[Action] = [*wanted.patch, *wanted.create]
        for action in actions:
            self._draft.apply(action, self.now)
        members = members_of(self._world, group)
        computed = group_status(pcs, template, members, wanted.progress, self.now)
        if computed != group.status:
            self._draft.put(replace(group, status=computed))

    # PodCliques

    def podclique(self, key: NamespacedName) -> None:
        """Create, delete and release the pods of a PodClique, then write its status."""
        podclique = self._world.podcliques.get(*key)
        if podclique is None or podclique.metadata.deletion_timestamp is not None:
            return
        pcs = owning_set(self._world, podclique)
        if pcs is None:
            return
        blueprint = self._blueprints.of(pcs)
        wanted = plan_podclique(self._world, pcs, blueprint, podclique, self.now)
        for pod in (*wanted.delete, *wanted.replace):
            self._draft.remove(pod)
        if wanted.create:
            self._create_pods(pcs, podclique, wanted.create)
        for pod in wanted.release:
            self._draft.put(_released(pod))
        pods = self._world.pods.by_index(INDEX_OWNER, podclique.metadata.uid)
        census = Census.of(pods, podclique.metadata.name)
        progress = wanted.progress
        computed = podclique_status(podclique, pcs, blueprint, census, progress, self.now)
        if computed != podclique.status:
            self._draft.put(replace(podclique, status=computed))

    def _create_pods(self, pcs: PodCliqueSet, podclique: PodClique, indices: Iterable[int]) -> None:
        name, own = podclique.metadata.name, podclique.metadata.labels
        template = PodTemplate(self._blueprints.of(pcs).pcs, podclique)
        first: Pod | None = None
        for index in indices:
            if first is None:
                first = self._draft.new(PODS, template.body(index), self.now)
                self._draft.put(first)
                continue
            uid = self._draft.next_uid()
            metadata = replace(
                first.metadata,
                name=f"{first.metadata.generate_name}{uid}",
                uid=uid,
                labels=labels.pod(name, own, index),
            )
            spec = replace(first.spec, hostname=names.pod_hostname(name, index))
            self._draft.put(replace(first, metadata=metadata, spec=spec))

    # Gangs

    def podgang(self, key: NamespacedName) -> None:
        """Write a gang that lists the pods that there are."""
        world = self._world
        gang = world.podgangs.get(*key)
        pcs = self._set_of_gang(key)
        if pcs is None:
            return
        blueprint = self._blueprints.of(pcs)
        identity = identify(key.name, blueprint)
        if identity is None or not is_expected(world, blueprint, identity):
            return
        wanted = plan_podgang(world, blueprint, key.name, identity)
        found = gang or self._draft.new(PODGANGS, wanted.body, self.now)
        spec = replace(found.spec, podgroups=wanted.groups)
        status = podgang_status(found, is_complete=wanted.is_complete, now=self.now)
        if gang is None or spec != gang.spec or status != gang.status:
            self._draft.put(replace(found, spec=spec, status=status))

    def _set_of_gang(self, key: NamespacedName) -> PodCliqueSet | None:
        value = f"{key.namespace}/{key.name}"
        for podclique in self._world.podcliques.by_index(INDEX_PODGANG, value):
            pcs = owning_set(self._world, podclique)
            if pcs is not None:
                return pcs
        return None


def _released(pod: Pod) -> Pod:
    gates = tuple(gate for gate in pod.spec.scheduling_gates if gate.name != SCHEDULING_GATE)
    return replace(pod, spec=replace(pod.spec, scheduling_gates=gates))
