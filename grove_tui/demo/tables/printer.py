"""What a resource needs to be shown as a table: columns, and the cells of one object."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grove_tui.demo.statuses import Json

Cells = Callable[[Json, datetime], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `priority` 1 shows it in wide output only."""

    name: str
    type: str = "string"
    priority: int = 0
    description: str = ""
    format: str = ""

    def definition(self) -> Json:
        """Return the column as a Table describes it."""
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format or ("name" if self.name == "Name" else ""),
            "description": self.description or f"{self.name} of the object",
            "priority": self.priority,
        }


@dataclass(frozen=True, slots=True)
class Printer:
    """Turns objects of one resource into rows."""

    columns: tuple[Column, ...]
    cells: Cells


def columns(
    *names: str, wide: Sequence[str] = (), integers: Sequence[str] = ()
) -> tuple[Column, ...]:
    """Return columns by name: first the ones always shown, then the `wide` ones."""
    always = [Column(name, "integer" if name in integers else "string") for name in names]
    return (*always, *(Column(name, priority=1) for name in wide))


def at(obj: Any, *path: str, default: Any = None) -> Any:
    """Return the value at a path of field names, or `default` where it is missing or null."""
    for name in path:
        obj = obj.get(name) if isinstance(obj, dict) else None
    return default if obj is None else obj
