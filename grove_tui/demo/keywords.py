"""The keywords of a schema that look at one value, such as `minimum` and `pattern`."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from grove_tui.demo.statuses import Violation

Check = Callable[[Any, str], Iterator[Violation]]
"""Yields what is wrong with a value at a path."""

_INT_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def _enum(allowed: list[Any]) -> Check:
    listed = "supported values: " + ", ".join(f'"{v}"' for v in allowed)

    def check(value: Any, path: str) -> Iterator[Violation]:
        if value not in allowed:
            yield Violation(path, listed, "FieldValueNotSupported", value)

    return check


def _minimum(limit: float) -> Check:
    return _bound(lambda v: v >= limit, f"should be greater than or equal to {limit}")


def _maximum(limit: float) -> Check:
    return _bound(lambda v: v <= limit, f"should be less than or equal to {limit}")


def _bound(holds: Callable[[Any], bool], rule: str) -> Check:
    def check(value: Any, path: str) -> Iterator[Violation]:
        if isinstance(value, int | float) and not holds(value):
            yield Violation(path, f"{path} in body {rule}", value=value)

    return check


def _pattern(pattern: str) -> Check:
    matcher = re.compile(pattern)

    def check(value: Any, path: str) -> Iterator[Violation]:
        if isinstance(value, str) and not matcher.search(value):
            yield Violation(path, f"{path} in body should match '{pattern}'", value=value)

    return check


def _min_length(limit: int) -> Check:
    def check(value: Any, path: str) -> Iterator[Violation]:
        if isinstance(value, str) and len(value) < limit:
            detail = f"{path} in body should be at least {limit} chars long"
            yield Violation(path, detail, value=value)

    return check


def _max_length(limit: int) -> Check:
    def check(value: Any, path: str) -> Iterator[Violation]:
        if isinstance(value, str) and len(value) > limit:
            detail = f"may not be more than {limit} bytes"
            yield Violation(path, detail, "FieldValueTooLong", value)

    return check


def _min_items(limit: int) -> Check:
    def check(value: Any, path: str) -> Iterator[Violation]:
        if isinstance(value, list) and len(value) < limit:
            detail = f"{path} in body should have at least {limit} items"
            yield Violation(path, detail, value=len(value))

    return check


def _max_items(limit: int) -> Check:
    def check(value: Any, path: str) -> Iterator[Violation]:
        if isinstance(value, list) and len(value) > limit:
            detail = f"must have at most {limit} items"
            yield Violation(path, detail, "FieldValueTooMany", len(value))

    return check


def _format(name: str) -> Check:
    low, high = _INT_RANGES.get(name, (0, 0))

    def check(value: Any, path: str) -> Iterator[Violation]:
        if low and isinstance(value, int) and not low <= value <= high:
            yield Violation(path, f"{path} in body must be of type {name}", value=value)

    return check


def _list_type(kind: str) -> Check:
    return unique_by(()) if kind == "set" else _accept


def _accept(_value: Any, _path: str) -> Iterator[Violation]:
    return iter(())


def unique_by(keys: tuple[str, ...]) -> Check:
    """Return the check that no two items have the same `keys`; without keys, are the same."""

    def check(value: Any, path: str) -> Iterator[Violation]:
        seen = []
        for index, item in enumerate(value if isinstance(value, list) else ()):
            identity = item
            if keys and isinstance(item, dict):
                identity = {key: item[key] for key in keys if key in item}
            if identity in seen:
                yield Violation(f"{path}[{index}]", "", "FieldValueDuplicate", identity)
            seen.append(identity)

    return check


CHECKS: dict[str, Callable[[Any], Check]] = {
    "enum": _enum,
    "minimum": _minimum,
    "maximum": _maximum,
    "pattern": _pattern,
    "minLength": _min_length,
    "maxLength": _max_length,
    "minItems": _min_items,
    "maxItems": _max_items,
    "format": _format,
    "x-kubernetes-list-type": _list_type,
}
"""Builds the check of a keyword from its value in the schema."""
