"""Lists: which revision a request means, selection, and pages that stay at one revision."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from grove_tui.demo.definition import Definition
from grove_tui.demo.selectors import Selector, selector
from grove_tui.demo.statuses import Json, bad_request, expired
from grove_tui.demo.storage import Storage, Stored, encode
from grove_tui.kube.errors import ApiError, Gone

_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You must "
    "start a new list without the continue parameter."
)


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: all of it, unless the request set a limit."""

    items: list[Stored]
    revision: int
    next_token: str = ""
    remaining: int = 0

    def metadata(self) -> Json:
        """Return the list's metadata."""
        found: Json = {"resourceVersion": str(self.revision)}
        if self.next_token:
            found["continue"] = self.next_token
        if self.remaining:
            found["remainingItemCount"] = self.remaining
        return found


def request_selector(
    definition: Definition, name: str, query: Mapping[str, str]
) -> Selector | None:
    """Return the selector of a list or watch; `name` narrows it to one object."""
    fields = query.get("fieldSelector", "")
    if name:
        fields = f"metadata.name={name}" + (f",{fields}" if fields else "")
    return selector(query.get("labelSelector", ""), fields, definition.resource)


def page(
    storage: Storage, definition: Definition, namespace: str, query: Mapping[str, str]
) -> Page:
    """Return what a list request asks for.

    Raises:
        BadRequest: A parameter cannot be read.
        Gone: The continue token or exact revision is older than the window.
        ApiError: 504, the revision lies in the future.
    """
    token = query.get("continue", "")
    revision, start = _read_token(token) if token else (_revision(storage, query), None)
    try:
        found = storage.state_at(definition.resource, revision, namespace)
    except Gone as error:
        raise expired(_TOO_OLD if token else error.message) from error
    chosen = request_selector(definition, "", query)
    if chosen is not None:
        found = [stored for stored in found if chosen(stored.object)]
    if start is not None:
        found = [stored for stored in found if stored.key[1:] > start]
    limit = _number(query.get("limit", ""), "limit")
    if not limit or len(found) <= limit:
        return Page(found, revision)
    items = found[:limit]
    remaining = 0 if chosen is not None else len(found) - limit
    return Page(items, revision, _write_token(revision, items[-1]), remaining)


def list_body(definition: Definition, found: Page) -> bytes:
    """Return a list as JSON, made of the items' stored JSON."""
    head = {
        "kind": definition.list_kind,
        "apiVersion": definition.api_version,
        "metadata": found.metadata(),
    }
    items = b",".join([stored.body for stored in found.items])
    return b'%s,"items":[%s]}' % (encode(head)[:-1], items)


def revision_parameter(query: Mapping[str, str]) -> int:
    """Return the resourceVersion of a request; 0 if it does not care."""
    return _number(query.get("resourceVersion", ""), "resourceVersion")


def _revision(storage: Storage, query: Mapping[str, str]) -> int:
    asked = revision_parameter(query)
    if asked > storage.revision:
        raise too_large(asked, storage.revision)
    exact = query.get("resourceVersionMatch") == "Exact"
    return asked if exact and asked else storage.revision


def too_large(asked: int, current: int) -> ApiError:
    """504 for a revision that has not happened."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    message = f"Timeout: Too large resource version: {asked}, current: {current}"
    return ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})


def _number(text: str, name: str) -> int:
    try:
        value = int(text or 0)
    except ValueError:
        value = -1
    if value < 0:
        raise bad_request(f'Invalid value: "{text}": {name} must be a number that is not negative')
    return value


def _write_token(revision: int, last: Stored) -> str:
    token = {"v": "meta.k8s.io/v1", "rv": revision, "start": list(last.key[1:])}
    return base64.urlsafe_b64encode(encode(token)).decode().rstrip("=")


class _Token(msgspec.Struct):
    rv: int
    start: tuple[str, str]


def _read_token(text: str) -> tuple[int, tuple[str, str]]:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        token = msgspec.json.decode(raw, type=_Token)
    except (binascii.Error, ValueError) as error:
        raise bad_request(f"continue key is not valid: {error}") from error
    return token.rv, token.start
