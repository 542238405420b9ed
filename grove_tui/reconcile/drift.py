"""Differences between an object as it is and as it should be, as merge patches."""

from collections.abc import Mapping
from typing import Any

import msgspec

from grove_tui.api.objects import PodClique, PodCliqueScalingGroup
from grove_tui.kube.objects import JSON, HorizontalPodAutoscaler, ObjectMeta, Service


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


def own_metadata_patch(old: ObjectMeta, body: JSON) -> JSON:
    """Like `metadata_patch`, but leave alone what others have added.

    Load balancers, autoscalers and deployment tools write on kinds that are not Grove's; taking
    that away would be a fight without an end.
    """
    patch: JSON = {}
    for field, current in (("labels", old.labels), ("annotations", old.annotations)):
        wanted = body["metadata"].get(field) or {}
        changes = {key: value for key, value in wanted.items() if current.get(key) != value}
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


def podclique_patch(podclique: PodClique, body: JSON) -> JSON | None:
    """Return the patch that brings a PodClique to its template.

    Its replicas are its own: people and autoscalers set them.
    """
    wanted, spec = body["spec"], podclique.spec
    patch: JSON = {}
    if spec.role_name != wanted["roleName"]:
        patch["roleName"] = wanted["roleName"]
    if spec.min_available != wanted["minAvailable"]:
        patch["minAvailable"] = wanted["minAvailable"]
    if spec.pod_spec != wanted["podSpec"]:
        patch["podSpec"] = merge_diff(spec.pod_spec, wanted["podSpec"])
    after = wanted.get("startsAfter", [])
    if list(spec.starts_after) != after:
        patch["startsAfter"] = after
    scaling = wanted.get("autoScalingConfig")
    stored = msgspec.to_builtins(spec.auto_scaling_config) if spec.auto_scaling_config else None
    if stored != scaling:
        patch["autoScalingConfig"] = merge_diff(stored or {}, scaling) if scaling else None
    return object_patch(metadata_patch(podclique.metadata, body), patch)


def scaling_group_patch(group: PodCliqueScalingGroup, body: JSON) -> JSON | None:
    """Return the patch that brings a scaling group to its template, except for its replicas."""
    wanted = body["spec"]
    patch: JSON = {}
    if group.spec.min_available != wanted["minAvailable"]:
        patch["minAvailable"] = wanted["minAvailable"]
    if list(group.spec.clique_names) != wanted["cliqueNames"]:
        patch["cliqueNames"] = wanted["cliqueNames"]
    return object_patch(metadata_patch(group.metadata, body), patch)


def service_patch(service: Service, body: JSON) -> JSON | None:
    """Return the patch that brings a headless Service to its template."""
    wanted = body["spec"]
    patch: JSON = {}
    if service.spec.publish_not_ready_addresses != wanted["publishNotReadyAddresses"]:
        patch["publishNotReadyAddresses"] = wanted["publishNotReadyAddresses"]
    selector = map_patch(service.spec.selector, wanted["selector"])
    if selector:
        patch["selector"] = selector
    return object_patch(own_metadata_patch(service.metadata, body), patch)


def hpa_patch(hpa: HorizontalPodAutoscaler, body: JSON) -> JSON | None:
    """Return the patch that brings a HorizontalPodAutoscaler to its template.

    Metrics are compared only where the template names some: the API server fills in its own.
    """
    wanted = body["spec"]
    patch: JSON = {}
    target = hpa.spec.scale_target_ref
    if (target.kind, target.name) != (
        wanted["scaleTargetRef"]["kind"],
        wanted["scaleTargetRef"]["name"],
    ):
        patch["scaleTargetRef"] = wanted["scaleTargetRef"]
    if hpa.spec.min_replicas != wanted["minReplicas"]:
        patch["minReplicas"] = wanted["minReplicas"]
    if hpa.spec.max_replicas != wanted["maxReplicas"]:
        patch["maxReplicas"] = wanted["maxReplicas"]
    if wanted.get("metrics") and hpa.spec.metrics != wanted["metrics"]:
        patch["metrics"] = wanted["metrics"]
    return object_patch(own_metadata_patch(hpa.metadata, body), patch)
