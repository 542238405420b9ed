"""The strip of counts: kept up to date, but less often than rows, since it looks at every gang."""

from collections.abc import Callable

from grove_tui.cluster.gather import Gatherer
from grove_tui.view.book import Change
from grove_tui.view.keys import Kind

SUMMARY_SECONDS = 0.5


class Counts:
    """Counts anew when something changed that is counted."""

    def __init__(self, count: Callable[[], None]) -> None:
        """Have `count` called soon, and later when it is worth it."""
        self._gatherer = Gatherer(count, SUMMARY_SECONDS)
        self._stale = True

    def note(self, change: Change) -> None:
        """See `Panel`."""
        self._stale |= change.is_material and change.key.kind is not Kind.EVENT

    def paint(self, *, is_news: bool) -> None:  # noqa: ARG002 - see `Panel`
        """See `Panel`."""
        if self._stale:
            self._stale = False
            self._gatherer.mark()

    def close(self) -> None:
        """Count no more."""
        self._gatherer.close()
