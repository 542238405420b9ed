"""The fields of built-in objects: whether they exist and have the right type.

A real API server decodes built-in objects into Go types and refuses what does not fit. Clients rely
on it: they decode what they read into types of their own.
"""

from collections.abc import Iterator
from functools import cache

from grove_tui.demo.openapi.models import inlined, model_for
from grove_tui.demo.schema import Schema
from grove_tui.demo.statuses import Json, Violation, bad_request

_METADATA = "V1ObjectMeta"
_MISSING = "FieldValueRequired"


@cache
def _model_schema(model: str) -> Schema | None:
    try:
        return Schema(inlined(model))
    except (KeyError, OSError, ValueError):
        return None


def _schema(group: str, version: str, kind: str) -> Schema | None:
    model = model_for(group, version, kind)
    return _model_schema(model) if model is not None else None


def unknown_fields(group: str, version: str, kind: str, obj: Json) -> list[str]:
    """Return the paths of fields that a built-in kind does not have."""
    schema = _schema(group, version, kind)
    return list(schema.unknown(obj)) if schema is not None else []


def misfits(group: str, version: str, kind: str, obj: Json) -> Iterator[Violation]:
    """Yield fields of a built-in object with a value of another type, or required and missing.

    What is missing in a status is not told: the Go types fill it in.
    """
    schema = _schema(group, version, kind)
    for problem in schema.validate(obj) if schema is not None else ():
        if problem.reason != _MISSING or not problem.field.startswith("status."):
            yield problem


def unknown_metadata(metadata: Json) -> list[str]:
    """Return the paths of fields that no object has in its metadata."""
    schema = _model_schema(_METADATA)
    return list(schema.unknown(metadata, "metadata")) if schema is not None else []


def metadata_misfits(metadata: Json) -> Iterator[Violation]:
    """Yield fields of an object's metadata of another type, or required and missing."""
    schema = _model_schema(_METADATA)
    if schema is not None:
        yield from schema.validate(metadata, "metadata")


def typed(model: str, obj: Json) -> Json:
    """Return an object that is not stored, such as DeleteOptions, if its fields fit.

    Raises:
        BadRequest: A value has another type.
    """
    schema = _model_schema(model)
    for problem in schema.validate(obj) if schema is not None else ():
        if problem.reason != _MISSING:
            raise bad_request(f"the body cannot be handled: {problem.detail}")
    return obj
