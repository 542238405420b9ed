"""Which resource and verb a request means, read from its method and path."""

from collections.abc import Mapping
from dataclasses import dataclass

_TRUE = ("1", "t", "true", "yes")


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """A request for a resource, as authorization sees it.

    Attributes:
        verb: Kubernetes' verb, such as `list` or `deletecollection`.
        namespace: Empty for cluster-scoped resources and for all namespaces.
        name: Empty for a collection.
        subresource: Such as `status`; empty for the object itself.
    """

    verb: str
    group: str
    version: str
    resource: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""


_VERBS = {
    ("GET", True): "get",
    ("GET", False): "list",
    ("POST", True): "create",
    ("POST", False): "create",
    ("PUT", True): "update",
    ("PATCH", True): "patch",
    ("DELETE", True): "delete",
    ("DELETE", False): "deletecollection",
}


def is_true(value: str | None) -> bool:
    """Read a boolean query parameter; clients write it as `true`, `True` or `1`."""
    return value is not None and value.lower() in _TRUE


def parse(method: str, path: str, query: Mapping[str, str]) -> RequestInfo | None:
    """Return what a request means; None if its path does not name a resource."""
    parts = path.strip("/").split("/")
    if parts[0] == "api" and len(parts) >= 3:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) >= 4:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) >= 3 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    if len(rest) > 3 or not all(rest):
        return None
    resource, name, subresource = (*rest, "", "")[:3]
    verb = _VERBS.get((method, bool(name)), "")
    if verb in ("get", "list") and not subresource and is_true(query.get("watch")):
        verb = "watch"
    return RequestInfo(verb, group, version, resource, namespace, name, subresource)
