"""Which permission an action needs on the row that it is for."""

from collections.abc import Callable, Mapping

from grove_tui.actions.target import Target
from grove_tui.kube.access import Permission
from grove_tui.kube.resources import NODES, PODS
from grove_tui.screens.selection import deletion_of, scalable_of, target_of
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind

WRITES = frozenset({"scale", "delete", "edit", "apply", "cordon", "drain"})
"""Actions that change the cluster."""
JUDGED = (*WRITES, "logs")
"""Actions that may be greyed."""
AT_NODES = frozenset({"cordon", "drain"})
"""Actions on the node of the map, whatever row is selected."""


def permission_for(book: GangBook, key: Key, action: str) -> Permission | None:
    """Return what the user has to be allowed; None where that cannot be told beforehand."""
    needed = _NEEDS.get(action)
    return needed(book, key) if needed is not None else None


def _to_scale(book: GangBook, key: Key) -> Permission | None:
    found = scalable_of(book, key)
    return None if isinstance(found, str) else _on("update", found.target, "scale")


def _to_delete(book: GangBook, key: Key) -> Permission | None:
    found = deletion_of(book, key)
    return None if isinstance(found, str) else _on("delete", found.target)


def _to_edit(book: GangBook, key: Key) -> Permission | None:
    target = target_of(book, key)
    return None if target is None else _on("patch", target)


def _to_change_node(_book: GangBook, key: Key) -> Permission | None:
    return Permission("patch", NODES, name=key.name) if key.kind is Kind.NODE else None


def _to_read_logs(_book: GangBook, key: Key) -> Permission | None:
    name = key.name if key.kind is Kind.POD else ""
    return Permission("get", PODS, "log", key.namespace, name) if key.namespace else None


def _on(verb: str, target: Target, part: str = "") -> Permission:
    return Permission(verb, target.resource, part, target.namespace, target.name)


_NEEDS: Mapping[str, Callable[[GangBook, Key], Permission | None]] = {
    "scale": _to_scale,
    "delete": _to_delete,
    "edit": _to_edit,
    "cordon": _to_change_node,
    "drain": _to_change_node,
    "logs": _to_read_logs,
}
