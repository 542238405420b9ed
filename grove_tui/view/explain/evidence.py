"""Where explanations look things up."""

from collections.abc import Iterable
from datetime import UTC, datetime

from grove_tui.kube.objects import Event, Pod
from grove_tui.reconcile.world import INDEX_INVOLVED
from grove_tui.view.ages import age
from grove_tui.view.book import GangBook

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
QUOTE_LENGTH = 300
"""The most of a message that is quoted."""


def latest_event(
    book: GangBook, kind: str, namespace: str, name: str, reasons: Iterable[str] = ()
) -> Event | None:
    """Return the newest event about an object, of some reasons or else the newest warning."""
    wanted = frozenset(reasons)
    events = book.world.events.by_index(INDEX_INVOLVED, f"{namespace}/{kind}/{name}")
    found = (
        event for event in events if (event.reason in wanted if wanted else event.type == "Warning")
    )
    return max(found, key=lambda event: event.last_seen or _LONG_AGO, default=None)


def quoted_event(book: GangBook, event: Event | None) -> tuple[str, ...]:
    """Quote an event, if there is one."""
    if event is None:
        return ()
    times = f" (x{event.count})" if event.count > 1 else ""
    when = age(event.last_seen, book.clock())
    return (f"event {event.reason}, {when} ago{times}: {quote(event.message)}",)


def pod_events(book: GangBook, pod: Pod, *reasons: str) -> tuple[str, ...]:
    """Quote the newest event of a pod with one of these reasons."""
    metadata = pod.metadata
    event = latest_event(book, "Pod", metadata.namespace, metadata.name, reasons)
    return quoted_event(book, event)


def quote(text: str) -> str:
    """Return a message on one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTE_LENGTH else line[: QUOTE_LENGTH - 1] + "…"
