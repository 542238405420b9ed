"""Structural schemas of custom resources, compiled once and walked on every write.

A compiled `Schema` can `normalise` a value (drop unknown fields, fill in defaults), `validate` it
and list its `unknown` fields. None of them changes the value: `normalise` returns the same object
where nothing had to change, so unchanged parts stay shared between revisions.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from grove_tui.demo.keywords import CHECKS, Check, unique_by
from grove_tui.demo.statuses import Json, Violation

_TYPE_NAMES = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    dict: "object",
}
_ALL = frozenset({type(None), bool, int, float, str, dict, list})
_PYTHON_TYPES: Mapping[str, frozenset[type]] = {
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "string": frozenset({str}),
    "object": frozenset({dict}),
    "array": frozenset({list}),
    "int-or-string": frozenset({int, str}),
}
"""Types that certainly fit; of others, such as 1.0 for an integer, the full check decides."""
_ROOT_FIELDS = ("apiVersion", "kind", "metadata")


class Schema:
    """One compiled node of a structural schema."""

    __slots__ = (
        "additional",
        "checks",
        "default",
        "embedded",
        "has_default",
        "int_or_string",
        "items",
        "kinds",
        "nullable",
        "preserve",
        "properties",
        "required",
        "type",
    )

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.type: str = source.get("type", "")
        self.nullable = bool(source.get("nullable"))
        self.preserve = bool(source.get("x-kubernetes-preserve-unknown-fields"))
        self.embedded = bool(source.get("x-kubernetes-embedded-resource"))
        self.int_or_string = bool(source.get("x-kubernetes-int-or-string"))
        self.properties = {n: Schema(s) for n, s in (source.get("properties") or {}).items()}
        self.additional = _compile_additional(source.get("additionalProperties"))
        self.items = Schema(source["items"]) if source.get("items") else None
        self.required: tuple[str, ...] = tuple(source.get("required") or ())
        self.has_default = "default" in source
        self.default = source.get("default")
        self.checks = tuple(_compile_checks(source))
        self.kinds = _PYTHON_TYPES.get("int-or-string" if self.int_or_string else self.type, _ALL)

    def normalise(self, value: Any) -> Any:
        """Return `value` without unknown fields and with defaults."""
        if isinstance(value, dict):
            return self._normalise_object(value)
        if isinstance(value, list) and self.items is not None:
            items = [self.items.normalise(item) for item in value]
            return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        return value

    def _normalise_object(self, value: Json) -> Json:
        result: Json = {}
        changed = False
        for name, item in value.items():
            child = self._child(name)
            if child is None:
                if self._keeps(name):
                    result[name] = item
                else:
                    changed = True
                continue
            if item is None and not child.nullable and child.has_default:
                changed = True
                continue
            result[name] = kept = child.normalise(item)
            changed = changed or kept is not item
        for name, child in self.properties.items():
            if child.has_default and name not in result:
                result[name] = child.normalise(child.default)
                changed = True
        return result if changed else value

    def _child(self, name: str) -> "Schema | None":
        child = self.properties.get(name)
        return child if child is not None else self.additional

    def _keeps(self, name: str) -> bool:
        return self.preserve or (self.embedded and name in _ROOT_FIELDS)

    def unknown(self, value: Any, path: str = "") -> Iterator[str]:
        """Yield the path of every field that `normalise` would drop."""
        if isinstance(value, dict):
            for name, item in value.items():
                child = self._child(name)
                if child is not None:
                    yield from child.unknown(item, _join(path, name))
                elif not self._keeps(name):
                    yield _join(path, name)
        elif isinstance(value, list) and self.items is not None:
            for index, item in enumerate(value):
                yield from self.items.unknown(item, f"{path}[{index}]")

    def validate(self, value: Any, path: str = "") -> Iterator[Violation]:
        """Yield every violation of the schema in `value`."""
        if not self.fits(value):
            yield from self.violations(value, path)

    def fits(self, value: Any) -> bool:
        """Tell whether there is no violation, without spending time on paths and sentences."""
        if value is None and self.nullable:
            return True
        kind = type(value)
        if kind not in self.kinds and self._type_problem(value, "") is not None:
            return False
        if self.checks and any(True for check in self.checks for _ in check(value, "")):
            return False
        return self._parts_fit(value, kind)

    def _parts_fit(self, value: Any, kind: type) -> bool:
        if kind is dict:
            return self._object_fits(value)
        if kind is list and self.items is not None:
            return all(map(self.items.fits, value))
        return True

    def _object_fits(self, value: Json) -> bool:
        for name in self.required:
            if name not in value:
                return False
        properties, additional = self.properties, self.additional
        for name, item in value.items():
            child = properties.get(name, additional)
            if child is not None and not child.fits(item):
                return False
        return True

    def violations(self, value: Any, path: str) -> Iterator[Violation]:
        """Yield every violation with its path; for values that do not fit."""
        if value is None and self.nullable:
            return
        problem = self._type_problem(value, path)
        if problem is not None:
            yield problem
            return
        for check in self.checks:
            yield from check(value, path)
        if isinstance(value, dict):
            yield from self._validate_object(value, path)
        elif isinstance(value, list) and self.items is not None:
            for index, item in enumerate(value):
                yield from self.items.violations(item, f"{path}[{index}]")

    def _validate_object(self, value: Json, path: str) -> Iterator[Violation]:
        for name in self.required:
            if name not in value:
                yield Violation(_join(path, name), "", "FieldValueRequired")
        for name, item in value.items():
            child = self._child(name)
            if child is not None:
                where = _join(path, name) if name in self.properties else f"{path}.{name}"
                yield from child.violations(item, where)

    def _type_problem(self, value: Any, path: str) -> Violation | None:
        actual = type_name(value)
        if self.int_or_string:
            if actual in ("integer", "string"):
                return None
            expected = "integer,string"
        else:
            expected = self.type
            if not expected or actual == expected or (expected, actual) == ("number", "integer"):
                return None
        detail = f'{path or "<root>"} in body must be of type {expected}: "{actual}"'
        return Violation(path, detail, "FieldValueTypeInvalid", actual)


def type_name(value: Any) -> str:
    """Return JSON Schema's name for the type of a JSON value; whole floats are integers."""
    if isinstance(value, float) and value.is_integer():
        return "integer"
    return _TYPE_NAMES.get(type(value), "array")


