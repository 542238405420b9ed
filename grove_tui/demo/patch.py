"""JSON patch (RFC 6902) and JSON merge patch (RFC 7396).

Both return a new value that shares every unchanged part with the old one, which is never changed:
stored objects are read by others, and sharing is what makes a small patch of a large pod cheap.
"""

from collections.abc import Callable, Sequence
from typing import Any

from grove_tui.demo.statuses import bad_request
from grove_tui.kube.errors import ApiError

_MAX_OPERATIONS = 10_000


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply a merge patch: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def json_patch(target: Any, operations: Any) -> Any:
    """Apply a list of JSON patch operations.

    Raises:
        BadRequest: It is not a JSON patch.
        ApiError: 422, an operation does not fit the object, or a `test` does not hold.
    """
    if not isinstance(operations, list) or not all(isinstance(op, dict) for op in operations):
        raise bad_request("error decoding patch: a JSON patch is a list of operations")
    if len(operations) > _MAX_OPERATIONS:
        message = f"The allowed maximum operations in a JSON patch is {_MAX_OPERATIONS}"
        raise ApiError(413, "RequestEntityTooLarge", message)
    for operation in operations:
        apply = _OPERATIONS.get(str(operation.get("op")))
        pointers = (operation.get("path"), operation.get("from", ""))
        if apply is None or not all(isinstance(pointer, str) for pointer in pointers):
            raise bad_request(f"error decoding patch: unexpected operation {operation}")
        try:
            target = apply(target, operation)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise _does_not_fit(operation) from error
    return target


def _does_not_fit(operation: dict[str, Any]) -> ApiError:
    message = "the server rejected our request due to an error in our request"
    cause = {
        "reason": "FieldValueInvalid",
        "field": "patch",
        "message": f"{operation['op']} operation does not apply: {operation['path']}",
    }
    return ApiError(422, "Invalid", message, {"causes": [cause]})


def _tokens(pointer: str) -> list[str]:
    if pointer == "":
        return []
    if not pointer.startswith("/"):
        raise ValueError(pointer)
    return [t.replace("~1", "/").replace("~0", "~") for t in pointer[1:].split("/")]


def _find(document: Any, tokens: Sequence[str]) -> Any:
    for token in tokens:
        document = document[_index(document, token) if isinstance(document, list) else token]
    return document


def _index(container: list[Any], token: str, *, end: bool = False) -> int:
    if token == "-" and end:
        return len(container)
    index = int(token)
    if not 0 <= index < len(container) + end:
        raise IndexError(token)
    return index


def _edit(document: Any, tokens: Sequence[str], change: Callable[[Any, str], None]) -> Any:
    """Copy the containers on the way to `tokens` and let `change` edit the innermost copy."""
    copy = dict(document) if isinstance(document, dict) else list(document)
    if len(tokens) == 1:
        change(copy, tokens[0])
        return copy
    at: Any = _index(copy, tokens[0]) if isinstance(copy, list) else tokens[0]
    copy[at] = _edit(copy[at], tokens[1:], change)
    return copy


def _add_value(document: Any, tokens: Sequence[str], value: Any) -> Any:
    def change(container: Any, token: str) -> None:
        if isinstance(container, list):
            container.insert(_index(container, token, end=True), value)
        else:
            container[token] = value

    return _edit(document, tokens, change) if tokens else value


def _add(document: Any, operation: dict[str, Any]) -> Any:
    return _add_value(document, _tokens(operation["path"]), operation["value"])


def _remove_at(document: Any, tokens: Sequence[str]) -> Any:
    def change(container: Any, token: str) -> None:
        del container[_index(container, token) if isinstance(container, list) else token]

    return _edit(document, tokens, change)


def _remove(document: Any, operation: dict[str, Any]) -> Any:
    return _remove_at(document, _tokens(operation["path"]))


def _replace(document: Any, operation: dict[str, Any]) -> Any:
    value = operation["value"]

    def change(container: Any, token: str) -> None:
        at: Any = _index(container, token) if isinstance(container, list) else token
        _ = container[at]
        container[at] = value

    tokens = _tokens(operation["path"])
    return _edit(document, tokens, change) if tokens else value


def _move(document: Any, operation: dict[str, Any]) -> Any:
    source = _tokens(operation["from"])
    value = _find(document, source)
    return _add_value(_remove_at(document, source), _tokens(operation["path"]), value)


def _copy(document: Any, operation: dict[str, Any]) -> Any:
    value = _find(document, _tokens(operation["from"]))
    return _add_value(document, _tokens(operation["path"]), value)


def _test(document: Any, operation: dict[str, Any]) -> Any:
    if _find(document, _tokens(operation["path"])) != operation["value"]:
        raise ValueError(operation["path"])
    return document


_OPERATIONS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
