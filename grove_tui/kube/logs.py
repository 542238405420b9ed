"""Container logs: what to ask for, and lines with the time at which they were written.

Every log is asked for with timestamps, because they order the lines of several containers and tell
where to go on after a broken connection.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from grove_tui.kube.sanitize import clean_text

MAX_LINE = 20_000
"""Longest part of a line that is kept, in characters."""
IDLE_SECONDS = 300.0
"""Silence after which a followed log counts as broken; it is opened again where it ended."""
_ELLIPSIS = "…"


class LogOptions(Struct, frozen=True):
    """Which log, and how much of it.

    Attributes:
        container: Its name; may be empty where the pod has only one.
        follow: Go on as more is written.
        previous: The run before the last restart.
        tail: Only that many lines from the end; None for all.
        since: Only what was written at that time or later.
        idle_timeout: Longest silence in seconds while following.
    """

    container: str = ""
    follow: bool = False
    previous: bool = False
    tail: int | None = None
    since: datetime | None = None
    idle_timeout: float = IDLE_SECONDS

    def query(self) -> Mapping[str, str]:
        """Return the parameters of the request."""
        query = {"timestamps": "true"}
        if self.container:
            query["container"] = self.container
        if self.follow:
            query["follow"] = "true"
        if self.previous:
            query["previous"] = "true"
        if self.tail is not None:
            query["tailLines"] = str(self.tail)
        if self.since is not None:
            # Whole seconds, as every version of the API understands them.
            query["sinceTime"] = self.since.strftime("%Y-%m-%dT%H:%M:%SZ")
        return query


class LogLine(Struct, frozen=True):
    """One line; `at` is None where the runtime wrote no time."""

    at: datetime | None
    text: str


def parse_log_line(line: bytes) -> LogLine:
    """Split a line into its time and its text, cleaned of control characters."""
    text = line.decode("utf-8", "replace")
    stamp, _, rest = text.partition(" ")
    at = _time(stamp)
    if at is None:
        rest = text
    if len(rest) > MAX_LINE:
        rest = rest[:MAX_LINE] + _ELLIPSIS
    return LogLine(at, clean_text(rest).expandtabs())


def _time(stamp: str) -> datetime | None:
    if not stamp.endswith("Z") and "+" not in stamp:
        return None
    try:
        return datetime.fromisoformat(stamp)
    except ValueError:
        return None
