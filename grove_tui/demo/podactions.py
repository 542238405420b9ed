"""Binding and eviction of pods."""

from grove_tui.demo.builtin import PODS
from grove_tui.demo.registry.metadata import check_identity
from grove_tui.demo.registry.options import WriteOptions, delete_options
from grove_tui.demo.registry.registry import Registry, key_of
from grove_tui.demo.statuses import Json, Violation, conflict, invalid


def bind(registry: Registry, namespace: str, binding: Json, options: WriteOptions) -> None:
    """Give a pod the node that a Binding names.

    Raises:
        ApiError: 404, 409 if the pod has a node, gates, or is being deleted, 422 without a node.
    """
    metadata = binding.get("metadata") or {}
    name = metadata.get("name", "")
    node = (binding.get("target") or {}).get("name")
    if not node:
        missing = Violation("target.name", "", "FieldValueRequired")
        raise invalid("Binding", "", name, [missing])

    def bound(pod: Json) -> Json:
        check_identity(PODS, pod["metadata"], metadata.get("uid") or "", "")
        _check_bindable(pod)
        return _bound(pod, node, metadata.get("annotations") or {}, registry.now)

    registry.update(PODS, key_of(PODS, namespace, name), bound, options, "binding")


def evict(registry: Registry, namespace: str, name: str, eviction: Json, dry_run: str) -> None:
    """Delete a pod as its Eviction says; there are no disruption budgets here.

    Raises:
        ApiError: 404, or 409 if a precondition does not hold.
    """
    options = delete_options(eviction.get("deleteOptions") or {}, {"dryRun": dry_run})
    registry.delete(PODS, namespace, name, options)


def _check_bindable(pod: Json) -> None:
    name, spec = pod["metadata"]["name"], pod["spec"]
    why = ""
    if "deletionTimestamp" in pod["metadata"]:
        why = f"pod {name} is being deleted, cannot be assigned to a host"
    elif spec.get("nodeName"):
        why = f'pod {name} is already assigned to node "{spec["nodeName"]}"'
    elif spec.get("schedulingGates"):
        why = f"pod {name} has non-empty .spec.schedulingGates"
    if why:
        raise conflict("pods/binding", "", name, why)


def _bound(pod: Json, node: str, annotations: Json, now: str) -> Json:
    metadata, status = pod["metadata"], pod.get("status") or {}
    if annotations:
        metadata = {
            **metadata,
            "annotations": {**(metadata.get("annotations") or {}), **annotations},
        }
    scheduled = {
        "type": "PodScheduled",
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": now,
    }
    others = [c for c in status.get("conditions") or () if c["type"] != "PodScheduled"]
    return {
        **pod,
        "metadata": metadata,
        "spec": {**pod["spec"], "nodeName": node},
        "status": {**status, "conditions": [*others, scheduled]},
    }
