"""How objects are shown: as themselves, as a Table, or as their metadata only."""

from collections.abc import Mapping
from dataclasses import dataclass

from grove_tui.demo.definition import Definition
from grove_tui.demo.listing import Page, list_body
from grove_tui.demo.negotiation import JSON, Form
from grove_tui.demo.statuses import Json, not_acceptable
from grove_tui.demo.storage import Stored, encode
from grove_tui.demo.tables.rendering import META, partial, table
from grove_tui.demo.watch import Render
from grove_tui.kube.clock import Clock

_TABLE = "Table"
_PARTIAL = ("PartialObjectMetadata", "PartialObjectMetadataList")


@dataclass(frozen=True, slots=True)
class Shape:
    """The form in which one request wants the objects of one resource.

    Attributes:
        include: What a table's row carries of its object.
    """

    definition: Definition
    shown_as: str
    include: str
    clock: Clock

    def one(self, stored: Stored) -> bytes:
        """Return one object."""
        if not self.shown_as:
            return stored.body
        return encode(self._shown(stored))

    def page(self, page: Page) -> bytes:
        """Return a list."""
        if not self.shown_as:
            return list_body(self.definition, page)
        if self.shown_as == _TABLE:
            return encode(self._table(page.items, page.metadata()))
        head: Json = {"kind": "PartialObjectMetadataList", "apiVersion": META}
        items = [partial(stored.object) for stored in page.items]
        return encode({**head, "metadata": page.metadata(), "items": items})

    def renderer(self) -> Render | None:
        """Return what turns a watch's objects into lines; None for the objects themselves."""
        if not self.shown_as:
            return None
        return lambda kind, stored: self._line(kind, stored)

    def _line(self, kind: str, stored: Stored) -> bytes:
        if kind == "BOOKMARK" and self.shown_as == _TABLE:
            shown = self._table([], stored.object["metadata"])
            shown["rows"] = [{"cells": [], "object": partial(stored.object)}]
        else:
            shown = self._shown(stored)
        return encode({"type": kind, "object": shown}) + b"\n"

    def _shown(self, stored: Stored) -> Json:
        if self.shown_as == _TABLE:
            return self._table([stored], {"resourceVersion": str(stored.revision)})
        return partial(stored.object)

    def _table(self, items: list[Stored], metadata: Json) -> Json:
        return table(self.definition, items, metadata, self.clock(), self.include)


def shape_for(definition: Definition, form: Form, query: Mapping[str, str], clock: Clock) -> Shape:
    """Return the shape that a request asks for.

    Raises:
        ApiError: 406, there is no such shape.
    """
    if form.shown_as and form.shown_as not in (_TABLE, *_PARTIAL):
        raise not_acceptable([JSON])
    return Shape(definition, form.shown_as, query.get("includeObject", "Metadata"), clock)
