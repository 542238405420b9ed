"""Answers of the API: complete ones, and ones that are still being written."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from grove_tui.demo.negotiation import JSON, YAML, Form, write_yaml
from grove_tui.demo.statuses import to_status
from grove_tui.demo.storage import decode, encode
from grove_tui.kube.errors import ApiError
from grove_tui.kube.transport import Response


@dataclass(frozen=True, slots=True, eq=False)
class LiveAnswer:
    """An answer without an end: a watch or a followed log.

    Attributes:
        close: Ends it early.
        resource: The group-qualified plural of what it is about.
    """

    chunks: AsyncIterator[bytes]
    close: Callable[[], None]
    resource: str
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": JSON})
    status: int = 200


Answer = Response | LiveAnswer


def answer_json(value: object, status: int = 200, form: Form | None = None) -> Response:
    """Return `value` as an answer in the form that was asked for."""
    return answer_bytes(encode(value), status, form)


def answer_bytes(
    body: bytes, status: int = 200, form: Form | None = None, warnings: Sequence[str] = ()
) -> Response:
    """Return ready JSON as an answer in the form that was asked for."""
    media_type = JSON
    if form is not None and form.media_type == YAML:
        media_type, body = YAML, write_yaml(decode(body))
    headers = {"content-type": media_type}
    if warnings:
        headers["warning"] = ", ".join(f'299 - "{_quoted(text)}"' for text in warnings)
    return Response(status, headers, body)


def answer_text(text: str, status: int = 200) -> Response:
    """Return plain text."""
    return Response(status, {"content-type": "text/plain; charset=utf-8"}, text.encode())


def answer_error(error: ApiError) -> Response:
    """Return the Status for a refusal."""
    response = answer_json(to_status(error), error.code)
    retry_after = error.details.get("retryAfterSeconds")
    if retry_after:
        headers = {**response.headers, "retry-after": str(retry_after)}
        return Response(response.status, headers, response.body)
    return response


def _quoted(text: str) -> str:
    flat = " ".join(text.split())
    return flat.replace("\\", "\\\\").replace('"', '\\"')
