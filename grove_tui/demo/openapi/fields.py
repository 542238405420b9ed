"""The fields of built-in objects: whether they exist and have the right type.

A real API server decodes built-in objects into Go types and refuses what does not fit. Clients rely
on it: they decode what they read into types of their own.
"""

from collections.abc import Iterator
from functools import cache

from grove_tui.demo.openapi.models import inlined, model_for
from grove_tui.demo.schema import Schema
from grove_tui.demo.statuses import Json, Violation

_METADATA = "V1ObjectMeta"


@cache
def _schema(group: str, version: str, kind: str) -> Schema | None:
    try:
        model = model_for(group, version, kind)
        return Schema(inlined(model)) if model is not None else None
    except (KeyError, OSError, ValueError):
        return None


@cache
def _metadata_schema() -> Schema | None:
    try:
        return Schema(inlined(_METADATA))
    except (KeyError, OSError, ValueError):
        return None


def unknown_fields(group: str, version: str, kind: str, obj: Json) -> list[str]:
    """Return the paths of fields that a built-in kind does not have."""
    schema = _schema(group, version, kind)
    return list(schema.unknown(obj)) if schema is not None else []


def ill_typed_fields(group: str, version: str, kind: str, obj: Json) -> Iterator[Violation]:
    """Yield the fields of a built-in object that hold a value of another type."""
    schema = _schema(group, version, kind)
    if schema is not None:
        yield from schema.validate(obj)


def unknown_metadata(metadata: Json) -> list[str]:
    """Return the paths of fields that no object has in its metadata."""
    schema = _metadata_schema()
    return list(schema.unknown(metadata, "metadata")) if schema is not None else []


def ill_typed_metadata(metadata: Json) -> Iterator[Violation]:
    """Yield the fields of an object's metadata that hold a value of another type."""
    schema = _metadata_schema()
    if schema is not None:
        yield from schema.validate(metadata, "metadata")
