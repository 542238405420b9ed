"""The few words that say how a clique, a gang or a set is doing, and what follows from it.

Counts come from the pods themselves, because a status can lag behind them. A breach comes from the
stored conditions through `grove_tui.api.breach`, because that is what termination acts on: a breach
that no gate stops has a due time, and every other shortfall is start-up, an update or degradation.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from grove_tui.api.breach import Breach, Gate
from grove_tui.view.ages import age_cell, countdown, next_step
from grove_tui.view.podstatus import PodFacts
from grove_tui.view.rows import Cell, Severity

SOON = timedelta(minutes=10)
"""From when on a start-up's deadline is worth its place on the screen."""
LATELY = timedelta(minutes=10)
"""How long it is told of a gang that it was terminated and built anew."""


class Word(StrEnum):
    """How something is doing, worst first: the order in which trouble is listed."""

    BREACHED = "breached"
    UNSCHEDULABLE = "unschedulable"
    RECYCLING = "recycling"
    DEGRADED = "degraded"
    UPDATING = "updating"
    STARTING = "starting"
    TERMINATING = "terminating"
    HEALTHY = "healthy"
    SCALED_TO_ZERO = "scaled to 0"

    @property
    def rank(self) -> int:
        """Position in the order of trouble; 0 is the worst."""
        return _RANKS[self]

    @property
    def severity(self) -> Severity:
        """How much attention it deserves."""
        return _SEVERITIES[self]

    @property
    def glyph(self) -> str:
        """A symbol that says it without colour."""
        return _GLYPHS[self]


_RANKS = {word: rank for rank, word in enumerate(Word)}
_SEVERITIES = {
    Word.BREACHED: Severity.ERROR,
    Word.UNSCHEDULABLE: Severity.ERROR,
    Word.RECYCLING: Severity.WARN,
    Word.DEGRADED: Severity.WARN,
    Word.UPDATING: Severity.PROGRESS,
    Word.STARTING: Severity.PROGRESS,
    Word.TERMINATING: Severity.PROGRESS,
    Word.HEALTHY: Severity.OK,
    Word.SCALED_TO_ZERO: Severity.NONE,
}
_GLYPHS = {
    Word.BREACHED: "✖",
    Word.UNSCHEDULABLE: "⊘",
    Word.RECYCLING: "⟳",
    Word.DEGRADED: "▲",
    Word.UPDATING: "◐",
    Word.STARTING: "◌",
    Word.TERMINATING: "◌",
    Word.HEALTHY: "✔",
    Word.SCALED_TO_ZERO: "○",
}


class Health(Struct, frozen=True, gc=False):
    """A health word with what else there is to say.

    Attributes:
        word: The word.
        detail: The reason in a few words, if there is one to give.
        due: When the gang, or for a degraded one a part of it, will be terminated.
        gate: What keeps a breach from counting.
        recycled: When it was terminated to be built anew, if that may be news.
    """

    word: Word
    detail: str = ""
    due: datetime | None = None
    gate: Gate | None = None
    recycled: datetime | None = None

    @property
    def severity(self) -> Severity:
        """How much attention it deserves."""
        return self.word.severity

    @property
    def order(self) -> tuple[int, float]:
        """Sorts trouble first, and the earliest termination first of all."""
        return self.word.rank, self.due.timestamp() if self.due else float("inf")

    def text(self, now: datetime) -> str:
        """Return the words for people, with the countdown where one runs."""
        notes = [self.detail] if self.detail else []
        if self.due is not None:
            notes = [" ".join((*notes, self._countdown(self.due, now)))]
        if self.gate is not None:
            notes.append(f"not armed: {self.gate}")
        if (ago := self._recycled(now)) is not None:
            notes.append(f"recycled {ago.text} ago")
        return f"{self.word} ({', '.join(notes)})" if notes else str(self.word)

    def cell(self, now: datetime) -> Cell:
        """Return the words as a cell; a running countdown changes each second."""
        ago = self._recycled(now)
        due = next_step(self.due, now) if self.due else ago.due if ago is not None else None
        shorter = tuple(Cell(text, self.severity.style) for text in self._shorter(now))
        return Cell(self.text(now), self.severity.style, due=due, shorter=shorter)

    def _shorter(self, now: datetime) -> tuple[str, ...]:
        """Return what to say where the countdown would not fit."""
        if self.due is None:
            return ()
        left = countdown(max(self.due, now), now)
        within = f"{self.word} (ends in {left})" if self.word is Word.BREACHED else ""
        return (*filter(None, [within]), f"{self.word} {left}")

    def _recycled(self, now: datetime) -> Cell | None:
        if self.recycled is None or now - self.recycled > LATELY:
            return None
        return age_cell(self.recycled, now)

    def _countdown(self, due: datetime, now: datetime) -> str:
        if self.word is Word.STARTING:
            return f"ready within {countdown(max(due, now), now)}"
        whole = self.word is Word.BREACHED
        if due <= now:
            return "terminates now" if whole else "recycles now"
        return f"{'terminates' if whole else 'recycles'} in {countdown(due, now)}"


