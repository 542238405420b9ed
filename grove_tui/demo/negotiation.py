"""Which form of an answer a client accepts, and how a body that it sent is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import yaml

from grove_tui.demo.protobuf import PROTOBUF, read_protobuf
from grove_tui.demo.statuses import Json, bad_request, not_acceptable, unsupported_media_type
from grove_tui.demo.storage import decode

JSON = "application/json"
YAML = "application/yaml"
_OFFERED = (JSON, YAML)
_BODY_TYPES = {"", JSON, YAML, "application/x-yaml", "text/yaml"}


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer: its media type, and `as` what an object is shown."""

    media_type: str = JSON
    shown_as: str = ""


@lru_cache(maxsize=256)
def negotiate(accept: str) -> Form:
    """Return the first form in an Accept header that the server has.

    Raises:
        ApiError: 406, there is none.
    """
    if not accept:
        return Form()
    for choice in accept.split(","):
        media_type, *parameters = (part.strip() for part in choice.split(";"))
        given = dict(p.partition("=")[::2] for p in parameters)
        if media_type in ("*/*", "application/*"):
            return Form()
        if media_type in _OFFERED and given.get("v", "v1") == "v1":
            return Form(media_type, given.get("as", ""))
    raise not_acceptable(_OFFERED)


class _Loader(yaml.CSafeLoader):
    """YAML as Kubernetes reads it: a timestamp stays the string that it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_object(body: bytes, headers: Mapping[str, str]) -> Json:
    """Return the object in a request's body.

    Raises:
        BadRequest: It is not readable, or no object.
        ApiError: 415, it is neither JSON nor YAML, nor protobuf of a known kind.
    """
    media_type = headers.get("content-type", "").partition(";")[0].strip()
    if media_type == PROTOBUF:
        return read_protobuf(body)
    if media_type not in _BODY_TYPES:
        raise unsupported_media_type((JSON, YAML))
    value = read_yaml(body) if media_type.endswith("yaml") else read_json(body)
    return as_object(value)


def as_object(value: Any) -> Json:
    """Return a decoded body if it looks like an object of the API.

    Raises:
        BadRequest: It does not.
    """
    if not isinstance(value, dict):
        raise bad_request("the body of the request must be an object")
    if not isinstance(value.get("metadata") or {}, dict):
        raise bad_request("metadata must be an object")
    return value


def read_json(body: bytes) -> Any:
    """Return the JSON value in `body`."""
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(f"couldn't decode the body of the request: {error}") from error


def read_yaml(body: bytes) -> Any:
    """Return the value in a YAML body; JSON is YAML too, and read faster as such."""
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return yaml.load(body, Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        sentence = " ".join(str(error).split())
        raise bad_request(f"error converting YAML to JSON: {sentence}") from error


def write_yaml(value: Any) -> bytes:
    """Return `value` as a YAML document."""
    return yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=True).encode()
