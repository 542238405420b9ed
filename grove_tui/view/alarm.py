"""The one sentence above all others: which gang ends next, why and when; or that it just did."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from grove_tui.view.ages import countdown
from grove_tui.view.explain.causes import counted
from grove_tui.view.gangs import Gang
from grove_tui.view.health import Word
from grove_tui.view.keys import Key

_TOLD = (Word.BREACHED, Word.RECYCLING)
MOST_NAMED = 2
"""Of how many cliques it is told what they lack; of more, only the pods are counted."""


class Alarm(Struct, frozen=True):
    """The gang to speak of, and how many others are as badly off."""

    gang: Key
    others: int = 0


def alarm(gangs: Iterable[Gang]) -> Alarm | None:
    """Return the gang that ends first, or else one that is being built anew; None without any."""
    told = [gang for gang in gangs if _is_told(gang)]
    if not told:
        return None
    worst = min(told, key=lambda gang: gang.health.order)
    others = sum(gang.health.word is worst.health.word for gang in told) - 1
    return Alarm(worst.key, others)


def sentences(gang: Gang, now: datetime, others: int = 0) -> Iterator[str]:
    """Say how it is with a gang, with less and less words; nothing where that needs none."""
    if not _is_told(gang):
        return
    more = f" (+{others} more)" if others else ""
    name, due = gang.name, gang.health.due
    if gang.health.word is Word.RECYCLING or due is None:
        yield f"{name} was terminated and is being built anew{more}"
        yield f"{name} is being built anew{more}"
        return
    pods, left = counted(gang.tally.pods, "pod"), countdown(due, now)
    if lacking := _lacking(gang):
        whole = f"{name} lacks {lacking}: the whole gang ({pods}) is terminated"
        yield f"{whole} and built anew in {left}{more}"
        yield f"{whole} in {left}{more}"
        yield f"{name} lacks {lacking}: all of it ends in {left}{more}"
        yield f"{name} lacks {lacking}, ends in {left}{more}"
    yield f"{name} ends in {left}{more}"


def _is_told(gang: Gang) -> bool:
    health = gang.health
    return health.word in _TOLD and (health.due is not None or health.word is Word.RECYCLING)


def _lacking(gang: Gang) -> str:
    """Return what a gang lacks of its minimum: "1 decode pod"."""
    short = [
        (clique.title, clique.tally.minimum - clique.tally.ready)
        for clique in gang.all_cliques()
        if clique.tally.ready < clique.tally.minimum
    ]
    if len(short) > MOST_NAMED:
        return counted(sum(count for _, count in short), "pod")
    return " and ".join(counted(count, f"{title} pod") for title, count in short)
