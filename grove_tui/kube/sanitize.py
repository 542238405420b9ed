"""Text from a cluster, made safe for a terminal at the place where it enters.

Event messages, logs, annotations and container arguments can carry escape sequences,
bidirectional marks and line separators that a terminal would obey. JSON is checked with one scan
of its bytes and rebuilt only when it holds such a character, so clean data costs one
regular-expression pass.
"""

import re
from typing import Any

import msgspec

_UNSAFE_JSON = re.compile(
    rb"\\u00(?:[01][0-9a-fA-F]|7[fF]|[89][0-9a-fA-F])|\\[bfr]|\\u20(?:0[eEfF]|2[89a-eA-E])"
    rb"|\\u206[6-9]|\\u061[cC]|\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]"
    rb"|\xe2\x81[\xa6-\xa9]"
)
_UNSAFE_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def clean_text(text: str) -> str:
    """Return `text` with control characters replaced; newline and tab stay."""
    return _UNSAFE_TEXT.sub(REPLACEMENT, text) if _UNSAFE_TEXT.search(text) else text


def clean_value(value: Any) -> Any:
    """Return a JSON value in which every string and key is clean."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(key): clean_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_value(item) for item in value]
    return value


def clean_json(data: bytes) -> bytes:
    """Return JSON `data` without control characters in its strings.

    Raises:
        msgspec.DecodeError: The data holds a suspicious character and is not JSON.
    """
    # Most objects have neither escapes nor anything but ASCII, which is seen much faster.
    if data.isascii() and b"\\" not in data and b"\x7f" not in data:
        return data
    if not _UNSAFE_JSON.search(data):
        return data
    return msgspec.json.encode(clean_value(msgspec.json.decode(data)))
