"""Which permission an action needs on the row that it is for."""

from collections.abc import Mapping

from grove_tui.kube.access import Permission
from grove_tui.kube.resources import NODES, PODS
from grove_tui.screens.selection import deletion_of, scalable_of
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind

WRITES = frozenset({"scale", "delete", "edit", "apply", "cordon", "drain"})
"""Actions that change the cluster."""
JUDGED = (*WRITES, "logs")
"""Actions that may be greyed."""
AT_NODES = frozenset({"cordon", "drain"})
"""Actions on the node of the map, whatever row is selected."""
_WORKLOADS: Mapping[str, str] = {"scale": "update", "delete": "delete"}


def permission_for(book: GangBook, key: Key, action: str) -> Permission | None:
    """Return what the user has to be allowed; None where that cannot be told beforehand."""
    if action in AT_NODES:
        return Permission("patch", NODES, name=key.name) if key.kind is Kind.NODE else None
    if action == "logs":
        name = key.name if key.kind is Kind.POD else ""
        return Permission("get", PODS, "log", key.namespace, name) if key.namespace else None
    if action not in _WORKLOADS:
        return None
    found = scalable_of(book, key) if action == "scale" else deletion_of(book, key)
    if isinstance(found, str):
        return None
    target, part = found.target, "scale" if action == "scale" else ""
    return Permission(_WORKLOADS[action], target.resource, part, target.namespace, target.name)
