"""Which keys a change concerns.

Every route goes by labels, owner references and indexes, so its cost does not depend on how many
other objects there are. Changes that our own writes come back as are left out where nothing new
can follow from them.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from grove_tui.api import labels, names
from grove_tui.api.constants import (
    LABEL_PODGANG,
)
from grove_tui.api.objects import (
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueSet,
    PodGang,
)
from grove_tui.kube.objects import (
    HasMetadata,
    NamespacedName,
    Pod,
    controller_of,
    key_of,
)
from grove_tui.reconcile.changes import (
    arrival,
    becomes_ready,
    is_changed,
    is_initialized,
    leaves,
    membership,
    only_tells_errors,
    pod_matters,
    presentation,
    target,
)
from grove_tui.reconcile.controller import Controller
from grove_tui.reconcile.expectations import ExpectedStore
from grove_tui.reconcile.updates import has_turn, updating_replica
from grove_tui.reconcile.world import (
    INDEX_BASE_PODGANG,
    INDEX_PART_OF,
    INDEX_REPLICA,
    INDEX_SCALING_GROUP,
    World,
    replica_value,
)

Mark = Callable[[NamespacedName, int | None], None]


class Controllers(Struct, frozen=True):
    """The four Grove controllers."""

    podcliqueset: Controller
    podclique: Controller
    podcliquescalinggroup: Controller
    podgang: Controller

    def all(self) -> tuple[Controller, ...]:
        """Return all of them."""
        return self.podcliqueset, self.podclique, self.podcliquescalinggroup, self.podgang


class Router:
    """Turns changes of objects into keys of controllers."""

    def __init__(self, world: World, controllers: Controllers, mark: Mark) -> None:
        self._world = world
        self._to = controllers
        self._mark = mark

    def pod(self, old: Pod | None, new: Pod | None) -> None:
        """A pod concerns its PodClique, and its gang where it comes, goes or changes sides."""
        pod = new if new is not None else old
        assert pod is not None
        if old is not None and new is not None and not pod_matters(old, new):
            return
        owner = controller_of(pod)
        is_news = new is None or not self._is_own(self._world.pods, new)
        if is_news and owner is not None and owner.kind == "PodClique":
            key = NamespacedName(pod.metadata.namespace, owner.name)
            if new is not None and becomes_ready(old, new) and self._has_turn(new):
                self._to.podclique.hurry(key)
            else:
                self._to.podclique.enqueue(key)
        if old is None or new is None or membership(old) != membership(new):
            for side in (old, new):
                self._podgang(side)

    def podclique(self, old: PodClique | None, new: PodClique | None) -> None:
        """A PodClique concerns itself, its gang, its group and its set."""
        if only_tells_errors(old, new) and self._is_answered(self._world.podcliques, new):
            return
        podclique = new if new is not None else old
        assert podclique is not None
        metadata = podclique.metadata
        if (
            not (old and new)
            or is_changed(old.metadata, new.metadata)
            or not self._is_own(self._world.podcliques, new)
        ):
            self._to.podclique.enqueue(key_of(podclique))
        if not (old and new) or old.spec.replicas != new.spec.replicas or leaves(old, new):
            self._podgang(podclique)
        owner = controller_of(podclique)
        if owner is not None and owner.kind == "PodCliqueScalingGroup":
            group = NamespacedName(metadata.namespace, owner.name)
            self._to.podcliquescalinggroup.enqueue(group)
        self._child(podclique)
        if old and new and arrival(old) != arrival(new):
            self._next_update(new)
        scheduled = old.status.scheduled_replicas if old is not None else 0
        if new is not None and new.status.scheduled_replicas > scheduled:
            self._scaled_gangs(metadata.namespace, metadata.labels.get(LABEL_PODGANG, ""))

    def podcliquescalinggroup(
        self, old: PodCliqueScalingGroup | None, new: PodCliqueScalingGroup | None
    ) -> None:
        """A scaling group concerns itself and its set; a new one its members, too."""
        groups = self._world.podcliquescalinggroups
        if only_tells_errors(old, new) and self._is_answered(groups, new):
            return
        group = new if new is not None else old
        assert group is not None
        self._to.podcliquescalinggroup.enqueue(key_of(group))
        self._child(group)
        if old and new and arrival(old) != arrival(new):
            self._next_update(new)
        if not (old and new) or old.spec.replicas != new.spec.replicas:
            self._base_podgang(group)
        if old is None:
            value = f"{group.metadata.namespace}/{group.metadata.name}"
            for member in self._world.podcliques.by_index(INDEX_SCALING_GROUP, value):
                self._to.podclique.enqueue(key_of(member))
                self._podgang(member)

    def podcliqueset(self, old: PodCliqueSet | None, new: PodCliqueSet | None) -> None:
        """A set concerns itself; its children where its template or an update moves on."""
        if only_tells_errors(old, new) and self._is_answered(self._world.podcliquesets, new):
            return
        pcs = new if new is not None else old
        assert pcs is not None
        key = key_of(pcs)
        if not (old and new) or is_changed(old.metadata, new.metadata):
            self._mark(key, None)
        self._to.podcliqueset.enqueue(key)
        if new is None:
            return
        if old is None or target(old) != target(new):
            self._children(self._part_of(key))
        elif updating_replica(old) != updating_replica(new):
            self._children(self._of_replica(key, updating_replica(new)), at_once=True)
        if old is not None and presentation(old.metadata) != presentation(new.metadata):
            value = f"{key.namespace}/{key.name}"
            for gang in self._world.podgangs.by_index(INDEX_PART_OF, value):
                self._to.podgang.enqueue(key_of(gang))

    def accepted(self, pcs: PodCliqueSet) -> None:
        """A set that has another valid template now concerns all that is made by it.

        The set's own look is at its direct children; not all that follows from a template shows in
        the hash by which the others know it: how many pods a scaling group's replica has does not.
        """
        value = f"{pcs.metadata.namespace}/{pcs.metadata.name}"
        for group in self._world.podcliquescalinggroups.by_index(INDEX_PART_OF, value):
            self._to.podcliquescalinggroup.enqueue(key_of(group))
        # A gang that is not there yet is known by its PodCliques only.
        for podclique in self._world.podcliques.by_index(INDEX_PART_OF, value):
            self._podgang(podclique)

    def podgang(self, old: PodGang | None, new: PodGang | None) -> None:
        """A gang concerns itself, its set, and PodCliques whose pods it now lets go."""
        gang = new if new is not None else old
        assert gang is not None
        self._to.podgang.enqueue(key_of(gang))
        opened = new is not None and is_initialized(new)
        if old is None or new is None or is_initialized(old) != opened:
            self._child(gang)
        if new is None or not opened:
            return
        before = old.spec.podgroups if old is not None and is_initialized(old) else ()
        for group in new.spec.podgroups:
            if group not in before:
                self._release(NamespacedName(gang.metadata.namespace, group.name))
        if not before:
            self._scaled_gangs(gang.metadata.namespace, gang.metadata.name)

    def other_child(self, old: HasMetadata | None, new: HasMetadata | None) -> None:
        """A Service or HorizontalPodAutoscaler concerns its set."""
        child = new if new is not None else old
        assert child is not None
        self._child(child)

    def startup_object(self, child: HasMetadata) -> None:
        """An object for start-up order that is gone concerns its set."""
        pcs = labels.part_of(child.metadata.labels)
        key = NamespacedName(child.metadata.namespace, pcs)
        self._mark(key, None)
        self._to.podcliqueset.enqueue(key)

    def _child(self, child: HasMetadata) -> None:
        pcs = labels.part_of(child.metadata.labels)
        if not pcs:
            return
        key = NamespacedName(child.metadata.namespace, pcs)
        replica = labels.pcs_replica_index(child.metadata.labels)
        if replica is None:
            replica = names.replica_of_podgang(child.metadata.name, pcs)
        self._mark(key, replica)
        self._to.podcliqueset.enqueue(key)

    def _release(self, key: NamespacedName) -> None:
        """Let a PodClique look at its gates; during its update that is what it waits for."""
        podclique = self._world.podcliques.get(*key)
        if podclique is not None and self._has_turn(podclique):
            self._to.podclique.hurry(key)
        else:
            self._to.podclique.enqueue(key)

    def _next_update(self, child: PodClique | PodCliqueScalingGroup) -> None:
        """Let an update go on at once where a part of the replica whose turn it is has arrived."""
        if self._has_turn(child):
            pcs = labels.part_of(child.metadata.labels)
            self._to.podcliqueset.hurry(NamespacedName(child.metadata.namespace, pcs))

    def _has_turn(self, child: HasMetadata) -> bool:
        """Tell whether the update of its set is at the replica that an object belongs to."""
        pcs = labels.part_of(child.metadata.labels)
        found = self._world.podcliquesets.get(child.metadata.namespace, pcs)
        return found is not None and has_turn(found, child)

    def _podgang(self, obj: HasMetadata | None) -> None:
        name = obj.metadata.labels.get(LABEL_PODGANG) if obj is not None else None
        if obj is not None and name:
            self._to.podgang.enqueue(NamespacedName(obj.metadata.namespace, name))

    def _base_podgang(self, group: PodCliqueScalingGroup) -> None:
        pcs = labels.part_of(group.metadata.labels)
        replica = labels.pcs_replica_index(group.metadata.labels)
        if pcs and replica is not None:
            name = names.base_podgang_name(pcs, replica)
            self._to.podgang.enqueue(NamespacedName(group.metadata.namespace, name))

    def _scaled_gangs(self, namespace: str, base: str) -> None:
        value = f"{namespace}/{base}"
        for podclique in self._world.podcliques.by_index(INDEX_BASE_PODGANG, value):
            self._to.podclique.enqueue(key_of(podclique))

    def _children(
        self, found: Iterable[PodClique | PodCliqueScalingGroup], *, at_once: bool = False
    ) -> None:
        for child in found:
            is_group = isinstance(child, PodCliqueScalingGroup)
            to = self._to.podcliquescalinggroup if is_group else self._to.podclique
            (to.hurry if at_once else to.enqueue)(key_of(child))
            if not is_group:
                self._podgang(child)

    def _part_of(self, key: NamespacedName) -> list[PodClique | PodCliqueScalingGroup]:
        value = f"{key.namespace}/{key.name}"
        world = self._world
        return [
            *world.podcliques.by_index(INDEX_PART_OF, value),
            *world.podcliquescalinggroups.by_index(INDEX_PART_OF, value),
        ]

    def _of_replica(
        self, key: NamespacedName, replica: int | None
    ) -> list[PodClique | PodCliqueScalingGroup]:
        if replica is None:
            # The update has ended: those that it never selected are to record its target now.
            return self._part_of(key)
        value = replica_value(key.namespace, key.name, replica)
        world = self._world
        return [
            *world.podcliques.by_index(INDEX_REPLICA, value),
            *world.podcliquescalinggroups.by_index(INDEX_REPLICA, value),
        ]

    def _is_answered(self, store: Any, obj: HasMetadata | None) -> bool:
        """Tell whether we acted on what is told when it was answered: it was lost otherwise."""
        return isinstance(store, ExpectedStore) and obj is not None and store.is_answered(obj)

    def _is_own(self, store: Any, obj: HasMetadata) -> bool:
        """Tell whether a change is what we wrote ourselves and have acted on already."""
        return isinstance(store, ExpectedStore) and store.is_own_write(obj)
