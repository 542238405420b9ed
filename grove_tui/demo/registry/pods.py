"""Pods: their defaults, what may change in them, gates, and how they go."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from grove_tui.demo.registry.strategy import Strategy
from grove_tui.demo.statuses import Json, Violation

DEFAULT_GRACE_PERIOD = 30
_QUANTITY = re.compile(r"[+-]?(\d+|\d+\.\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?")
_TOLERATIONS = tuple(
    {
        "key": f"node.kubernetes.io/{condition}",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 300,
    }
    for condition in ("not-ready", "unreachable")
)
_FINISHED = ("Succeeded", "Failed")
_ONLY = (
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
    "to 1 if it was previously negative)"
)


class Pods(Strategy):
    """See the module."""

    def for_create(self, obj: Json, now: str) -> Json:
        """See `Strategy`."""
        obj = self.defaults(obj)
        status: Json = {"phase": "Pending", "qosClass": _qos_class(obj["spec"])}
        if obj["spec"].get("schedulingGates"):
            condition = {
                "type": "PodScheduled",
                "status": "False",
                "reason": "SchedulingGated",
                "message": "Scheduling is blocked due to non-empty scheduling gates",
                "lastProbeTime": None,
                "lastTransitionTime": now,
            }
            status["conditions"] = [condition]
        return {**obj, "status": status}

    def defaults(self, obj: Json) -> Json:
        """See `Strategy`."""
        given = obj.get("spec") or {}
        account = given.get("serviceAccountName") or given.get("serviceAccount") or "default"
        spec: Json = {
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": DEFAULT_GRACE_PERIOD,
            "dnsPolicy": "ClusterFirst",
            "securityContext": {},
            "schedulerName": "default-scheduler",
            "priority": 0,
            "enableServiceLinks": True,
            "preemptionPolicy": "PreemptLowerPriority",
            **given,
            "serviceAccountName": account,
            "serviceAccount": account,
            "tolerations": _tolerations(given.get("tolerations") or []),
        }
        for field in ("containers", "initContainers"):
            if isinstance(spec.get(field), list):
                spec[field] = [_container(container) for container in spec[field]]
        return {**obj, "spec": spec}

    def for_update(self, new: Json, old: Json) -> Json:
        """See `Strategy`."""
        if new.get("spec") == old["spec"]:
            return {**new, "spec": old["spec"], "status": old["status"]}
        return super().for_update(new, old)

    def validate(self, obj: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        spec = obj["spec"]
        if not spec.get("containers"):
            yield Violation("spec.containers", "", "FieldValueRequired")
        yield from _container_problems(spec)
        if spec.get("schedulingGates") and spec.get("nodeName"):
            detail = "cannot be set until all schedulingGates have been cleared"
            yield Violation("spec.nodeName", detail, "FieldValueForbidden")

    def validate_update(self, new: Json, old: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        after, before = new["spec"], old["spec"]
        if after is before:
            return
        yield from _gate_problems(after, before)
        yield from _toleration_problems(after, before)
        if _fixed(after, before) != _fixed(before, before):
            yield Violation("spec", _ONLY, "FieldValueForbidden")

    def grace_period(self, obj: Json, asked: int | None) -> int:
        """See `Strategy`; only a pod that may run on a node has something to finish."""
        spec = obj["spec"]
        if not spec.get("nodeName") or obj.get("status", {}).get("phase") in _FINISHED:
            return 0
        if asked is not None:
            return asked
        return max(0, int(spec.get("terminationGracePeriodSeconds", DEFAULT_GRACE_PERIOD)))


def _tolerations(given: list[Json]) -> list[Json]:
    present = {toleration.get("key") for toleration in given}
    tolerates_all = any(not t.get("key") and t.get("operator") == "Exists" for t in given)
    if tolerates_all:
        return given
    missing = [toleration for toleration in _TOLERATIONS if toleration["key"] not in present]
    return [*given, *missing] if missing else given


def _container(container: Any) -> Any:
    if not isinstance(container, dict):
        return container
    image = str(container.get("image", ""))
    latest = image.endswith(":latest") or ":" not in image.rpartition("/")[2]
    result = {
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "Always" if latest else "IfNotPresent",
        "resources": {},
        **container,
    }
    if isinstance(container.get("ports"), list):
        result["ports"] = [{"protocol": "TCP", **port} for port in container["ports"]]
    resources = result["resources"]
    if isinstance(resources, dict) and resources.get("limits"):
        requests = {**resources["limits"], **(resources.get("requests") or {})}
        result["resources"] = {**resources, "requests": requests}
    return result


def _qos_class(spec: Json) -> str:
    demands = [
        (container.get("resources") or {})
        for field in ("containers", "initContainers")
        for container in spec.get(field) or ()
        if isinstance(container, dict)
    ]
    if not any(d.get("requests") or d.get("limits") for d in demands):
        return "BestEffort"
    guaranteed = all(
        {"cpu", "memory"} <= set(d.get("limits") or ()) and d.get("requests") == d.get("limits")
        for d in demands
    )
    return "Guaranteed" if guaranteed else "Burstable"


def _container_problems(spec: Json) -> Iterator[Violation]:
    names: set[str] = set()
    for field in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(field) or ()):
            path = f"spec.{field}[{index}]"
            for required in ("name", "image"):
                if not container.get(required):
                    yield Violation(f"{path}.{required}", "", "FieldValueRequired")
            name = container.get("name", "")
            if name in names:
                yield Violation(f"{path}.name", "", "FieldValueDuplicate", name)
            names.add(name)
            yield from _quantity_problems(path, container.get("resources") or {})


def _quantity_problems(path: str, resources: Json) -> Iterator[Violation]:
    for field in ("limits", "requests"):
        for name, amount in (resources.get(field) or {}).items():
            if not _is_quantity(str(amount)):
                detail = (
                    "quantities must match the regular expression "
                    "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
                )
                yield Violation(f"{path}.resources.{field}.{name}", detail, value=amount)


@lru_cache(maxsize=1024)
def _is_quantity(text: str) -> bool:
    return _QUANTITY.fullmatch(text) is not None


def _gate_problems(after: Json, before: Json) -> Iterator[Violation]:
    known = {gate["name"] for gate in before.get("schedulingGates") or ()}
    for gate in after.get("schedulingGates") or ():
        if gate.get("name") not in known:
            detail = f"only deletion is allowed, but found new scheduling gate '{gate.get('name')}'"
            yield Violation("spec.schedulingGates", detail, "FieldValueForbidden")


def _toleration_problems(after: Json, before: Json) -> Iterator[Violation]:
    kept = after.get("tolerations") or []
    for toleration in before.get("tolerations") or ():
        if not any(_same_but_shorter(toleration, other) for other in kept):
            detail = "existing toleration can not be modified except its tolerationSeconds"
            yield Violation("spec.tolerations", detail, "FieldValueForbidden")


def _same_but_shorter(old: Json, new: Json) -> bool:
    return {**old, "tolerationSeconds": 0} == {**new, "tolerationSeconds": 0}


def _fixed(spec: Json, before: Json) -> Json:
    """Return the part of a pod's spec that can never change."""
    free = ("schedulingGates", "tolerations", "activeDeadlineSeconds")
    fixed = {name: value for name, value in spec.items() if name not in free}
    for field in ("containers", "initContainers"):
        containers = spec.get(field) or []
        fixed[field] = [{**c, "image": "", "imagePullPolicy": ""} for c in containers]
    if before.get("schedulingGates"):
        # A gated pod has not been looked at by a scheduler: where it may go can still be narrowed.
        fixed.pop("nodeSelector", None)
        fixed.pop("affinity", None)
    return fixed
