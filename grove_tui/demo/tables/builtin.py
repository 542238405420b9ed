"""The printers of the built-in resources other than pods."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from grove_tui.demo.statuses import Json
from grove_tui.demo.tables.ages import age
from grove_tui.demo.tables.pods import POD_PRINTER
from grove_tui.demo.tables.printer import Column, Printer, at, columns
from grove_tui.demo.tables.workloads import DEPLOYMENTS, HORIZONTALPODAUTOSCALERS, REPLICASETS

_ROLE_LABEL = "node-role.kubernetes.io/"


def _name(obj: Json) -> str:
    return str(obj["metadata"]["name"])


def _age(obj: Json, now: datetime) -> str:
    return age(obj["metadata"].get("creationTimestamp"), now)


def _named(*between: str) -> Callable[..., Printer]:
    """Return a factory of printers that show a name, some columns and the age."""

    def build(cells: Callable[[Json], Sequence[Any]], integers: Sequence[str] = ()) -> Printer:
        shown = columns("Name", *between, "Age", integers=integers)
        return Printer(shown, lambda obj, now: [_name(obj), *cells(obj), _age(obj, now)])

    return build


def _node_cells(node: Json, now: datetime) -> Sequence[Any]:
    info = at(node, "status", "nodeInfo", default={})
    return [
        _name(node),
        _node_status(node),
        _node_roles(node),
        _age(node, now),
        info.get("kubeletVersion", ""),
        _node_address(node, "InternalIP"),
        _node_address(node, "ExternalIP"),
        info.get("osImage") or "<unknown>",
        info.get("kernelVersion") or "<unknown>",
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def _node_status(node: Json) -> str:
    conditions = at(node, "status", "conditions", default=())
    words = [
        "Ready" if condition.get("status") == "True" else "NotReady"
        for condition in conditions
        if condition["type"] == "Ready"
    ] or ["Unknown"]
    if at(node, "spec", "unschedulable"):
        words.append("SchedulingDisabled")
    return ",".join(words)


def _node_roles(node: Json) -> str:
    labels = node["metadata"].get("labels") or {}
    roles = {key.removeprefix(_ROLE_LABEL) for key in labels if key.startswith(_ROLE_LABEL)}
    if labels.get("kubernetes.io/role"):
        roles.add(labels["kubernetes.io/role"])
    return ",".join(sorted(roles)) or "<none>"


def _node_address(node: Json, kind: str) -> str:
    for address in at(node, "status", "addresses", default=()):
        if address["type"] == kind:
            return str(address["address"])
    return "<none>"


_EVENT_COLUMNS = (
    *columns("Last Seen", "Type", "Reason", "Object"),
    *columns(wide=("Subobject", "Source")),
    *columns("Message"),
    *columns(wide=("First Seen", "Count", "Name")),
)


def _event_cells(event: Json, now: datetime) -> Sequence[Any]:
    involved = event.get("involvedObject") or {}
    first = event.get("firstTimestamp") or event.get("eventTime")
    last = at(event, "series", "lastObservedTime") or event.get("lastTimestamp") or first
    count = at(event, "series", "count") or event.get("count") or 1
    return [
        age(last, now),
        event.get("type", ""),
        event.get("reason", ""),
        f"{involved.get('kind', '').lower()}/{involved.get('name', '')}",
        involved.get("fieldPath", ""),
        _event_source(event),
        str(event.get("message") or "").strip(),
        age(first, now),
        str(count),
        _name(event),
    ]


def _event_source(event: Json) -> str:
    source = event.get("source") or {}
    component = source.get("component") or event.get("reportingComponent") or ""
    host = source.get("host") or event.get("reportingInstance") or ""
    return f"{component}, {host}" if host else component


def _service_cells(service: Json, now: datetime) -> Sequence[Any]:
    spec = service.get("spec") or {}
    return [
        _name(service),
        spec.get("type", "ClusterIP"),
        spec.get("clusterIP") or "<none>",
        ",".join(spec.get("externalIPs") or ()) or spec.get("externalName") or "<none>",
        ",".join(_port(port) for port in spec.get("ports") or ()) or "<none>",
        _age(service, now),
        _pairs(spec.get("selector") or {}),
    ]


def _port(port: Json) -> str:
    node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{node_port}/{port.get('protocol', 'TCP')}"


def _pairs(labels: Json) -> str:
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>"


def _endpoints(obj: Json) -> Sequence[Any]:
    found = [
        f"{address['ip']}:{port['port']}"
        for subset in obj.get("subsets") or ()
        for address in subset.get("addresses") or ()
        for port in subset.get("ports") or ()
    ]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return [",".join(found[:3]) + more or "<none>"]


def _binding_cells(binding: Json, now: datetime) -> Sequence[Any]:
    role = binding.get("roleRef") or {}
    subjects = binding.get("subjects") or ()

    def named(kind: str) -> str:
        return ", ".join(
            f"{s['namespace']}/{s['name']}" if s.get("namespace") else s["name"]
            for s in subjects
            if s.get("kind") == kind
        )

    shown = f"{role.get('kind', '')}/{role.get('name', '')}"
    people = [named(kind) for kind in ("User", "Group", "ServiceAccount")]
    return [_name(binding), shown, _age(binding, now), *people]


_CREATED_AT = Printer(
    columns("Name", "Created At"),
    lambda obj, _now: [_name(obj), obj["metadata"].get("creationTimestamp", "")],
)
_BINDINGS = Printer(
    columns("Name", "Role", "Age", wide=("Users", "Groups", "ServiceAccounts")), _binding_cells
)
_NODES = Printer(
    columns(
        "Name",
        "Status",
        "Roles",
        "Age",
        "Version",
        wide=("Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"),
    ),
    _node_cells,
)
_SERVICES = Printer(
    columns("Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", wide=("Selector",)),
    _service_cells,
)

DEFAULT_PRINTER = Printer((Column("Name"), Column("Age")), lambda o, now: [_name(o), _age(o, now)])

PRINTERS: dict[str, Printer] = {
    "clusterrolebindings.rbac.authorization.k8s.io": _BINDINGS,
    "clusterroles.rbac.authorization.k8s.io": _CREATED_AT,
    "configmaps": _named("Data")(
        lambda o: [len(o.get("data") or ()) + len(o.get("binaryData") or ())], ["Data"]
    ),
    "customresourcedefinitions.apiextensions.k8s.io": _CREATED_AT,
    "deployments.apps": DEPLOYMENTS,
    "endpoints": _named("Endpoints")(_endpoints),
    "events": Printer(_EVENT_COLUMNS, _event_cells),
    "horizontalpodautoscalers.autoscaling": HORIZONTALPODAUTOSCALERS,
    "leases.coordination.k8s.io": _named("Holder")(
        lambda o: [at(o, "spec", "holderIdentity", default="")]
    ),
    "namespaces": _named("Status")(lambda o: [at(o, "status", "phase", default="")]),
    "nodes": _NODES,
    "pods": POD_PRINTER,
    "priorityclasses.scheduling.k8s.io": _named("Value", "Global-Default")(
        lambda o: [o.get("value", 0), bool(o.get("globalDefault"))], ["Value"]
    ),
    "replicasets.apps": REPLICASETS,
    "rolebindings.rbac.authorization.k8s.io": _BINDINGS,
    "roles.rbac.authorization.k8s.io": _CREATED_AT,
    "runtimeclasses.node.k8s.io": _named("Handler")(lambda o: [o.get("handler", "")]),
    "secrets": _named("Type", "Data")(
        lambda o: [o.get("type", ""), len(o.get("data") or ())], ["Data"]
    ),
    "serviceaccounts": _named("Secrets")(lambda o: [len(o.get("secrets") or ())], ["Secrets"]),
    "services": _SERVICES,
}
