"""The reconciler's plans, run on a draft until nothing is left to do.

Each change of the draft is routed as the reconciler routes changes of the cluster, so only what a
change concerns is looked at. Pods find a node if they fit, and are ready at once. Time moves only
from one gang termination to the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from grove_tui.actions.preview.draft import Draft
from grove_tui.actions.preview.room import Demands, Lack, Room, are_nodes_unseen, waiting_gangs
from grove_tui.actions.preview.worklist import Keys, Worklist
from grove_tui.api import labels, names
from grove_tui.api.constants import LABEL_PODGANG, SCHEDULING_GATE
from grove_tui.api.objects import PODGANGS, PodClique, PodCliqueScalingGroup, PodCliqueSet
from grove_tui.kube.objects import (
    Condition,
    HasMetadata,
    NamespacedName,
    Node,
    Pod,
    key_of,
)
from grove_tui.kube.resources import PODS
from grove_tui.reconcile.actions import Action
from grove_tui.reconcile.blueprint import Blueprint, Blueprints
from grove_tui.reconcile.gangtermination import Decision, decide, flagged
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
from grove_tui.reconcile.world import (
    INDEX_OWNER,
    INDEX_PODGANG,
    INDEX_REPLICA,
    World,
    replica_value,
)

MOST_STEPS = 200_000
"""Where a simulation stops that would not come to rest; far beyond what any change takes."""

ReplicaKey = tuple[NamespacedName, int]


@dataclass(frozen=True, slots=True)
class Recycle:
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


class Simulation:
    """A draft and what is still to be done in it.

    Attributes:
        draft: The cluster as it would be.
        now: The simulated time.
        dues: When gang termination would act next, by replica of a PodCliqueSet.
        recycles: Gang terminations so far.
        lacking: Why pods without a node have none, by uid.
        room_came: Whether pods left nodes or nodes changed.
        demands: What pods ask for.
    """

    def __init__(self, base: World, now: datetime, demands: Demands) -> None:
        self.draft = Draft(base, self._changed)
        self.now = now
        self.work = Worklist(self.draft.world)
        self.dues: dict[ReplicaKey, datetime] = {}
        self.recycles: list[Recycle] = []
        self.lacking: dict[str, Lack] = {}
        self.room_came = False
        self._is_room_new = False
        self._blueprints = Blueprints()
        self._units = Keys()
        self._room: Room | None = None
        self._is_blind = are_nodes_unseen(base)
        self.demands = demands

    @property
    def world(self) -> World:
        """The cluster as it would be now."""
        return self.draft.world

    @property
    def room(self) -> Room:
        """The nodes; counted when they are first asked for."""
        if self._room is None:
            self._room = Room(self.world, self.demands, is_blind=self._is_blind)
        return self._room

    def settle(self) -> None:
        """Do everything that there is to do."""
        for _ in range(MOST_STEPS):
            if not self._step():
                return

    def advance(self) -> bool:
        """Go on to the next gang termination; tell whether there is one."""
        if not self.dues:
            return False
        moment = min(self.dues.values())
        self.now = max(self.now, moment)
        for (key, replica), due in list(self.dues.items()):
            if due <= moment:
                value = replica_value(key.namespace, key.name, replica)
                for podclique in self.world.podcliques.by_index(INDEX_REPLICA, value):
                    self.work.cliques.enqueue(key_of(podclique))
                self.work.mark(key, replica)
        # The statuses first: gang termination judges by what they say.
        while self.work.cliques:
            self._podclique(self.work.cliques.take())
        self.settle()
        return True

    def try_waiting(self) -> None:
        """Have every pod that waits for a node try again, the longest wait first."""
        self.room_came = True
        self._is_room_new = True

    def _step(self) -> bool:
        work = self.work
        if work.sets:
            self._podcliqueset(*work.take_set())
        elif work.groups:
            self._scaling_group(work.groups.take())
        elif work.cliques:
            self._podclique(work.cliques.take())
        elif work.gangs:
            self._podgang(work.gangs.take())
        elif self._is_room_new:
            self._is_room_new = False
            self._units = Keys()
            for key in waiting_gangs(self.world):
                self._units.enqueue(key)
        elif self._units:
            self._place(self._units.take())
        else:
            return False
        return True

    def _changed(self, field: str, old: HasMetadata | None, new: HasMetadata | None) -> None:
        self.work.route(field, old, new)
        obj = new if new is not None else old
        if isinstance(obj, Node):
            if self._room is not None:
                self._room.observe(obj.metadata.name, obj if new is not None else None)
            self.try_waiting()
        elif isinstance(obj, Pod):
            self._pod_changed(obj, is_gone=new is None)

    def _pod_changed(self, pod: Pod, *, is_gone: bool) -> None:
        gang = pod.metadata.labels.get(LABEL_PODGANG)
        if is_gone:
            if self._room is not None:
                self._room.release(pod)
            if pod.spec.node_name:
                self.try_waiting()
        elif gang and not pod.spec.node_name:
            self._units.enqueue(NamespacedName(pod.metadata.namespace, gang))

    # Sets

    def _podcliqueset(self, key: NamespacedName, replicas: set[int] | None) -> None:
        pcs = self.world.podcliquesets.get(*key)
        if pcs is None or pcs.metadata.deletion_timestamp is not None:
            for known in [known for known in self.dues if known[0] == key]:
                del self.dues[known]
            return
        blueprint = self._blueprints.of(pcs)
        begun = begin(pcs, blueprint, self.now)
        if begun != pcs.status:
            self.draft.put(replace(pcs, status=begun))
        if replicas is None:
            replicas = replicas_of_children(self.world, blueprint) | set(range(pcs.spec.replicas))
        for replica in sorted(replicas):
            self.dues.pop((key, replica), None)
            if 0 <= replica < pcs.spec.replicas:
                self._terminate(pcs, blueprint, replica)
            for action in plan_replica(self.world, self._blueprints.of(pcs), replica).actions:
                self.draft.apply(action, self.now)

    def _terminate(self, pcs: PodCliqueSet, blueprint: Blueprint, replica: int) -> None:
        decision = decide(self.world, blueprint, replica, self.now)
        if decision.due is not None:
            self.dues[key_of(pcs), replica] = decision.due
        for group in decision.flag:
            self.draft.put(replace(group, status=flagged(group, self.now)))
        for recycle in self._recycles(pcs, replica, decision):
            self.recycles.append(recycle)
            for podclique in recycle.podcliques:
                self.draft.remove(podclique)

    def _recycles(self, pcs: PodCliqueSet, replica: int, decision: Decision) -> Iterable[Recycle]:
        if decision.recycle:
            pods = self._count_pods(decision.recycle)
            yield Recycle(pcs, replica, self.now, decision.recycle, pods)
        for part in decision.groups:
            pods = self._count_pods(part.members)
            yield Recycle(pcs, replica, self.now, part.members, pods, part.group, part.index)

    def _count_pods(self, podcliques: Iterable[PodClique]) -> int:
        pods = self.world.pods
        return sum(len(pods.by_index(INDEX_OWNER, p.metadata.uid)) for p in podcliques)

    # Scaling groups

    def _scaling_group(self, key: NamespacedName) -> None:
        group = self.world.podcliquescalinggroups.get(*key)
        pcs = set_of_group(self.world, group)
        if group is None or pcs is None or group.metadata.deletion_timestamp is not None:
            return
        template = template_of_group(group, pcs, self._blueprints.of(pcs))
        if template is None:
            return
        wanted = plan_group(self.world, pcs, template, members_of(self.world, group), self.now)
        for podclique in (*wanted.surplus, *wanted.outdated):
            self.draft.remove(podclique)
        actions: list[Action] = [*wanted.patch, *wanted.create]
        for action in actions:
            self.draft.apply(action, self.now)
        members = members_of(self.world, group)
        computed = group_status(pcs, template, members, wanted.progress, self.now)
        if computed != group.status:
            self.draft.put(replace(group, status=computed))
        self.work.groups.discard(key)

    # PodCliques

    def _podclique(self, key: NamespacedName) -> None:
        podclique = self.world.podcliques.get(*key)
        if podclique is None or podclique.metadata.deletion_timestamp is not None:
            return
        pcs = owning_set(self.world, podclique)
        if pcs is None:
            return
        blueprint = self._blueprints.of(pcs)
        wanted = plan_podclique(self.world, pcs, blueprint, podclique, self.now)
        for pod in (*wanted.delete, *wanted.replace):
            self.draft.remove(pod)
        if wanted.create:
            self._create_pods(pcs, podclique, wanted.create)
        for pod in wanted.release:
            self.draft.put(_released(pod))
        pods = self.world.pods.by_index(INDEX_OWNER, podclique.metadata.uid)
        census = Census.of(pods, podclique.metadata.name)
        progress = wanted.progress
        computed = podclique_status(podclique, pcs, blueprint, census, progress, self.now)
        if computed != podclique.status:
            self.draft.put(replace(podclique, status=computed))
        # All of this was our own doing, and it is as planned.
        self.work.cliques.discard(key)

    def _create_pods(self, pcs: PodCliqueSet, podclique: PodClique, indices: Iterable[int]) -> None:
        name, own = podclique.metadata.name, podclique.metadata.labels
        template = PodTemplate(pcs, podclique)
        first: Pod | None = None
        for index in indices:
            if first is None:
                first = self.draft.new(PODS, template.body(index), self.now)
                self.draft.put(first)
                continue
            uid = self.draft.next_uid()
            metadata = replace(
                first.metadata,
                name=f"{first.metadata.generate_name}{uid}",
                uid=uid,
                labels=labels.pod(name, own, index),
            )
            spec = replace(first.spec, hostname=names.pod_hostname(name, index))
            self.draft.put(replace(first, metadata=metadata, spec=spec))

    # Gangs

    def _podgang(self, key: NamespacedName) -> None:
        world = self.world
        gang = world.podgangs.get(*key)
        pcs = self._set_of_gang(key)
        if pcs is None:
            return
        blueprint = self._blueprints.of(pcs)
        identity = identify(key.name, blueprint)
        if identity is None or not is_expected(world, blueprint, identity):
            return
        wanted = plan_podgang(world, blueprint, key.name, identity)
        found = gang or self.draft.new(PODGANGS, wanted.body, self.now)
        spec = replace(found.spec, podgroups=wanted.groups)
        status = podgang_status(found, is_complete=wanted.is_complete, now=self.now)
        if gang is None or spec != gang.spec or status != gang.status:
            self.draft.put(replace(found, spec=spec, status=status))
            self._units.enqueue(key)

    def _set_of_gang(self, key: NamespacedName) -> PodCliqueSet | None:
        value = f"{key.namespace}/{key.name}"
        for podclique in self.world.podcliques.by_index(INDEX_PODGANG, value):
            pcs = owning_set(self.world, podclique)
            if pcs is not None:
                return pcs
        return None

    # Nodes

    def _place(self, key: NamespacedName) -> None:
        placed = self.room.place(key)
        for pod, node in placed.nodes:
            self.lacking.pop(pod.metadata.uid, None)
            self.draft.put(_running(pod, node, self.now))
        for pod, lack in placed.lacking:
            self.lacking[pod.metadata.uid] = lack
        self._units.discard(key)


def _released(pod: Pod) -> Pod:
    gates = tuple(gate for gate in pod.spec.scheduling_gates if gate.name != SCHEDULING_GATE)
    return replace(pod, spec=replace(pod.spec, scheduling_gates=gates))


def _running(pod: Pod, node: str, now: datetime) -> Pod:
    conditions = tuple(
        Condition(type=type_, status="True", last_transition_time=now)
        for type_ in ("PodScheduled", "Ready")
    )
    status = replace(pod.status, phase="Running", conditions=conditions)
    return replace(pod, spec=replace(pod.spec, node_name=node), status=status)
