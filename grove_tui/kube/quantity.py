"""Kubernetes quantities (`100m`, `1.5Gi`, `2e3`) as exact numbers.

Amounts are compared and summed as integers: CPU in thousandths of a core, everything else in
whole units (bytes, pods, devices). Like Kubernetes' own `MilliValue()` and `Value()`, the
conversion rounds away from zero, so that a request never becomes smaller than what was asked for.
"""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

Quantity = str | int | float
"""A quantity as JSON carries it; YAML authors may write numbers without quotes."""

CPU = "cpu"
MEMORY = "memory"
PODS = "pods"

_BINARY = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_FORM = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"
    r"(?:(?P<suffix>[KMGTPE]i|[numkMGTPE]?)|[eE](?P<exponent>[+-]?[0-9]{1,3}))"
)


@lru_cache(maxsize=4096)
def parse(quantity: Quantity) -> Fraction:
    """Return the exact value of `quantity`; raises ValueError when it is none."""
    match = _FORM.fullmatch(str(quantity))
    if match is None:
        raise ValueError(f"{quantity!r} is not a quantity such as 500m, 2 or 1.5Gi")
    number = Fraction(match["number"])
    if match["exponent"] is not None:
        return number * Fraction(10) ** int(match["exponent"])
    suffix = match["suffix"]
    if suffix in _BINARY:
        return number * _BINARY[suffix]
    return number * Fraction(10) ** _DECIMAL[suffix]


@lru_cache(maxsize=4096)
def millis(quantity: Quantity) -> int:
    """Return thousandths, rounded away from zero; for CPU these are millicores."""
    return _away_from_zero(parse(quantity) * 1000)


@lru_cache(maxsize=4096)
def value(quantity: Quantity) -> int:
    """Return whole units, rounded away from zero; for memory these are bytes."""
    return _away_from_zero(parse(quantity))


def amounts(quantities: Mapping[str, Quantity]) -> dict[str, int]:
    """Return a resource list as integers: `cpu` in millicores, everything else in whole units."""
    return {
        name: millis(quantity) if name == CPU else value(quantity)
        for name, quantity in quantities.items()
    }


def total(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sum of integer resource lists."""
    result: dict[str, int] = {}
    for part in parts:
        for name, amount in part.items():
            result[name] = result.get(name, 0) + amount
    return result


def maximum(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the largest amount of each resource in integer resource lists."""
    result: dict[str, int] = {}
    for part in parts:
        for name, amount in part.items():
            result[name] = max(result.get(name, 0), amount)
    return result


def format_cpu(millicores: int) -> str:
    """Return millicores as Kubernetes writes them: `250m`, `2`."""
    cores, rest = divmod(abs(millicores), 1000)
    sign = "-" if millicores < 0 else ""
    return f"{sign}{abs(millicores)}m" if rest else f"{sign}{cores}"


def format_bytes(count: int) -> str:
    """Return bytes exactly, with the largest binary suffix that leaves a whole number."""
    if count == 0:
        return "0"
    suffix, unit = "", 1
    for name, size in _BINARY.items():
        if count % size:
            break
        suffix, unit = name, size
    return f"{count // unit}{suffix}"


def format_amount(resource: str, amount: int) -> str:
    """Return an integer amount of `resource` as a quantity that parses back to it."""
    if resource == CPU:
        return format_cpu(amount)
    if resource == MEMORY or resource.endswith("storage") or resource.startswith("hugepages-"):
        return format_bytes(amount)
    return str(amount)


def _away_from_zero(number: Fraction) -> int:
    whole = -(-abs(number.numerator) // number.denominator)
    return whole if number >= 0 else -whole
