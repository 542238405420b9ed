"""Times as people read them: ages as kubectl writes them, countdowns as clocks do."""

from datetime import datetime, timedelta
from math import ceil

from grove_tui.kube.durations import UNKNOWN, human_duration
from grove_tui.view.rows import Cell

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def age(since: datetime | None, now: datetime) -> str:
    """Return how long ago a moment was."""
    return UNKNOWN if since is None else human_duration((now - since).total_seconds())


def age_cell(since: datetime | None, now: datetime) -> Cell:
    """Return an age for a row, and when it changes.

    It moves in coarser steps than kubectl's, which prints an age once: a screen full of seconds
    would be painted anew every second though nothing happens.
    """
    if since is None:
        return Cell(UNKNOWN, "dim")
    seconds = (now - since).total_seconds()
    step = _step(seconds)
    return Cell(human_duration(seconds - seconds % step), "dim", due=next_step(since, now, step))


def _step(seconds: float) -> int:
    """Return in steps of how many seconds an age moves."""
    if seconds < 10:
        return 1
    if seconds < 2 * _MINUTE:
        return 10
    if seconds < 8 * _HOUR:
        return _MINUTE
    return _HOUR if seconds < 8 * _DAY else _DAY


def next_step(since: datetime, now: datetime, step: int = 1) -> datetime:
    """Return the first moment after `now` that is whole steps of some seconds from `since`.

    It serves for countdowns as well: `since` may lie in the future.
    """
    length = timedelta(seconds=step)
    return since + ((now - since) // length + 1) * length


def countdown(until: datetime, now: datetime) -> str:
    """Return the time left as a clock: 0:23, 12:07, 3:12:07; days in front where there are any.

    It is rounded up, so that 0:00 means that the time has come.
    """
    left = max(0, ceil((until - now) / timedelta(seconds=1)))
    minutes, seconds = divmod(left, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours}:{minutes:02}:{seconds:02}"
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
