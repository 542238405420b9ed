"""Objects without what nobody else may read, for files that leave this machine.

A recording is what people attach to a bug report, so it holds no values of environment variables,
nothing that such values are read from in bulk, no data of Secrets or ConfigMaps, no HTTP headers of
probes, no arguments that look like credentials, and no copy of a manifest in an annotation.
"""

import re
from collections.abc import Mapping
from typing import Any

COVER = "••••"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_DROPPED = frozenset({"envFrom", "data", "stringData", "binaryData", "managedFields"})
_COVERED_ITEMS = frozenset({"env", "httpHeaders"})
_COVERED_TEXTS = frozenset({"args", "command"})
_CREDENTIAL = re.compile(
    r"(?i)((?:token|password|passwd|secret|api[-_]?key|credential)[\w.-]*[\"']?\s*[:=]\s*[\"']?)\S+"
)
_CREDENTIAL_FLAG = re.compile(r"(?i)-+[\w.-]*(?:token|password|passwd|secret|api[-_]?key)[\w.-]*")


def stripped(value: Any) -> Any:
    """Return a JSON value without secrets; what remains is unchanged."""
    if isinstance(value, Mapping):
        return {
            key: _stripped_field(key, item)
            for key, item in value.items()
            if key not in _DROPPED and not _is_manifest(key, item)
        }
    if isinstance(value, list | tuple):
        return [stripped(item) for item in value]
    return value


def _stripped_field(key: str, value: Any) -> Any:
    if key in _COVERED_ITEMS:
        return _covered_items(value)
    if key in _COVERED_TEXTS and isinstance(value, list | tuple):
        return _covered_arguments(value)
    return stripped(value)


def _is_manifest(key: str, value: Any) -> bool:
    """Tell whether an annotation repeats a manifest, which has its own environment in it."""
    return key == LAST_APPLIED or (isinstance(value, str) and '"env"' in value)


def _covered_items(value: Any) -> Any:
    """Return name-value pairs without their values; what is no such pair is dropped."""
    if not isinstance(value, list | tuple):
        return []
    return [_covered_item(item) for item in value if isinstance(item, Mapping)]


def _covered_item(item: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: item[key] for key in ("name", "valueFrom") if key in item}
    return {**kept, "value": COVER} if "value" in item else kept


def _covered_arguments(arguments: list[Any] | tuple[Any, ...]) -> list[Any]:
    covered: list[Any] = []
    follows = False
    for argument in arguments:
        text = str(argument)
        covered.append(COVER if follows else _CREDENTIAL.sub(rf"\1{COVER}", text))
        follows = _CREDENTIAL_FLAG.fullmatch(text) is not None
    return covered
