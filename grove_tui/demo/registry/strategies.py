"""What a write does to the objects of one resource, beyond what is the same for all of them."""

# ruff: noqa: ARG002 - a step is offered more than most resources need

import base64
import zlib
from collections.abc import Iterator
from typing import Any

from grove_tui.demo.definition import Definition
from grove_tui.demo.registry.customresources import CustomResources
from grove_tui.demo.registry.definitions import CustomResourceDefinitions
from grove_tui.demo.registry.pods import Pods
from grove_tui.demo.registry.strategy import Strategy
from grove_tui.demo.statuses import Json, Violation

_ADDRESSES = ("clusterIP", "clusterIPs")


class Namespaces(Strategy):
    """Namespaces start active and hold a finalizer in their spec until they are empty."""

    def for_create(self, obj: Json, now: str) -> Json:
        """See `Strategy`."""
        metadata = obj["metadata"]
        labels = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": metadata["name"]}
        return {
            **obj,
            "metadata": {**metadata, "labels": labels},
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Active"},
        }


class Nodes(Strategy):
    """Nodes may be created with a status, as a kubelet does."""

    def for_create(self, obj: Json, now: str) -> Json:
        """See `Strategy`."""
        return {**obj, "spec": obj.get("spec") or {}, "status": obj.get("status") or {}}


class Services(Strategy):
    """Services get the defaults of a cluster-internal address."""

    def for_create(self, obj: Json, now: str) -> Json:
        """See `Strategy`."""
        spec = self.defaults(obj)["spec"]
        if "clusterIP" not in spec and spec["type"] != "ExternalName":
            spec = {**spec, "clusterIP": _cluster_ip(obj["metadata"]["uid"])}
        if "clusterIP" in spec:
            spec = {"clusterIPs": [spec["clusterIP"]], **spec}
        return {**obj, "spec": spec, "status": {"loadBalancer": {}}}

    def for_update(self, new: Json, old: Json) -> Json:
        """See `Strategy`; a replacement that does not name the addresses keeps them."""
        given = new.get("spec") or {}
        kept = {name: old["spec"][name] for name in _ADDRESSES if name in old["spec"]}
        return super().for_update({**new, "spec": {**kept, **given}}, old)

    def validate_update(self, new: Json, old: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        before, after = old["spec"].get("clusterIP"), new["spec"].get("clusterIP")
        if before and before != after and new["spec"].get("type") != "ExternalName":
            yield Violation("spec.clusterIPs[0]", "may not change once set", value=[after])

    def defaults(self, obj: Json) -> Json:
        """See `Strategy`."""
        spec = {
            "type": "ClusterIP",
            "sessionAffinity": "None",
            "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            **(obj.get("spec") or {}),
        }
        if isinstance(spec.get("ports"), list):
            spec["ports"] = [_service_port(port) for port in spec["ports"]]
        return {**obj, "spec": spec}


class Bindings(Strategy):
    """Bindings of roles go to other subjects, never to another role."""

    def validate_update(self, new: Json, old: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        role = new.get("roleRef")
        if role != old.get("roleRef"):
            yield Violation("roleRef", "cannot change roleRef", value=role)


class Secrets(Strategy):
    """Secrets take plain text in stringData and keep it encoded in data."""

    def defaults(self, obj: Json) -> Json:
        """See `Strategy`."""
        obj = {"type": "Opaque", **obj}
        plain = obj.pop("stringData", None)
        if plain:
            encoded = {k: base64.b64encode(str(v).encode()).decode() for k, v in plain.items()}
            obj["data"] = {**(obj.get("data") or {}), **encoded}
        return obj


class HorizontalPodAutoscalers(Strategy):
    """Autoscalers never go below one replica unless they say so."""

    def defaults(self, obj: Json) -> Json:
        """See `Strategy`."""
        return {**obj, "spec": {"minReplicas": 1, **(obj.get("spec") or {})}}

    def validate(self, obj: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        low, high = obj["spec"]["minReplicas"], obj["spec"].get("maxReplicas")
        if not isinstance(high, int) or high < 1:
            yield Violation("spec.maxReplicas", "must be greater than 0", value=high)
        elif isinstance(low, int) and high < low:
            detail = "must be greater than or equal to `minReplicas`"
            yield Violation("spec.maxReplicas", detail, value=high)


class Workloads(Strategy):
    """Deployments and replica sets: stored with their defaults, run by nobody."""

    def defaults(self, obj: Json) -> Json:
        """See `Strategy`."""
        return {**obj, "spec": {"replicas": 1, **(obj.get("spec") or {})}}


class PriorityClasses(Strategy):
    """Priority classes cannot change what they are worth."""

    def defaults(self, obj: Json) -> Json:
        """See `Strategy`."""
        return {"preemptionPolicy": "PreemptLowerPriority", **obj}

    def validate_update(self, new: Json, old: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        if new.get("value") != old.get("value"):
            yield Violation("value", "may not be changed in an update.", "FieldValueForbidden")


def strategies() -> dict[str, type[Strategy]]:
    """Return the strategy of each built-in resource that has its own."""
    return {
        "clusterrolebindings.rbac.authorization.k8s.io": Bindings,
        "customresourcedefinitions.apiextensions.k8s.io": CustomResourceDefinitions,
        "deployments.apps": Workloads,
        "horizontalpodautoscalers.autoscaling": HorizontalPodAutoscalers,
        "namespaces": Namespaces,
        "nodes": Nodes,
        "pods": Pods,
        "priorityclasses.scheduling.k8s.io": PriorityClasses,
        "replicasets.apps": Workloads,
        "rolebindings.rbac.authorization.k8s.io": Bindings,
        "secrets": Secrets,
        "services": Services,
    }


_STRATEGIES = strategies()


def strategy_for(definition: Definition) -> Strategy:
    """Return the strategy of a resource."""
    if definition.custom is not None:
        return CustomResources(definition)
    return _STRATEGIES.get(definition.resource, Strategy)(definition)


def _service_port(port: Any) -> Any:
    if not isinstance(port, dict):
        return port
    return {"protocol": "TCP", "targetPort": port.get("port"), **port}


def _cluster_ip(uid: str) -> str:
    number = zlib.crc32(uid.encode())
    return f"10.96.{number >> 8 & 0xFF}.{number % 254 + 1}"
