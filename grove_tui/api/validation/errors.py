"""One violation, in the words of the Kubernetes API."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field as dataclass_field
from enum import StrEnum
from typing import Any

_MAX_VALUE_LENGTH = 120


class Reason(StrEnum):
    """Kinds of violations, as the causes of a Status name them."""

    INVALID = "FieldValueInvalid"
    REQUIRED = "FieldValueRequired"
    DUPLICATE = "FieldValueDuplicate"
    FORBIDDEN = "FieldValueForbidden"
    NOT_SUPPORTED = "FieldValueNotSupported"
    TYPE_INVALID = "FieldValueTypeInvalid"


_TITLES = {
    Reason.INVALID: "Invalid value",
    Reason.REQUIRED: "Required value",
    Reason.DUPLICATE: "Duplicate value",
    Reason.FORBIDDEN: "Forbidden",
    Reason.NOT_SUPPORTED: "Unsupported value",
    Reason.TYPE_INVALID: "Invalid value",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """A violation of one rule by one field.

    Attributes:
        field: Path of the field, such as `spec.template.cliques[0].spec.minAvailable`.
        reason: Kind of the violation.
        detail: What the rule asks for.
        value: The value found; meaningless for required and forbidden fields.
    """

    field: str
    reason: Reason
    detail: str = ""
    value: Any = dataclass_field(default=None, hash=False)

    @property
    def message(self) -> str:
        """The violation without its field, as the causes of a Status have it."""
        parts = [_TITLES[self.reason]]
        if self.reason not in {Reason.REQUIRED, Reason.FORBIDDEN}:
            parts.append(_shown(self.value))
        return ": ".join([*parts, self.detail] if self.detail else parts)

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


def invalid(field: str, value: Any, detail: str) -> FieldError:
    """Return the violation of a value that breaks a rule."""
    return FieldError(field, Reason.INVALID, detail, value)


def required(field: str, detail: str = "") -> FieldError:
    """Return the violation of a value that is missing."""
    return FieldError(field, Reason.REQUIRED, detail)


def duplicate(field: str, value: Any) -> FieldError:
    """Return the violation of a value that must be unique."""
    return FieldError(field, Reason.DUPLICATE, "", value)


def forbidden(field: str, detail: str) -> FieldError:
    """Return the violation of a field that must not be set or changed."""
    return FieldError(field, Reason.FORBIDDEN, detail)


def immutable(field: str, value: Any) -> FieldError:
    """Return the violation of a field that must not change."""
    return FieldError(field, Reason.INVALID, "field is immutable", value)


def not_supported(field: str, value: Any, supported: Iterable[str]) -> FieldError:
    """Return the violation of a value outside a closed set."""
    values = ", ".join(f'"{item}"' for item in supported)
    return FieldError(field, Reason.NOT_SUPPORTED, f"supported values: {values}", value)


def _shown(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = "..."
    return text if len(text) <= _MAX_VALUE_LENGTH else text[: _MAX_VALUE_LENGTH - 3] + "..."
