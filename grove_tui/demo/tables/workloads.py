"""Deployments, replica sets and autoscalers as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from grove_tui.demo.statuses import Json
from grove_tui.demo.tables.ages import age
from grove_tui.demo.tables.printer import Printer, at, columns

_TEMPLATE = ("Containers", "Images", "Selector")


def _template_cells(obj: Json) -> list[str]:
    containers = at(obj, "spec", "template", "spec", "containers", default=())
    labels = at(obj, "spec", "selector", "matchLabels", default={})
    return [
        ",".join(c["name"] for c in containers),
        ",".join(c.get("image", "") for c in containers),
        ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>",
    ]


def _deployment_cells(obj: Json, now: datetime) -> Sequence[Any]:
    status = obj.get("status") or {}
    return [
        obj["metadata"]["name"],
        f"{status.get('readyReplicas', 0)}/{at(obj, 'spec', 'replicas', default=0)}",
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        age(obj["metadata"].get("creationTimestamp"), now),
        *_template_cells(obj),
    ]


def _replicaset_cells(obj: Json, now: datetime) -> Sequence[Any]:
    status = obj.get("status") or {}
    return [
        obj["metadata"]["name"],
        at(obj, "spec", "replicas", default=0),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
        age(obj["metadata"].get("creationTimestamp"), now),
        *_template_cells(obj),
    ]


def _autoscaler_cells(obj: Json, now: datetime) -> Sequence[Any]:
    target = at(obj, "spec", "scaleTargetRef", default={})
    return [
        obj["metadata"]["name"],
        f"{target.get('kind', '')}/{target.get('name', '')}",
        _targets(obj),
        str(at(obj, "spec", "minReplicas", default="<unset>")),
        at(obj, "spec", "maxReplicas", default=0),
        at(obj, "status", "currentReplicas", default=0),
        age(obj["metadata"].get("creationTimestamp"), now),
    ]


def _targets(obj: Json) -> str:
    current = at(obj, "status", "currentMetrics", default=())
    shown = [
        _target(metric, current[index] if index < len(current) else {})
        for index, metric in enumerate(at(obj, "spec", "metrics", default=()))
    ]
    more = f" + {len(shown) - 2} more..." if len(shown) > 2 else ""
    return ", ".join(shown[:2]) + more or "<none>"


def _target(metric: Json, current: Json) -> str:
    source = {"Resource": "resource", "ContainerResource": "containerResource"}.get(
        metric.get("type", ""), str(metric.get("type", "")).lower()
    )
    wanted = at(metric, source, "target", default={})
    actual = at(current, source, "current", default={})
    name = at(metric, source, "name")
    prefix = f"{name}: " if name else ""
    if "averageUtilization" in wanted:
        used = actual.get("averageUtilization")
        shown = "<unknown>" if used is None else f"{used}%"
        return f"{prefix}{shown}/{wanted['averageUtilization']}%"
    key = "averageValue" if "averageValue" in wanted else "value"
    suffix = " (avg)" if key == "averageValue" else ""
    return f"{prefix}{actual.get(key, '<unknown>')}/{wanted.get(key, '<auto>')}{suffix}"


DEPLOYMENTS = Printer(
    columns(
        "Name",
        "Ready",
        "Up-to-date",
        "Available",
        "Age",
        wide=_TEMPLATE,
        integers=("Up-to-date", "Available"),
    ),
    _deployment_cells,
)
REPLICASETS = Printer(
    columns(
        "Name",
        "Desired",
        "Current",
        "Ready",
        "Age",
        wide=_TEMPLATE,
        integers=("Desired", "Current", "Ready"),
    ),
    _replicaset_cells,
)
HORIZONTALPODAUTOSCALERS = Printer(
    columns(
        "Name",
        "Reference",
        "Targets",
        "MinPods",
        "MaxPods",
        "Replicas",
        "Age",
        integers=("MaxPods", "Replicas"),
    ),
    _autoscaler_cells,
)
