"""Formats of names, labels and annotations, with Kubernetes' own limits."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from grove_tui.api.validation.errors import FieldError, invalid

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_DNS1123_LABEL = re.compile(_LABEL)
_DNS1123_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_DNS1035_LABEL = re.compile("[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED_NAME = re.compile(_QUALIFIED)
_LABEL_VALUE = re.compile(f"({_QUALIFIED})?")
_ENV_NAME = re.compile("[-._a-zA-Z][-._a-zA-Z0-9]*")

_MAX_LABEL = 63
_MAX_SUBDOMAIN = 253
_MAX_ANNOTATIONS = 256 * 1024

_LABEL_DETAIL = (
    "must consist of lower case letters, digits and '-', and start and end with a letter or digit"
)


def is_subdomain(name: str) -> bool:
    """Tell whether `name` is a DNS-1123 subdomain."""
    return len(name) <= _MAX_SUBDOMAIN and bool(_DNS1123_SUBDOMAIN.fullmatch(name))


def dns1123_label(field: str, name: str) -> Iterator[FieldError]:
    """Check a name that becomes part of pods' hostnames."""
    if not _DNS1123_LABEL.fullmatch(name):
        yield invalid(field, name, f"a DNS-1123 label {_LABEL_DETAIL}")
    if len(name) > _MAX_LABEL:
        yield invalid(field, name, f"must be no more than {_MAX_LABEL} characters")


def dns1123_subdomain(field: str, name: str) -> Iterator[FieldError]:
    """Check the name of an object."""
    if len(name) > _MAX_SUBDOMAIN:
        yield invalid(field, name, f"must be no more than {_MAX_SUBDOMAIN} characters")
    elif not is_subdomain(name):
        yield invalid(
            field,
            name,
            "a DNS-1123 subdomain must consist of lower case letters, digits, '-' or '.', "
            "and start and end with a letter or digit",
        )


def is_dns1035_label(name: str) -> bool:
    """Tell whether `name` is a DNS-1035 label, as names of Services must be."""
    return bool(_DNS1035_LABEL.fullmatch(name))


def env_name(field: str, name: str) -> Iterator[FieldError]:
    """Check the name of an environment variable."""
    if not _ENV_NAME.fullmatch(name) or name.startswith("..") or name == ".":
        yield invalid(
            field,
            name,
            "a valid environment variable name must consist of letters, digits, '_', '-' or '.', "
            "and must not start with a digit",
        )


def labels(field: str, value: Any) -> Iterator[FieldError]:
    """Check labels; anything but text is left to type checks."""
    if not isinstance(value, Mapping):
        return
    for key, item in value.items():
        yield from _qualified_name(field, str(key))
        if not isinstance(item, str):
            continue
        if len(item) > _MAX_LABEL or not _LABEL_VALUE.fullmatch(item):
            yield invalid(
                f"{field}[{key}]",
                item,
                f"a label value has up to {_MAX_LABEL} letters, digits, '-', '_' or '.', "
                "and starts and ends with a letter or digit",
            )


def annotations(field: str, value: Any) -> Iterator[FieldError]:
    """Check annotations; anything but text is left to type checks."""
    if not isinstance(value, Mapping):
        return
    size = 0
    for key, item in value.items():
        yield from _qualified_name(field, str(key).lower(), shown=str(key))
        size += len(str(key).encode(errors="replace"))
        size += len(item.encode(errors="replace")) if isinstance(item, str) else 0
    if size > _MAX_ANNOTATIONS:
        yield invalid(field, f"{size} bytes", f"must have at most {_MAX_ANNOTATIONS} bytes")


def _qualified_name(field: str, key: str, shown: str = "") -> Iterator[FieldError]:
    prefix, slash, name = key.rpartition("/")
    is_name = len(name) <= _MAX_LABEL and _QUALIFIED_NAME.fullmatch(name)
    if not is_name or (slash and not is_subdomain(prefix)):
        yield invalid(
            field,
            shown or key,
            "a key is a name of up to 63 letters, digits, '-', '_' or '.', starting and ending "
            "with a letter or digit, with an optional DNS subdomain prefix and '/'",
        )
