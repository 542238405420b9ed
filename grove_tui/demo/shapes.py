"""How objects are shown: as themselves, as a Table, or as their metadata only."""

from collections.abc import Callable, Mapping

from grove_tui.demo.definition import Definition
from grove_tui.demo.listing import Page, list_body
from grove_tui.demo.negotiation import Form
from grove_tui.demo.statuses import Json, not_acceptable
from grove_tui.demo.storage import Stored, encode
from grove_tui.demo.watch import Render

_PARTIAL = "PartialObjectMetadata"
_META = "meta.k8s.io/v1"


def object_body(definition: Definition, form: Form, stored: Stored, now: str) -> bytes:
    """Return one object in the form that was asked for."""
    match form.shown_as:
        case "":
            return stored.body
        case "PartialObjectMetadata":
            return encode(_partial(stored.object))
    raise not_acceptable(["application/json"])


def page_body(
    definition: Definition, form: Form, page: Page, now: str, query: Mapping[str, str]
) -> bytes:
    """Return a list in the form that was asked for."""
    match form.shown_as:
        case "":
            return list_body(definition, page)
        case "PartialObjectMetadataList":
            items = [_partial(stored.object) for stored in page.items]
            head: Json = {"kind": f"{_PARTIAL}List", "apiVersion": _META}
            return encode({**head, "metadata": page.metadata(), "items": items})
    raise not_acceptable(["application/json"])


def renderer(
    definition: Definition, form: Form, now: Callable[[], str], query: Mapping[str, str]
) -> Render | None:
    """Return what turns a watch's objects into lines; None for the objects themselves."""
    match form.shown_as:
        case "":
            return None
        case "PartialObjectMetadata":
            return lambda kind, stored: _line(kind, _partial(stored.object))
    raise not_acceptable(["application/json"])


def _partial(obj: Json) -> Json:
    return {"kind": _PARTIAL, "apiVersion": _META, "metadata": obj["metadata"]}


def _line(kind: str, obj: Json) -> bytes:
    return encode({"type": kind, "object": obj}) + b"\n"
