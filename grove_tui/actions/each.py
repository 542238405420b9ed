"""One act on several objects: each by itself, and one report of all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from grove_tui.actions.outcome import Outcome
from grove_tui.actions.target import Target

T = TypeVar("T")

AT_ONCE = 8
"""How many requests are under way at the same time."""
MOST_NAMED = 6
"""How many failures, and how many successes, a report names."""


async def each(wanted: Sequence[T], act: Callable[[T], Awaitable[Outcome]]) -> list[Outcome]:
    """Act on all of them; what fails for one does not keep the others."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(wish: T) -> Outcome:
        async with turns:
            return await act(wish)

    return list(await asyncio.gather(*map(one, wanted)))


def report(done: str, outcomes: Mapping[Target, Outcome]) -> Outcome:
    """Return what came of it: how many went well, then those that failed and why.

    Args:
        done: The act as a participle ("scaled").
        outcomes: What came of it for each object.
    """
    bad = [outcome.sentence for outcome in outcomes.values() if not outcome.ok]
    good = [outcome.sentence for outcome in outcomes.values() if outcome.ok]
    head = f"{len(good)} of {len(outcomes)} {done}:"
    lines = [head, *_some("✖", bad), *_some("✔", good)]
    return Outcome(not bad, "\n".join(lines))


def _some(mark: str, sentences: Sequence[str]) -> list[str]:
    lines = [f"{mark} {sentence}" for sentence in sentences[:MOST_NAMED]]
    more = len(sentences) - MOST_NAMED
    return [*lines, f"{mark} and {more} more; the timeline has each"] if more > 0 else lines
