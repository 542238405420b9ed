"""Types, required fields and bounds, as the models have them.

The models are imported when first needed: nobody pays for pydantic at start-up.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from grove_tui.api.validation.errors import FieldError, Reason, invalid, not_supported, required

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

_MAPS = {"labels", "annotations", "nodeSelector"}


def check(kind: str, obj: Any) -> Iterator[FieldError]:
    """Check an object's fields, its status left out, against the model of its kind."""
    from pydantic import ValidationError

    judged = {k: v for k, v in obj.items() if k != "status"} if isinstance(obj, dict) else obj
    try:
        _model(kind).model_validate(judged)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            yield _field_error(details)


@cache
def _model(kind: str) -> "type[BaseModel]":
    from grove_tui.api import models

    return getattr(models, kind)  # type: ignore[no-any-return]


def path_of(location: tuple[int | str, ...]) -> str:
    """Return a path as Kubernetes writes it: indexes and keys of maps in brackets."""
    path = ""
    previous: int | str = ""
    for part in location:
        if part == "[key]":
            break
        if isinstance(part, int) or previous in _MAPS:
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
        previous = part
    return path


def _field_error(details: "ErrorDetails") -> FieldError:
    field, value = path_of(details["loc"]), details["input"]
    type_, context = details["type"], details.get("ctx", {})
    if type_ == "missing":
        return required(field)
    if type_ == "literal_error":
        return not_supported(field, value, re.findall("'([^']*)'", str(context.get("expected"))))
    if type_.endswith(("_type", "_parsing", "_parsing_size")):
        return FieldError(field, Reason.TYPE_INVALID, _expected(type_), value)
    return invalid(field, value, _bound(type_, context) or details["msg"].replace("should", "must"))


def _bound(type_: str, context: Mapping[str, Any]) -> str:
    match type_:
        case "greater_than_equal":
            return f"must be greater than or equal to {context['ge']}"
        case "less_than_equal":
            return f"must be less than or equal to {context['le']}"
        case _:
            return ""


_JSON_TYPES = {"int": "an integer", "string": "a string", "bool": "a boolean", "list": "an array"}


def _expected(type_: str) -> str:
    return f"must be {_JSON_TYPES.get(type_.split('_')[0], 'an object')}"
