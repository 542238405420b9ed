"""Unknown fields of built-in objects, for requests that ask to have them reported."""

from functools import cache

from grove_tui.demo.openapi.models import inlined, model_for
from grove_tui.demo.schema import Schema
from grove_tui.demo.statuses import Json


@cache
def _schema(group: str, version: str, kind: str) -> Schema | None:
    try:
        model = model_for(group, version, kind)
        return Schema(inlined(model)) if model is not None else None
    except (KeyError, OSError, ValueError):
        return None


def unknown_fields(group: str, version: str, kind: str, obj: Json) -> list[str]:
    """Return the paths of fields that the kind does not have."""
    schema = _schema(group, version, kind)
    return list(schema.unknown(obj)) if schema is not None else []
