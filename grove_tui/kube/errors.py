"""What a request can raise.

    KubeError
    ├── Unreachable            no HTTP answer: refused, timed out, TLS failure
    ├── ConfigError            kubeconfig unreadable, context unknown
    └── ApiError               the server answered with a Status
        ├── BadRequest 400  Unauthorized 401  Forbidden 403  NotFound 404
        ├── Conflict 409 ── AlreadyExists
        ├── Gone 410  Invalid 422  TooManyRequests 429
        └── ServerError 5xx

The reason wins over the code where a Status has both, as in client-go's `apierrors`.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from grove_tui.kube.sanitize import clean_json, clean_text
from grove_tui.kube.transport import Response


class KubeError(Exception):
    """Base of everything that access to a cluster raises; `str()` is one sentence."""


class Unreachable(KubeError):
    """There was no HTTP answer from the server."""


class ConfigError(KubeError):
    """The kubeconfig cannot be used; the message says which file or context and why."""


class ApiError(KubeError):
    """The server refused; carries the Status it sent.

    Attributes:
        code: HTTP status code.
        reason: The Status' machine-readable reason, such as `NotFound`; may be empty.
        message: The server's sentence.
        details: The Status' `details` (kind, name, causes, retryAfterSeconds).
    """

    def __init__(
        self, code: int, reason: str, message: str, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message or reason or f"HTTP {code}")
        self.code = code
        self.reason = reason
        self.message = message
        self.details: Mapping[str, Any] = details or {}

    @property
    def causes(self) -> list[tuple[str, str]]:
        """The violations of a 422 as (field path, message), in the server's order."""
        causes = self.details.get("causes") or ()
        return [(str(c.get("field", "")), str(c.get("message", ""))) for c in causes]


class BadRequest(ApiError):
    """400."""


class Unauthorized(ApiError):
    """401: no or wrong credentials."""

    def __str__(self) -> str:
        return "the credentials were not accepted (401); log in again, or renew the kubeconfig"


class Forbidden(ApiError):
    """403: the user may not do this; the message names verb and resource."""


class NotFound(ApiError):
    """404."""


class Conflict(ApiError):
    """409: the object changed, or a precondition (uid, resourceVersion) failed."""


class AlreadyExists(Conflict):
    """409 with reason AlreadyExists."""


class Gone(ApiError):
    """410: the resourceVersion or continue token is too old; list again."""


class Invalid(ApiError):
    """422: `causes` names each field."""


class TooManyRequests(ApiError):
    """429: slow down for `retry_after` seconds."""

    @property
    def retry_after(self) -> float:
        """Seconds the server asks to wait; 1 when it does not say."""
        return float(self.details.get("retryAfterSeconds") or 1)


class ServerError(ApiError):
    """5xx."""


_BY_CODE: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    429: TooManyRequests,
}
_BY_REASON: dict[str, type[ApiError]] = {
    "AlreadyExists": AlreadyExists,
    "Expired": Gone,
    "Gone": Gone,
}


def from_status(
    code: int, status: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> ApiError:
    """Build the error for a decoded Status object.

    Args:
        code: HTTP status code, used where the Status has none.
        status: The Status object as JSON.
        headers: Response headers (lower case), for `retry-after` in seconds.
    """
    code = int(status.get("code") or code)
    reason = str(status.get("reason") or "")
    details = dict(status.get("details") or {})
    retry_after = (headers or {}).get("retry-after", "")
    if retry_after.isdigit():
        details.setdefault("retryAfterSeconds", int(retry_after))
    kind = _BY_REASON.get(reason) or _BY_CODE.get(code)
    if kind is None:
        kind = ServerError if code >= 500 else ApiError
    return kind(code, reason, str(status.get("message") or ""), details)


def from_response(response: Response) -> ApiError:
    """Build the error for a refused request; bodies that are no Status become its message.

    What it says is clean of control characters: admission webhooks write into it what they like.
    """
    try:
        status = msgspec.json.decode(clean_json(response.body))
    except msgspec.DecodeError:
        status = None
    if not isinstance(status, dict) or status.get("kind") != "Status":
        text = " ".join(clean_text(response.body[:200].decode("utf-8", "replace")).split())
        status = {"message": text or f"the server answered HTTP {response.status}"}
    return from_status(response.status, status, response.headers)
