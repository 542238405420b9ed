"""Conditions of pods and nodes as JSON, changed the way Kubernetes changes them."""

from collections.abc import Iterable
from datetime import datetime

from grove_tui.kube.clock import format_time
from grove_tui.kube.objects import JSON


def condition(type_: str, status: str, reason: str = "", message: str = "") -> JSON:
    """Return a condition without a time; `merge` adds it."""
    made = {"type": type_, "status": status, "reason": reason, "message": message}
    return {key: value for key, value in made.items() if value}


def merge(present: Iterable[JSON], changes: Iterable[JSON], now: datetime) -> list[JSON]:
    """Return `present` with `changes`; the time of one moves only when its status changes."""
    merged = {str(old.get("type")): old for old in present}
    for change in changes:
        old = merged.get(change["type"], {})
        moved = old.get("status") != change["status"]
        since = format_time(now) if moved else old.get("lastTransitionTime", format_time(now))
        kept = {"lastProbeTime": old["lastProbeTime"]} if "lastProbeTime" in old else {}
        merged[change["type"]] = {**kept, **change, "lastTransitionTime": since}
    return list(merged.values())
