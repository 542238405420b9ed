"""The pods of a PodClique: what one looks like, and what those that exist are good for."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from grove_tui.api import labels, names
from grove_tui.api.composition import identify
from grove_tui.api.constants import (
    DEFAULT_SCHEDULER,
    ENV_HEADLESS_SERVICE,
    ENV_PCLQ_NAME,
    ENV_PCLQ_POD_INDEX,
    ENV_PCS_INDEX,
    ENV_PCS_NAME,
    INIT_CONTAINER,
    LABEL_POD_INDEX,
    LABEL_POD_TEMPLATE_HASH,
    LABEL_PODGANG,
    SCHEDULING_GATE,
)
from grove_tui.api.objects import PODCLIQUES, PodClique, PodCliqueSet
from grove_tui.api.startup import Dependency, dependencies
from grove_tui.kube.objects import JSON, Pod, find_condition
from grove_tui.reconcile.blueprint import owner_reference
from grove_tui.reconcile.environment import field_variable, with_environment

INIT_IMAGE_VARIABLE = "GROVE_INIT_CONTAINER_IMAGE"
DEFAULT_INIT_IMAGE = "ghcr.io/ai-dynamo/grove/grove-initc:latest"
"""Image of the container that waits for other cliques, where the variable does not name one."""
_TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
_POD_INFO_PATH = "/var/grove/pod-info"
_TOKEN_VOLUME = "grove-initc-token"
_POD_INFO_VOLUME = "grove-pod-info"


class PodTemplate:
    """Builds the pods of one PodClique; what they have in common is prepared once."""

    def __init__(self, pcs: PodCliqueSet, podclique: PodClique) -> None:
        metadata = podclique.metadata
        identity = identify(metadata)
        replica = identity.replica if identity else 0
        self._podclique = podclique
        self._metadata: JSON = {
            "generateName": names.pod_generate_name(metadata.name),
            "namespace": metadata.namespace,
            "ownerReferences": [owner_reference(PODCLIQUES, podclique)],
        }
        if metadata.annotations:
            self._metadata["annotations"] = metadata.annotations
        spec = with_environment(
            podclique.spec.pod_spec, _environment(pcs, metadata.namespace, metadata.name, replica)
        )
        if podclique.spec.starts_after and identity is not None:
            waits = dependencies(pcs, replica, identity.clique, identity.index)
            spec = _with_init_container(spec, pcs.metadata.name, waits)
        self._spec: JSON = {
            **spec,
            "subdomain": names.service_name(pcs.metadata.name, replica),
            "schedulerName": spec.get("schedulerName") or DEFAULT_SCHEDULER,
            "schedulingGates": [{"name": SCHEDULING_GATE}],
        }

    def body(self, index: int) -> JSON:
        """Return the pod of that index."""
        podclique = self._podclique.metadata
        wanted = labels.pod(podclique.name, podclique.labels, index)
        return {
            "metadata": {**self._metadata, "labels": wanted},
            "spec": {**self._spec, "hostname": names.pod_hostname(podclique.name, index)},
        }


def _environment(pcs: PodCliqueSet, namespace: str, podclique: str, replica: int) -> list[JSON]:
    address = names.headless_service_address(pcs.metadata.name, replica, namespace)
    return [
        {"name": ENV_PCS_NAME, "value": pcs.metadata.name},
        {"name": ENV_PCS_INDEX, "value": str(replica)},
        {"name": ENV_PCLQ_NAME, "value": podclique},
        {"name": ENV_HEADLESS_SERVICE, "value": address},
        field_variable(ENV_PCLQ_POD_INDEX, f"metadata.labels['{LABEL_POD_INDEX}']"),
    ]


def _with_init_container(spec: JSON, pcs: str, waits: Iterable[Dependency]) -> JSON:
    container = {
        "name": INIT_CONTAINER,
        "image": os.environ.get(INIT_IMAGE_VARIABLE) or DEFAULT_INIT_IMAGE,
        "args": [f"--podcliques={wait.podclique}:{wait.min_available}" for wait in waits],
        "volumeMounts": [
            {"name": _TOKEN_VOLUME, "mountPath": _TOKEN_PATH, "readOnly": True},
            {"name": _POD_INFO_VOLUME, "mountPath": _POD_INFO_PATH, "readOnly": True},
        ],
    }
    secret = {"secretName": names.token_secret_name(pcs), "defaultMode": 0o644}
    items = [
        {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}},
        {
            "path": "podgangname",
            "fieldRef": {"fieldPath": f"metadata.labels['{LABEL_PODGANG}']"},
        },
    ]
    volumes = [
        {"name": _TOKEN_VOLUME, "secret": secret},
        {"name": _POD_INFO_VOLUME, "downwardAPI": {"items": items}},
    ]
    return {
        **spec,
        "initContainers": [*(spec.get("initContainers") or ()), container],
        "volumes": [*(spec.get("volumes") or ()), *volumes],
    }


def is_terminating(pod: Pod) -> bool:
    """Tell whether a pod is on its way out."""
    return pod.metadata.deletion_timestamp is not None


def is_ready(pod: Pod) -> bool:
    """Tell whether a pod's Ready condition is True."""
    condition = find_condition(pod.status.conditions, "Ready")
    return condition is not None and condition.is_true


