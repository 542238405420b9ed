"""What comes and goes, by name."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from grove_tui.actions.preview.line import AGAIN, DANGER, LESS, MORE, WARNING, Line
from grove_tui.actions.preview.model import Arrival, Loss, Names, Preview
from grove_tui.actions.preview.room import UNSEEN

T = TypeVar("T")

MOST_NAMES = 3
"""How many gangs are named in one sentence."""
MOST_PODS = 200
"""How many objects of a kind are listed."""


def listing(preview: Preview) -> Iterator[Line]:
    """Yield what comes and goes, by name."""
    kinds: tuple[tuple[str, Names], ...] = (
        ("PodClique", preview.podcliques),
        ("PodCliqueScalingGroup", preview.scaling_groups),
        ("PodGang", preview.podgangs),
        ("Service", preview.services),
    )
    if len(preview.ended) > MOST_NAMES:  # else they are all in a sentence above
        yield Line(" ", "title", "Gangs that end")
        yield from _some(preview.ended, _ended)
    if preview.losses:
        yield Line(" ", "title", "Pods that go")
        yield from _some(preview.losses, _loss)
    if preview.arrivals:
        yield Line(" ", "title", "Pods that come, by hostname (names are made up on creation)")
        yield from _some(preview.arrivals, _arrival)
    if preview.relieved:
        yield Line(" ", "title", "Waiting pods that get a node")
        yield from _some(preview.relieved, _relieved)
    if any(names for _, names in kinds):
        yield Line(" ", "title", "Other objects")
        for kind, names in kinds:
            yield from _some(_named(names), partial(_object, kind))


def _some(found: Sequence[T], line: Callable[[T], Line]) -> Iterator[Line]:
    """Yield the lines of what is listed, and how much is not."""
    yield from map(line, found[:MOST_PODS])
    if len(found) > MOST_PODS:
        yield Line(" ", "dim", f"and {len(found) - MOST_PODS} more")


def _ended(gang: str) -> Line:
    return Line(DANGER, "error", gang)


def _loss(loss: Loss) -> Line:
    return Line(LESS, "error", f"{loss.name}{_on(loss.node)}")


def _relieved(loss: Loss) -> Line:
    return Line(MORE, "ok", f"{loss.name}{_on(loss.node)}")


def _arrival(arrival: Arrival) -> Line:
    if arrival.node == UNSEEN:
        return Line(MORE, "ok", arrival.hostname)
    if arrival.node:
        return Line(MORE, "ok", f"{arrival.hostname}  fits on {arrival.node}")
    return Line(WARNING, "warn", f"{arrival.hostname}  no node")


def _on(node: str) -> str:
    return f"  on {node}" if node else "  waiting"


def _named(names: Names) -> list[tuple[str, str, str]]:
    """Return each name after the symbol and the style of what becomes of it."""
    return [
        *((LESS, "error", name) for name in names.removed),
        *((AGAIN, "info", name) for name in names.recreated),
        *((MORE, "ok", name) for name in names.added),
    ]


def _object(kind: str, named: tuple[str, str, str]) -> Line:
    symbol, style, name = named
    return Line(symbol, style, f"{kind} {name}")
