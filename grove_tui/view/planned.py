"""Cliques and scaling groups that a set asks for, but that have not been created yet."""

from grove_tui.api import names
from grove_tui.view.book import GangBook
from grove_tui.view.gangs import Gang
from grove_tui.view.keys import Key, Kind, gang_key

PARTS = frozenset({Kind.SCALING_GROUP, Kind.GROUP_REPLICA, Kind.PODCLIQUE})


def planned_gang(book: GangBook, key: Key) -> Gang | None:
    """Return the gang that a row without an object is a part of; None where nobody asks for it."""
    if key.uid or key.kind not in PARTS:
        return None
    for pcs in book.world.podcliquesets.values():
        name = pcs.metadata.name
        index = names.replica_of_podgang(key.name, name)  # all parts of a gang begin like it
        if index is not None and pcs.metadata.namespace == key.namespace:
            gang = book.gang(gang_key(key.namespace, name, index))
            if gang is not None and gang.part(key) is not None:
                return gang
    return None


def planned_lineage(book: GangBook, key: Key) -> tuple[Key, ...]:
    """Return what a row without an object would be a part of, nearest first."""
    gang = planned_gang(book, key)
    if gang is None:
        return ()
    pcs = book.current(Key(Kind.PODCLIQUESET, key.namespace, gang.key.name))
    return (*_group(gang, key), gang.key, pcs)


def _group(gang: Gang, key: Key) -> tuple[Key, ...]:
    for group in gang.groups:
        for replica in group.replicas:
            if any(clique.key.place == key for clique in replica.cliques):
                return replica.key, group.key
    return ()
