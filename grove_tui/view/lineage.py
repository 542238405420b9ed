"""What a row is a part of: the way up from a pod to its set."""

from grove_tui.api import labels
from grove_tui.api.constants import LABEL_PCSG, LABEL_PODCLIQUE
from grove_tui.kube.objects import Event, HasMetadata
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind, gang_key, group_replica_key
from grove_tui.view.planned import planned_lineage

_PARTS = frozenset({Kind.SCALING_GROUP, Kind.PODCLIQUE, Kind.POD})


def lineage(book: GangBook, key: Key) -> tuple[Key, ...]:
    """Return what the object or replica of a row is a part of, nearest first."""
    if key.kind is Kind.GANG:
        return (book.current(Key(Kind.PODCLIQUESET, key.namespace, key.name)),)
    if key.kind is Kind.GROUP_REPLICA:
        group = book.current(Key(Kind.SCALING_GROUP, key.namespace, key.name))
        return (group, *lineage(book, group))
    obj = book.object(key) if key.kind in _PARTS else None
    return _of_object(book, key.kind, obj) if obj is not None else planned_lineage(book, key)


def _of_object(book: GangBook, kind: Kind, obj: HasMetadata) -> tuple[Key, ...]:
    found, namespace = obj.metadata.labels, obj.metadata.namespace
    pcs, index = labels.part_of(found), labels.pcs_replica_index(found)
    if not pcs or index is None:
        return ()
    owners: list[Key] = []
    if kind is Kind.POD and (name := found.get(LABEL_PODCLIQUE)):
        owners.append(book.current(Key(Kind.PODCLIQUE, namespace, name)))
    group, member = found.get(LABEL_PCSG), labels.pcsg_replica_index(found)
    if kind is not Kind.SCALING_GROUP and group and member is not None:
        owners.append(group_replica_key(namespace, group, member))
        owners.append(book.current(Key(Kind.SCALING_GROUP, namespace, group)))
    owners.append(gang_key(namespace, pcs, index))
    owners.append(book.current(Key(Kind.PODCLIQUESET, namespace, pcs)))
    return tuple(owners)


def subject_of(book: GangBook, key: Key) -> Key | None:
    """Return the row itself, or for an event the object that it is about; None if that is gone."""
    if key.kind is not Kind.EVENT:
        return key
    event = book.object(key)
    if not isinstance(event, Event):
        return None
    involved = event.involved_object
    if involved.kind not in set(Kind):
        return None
    namespace = "" if involved.kind == Kind.NODE else involved.namespace
    found = book.current(Key(Kind(involved.kind), namespace, involved.name))
    return found if found.uid else None
