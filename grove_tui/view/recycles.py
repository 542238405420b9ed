"""When gangs were terminated: what the event of their termination remembers."""

import re
from datetime import datetime

from msgspec.structs import replace

from grove_tui.api.constants import EVENT_PCS_REPLICA_DELETED
from grove_tui.api.objects import PodCliqueSet
from grove_tui.reconcile.world import INDEX_INVOLVED, World
from grove_tui.view.book import GangBook
from grove_tui.view.gangs import Gang
from grove_tui.view.health import LATELY, Health, Word

_REPLICA = re.compile(r"\breplica (\d+)\b")


def remembered(book: GangBook, gang: Gang) -> Health:
    """Return the health of a gang, and of one that runs (again) when it was terminated before."""
    if gang.health.word not in (Word.HEALTHY, Word.STARTING):
        return gang.health
    at = recycled_at(book.world, gang.pcs, gang.index, book.clock())
    return gang.health if at is None else replace(gang.health, recycled=at)


def recycled_at(world: World, pcs: PodCliqueSet, index: int, now: datetime) -> datetime | None:
    """Return when that replica of a set was last terminated; None if that was not lately."""
    metadata = pcs.metadata
    about = f"{metadata.namespace}/PodCliqueSet/{metadata.name}"
    times = (
        event.last_seen
        for event in world.events.by_index(INDEX_INVOLVED, about)
        if event.reason == EVENT_PCS_REPLICA_DELETED
        and (found := _REPLICA.search(event.message)) is not None
        and int(found[1]) == index
    )
    latest = max((time for time in times if time is not None), default=None)
    return latest if latest is not None and now - latest <= LATELY else None
