"""Refusals of the API server: building the errors and turning them into Status objects.

The sentences are the ones Kubernetes users know from kubectl, because scripts and people
match on them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from grove_tui.kube.errors import (
    AlreadyExists,
    ApiError,
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    ServerError,
    Unauthorized,
)

Json = dict[str, Any]


class FieldProblem(Protocol):
    """What any validation step reports about one field."""

    @property
    def field(self) -> str:
        """Path such as `spec.template.cliques[0].name`."""
        ...

    @property
    def reason(self) -> str:
        """One of Kubernetes' cause types, such as `FieldValueInvalid`."""
        ...

    @property
    def detail(self) -> str:
        """What is wrong, without the field or the value."""
        ...

    @property
    def value(self) -> Any:
        """The refused value; only some reasons show it."""
        ...


@dataclass(frozen=True, slots=True)
class Violation:
    """A field problem found by the server itself."""

    field: str
    detail: str
    reason: str = "FieldValueInvalid"
    value: Any = None


_TITLES = {
    "FieldValueInvalid": "Invalid value",
    "FieldValueTypeInvalid": "Invalid value",
    "FieldValueRequired": "Required value",
    "FieldValueDuplicate": "Duplicate value",
    "FieldValueForbidden": "Forbidden",
    "FieldValueNotSupported": "Unsupported value",
    "FieldValueNotFound": "Not found",
    "FieldValueTooMany": "Too many",
    "FieldValueTooLong": "Too long",
}
_WITHOUT_VALUE = {"FieldValueRequired", "FieldValueForbidden", "FieldValueTooLong"}


def describe_problem(problem: FieldProblem) -> str:
    """Return a problem as kubectl prints it after its field: `Invalid value: -1: must be …`."""
    parts = [_TITLES.get(problem.reason, "Invalid value")]
    if problem.reason not in _WITHOUT_VALUE:
        parts.append(json.dumps(problem.value, ensure_ascii=False, separators=(",", ":")))
    if problem.detail:
        parts.append(problem.detail)
    return ": ".join(parts)


def invalid(kind: str, group: str, name: str, problems: Sequence[FieldProblem]) -> Invalid:
    """422 that lists every violation with its field path."""
    sentences = [f"{p.field}: {describe_problem(p)}" for p in problems]
    listed = sentences[0] if len(sentences) == 1 else f"[{', '.join(sentences)}]"
    qualified = f"{kind}.{group}" if group else kind
    causes = [
        {"reason": p.reason, "message": describe_problem(p), "field": p.field} for p in problems
    ]
    details = {"name": name, "group": group, "kind": kind, "causes": causes}
    return Invalid(422, "Invalid", f'{qualified} "{name}" is invalid: {listed}', details)


def not_found(plural: str, group: str, name: str) -> NotFound:
    """404 for a named object."""
    details = {"name": name, "group": group, "kind": plural}
    message = f'{qualify(plural, group)} "{name}" not found'
    return NotFound(404, "NotFound", message, details)


def no_such_path() -> NotFound:
    """404 for a path that serves nothing."""
    return NotFound(404, "NotFound", "the server could not find the requested resource")


def already_exists(plural: str, group: str, name: str) -> AlreadyExists:
    """409 for a name that is taken."""
    details = {"name": name, "group": group, "kind": plural}
    message = f'{qualify(plural, group)} "{name}" already exists'
    return AlreadyExists(409, "AlreadyExists", message, details)


def conflict(plural: str, group: str, name: str, why: str = "") -> Conflict:
    """409 for a write that is based on another version or meant another object."""
    why = why or (
        "the object has been modified; please apply your changes to the latest version "
        "and try again"
    )
    details = {"name": name, "group": group, "kind": plural}
    message = f'Operation cannot be fulfilled on {qualify(plural, group)} "{name}": {why}'
    return Conflict(409, "Conflict", message, details)


def forbidden(plural: str, group: str, name: str, why: str) -> Forbidden:
    """403 with the reason; `name` may be empty for requests on a whole collection."""
    subject = qualify(plural, group) + (f' "{name}"' if name else "")
    details = {"name": name, "group": group, "kind": plural}
    return Forbidden(403, "Forbidden", f"{subject} is forbidden: {why}", details)


def bad_request(message: str) -> BadRequest:
    """400."""
    return BadRequest(400, "BadRequest", message)


def unauthorized() -> Unauthorized:
    """401."""
    return Unauthorized(401, "Unauthorized", "Unauthorized")


def method_not_allowed() -> ApiError:
    """405."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message)


def not_acceptable(offered: Iterable[str]) -> ApiError:
    """406 that names what could be asked for."""
    message = f"only the following media types are accepted: {', '.join(offered)}"
    return ApiError(406, "NotAcceptable", message)


def unsupported_media_type(accepted: Iterable[str]) -> ApiError:
    """415 that names what could be sent."""
    message = (
        "the body of the request was in an unknown format - accepted media types include: "
        + ", ".join(accepted)
    )
    return ApiError(415, "UnsupportedMediaType", message)


def expired(message: str) -> Gone:
    """410 that makes a client list again."""
    return Gone(410, "Expired", message)


def internal(message: str) -> ServerError:
    """500."""
    return ServerError(500, "InternalError", f"Internal error occurred: {message}")


def qualify(plural: str, group: str) -> str:
    """Return `podcliques.grove.io`, or the bare plural in the core group."""
    return f"{plural}.{group}" if group else plural


def to_status(error: ApiError) -> Json:
    """Return the Status object that tells a client about `error`."""
    status: Json = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": error.message,
        "reason": error.reason,
    }
    details = {key: value for key, value in error.details.items() if value}
    if details:
        status["details"] = details
    status["code"] = error.code
    return status


def success(plural: str, group: str, name: str, uid: str) -> Json:
    """Return the Status for an object that is gone."""
    details = {"name": name, "group": group, "kind": plural, "uid": uid}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: value for key, value in details.items() if value},
    }
