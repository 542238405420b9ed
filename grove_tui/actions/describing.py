"""An object described for people: who it is, how it is, and what was said about it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from grove_tui.actions.reading import covered
from grove_tui.kube.objects import Event
from grove_tui.reconcile.world import INDEX_INVOLVED, World

_HIDDEN = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
_IN_HEAD = ("name", "namespace", "labels", "annotations", "creationTimestamp", "deletionTimestamp")


def describe(body: Mapping[str, Any], world: World, now: datetime) -> str:
    """Return the description of an object, values of its environment covered."""
    return "\n".join(_lines(covered(body), world, now)) + "\n"


def _lines(body: Mapping[str, Any], world: World, now: datetime) -> Iterator[str]:
    metadata = body["metadata"]
    yield f"{'Name':<14}{metadata['name']}"
    yield f"{'Kind':<14}{body['kind']} ({body['apiVersion']})"
    if metadata.get("namespace"):
        yield f"{'Namespace':<14}{metadata['namespace']}"
    yield from _pairs("Labels", metadata.get("labels") or {})
    yield from _pairs("Annotations", metadata.get("annotations") or {})
    yield f"{'Created':<14}{metadata.get('creationTimestamp')}"
    if metadata.get("deletionTimestamp"):
        yield f"{'Deleted':<14}{metadata['deletionTimestamp']} (on its way out)"
    for owner in metadata.get("ownerReferences") or ():
        yield f"{'Owner':<14}{owner.get('kind')} {owner.get('name')}"
    status = dict(body.get("status") or {})
    conditions = status.pop("conditions", None) or ()
    yield from _section("Spec", body.get("spec"))
    yield from _section("Status", status)
    yield from _conditions(conditions)
    yield from _events(body, world, now)


def _pairs(title: str, pairs: Mapping[str, str]) -> Iterator[str]:
    shown = [f"{key}={value}" for key, value in sorted(pairs.items()) if key not in _HIDDEN]
    for index, text in enumerate(shown):
        yield f"{title if index == 0 else '':<14}{text}"


def _section(title: str, value: Any) -> Iterator[str]:
    if value:
        yield ""
        yield title
        yield from _tree(value, "  ")


def _tree(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Mapping | list) and item:
                yield f"{indent}{key}"
                yield from _tree(item, indent + "  ")
            else:
                yield f"{indent}{key}: {_scalar(item)}"
        return
    for item in value:
        if isinstance(item, Mapping):
            lines = list(_tree(item, ""))
            yield f"{indent}- {lines[0] if lines else '{}'}"
            yield from (f"{indent}  {line}" for line in lines[1:])
        else:
            yield f"{indent}- {_scalar(item)}"


def _scalar(value: Any) -> str:
    if value is None or value in ({}, []):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split())


def _conditions(conditions: Any) -> Iterator[str]:
    if not conditions:
        return
    yield ""
    yield "Conditions"
    width = max(len(str(condition.get("type"))) for condition in conditions)
    for condition in conditions:
        why = ": ".join(str(condition[k]) for k in ("reason", "message") if condition.get(k))
        since = condition.get("lastTransitionTime") or ""
        yield f"  {condition.get('type'):<{width}}  {condition.get('status'):<7}  {since}  {why}"


def _events(body: Mapping[str, Any], world: World, now: datetime) -> Iterator[str]:
    metadata = body["metadata"]
    value = f"{metadata.get('namespace', '')}/{body['kind']}/{metadata['name']}"
    events = sorted(world.events.by_index(INDEX_INVOLVED, value), key=_moment, reverse=True)
    yield ""
    yield "Events"
    if not events:
        yield "  none"
    for event in events:
        moment = _moment(event)
        seconds = int(now.timestamp() - moment)
        message = " ".join(event.message.split())
        yield f"  {max(0, seconds):>6} s ago  {event.type:<8} {event.reason}: {message}"


def _moment(event: Event) -> float:
    found = event.last_timestamp or event.event_time or event.metadata.creation_timestamp
    return found.timestamp() if found is not None else 0.0
