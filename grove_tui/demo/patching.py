"""PATCH requests: from a content type and body to a change of an object."""

from grove_tui.demo.definition import Definition
from grove_tui.demo.negotiation import read_json
from grove_tui.demo.patch import json_patch, merge_patch
from grove_tui.demo.registry.registry import Change
from grove_tui.demo.statuses import Json, bad_request, unsupported_media_type
from grove_tui.demo.strategic import strategic_merge
from grove_tui.kube.transport import Request

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


def media_type(request: Request) -> str:
    """Return the content type of a request without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip()


def changed_by(definition: Definition, request: Request) -> Change:
    """Return the change that a patch makes.

    Raises:
        BadRequest: The patch cannot be read.
        ApiError: 415, the resource does not take this kind of patch.
    """
    kind = media_type(request)
    accepted = [JSON_PATCH, MERGE_PATCH]
    if definition.custom is None:
        accepted.append(STRATEGIC_PATCH)
    if kind not in accepted:
        raise unsupported_media_type([*accepted, APPLY_PATCH])
    patch = read_json(request.body)
    if kind == JSON_PATCH:
        return lambda old: _object(json_patch(old, patch))
    if not isinstance(patch, dict):
        raise bad_request("error decoding patch: a patch of this type is an object")
    if kind == MERGE_PATCH:
        return lambda old: _object(merge_patch(old, patch))
    return lambda old: _object(_merged(old, patch))


def _merged(old: Json, patch: Json) -> Json:
    try:
        return strategic_merge(old, patch)
    except (TypeError, AttributeError) as error:
        raise bad_request(f"the patch does not fit the object: {error}") from error


def _object(value: object) -> Json:
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        raise bad_request("the patch leaves no object with metadata")
    return value
