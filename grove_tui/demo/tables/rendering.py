"""Table objects: columns and rows as kubectl asks for them."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from grove_tui.demo.definition import Definition
from grove_tui.demo.statuses import Json
from grove_tui.demo.storage import Stored
from grove_tui.demo.tables.builtin import DEFAULT_PRINTER, PRINTERS
from grove_tui.demo.tables.custom import custom_printer
from grove_tui.demo.tables.printer import Printer

META = "meta.k8s.io/v1"


@lru_cache(maxsize=128)
def printer_for(definition: Definition) -> Printer:
    """Return what prints a resource."""
    if definition.custom is not None:
        return custom_printer(definition)
    return PRINTERS.get(definition.resource, DEFAULT_PRINTER)


def partial(obj: Json) -> Json:
    """Return an object's metadata as an object of its own."""
    return {"kind": "PartialObjectMetadata", "apiVersion": META, "metadata": obj["metadata"]}


def table(
    definition: Definition, items: Iterable[Stored], metadata: Json, now: datetime, include: str
) -> Json:
    """Return a Table.

    Args:
        definition: The resource of the items.
        items: What becomes rows.
        metadata: The list's, or the one object's revision.
        now: What ages count from.
        include: What a row carries of its object: `Metadata`, `Object` or `None`.
    """
    printer = printer_for(definition)
    return {
        "kind": "Table",
        "apiVersion": META,
        "metadata": metadata,
        "columnDefinitions": [column.definition() for column in printer.columns],
        "rows": [_row(printer, stored.object, now, include) for stored in items],
    }


def _row(printer: Printer, obj: Json, now: datetime, include: str) -> Json:
    try:
        cells = list(printer.cells(obj, now))
    except (KeyError, TypeError, AttributeError, ValueError):
        # One odd object must not hide all others.
        cells = [obj["metadata"]["name"], *[None] * (len(printer.columns) - 1)]
    row: Json = {"cells": cells}
    if include == "Object":
        row["object"] = obj
    elif include != "None":
        row["object"] = partial(obj)
    return row
