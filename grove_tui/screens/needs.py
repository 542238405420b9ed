"""Which permissions an action needs on the row that it is for."""

from collections.abc import Callable, Mapping

from grove_tui.actions.draining import namespaces_left
from grove_tui.actions.target import Target
from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.kube.access import Permission
from grove_tui.kube.resources import NODES, PODS
from grove_tui.screens.selection import deletion_of, object_of, scalable_of, target_of
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind

WRITES = frozenset({"scale", "delete", "edit", "apply", "cordon", "drain"})
"""Actions that change the cluster."""
JUDGED = (*WRITES, "logs")
"""Actions that may be greyed."""
AT_NODES = frozenset({"cordon", "drain"})
"""Actions on the node of the map, whatever row is selected."""
AT_MARKS = frozenset({"scale", "delete"})
"""Actions on all marked rows, where there are any."""

Need = tuple[Permission, ...]
"""Permissions any one of which will do."""


def needs_of(book: GangBook, key: Key, action: str) -> tuple[Need, ...]:
    """Return what the user has to be allowed; empty where that cannot be told beforehand."""
    needed = _NEEDS.get(action)
    return needed(book, key) if needed is not None else ()


def needs_to_apply(home: str, key: Key | None) -> tuple[Need, ...]:
    """Return what applying a file needs; which objects are in it is not known yet.

    It is barred only where no PodCliqueSet may be written at all that is at hand.

    Args:
        home: Where objects without a namespace go.
        key: The selected row.
    """
    places = [home] if key is None else list(dict.fromkeys((home, key.namespace)))
    verbs = ("create", "patch")
    enough = [Permission(v, PODCLIQUESETS, "", place) for place in places if place for v in verbs]
    if key is not None and object_of(key)[0] is Kind.PODCLIQUESET:
        enough.append(Permission("patch", PODCLIQUESETS, "", key.namespace, key.name))
    return (tuple(enough),)


def _to_scale(book: GangBook, key: Key) -> tuple[Need, ...]:
    found = scalable_of(book, key)
    return () if isinstance(found, str) else _on("update", found.target, "scale")


def _to_delete(book: GangBook, key: Key) -> tuple[Need, ...]:
    found = deletion_of(book, key)
    return () if isinstance(found, str) else _on("delete", found.target)


def _to_edit(book: GangBook, key: Key) -> tuple[Need, ...]:
    target = target_of(book, key)
    return () if target is None else _on("patch", target)


def _to_cordon(_book: GangBook, key: Key) -> tuple[Need, ...]:
    return ((Permission("patch", NODES, name=key.name),),) if key.kind is Kind.NODE else ()


def _to_drain(book: GangBook, key: Key) -> tuple[Need, ...]:
    if key.kind is not Kind.NODE:
        return ()
    spaces = namespaces_left(book.world, key.name)
    evictions = [(Permission("create", PODS, "eviction", space),) for space in spaces]
    return (*_to_cordon(book, key), *evictions)


def _to_read_logs(_book: GangBook, key: Key) -> tuple[Need, ...]:
    name = key.name if key.kind is Kind.POD else ""
    return ((Permission("get", PODS, "log", key.namespace, name),),) if key.namespace else ()


def _on(verb: str, target: Target, part: str = "") -> tuple[Need, ...]:
    return ((Permission(verb, target.resource, part, target.namespace, target.name),),)


_NEEDS: Mapping[str, Callable[[GangBook, Key], tuple[Need, ...]]] = {
    "scale": _to_scale,
    "delete": _to_delete,
    "edit": _to_edit,
    "cordon": _to_cordon,
    "drain": _to_drain,
    "logs": _to_read_logs,
}
