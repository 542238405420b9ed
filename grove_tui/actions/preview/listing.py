"""What comes and goes, by name."""

from collections.abc import Iterable, Iterator

from grove_tui.actions.preview.line import AGAIN, LESS, MORE, WARNING, Line
from grove_tui.actions.preview.model import Arrival, Loss, Names, Preview
from grove_tui.actions.preview.room import UNSEEN

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
    if preview.losses:
        yield Line(" ", "title", "Pods that go")
        yield from _some(_loss(loss) for loss in preview.losses)
    if preview.arrivals:
        yield Line(" ", "title", "Pods that come, by hostname (names are made up on creation)")
        yield from _some(_arrival(arrival) for arrival in preview.arrivals)
    if preview.relieved:
        yield Line(" ", "title", "Waiting pods that get a node")
        yield from _some(_relieved(loss) for loss in preview.relieved)
    if any(names for _, names in kinds):
        yield Line(" ", "title", "Other objects")
        for kind, names in kinds:
            yield from _some(_objects(kind, names))


def _some(found: Iterable[Line]) -> Iterator[Line]:
    listed = list(found)
    yield from listed[:MOST_PODS]
    if len(listed) > MOST_PODS:
        yield Line(" ", "dim", f"and {len(listed) - MOST_PODS} more")


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


def _objects(kind: str, names: Names) -> Iterator[Line]:
    for symbol, style, found in (
        (LESS, "error", names.removed),
        (AGAIN, "info", names.recreated),
        (MORE, "ok", names.added),
    ):
        for name in found:
            yield Line(symbol, style, f"{kind} {name}")
