"""Sets of fields: paths into an object, and their form in `managedFields`.

A path is a tuple of steps in the notation of FieldsV1: `f:` a field, `k:` the item of a list with
these keys, `v:` a member of a set, and `.` for an item itself beside what is in it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from grove_tui.demo.apply.structure import Structure
from grove_tui.demo.statuses import Json

Path = tuple[str, ...]
FieldSet = frozenset[Path]

_IDENTITY = {
    ("f:apiVersion",),
    ("f:kind",),
    *(
        ("f:metadata", f"f:{name}")
        for name in (
            "name",
            "namespace",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink",
            "generateName",
            "managedFields",
        )
    ),
}


def owned_fields(obj: Json, structure: Structure) -> FieldSet:
    """Return the paths of all values in `obj` that can have an owner."""
    paths = _paths(obj, structure, ())
    return frozenset(
        path for path in paths if path[:1] not in _IDENTITY and path[:2] not in _IDENTITY
    )


def _paths(value: Any, structure: Structure, path: Path) -> Iterator[Path]:
    if isinstance(value, dict) and value and not structure.is_atomic:
        for name, inner in value.items():
            yield from _paths(inner, structure.field(name), (*path, f"f:{name}"))
        return
    if isinstance(value, list) and value:
        if structure.is_set:
            yield from ((*path, f"v:{json.dumps(item)}") for item in value)
            return
        keys = structure.keys(value)
        if keys:
            for item in value:
                step = (*path, item_step(item, keys))
                yield (*step, ".")
                yield from _paths(item, structure.item(), step)
            return
    yield path


def item_step(item: Json, keys: Sequence[str]) -> str:
    """Return the step to an item of a list with keys."""
    return "k:" + json.dumps({key: item[key] for key in keys}, separators=(",", ":"))


def value_at(obj: Any, path: Path) -> Any:
    """Return the value at a path; None where there is none."""
    for step in path:
        if step == ".":
            return obj
        kind, text = step[:2], step[2:]
        if kind == "f:":
            obj = obj.get(text) if isinstance(obj, dict) else None
        else:
            wanted = json.loads(text)
            found = obj if isinstance(obj, list) else []
            obj = next((i for i in found if matches(i, wanted)), None)
        if obj is None:
            return None
    return obj


def matches(item: Any, wanted: Any) -> bool:
    """Say whether an item has the keys, or is the member, that a step names."""
    if isinstance(wanted, dict):
        return isinstance(item, dict) and all(item.get(k) == v for k, v in wanted.items())
    return bool(item == wanted)


def without(obj: Any, path: Path, protected: FieldSet, at: Path = ()) -> Any:
    """Return `obj` without the value at `path`; items that others own something in stay."""
    step, rest = path[0], path[1:]
    here = (*at, step)
    if step.startswith("f:"):
        name = step[2:]
        if not isinstance(obj, dict) or name not in obj:
            return obj
        inner = without(obj[name], rest, protected, here) if rest else None
        if inner is None or inner in ({}, []):
            return {key: value for key, value in obj.items() if key != name}
        return {**obj, name: inner}
    if not isinstance(obj, list):
        return obj
    return _without_item(obj, path, protected, here)


def _without_item(items: list[Any], path: Path, protected: FieldSet, here: Path) -> list[Any]:
    wanted, rest = json.loads(path[0][2:]), path[1:]
    kept = []
    for item in items:
        if not matches(item, wanted):
            kept.append(item)
        elif rest and rest != (".",):
            kept.append(without(item, rest, protected, here))
        elif rest and any(other[: len(here)] == here for other in protected):
            kept.append(item)
    return kept


def encode_fields(paths: Iterable[Path]) -> Json:
    """Return a set in the form of FieldsV1."""
    root: Json = {}
    for path in sorted(paths):
        node = root
        for step in path:
            node = node.setdefault(step, {})
    return root


def decode_fields(fields: Json, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of a set in the form of FieldsV1."""
    for step, inner in fields.items():
        if inner:
            yield from decode_fields(inner, (*path, step))
        else:
            yield (*path, step)


def readable(path: Path) -> str:
    """Return a path as conflicts show it: `.spec.containers[name="a"].image`."""
    text = ""
    for step in path:
        kind, rest = step[:2], step[2:]
        if kind == "f:":
            text += f".{rest}"
        elif kind == "k:":
            keys = json.loads(rest)
            text += "[" + ",".join(f"{key}={json.dumps(keys[key])}" for key in keys) + "]"
        elif kind == "v:":
            text += f"[={rest}]"
    return text