def _compile_additional(source: Any) -> Schema | None:
    if isinstance(source, dict):
        return Schema(source)
    return Schema({"x-kubernetes-preserve-unknown-fields": True}) if source is True else None


def _compile_checks(source: Mapping[str, Any]) -> Iterator[Check]:
    for keyword, build in CHECKS.items():
        if source.get(keyword) is not None:
            yield build(source[keyword])
    if source.get("x-kubernetes-list-type") == "map":
        yield unique_by(tuple(source.get("x-kubernetes-list-map-keys") or ()))
    if not source.get("x-kubernetes-int-or-string"):
        yield from _compile_combinations(source)


def _compile_combinations(source: Mapping[str, Any]) -> Iterator[Check]:
    for part in source.get("allOf") or ():
        yield Schema(part).validate
    for keyword, holds in _COMBINATIONS.items():
        choices = source.get(keyword)
        if choices:
            listed = choices if isinstance(choices, list) else [choices]
            yield _some_of([Schema(choice) for choice in listed], holds, keyword)


def _some_of(choices: list[Schema], holds: Callable[[int], bool], keyword: str) -> Check:
    def check(value: Any, path: str) -> Iterator[Violation]:
        matching = sum(not any(choice.validate(value, path)) for choice in choices)
        if not holds(matching):
            detail = f"{path} in body must satisfy {keyword} of its schema"
            yield Violation(path, detail, value=value)

    return check


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_COMBINATIONS: dict[str, Callable[[int], bool]] = {
    "anyOf": lambda matching: matching > 0,
    "oneOf": lambda matching: matching == 1,
    "not": lambda matching: matching == 0,
}
