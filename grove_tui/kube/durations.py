"""Lengths of time as kubectl prints them (apimachinery's `HumanDuration`)."""

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 86400 * 365
UNKNOWN = "<unknown>"
"""What stands for a length that is not known."""
INVALID = "<invalid>"


def human_duration(seconds: float) -> str:
    """Return a length of time in at most two units, as exact as still matters at its size."""
    total = int(seconds)
    if total < -1:
        return INVALID
    total = max(0, total)
    if total < 2 * _MINUTE:
        return f"{total}s"
    if total < 10 * _MINUTE:
        return _two(total, _MINUTE, "m", 1, "s")
    return _long(total)


def _long(total: int) -> str:
    if total < 3 * _HOUR:
        return f"{total // _MINUTE}m"
    if total < 8 * _HOUR:
        return _two(total, _HOUR, "h", _MINUTE, "m")
    if total < 2 * _DAY:
        return f"{total // _HOUR}h"
    return _days(total)


def _days(total: int) -> str:
    if total < 8 * _DAY:
        return _two(total, _DAY, "d", _HOUR, "h")
    if total < 2 * _YEAR:
        return f"{total // _DAY}d"
    if total < 8 * _YEAR:
        return _two(total, _YEAR, "y", _DAY, "d")
    return f"{total // _YEAR}y"


def _two(total: int, unit: int, letter: str, part: int, part_letter: str) -> str:
    whole, rest = divmod(total, unit)
    return f"{whole}{letter}{rest // part}{part_letter}" if rest // part else f"{whole}{letter}"
