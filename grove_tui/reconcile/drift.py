"""Differences between an object as it is and as it should be, as merge patches."""

from collections.abc import Mapping
from typing import Any

from grove_tui.kube.objects import JSON, ObjectMeta


def map_patch(old: Mapping[str, str], new: Mapping[str, str]) -> JSON:
    """Return the merge patch from one map of texts to another; empty when they are equal."""
    if old == new:
        return {}
    patch: JSON = {key: value for key, value in new.items() if old.get(key) != value}
    patch.update((key, None) for key in old if key not in new)
    return patch


def merge_diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> JSON:
    """Return the merge patch from one JSON object to another; empty when they are equal."""
    patch: JSON = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if value == before:
            continue
        both = isinstance(value, dict) and isinstance(before, dict)
        patch[key] = merge_diff(before, value) if both and before is not None else value
    return patch


def metadata_patch(old: ObjectMeta, body: JSON) -> JSON:
    """Return the merge patch that gives an object the labels and annotations of `body`."""
    wanted = body["metadata"]
    patch: JSON = {}
    for field, current in (("labels", old.labels), ("annotations", old.annotations)):
        changes = map_patch(current, wanted.get(field) or {})
        if changes:
            patch[field] = changes
    return patch


def object_patch(metadata: JSON, spec: Mapping[str, Any]) -> JSON | None:
    """Join the patches of metadata and spec; None when there is nothing to patch."""
    patch: JSON = {}
    if metadata:
        patch["metadata"] = metadata
    if spec:
        patch["spec"] = spec
    return patch or None