class Tally(Struct, frozen=True, gc=False):
    """Pods counted, those on their way out left aside.

    Attributes:
        desired: How many there shall be.
        minimum: How many the gang needs.
        pods: How many exist.
        ready: How many are ready.
        scheduled: How many have a node.
        gated: How many wait for their gang.
        unschedulable: How many fit no node.
        failing: How many are in a state that does not heal by waiting.
        first_start: How many are on their way to being ready for the first time.
        restarts: Restarts of all of them.
        gpus: GPUs that they ask for.
    """

    desired: int = 0
    minimum: int = 0
    pods: int = 0
    ready: int = 0
    scheduled: int = 0
    gated: int = 0
    unschedulable: int = 0
    failing: int = 0
    first_start: int = 0
    restarts: int = 0
    gpus: int = 0


def tally(pods: Iterable[PodFacts], desired: int, minimum: int) -> Tally:
    """Count the pods of a clique."""
    live = [pod for pod in pods if not pod.is_terminating]
    return Tally(
        desired=desired,
        minimum=minimum,
        pods=len(live),
        ready=sum(pod.is_ready for pod in live),
        scheduled=sum(pod.is_scheduled for pod in live),
        gated=sum(pod.is_gated for pod in live),
        unschedulable=sum(pod.is_unschedulable for pod in live),
        failing=sum(pod.is_failing for pod in live),
        first_start=sum(pod.is_first_start for pod in live),
        restarts=sum(pod.restarts for pod in live),
        gpus=sum(pod.gpus for pod in live),
    )


def total(tallies: Iterable[Tally]) -> Tally:
    """Add up the pods of several cliques."""
    parts = list(tallies)
    return Tally(
        desired=sum(part.desired for part in parts),
        minimum=sum(part.minimum for part in parts),
        pods=sum(part.pods for part in parts),
        ready=sum(part.ready for part in parts),
        scheduled=sum(part.scheduled for part in parts),
        gated=sum(part.gated for part in parts),
        unschedulable=sum(part.unschedulable for part in parts),
        failing=sum(part.failing for part in parts),
        first_start=sum(part.first_start for part in parts),
        restarts=sum(part.restarts for part in parts),
        gpus=sum(part.gpus for part in parts),
    )


def pods_health(counts: Tally) -> Health:
    """Judge a clique by its pods alone."""
    if counts.desired == 0:
        return Health(Word.SCALED_TO_ZERO)
    if counts.ready >= counts.desired:
        return Health(Word.HEALTHY)
    if counts.unschedulable:
        word = Word.UNSCHEDULABLE if counts.ready < counts.minimum else Word.DEGRADED
        return Health(word, f"no node for {_pods(counts.unschedulable)}")
    if counts.failing:
        return Health(Word.DEGRADED, f"{counts.failing} failing")
    return Health(Word.STARTING)


_GATED = {
    Gate.CLIQUE_MISSING: Health(Word.BREACHED, gate=Gate.CLIQUE_MISSING),
    Gate.RECYCLE_IN_FLIGHT: Health(Word.RECYCLING),
    Gate.UPDATE_IN_PROGRESS: Health(Word.UPDATING),
}
"""What a gated breach means. The other gates say that it is still starting up."""


def clique_health(
    counts: Tally, breach: Breach | None, due: datetime | None, *, is_updating: bool
) -> Health:
    """Judge a clique that exists and stays.

    Args:
        counts: Its pods.
        breach: Its stored breach, counting or gated.
        due: When the breach ends in a termination, at whatever level.
        is_updating: Whether its pods are being replaced by an update.
    """
    if breach is not None and breach.gate is None:
        if counts.ready + counts.first_start >= counts.minimum:
            # Termination is armed, but all that is missing is on its way up for the first time.
            return Health(Word.STARTING, due=due)
        if due is not None:
            return Health(Word.BREACHED, due=due)
        return Health(Word.DEGRADED, "below minAvailable")
    if breach is not None and breach.gate in _GATED:
        return _GATED[breach.gate]
    return Health(Word.UPDATING) if is_updating else pods_health(counts)


def worst(parts: Iterable[Health]) -> Health:
    """Return the health of a whole: that of its part in most trouble."""
    known = [part for part in parts if part.word is not Word.SCALED_TO_ZERO]
    return min(known, key=lambda part: part.order, default=Health(Word.SCALED_TO_ZERO))


def _is_soon(due: datetime, now: datetime) -> bool:
    return due - now <= SOON


def _pods(count: int) -> str:
    return f"{count} pod{'s' if count != 1 else ''}"
