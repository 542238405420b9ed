"""The kinds that grove-tui talks to: where they are served and which Struct they decode to."""

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from grove_tui.kube.objects import (
    CustomResourceDefinition,
    Deployment,
    Event,
    HasMetadata,
    HorizontalPodAutoscaler,
    Lease,
    Node,
    ObjectMeta,
    PartialObject,
    Pod,
    Service,
)
from grove_tui.kube.sanitize import clean_json

T = TypeVar("T", bound=HasMetadata)

_log = logging.getLogger(__name__)


class ListMeta(msgspec.Struct, rename="camel"):
    """`metav1.ListMeta`: the revision of the list and the token for its next page."""

    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class WatchEvent(msgspec.Struct, Generic[T]):
    """One line of a watch of objects that decode as `T`."""

    type: str
    object: T


class WatchHead(msgspec.Struct):
    """The type of a watch line; the object stays undecoded JSON."""

    type: str
    object: msgspec.Raw


@dataclass(frozen=True)
class Resource(Generic[T]):
    """A served resource.

    Attributes:
        group: API group, empty for the core group.
        version: API version.
        plural: Name in URLs, as in `kubectl get <plural>`.
        kind: Kind of its objects.
        type: Struct that its objects decode to.
        namespaced: Whether its objects live in namespaces.
        short_names: kubectl's abbreviations.
    """

    group: str
    version: str
    plural: str
    kind: str
    type: type[T]
    namespaced: bool = True
    short_names: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """The `apiVersion` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified_name(self) -> str:
        """`plural.group`, as kubectl and RBAC messages write it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """Return the URL path of the collection, one object or its subresource.

        An empty namespace addresses all namespaces.
        """
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{quote(namespace)}" if self.namespaced and namespace else ""
        tail = f"/{quote(name)}" if name else ""
        return f"{root}{scope}/{self.plural}{tail}{f'/{subresource}' if subresource else ''}"

    def decode(self, data: bytes) -> T:
        """Decode one object; raises `msgspec.DecodeError` when it has another shape."""
        data = clean_json(data)
        try:
            return self._object_decoder.decode(data)
        except msgspec.ValidationError:
            return msgspec.convert(_without_nulls(msgspec.json.decode(data)), self.type)

    def decode_list(self, data: bytes) -> tuple[list[T], ListMeta]:
        """Decode a list of objects and its metadata."""
        data = clean_json(data)
        try:
            page = self._list_decoder.decode(data)
        except msgspec.ValidationError:
            page = self._decode_list_by_item(data)
        return page.items, page.metadata

    def decode_event(self, data: bytes) -> WatchEvent[T]:
        """Decode one watch line that holds an object (not ERROR or BOOKMARK)."""
        data = clean_json(data)
        try:
            return self._event_decoder.decode(data)
        except msgspec.ValidationError:
            event = _without_nulls(msgspec.json.decode(data))
            return msgspec.convert(event, WatchEvent[self.type])  # type: ignore[name-defined]

    def _decode_list_by_item(self, data: bytes) -> Any:
        """Decode what can be decoded of a list in which at least one object has another shape."""
        raw = _without_nulls(msgspec.json.decode(data))
        items: list[T] = []
        for item in raw.get("items") or ():
            try:
                items.append(msgspec.convert(item, self.type))
            except msgspec.ValidationError as error:
                name = (item.get("metadata") or {}).get("name") if isinstance(item, dict) else None
                _log.warning("%s %r was left out of a list: %s", self.kind, name, error)
        return _Page(items, msgspec.convert(raw.get("metadata") or {}, ListMeta))

    @cached_property
    def _object_decoder(self) -> msgspec.json.Decoder[T]:
        return msgspec.json.Decoder(self.type)

    @cached_property
    def _event_decoder(self) -> msgspec.json.Decoder[WatchEvent[T]]:
        return msgspec.json.Decoder(WatchEvent[self.type])  # type: ignore[name-defined]

    @cached_property
    def _list_decoder(self) -> Any:
        page = msgspec.defstruct(
            f"{self.kind}List",
            [
                ("metadata", ListMeta, msgspec.field(default_factory=ListMeta)),
                ("items", list[self.type], msgspec.field(default_factory=list)),  # type: ignore[name-defined]
            ],
        )
        return msgspec.json.Decoder(page)


@dataclass(frozen=True, slots=True)
class _Page:
    items: list[Any]
    metadata: ListMeta


def _without_nulls(value: Any) -> Any:
    """Drop null fields: to Kubernetes an explicit null and an absent field are the same."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


PODS = Resource("", "v1", "pods", "Pod", Pod, short_names=("po",))
NODES = Resource("", "v1", "nodes", "Node", Node, namespaced=False, short_names=("no",))
EVENTS = Resource("", "v1", "events", "Event", Event, short_names=("ev",))
SERVICES = Resource("", "v1", "services", "Service", Service, short_names=("svc",))
SECRETS = Resource("", "v1", "secrets", "Secret", PartialObject)
SERVICEACCOUNTS = Resource(
    "", "v1", "serviceaccounts", "ServiceAccount", PartialObject, short_names=("sa",)
)
NAMESPACES = Resource(
    "", "v1", "namespaces", "Namespace", PartialObject, namespaced=False, short_names=("ns",)
)
LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease", Lease)
ROLES = Resource("rbac.authorization.k8s.io", "v1", "roles", "Role", PartialObject)
ROLEBINDINGS = Resource(
    "rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", PartialObject
)
HPAS = Resource(
    "autoscaling",
    "v2",
    "horizontalpodautoscalers",
    "HorizontalPodAutoscaler",
    HorizontalPodAutoscaler,
    short_names=("hpa",),
)
DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment", Deployment)
CRDS = Resource(
    "apiextensions.k8s.io",
    "v1",
    "customresourcedefinitions",
    "CustomResourceDefinition",
    CustomResourceDefinition,
    namespaced=False,
    short_names=("crd",),
)

__all__ = [
    "CRDS",
    "DEPLOYMENTS",
    "EVENTS",
    "HPAS",
    "LEASES",
    "NAMESPACES",
    "NODES",
    "PODS",
    "ROLEBINDINGS",
    "ROLES",
    "SECRETS",
    "SERVICEACCOUNTS",
    "SERVICES",
    "ListMeta",
    "ObjectMeta",
    "Resource",
    "WatchEvent",
    "WatchHead",
]