def is_scheduled(pod: Pod) -> bool:
    """Tell whether a pod's PodScheduled condition is True."""
    condition = find_condition(pod.status.conditions, "PodScheduled")
    return condition is not None and condition.is_true


def is_gated(pod: Pod) -> bool:
    """Tell whether Grove still holds a pod back from the scheduler."""
    return any(gate.name == SCHEDULING_GATE for gate in pod.spec.scheduling_gates)


def has_succeeded(pod: Pod) -> bool:
    """Tell whether all containers of a pod have ended well, for good."""
    return pod.status.phase == "Succeeded"


def template_hash(pod: Pod) -> str:
    """Return the hash of the template that a pod was made from."""
    return pod.metadata.labels.get(LABEL_POD_TEMPLATE_HASH, "")


def index_of(pod: Pod, podclique: str) -> int | None:
    """Return a pod's index by its hostname, which unlike a label cannot be edited."""
    return names.pod_index_of_hostname(pod.spec.hostname, podclique)


@dataclass(slots=True)
class Census:
    """The pods of a PodClique by what is to be done with them.

    Attributes:
        active: Pods that fill a replica; those that have succeeded still do.
        failed: Pods that are lost and to be replaced.
        terminating: Pods on their way out; their replicas and indices are free.
        duplicates: Live pods whose index another one has, or that have none; not in `active`.
        indices: The indices of the active pods.
    """

    active: list[Pod] = field(default_factory=list)
    failed: list[Pod] = field(default_factory=list)
    terminating: list[Pod] = field(default_factory=list)
    duplicates: list[Pod] = field(default_factory=list)
    indices: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, pods: Iterable[Pod], podclique: str) -> "Census":
        """Sort the pods that a PodClique owns."""
        census = cls()
        live = []
        for pod in pods:
            if is_terminating(pod):
                census.terminating.append(pod)
            elif pod.status.phase == "Failed":
                census.failed.append(pod)
            else:
                live.append(pod)
        # The pod that got furthest keeps a contested index; the older one among equals.
        live.sort(key=lambda pod: (not pod.spec.node_name, _age(pod), pod.metadata.name))
        for pod in live:
            index = index_of(pod, podclique)
            if index is None or index in census.indices:
                census.duplicates.append(pod)
            else:
                census.indices.add(index)
                census.active.append(pod)
        return census


def _age(pod: Pod) -> float:
    created = pod.metadata.creation_timestamp
    return created.timestamp() if created is not None else float("inf")
