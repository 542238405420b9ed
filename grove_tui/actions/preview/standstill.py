"""What is on its way without the change, brought to its end or to a standstill.

A preview compares two futures, with and without the change. Both begin here: what is being deleted
is gone, and an update that is under way stands still, because what it replaces is not the doing of
the change and would take many steps.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from grove_tui.actions.preview.draft import Draft
from grove_tui.api import labels
from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import HasMetadata, NamespacedName, Pod, is_true
from grove_tui.reconcile.updates import is_updating
from grove_tui.reconcile.world import INDEX_PART_OF, World

_OWNED = ("podcliquescalinggroups", "podcliques", "podgangs", "pods")


def leaving(world: World, sets: Collection[NamespacedName]) -> list[Any]:
    """Return what is of these sets and about to be gone."""
    return [
        obj
        for obj in _parts(world, sorted(sets))
        if obj.metadata.deletion_timestamp is not None
        and set_of(obj) in sets
        and not is_stuck(world, obj)
    ]


def _parts(world: World, sets: Sequence[NamespacedName]) -> Iterator[Any]:
    for key in sets:
        pcs = world.podcliquesets.get(*key)
        if pcs is not None:
            yield pcs
    for field in _OWNED:
        for key in sets:
            yield from getattr(world, field).by_index(INDEX_PART_OF, "/".join(key))


def prepare(
    draft: Draft, leaving: Iterable[Any], sets: Collection[NamespacedName], now: datetime
) -> None:
    """Bring what concerns these sets to rest, without what is about to be gone."""
    for obj in leaving:
        draft.remove(obj)
    for key in sorted(sets):
        pcs = draft.world.podcliquesets.get(*key)
        if pcs is not None and is_updating(pcs):
            _stop_update(draft, pcs, now)


def is_stuck(world: World, obj: HasMetadata) -> bool:
    """Tell whether a deleted object stays: a pod whose node does not answer."""
    if not isinstance(obj, Pod) or not obj.spec.node_name:
        return False
    node = world.nodes.get("", obj.spec.node_name)
    return node is not None and not is_true(node.status.conditions, "Ready")


def _stop_update(draft: Draft, pcs: PodCliqueSet, now: datetime) -> None:
    value = f"{pcs.metadata.namespace}/{pcs.metadata.name}"
    progress = pcs.status.update_progress
    assert progress is not None
    still = replace(progress, currently_updating=())
    draft.adjust(replace(pcs, status=replace(pcs.status, update_progress=still)))
    for field in ("podcliques", "podcliquescalinggroups"):
        for part in list(getattr(draft.world, field).by_index(INDEX_PART_OF, value)):
            _end(draft, part, now)


def _end(draft: Draft, part: Any, now: datetime) -> None:
    progress = part.status.update_progress
    if progress is not None and progress.update_ended_at is None:
        ended = replace(progress, update_ended_at=now)
        draft.adjust(replace(part, status=replace(part.status, update_progress=ended)))


def set_of(obj: HasMetadata) -> NamespacedName | None:
    """Return the PodCliqueSet that an object belongs to or is."""
    if isinstance(obj, PodCliqueSet):
        return NamespacedName(obj.metadata.namespace, obj.metadata.name)
    pcs = labels.part_of(obj.metadata.labels)
    return NamespacedName(obj.metadata.namespace, pcs) if pcs else None
