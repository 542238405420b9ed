"""Go durations ("4h", "1h30m", "250ms"), as `metav1.Duration` fields hold them."""

import re
from fractions import Fraction
from functools import lru_cache

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_TERM = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h)"
_DURATION = re.compile(rf"([+-]?)((?:{_TERM})+|0)", re.ASCII)
_PARTS = re.compile(r"([0-9.]+)([a-zµμ]+)", re.ASCII)
_MAX_NANOSECONDS = 2**63 - 1
_MAX_LENGTH = 100

PATTERN = r"^[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$|^[+-]?0$"
"""The same grammar as a schema pattern."""


@lru_cache(maxsize=256)
def parse_duration(text: str) -> float:
    """Return a Go duration in seconds.

    Raises:
        ValueError: Not a Go duration, or beyond the 64 bits of nanoseconds that Go has.
    """
    match = _DURATION.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None:
        raise ValueError(f'"{text[:40]}" is not a duration such as "30s", "5m" or "1h30m"')
    total = sum(
        (Fraction(number) * _NANOSECONDS[unit] for number, unit in _parts(match[2])), Fraction()
    )
    if total > _MAX_NANOSECONDS:
        raise ValueError(f'"{text[:40]}" is longer than a duration can be (about 292 years)')
    seconds = float(total / 10**9)
    return -seconds if match[1] == "-" else seconds


def _parts(text: str) -> list[tuple[str, str]]:
    # Fraction reads "1." and ".5" only with a digit on the other side of the point.
    return [
        (f"0{number}0" if "." in number else number, unit) for number, unit in _PARTS.findall(text)
    ]


def format_duration(seconds: float) -> str:
    """Return seconds as the shortest Go duration: 14400 is "4h", 90 is "1m30s"."""
    sign = "-" if seconds < 0 else ""
    nanoseconds = round(abs(seconds) * 10**9)
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < 10**9:
        unit = next(u for u in ("ms", "us", "ns") if nanoseconds % _NANOSECONDS[u] == 0)
        return f"{sign}{nanoseconds // _NANOSECONDS[unit]}{unit}"
    hours, rest = divmod(nanoseconds, _NANOSECONDS["h"])
    minutes, rest = divmod(rest, _NANOSECONDS["m"])
    whole, fraction = divmod(rest, 10**9)
    text = f"{hours}h" * bool(hours) + f"{minutes}m" * bool(minutes)
    if fraction:
        text += f"{whole}." + f"{fraction:09d}".rstrip("0") + "s"
    elif whole:
        text += f"{whole}s"
    return sign + text
