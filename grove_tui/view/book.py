"""Gangs kept up to date: each is put together when somebody looks, and again after it changed.

Views share one book. Every change of a store goes through `observe`, once; it forgets what the
change made stale and returns what it means for rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from msgspec import Struct

from grove_tui.api import labels
from grove_tui.api.constants import LABEL_PCSG, LABEL_PODCLIQUE
from grove_tui.api.objects import PodClique, PodCliqueScalingGroup, PodCliqueSet
from grove_tui.kube.objects import Event, HasMetadata, Node, Pod
from grove_tui.reconcile.world import INDEX_PART_OF, Objects, World
from grove_tui.view.gangbuilder import GangBuilder
from grove_tui.view.gangs import Gang
from grove_tui.view.gangshelf import GangShelf
from grove_tui.view.haystack import Haystack
from grove_tui.view.health import Health, Word, worst
from grove_tui.view.keys import Key, Kind, gang_key, group_replica_key, object_key
from grove_tui.view.nodebook import NodeBook
from grove_tui.view.podstatus import PodFacts, has_same_facts, pod_facts


class Existence(Enum):
    """Whether an object came, went or is different."""

    ADDED = auto()
    CHANGED = auto()
    REMOVED = auto()


class Change(Struct, frozen=True, gc=False):
    """What one change of a store means.

    Attributes:
        key: The object.
        existence: Whether it came, went or is different.
        lineage: Everything that it is a part of, from its parent up to the set; nothing where only
            a detail changed.
        is_material: Whether counts or health may differ, and not only a detail of the object.
        nodes: The nodes that a pod is and was on.
    """

    key: Key
    existence: Existence
    lineage: tuple[Key, ...] = ()
    is_material: bool = True
    nodes: tuple[str, ...] = ()


@dataclass(slots=True)
class Dirty:
    """What a view has to show again; several changes are gathered with `|=`.

    Attributes:
        keys: Rows whose content may differ.
        structural: Whether rows came, went or moved.
        added: Rows of objects that are new.
    """

    keys: set[Key]
    structural: bool = False
    added: list[Key] = field(default_factory=list)

    def __ior__(self, other: "Dirty") -> "Dirty":
        if not other:
            return self
        self.keys |= other.keys
        self.structural |= other.structural
        self.added += other.added
        return self

    def __bool__(self) -> bool:
        return self.structural or bool(self.keys)


_KINDS: dict[type, Kind] = {
    PodCliqueSet: Kind.PODCLIQUESET,
    PodCliqueScalingGroup: Kind.SCALING_GROUP,
    PodClique: Kind.PODCLIQUE,
    Pod: Kind.POD,
    Node: Kind.NODE,
    Event: Kind.EVENT,
}


class GangBook:
    """All gangs of a World, built on demand."""

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        self.world = world
        self.clock = clock
        self._objects: dict[Kind, Objects[HasMetadata]] = {
            Kind.PODCLIQUESET: world.podcliquesets,
            Kind.SCALING_GROUP: world.podcliquescalinggroups,
            Kind.PODCLIQUE: world.podcliques,
            Kind.POD: world.pods,
            Kind.NODE: world.nodes,
            Kind.EVENT: world.events,
        }
        self.nodes = NodeBook(world, self.facts)
        self.haystack = Haystack()
        self._gangs = GangShelf()
        self._facts: dict[str, tuple[Pod, PodFacts]] = {}
        self._sets: list[PodCliqueSet] | None = None
        self._counts: dict[tuple[str, str], int] = {}

    # Reading

    def podcliquesets(self) -> list[PodCliqueSet]:
        """Return all sets by namespace and name."""
        if self._sets is None:
            self._sets = sorted(
                self.world.podcliquesets.values(),
                key=lambda pcs: (pcs.metadata.namespace, pcs.metadata.name),
            )
        return self._sets

    def gangs(self, pcs: PodCliqueSet) -> Iterator[Gang]:
        """Return the replicas of a set, those that are being removed included."""
        namespace, name = pcs.metadata.namespace, pcs.metadata.name
        count = self._replica_count(pcs)
        kept = self._gangs.replicas(namespace, name, count)
        for index in range(count):
            yield kept[index] or self._build(pcs, index)

    def all_gangs(self) -> Iterator[Gang]:
        """Return every gang of every set."""
        for pcs in self.podcliquesets():
            yield from self.gangs(pcs)

    def gang(self, key: Key) -> Gang | None:
        """Return the gang that a gang's key names, if there is one."""
        gang = self._gangs.get(key)
        if gang is not None:
            return gang
        pcs = self.world.podcliquesets.get(key.namespace, key.name)
        if pcs is None or not 0 <= key.replica < self._replica_count(pcs):
            return None
        return self._build(pcs, key.replica)

    def gang_of(self, obj: HasMetadata) -> Gang | None:
        """Return the gang that a clique, scaling group or pod belongs to."""
        name = labels.part_of(obj.metadata.labels)
        index = labels.pcs_replica_index(obj.metadata.labels)
        if not name or index is None:
            return None
        return self.gang(gang_key(obj.metadata.namespace, name, index))

    def set_health(self, pcs: PodCliqueSet) -> Health:
        """Return the health of a whole set: that of its gang in most trouble."""
        if pcs.metadata.deletion_timestamp is not None:
            return Health(Word.TERMINATING)
        return worst(gang.health for gang in self.gangs(pcs))

    def facts(self, pod: Pod) -> PodFacts:
        """Return the facts of a pod, computed once for each version of it."""
        known = self._facts.get(pod.metadata.uid)
        if known is not None and known[0] is pod:
            return known[1]
        facts = known[1] if known is not None and has_same_facts(known[0], pod) else pod_facts(pod)
        self._facts[pod.metadata.uid] = (pod, facts)
        return facts

    def object(self, key: Key) -> HasMetadata | None:
        """Return the object that a key names; None for replicas and for what is gone."""
        found = self._named(key)
        return found if found is not None and found.metadata.uid == key.uid else None

    def current(self, key: Key) -> Key:
        """Return the key that now has the place of `key`: another uid if it was recreated."""
        found = self._named(key)
        return object_key(key.kind, found) if found is not None else key.place

    def _named(self, key: Key) -> HasMetadata | None:
        objects = self._objects.get(key.kind)
        return objects.get(key.namespace, key.name) if objects is not None else None

    def _build(self, pcs: PodCliqueSet, index: int) -> Gang:
        gang = GangBuilder(self.world, pcs, index, self.facts, self.clock()).build()
        self._gangs.put(gang)
        return gang

    def _replica_count(self, pcs: PodCliqueSet) -> int:
        """Return how many replicas there are, those beyond the wanted ones included."""
        name = pcs.metadata.namespace, pcs.metadata.name
        count = self._counts.get(name)
        if count is None:
            owned = self.world.podcliques.by_index(INDEX_PART_OF, "/".join(name))
            present = (labels.pcs_replica_index(clique.metadata.labels) for clique in owned)
            highest = max((index for index in present if index is not None), default=-1)
            count = self._counts[name] = highest + 1
        return max(count, pcs.spec.replicas)

    # Keeping up

    def observe(self, old: HasMetadata | None, new: HasMetadata | None) -> Change | None:
        """Take notice of one change of a store; None when no view shows such an object."""
        obj = new if new is not None else old
        kind = _KINDS.get(type(obj))
        if obj is None or kind is None:
            return None
        existence = Existence.CHANGED
        if old is None or new is None:
            existence = Existence.ADDED if old is None else Existence.REMOVED
        key = object_key(kind, obj)
        if isinstance(obj, Pod):
            return self._observe_pod(key, existence, old, obj)
        if isinstance(obj, PodCliqueSet):
            return self._observe_set(key, existence, old, obj)
        if isinstance(obj, PodClique | PodCliqueScalingGroup):
            return self._observe_part(key, existence, obj)
        if isinstance(obj, Node):
            self.nodes.forget((obj.metadata.name,))
        return Change(key, existence)

    def _observe_pod(
        self, key: Key, existence: Existence, old: HasMetadata | None, pod: Pod
    ) -> Change:
        before = self._facts.get(pod.metadata.uid)
        if existence is Existence.REMOVED:
            self._facts.pop(pod.metadata.uid, None)
        after = self.facts(pod) if existence is not Existence.REMOVED else None
        material = before is None or after is None or before[1] != after
        # A detail of a pod concerns nothing that it is a part of.
        matters = material or existence is not Existence.CHANGED
        lineage = self._lineage(pod) if matters else ()
        if material:
            self._forget(lineage)
        nodes = _nodes_of(old, pod)
        if material:
            self.nodes.forget(nodes)
        return Change(key, existence, lineage, material, nodes)

    def _observe_set(
        self, key: Key, existence: Existence, old: HasMetadata | None, pcs: PodCliqueSet
    ) -> Change:
        self._sets = None
        name = pcs.metadata.namespace, pcs.metadata.name
        first = 0
        if isinstance(old, PodCliqueSet) and _is_same(old, pcs):
            first = min(old.spec.replicas, pcs.spec.replicas)
            if old.spec.replicas == pcs.spec.replicas:
                return Change(key, existence, is_material=False)
        if existence is Existence.REMOVED:
            self._counts.pop(name, None)
        self._gangs.forget_from(*name, first)
        return Change(key, existence)

    def _observe_part(
        self, key: Key, existence: Existence, obj: PodClique | PodCliqueScalingGroup
    ) -> Change:
        lineage = self._lineage(obj)
        if existence is not Existence.CHANGED:
            name = labels.part_of(obj.metadata.labels)
            self._counts.pop((obj.metadata.namespace, name), None)
        self._forget(lineage)
        return Change(key, existence, lineage)

    def _forget(self, lineage: tuple[Key, ...]) -> None:
        for key in lineage:
            if key.kind is Kind.GANG:
                self._gangs.forget(key)

    def _lineage(self, obj: HasMetadata) -> tuple[Key, ...]:
        """Return what an object is a part of, nearest first."""
        found, namespace = obj.metadata.labels, obj.metadata.namespace
        pcs, index = labels.part_of(found), labels.pcs_replica_index(found)
        if not pcs or index is None:
            return ()
        lineage: list[Key] = []
        if isinstance(obj, Pod):
            lineage.append(self._place(Kind.PODCLIQUE, namespace, found.get(LABEL_PODCLIQUE, "")))
        group = found.get(LABEL_PCSG, "")
        member = labels.pcsg_replica_index(found)
        if group and member is not None:
            lineage.append(group_replica_key(namespace, group, member))
            lineage.append(self._place(Kind.SCALING_GROUP, namespace, group))
        lineage.append(gang_key(namespace, pcs, index))
        lineage.append(self._place(Kind.PODCLIQUESET, namespace, pcs))
        return tuple(lineage)

    def _place(self, kind: Kind, namespace: str, name: str) -> Key:
        return self.current(Key(kind, namespace, name))


def _nodes_of(old: HasMetadata | None, pod: Pod) -> tuple[str, ...]:
    """Return the nodes that a pod is and was on."""
    now = pod.spec.node_name
    before = old.spec.node_name if isinstance(old, Pod) else now
    both = (now,) if now == before else (now, before)
    return both if now and before else tuple(filter(None, both))


def _is_same(old: PodCliqueSet, new: PodCliqueSet) -> bool:
    """Tell whether two versions of a set differ at most in their number of replicas and counts."""
    return (
        old.metadata.deletion_timestamp == new.metadata.deletion_timestamp
        and old.status.update_progress == new.status.update_progress
        and old.spec.template == new.spec.template
    )
