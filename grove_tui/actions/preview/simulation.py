"""The reconciler's plans, run on a draft until nothing is left to do.

Each change of the draft is routed as the reconciler routes changes of the cluster, so only what a
change concerns is looked at. Pods find a node if they fit, and are ready at once. Time moves only
from one gang termination to the next.
"""

from datetime import datetime

from msgspec.structs import replace

from grove_tui.actions.preview.draft import Draft
from grove_tui.actions.preview.room import Demands, Lack, Room, are_nodes_unseen, waiting_gangs
from grove_tui.actions.preview.steps import Steps
from grove_tui.actions.preview.worklist import Keys, Worklist
from grove_tui.api.constants import LABEL_PODGANG
from grove_tui.kube.objects import Condition, HasMetadata, NamespacedName, Node, Pod, key_of
from grove_tui.reconcile.world import INDEX_REPLICA, World, replica_value

MOST_STEPS = 200_000
"""Where a simulation stops that would not come to rest; far beyond what any change takes."""


class Simulation:
    """A draft and what is still to be done in it.

    Attributes:
        draft: The cluster as it would be.
        steps: What is done in it, and the gang terminations that came of it.
        lacking: Why pods without a node have none, by uid.
        room_came: Whether pods left nodes or nodes changed.
        demands: What pods ask for.
    """

    def __init__(self, base: World, now: datetime, demands: Demands) -> None:
        self.draft = Draft(base, self._changed)
        self.steps = Steps(self.draft, now)
        self.work = Worklist(self.draft.world)
        self.lacking: dict[str, Lack] = {}
        self.room_came = False
        self._is_room_new = False
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
        dues = self.steps.dues
        if not dues:
            return False
        moment = min(dues.values())
        self.steps.now = max(self.steps.now, moment)
        for (key, replica), due in list(dues.items()):
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
            self.steps.podcliqueset(*work.take_set())
        elif work.groups:
            key = work.groups.take()
            self.steps.scaling_group(key)
            # All that changed is our own doing, and it is as planned.
            work.groups.discard(key)
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

    def _podclique(self, key: NamespacedName) -> None:
        self.steps.podclique(key)
        self.work.cliques.discard(key)

    def _podgang(self, key: NamespacedName) -> None:
        self.steps.podgang(key)
        self._units.enqueue(key)

    def _place(self, key: NamespacedName) -> None:
        placed = self.room.place(key)
        for pod, node in placed.nodes:
            self.lacking.pop(pod.metadata.uid, None)
            self.draft.put(_running(pod, node, self.steps.now))
        for pod, lack in placed.lacking:
            self.lacking[pod.metadata.uid] = lack
        self._units.discard(key)


def _running(pod: Pod, node: str, now: datetime) -> Pod:
    conditions = tuple(
        Condition(type=type_, status="True", last_transition_time=now)
        for type_ in ("PodScheduled", "Ready")
    )
    status = replace(pod.status, phase="Running", conditions=conditions)
    return replace(pod, spec=replace(pod.spec, node_name=node), status=status)
