"""Times as kubectl prints them: how long ago."""

from datetime import datetime

from grove_tui.kube.durations import UNKNOWN, human_duration


def age(timestamp: str | None, now: datetime) -> str:
    """Return how long ago an RFC 3339 time was."""
    if not timestamp:
        return UNKNOWN
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return UNKNOWN
    return human_duration((now - moment).total_seconds())
