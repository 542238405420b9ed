"""Custom resources as rows: the columns of their definition, found by simple JSON paths."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from grove_tui.demo.definition import Definition, PrinterColumn
from grove_tui.demo.statuses import Json
from grove_tui.demo.storage import encode
from grove_tui.demo.tables.ages import age
from grove_tui.demo.tables.printer import Column, Printer

_STEP = re.compile(
    r"""\.(?P<name>(?:[^.\[\]\\]|\\.)+)
      | \[\?\(\s*@\.(?P<field>[\w.]+)\s*==\s*(?P<quote>['"])(?P<equals>.*?)(?P=quote)\s*\)\]
      | \[(?P<index>-?\d+)\]
      | \[(?P<all>\*)\]
      | \[(?P<bracket>['"])(?P<key>.*?)(?P=bracket)\]""",
    re.VERBOSE,
)
_Step = Callable[[Any], Iterable[Any]]


def custom_printer(definition: Definition) -> Printer:
    """Return the printer that a definition's columns ask for."""
    asked = definition.custom.columns if definition.custom is not None else ()
    shown = [Column(c.name, c.type, c.priority, c.description, c.format) for c in asked]
    readers = [_reader(column) for column in asked]

    def cells(obj: Json, now: datetime) -> Sequence[Any]:
        return [obj["metadata"]["name"], *(read(obj, now) for read in readers)]

    return Printer((Column("Name"), *shown), cells)


def _reader(column: PrinterColumn) -> Callable[[Json, datetime], Any]:
    steps = parse_path(column.json_path)

    def read(obj: Json, now: datetime) -> Any:
        found = find(steps, obj)
        return _cell(column.type, found[0], now) if found else None

    return read


def _cell(kind: str, value: Any, now: datetime) -> Any:
    if kind == "date":
        return age(value, now) if isinstance(value, str) else "<unknown>"
    return _text(value) if kind == "string" else value


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return encode(value).decode()


@lru_cache(maxsize=1024)
def parse_path(path: str) -> tuple[_Step, ...]:
    """Return the steps of a JSON path such as `.status.conditions[?(@.type=="A")].status`."""
    text = path.strip().removeprefix("{").removesuffix("}").removeprefix("$")
    steps: list[_Step] = []
    position = 0
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            return ()
        steps.append(_step(found))
        position = found.end()
    return tuple(steps)


def find(steps: Sequence[_Step], obj: Any) -> list[Any]:
    """Return the values that a path leads to."""
    values = [obj] if steps else []
    for step in steps:
        values = [inner for value in values for inner in step(value)]
    return values


def _step(found: "re.Match[str]") -> _Step:
    if found["index"]:
        return _by_index(int(found["index"]))
    if found["all"]:
        return lambda value: value if isinstance(value, list) else ()
    if found["field"]:
        return _by_filter(parse_path(f".{found['field']}"), found["equals"])
    return _by_name(found["key"] if found["bracket"] else re.sub(r"\\(.)", r"\1", found["name"]))


def _by_name(name: str) -> _Step:
    return lambda value: [value[name]] if isinstance(value, dict) and name in value else ()


def _by_index(index: int) -> _Step:
    def step(value: Any) -> Iterable[Any]:
        fits = isinstance(value, list) and -len(value) <= index < len(value)
        return [value[index]] if fits else ()

    return step


def _by_filter(path: Sequence[_Step], wanted: str) -> _Step:
    def step(value: Any) -> Iterable[Any]:
        items = value if isinstance(value, list) else ()
        return [item for item in items if wanted in find(path, item)]

    return step
