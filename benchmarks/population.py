"""A large cluster as plain objects, the same for the same seed.

It is what the reconciler makes of a few PodCliqueSets with many replicas of one clique of two pods,
all of them running: the smallest gangs there are, so the most cliques, gangs and Services for the
number of pods.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from msgspec import Struct

from grove_tui.api import labels
from grove_tui.api.constants import MANAGED_BY
from grove_tui.demo.seed import node, node_name
from grove_tui.kube.clock import format_time
from grove_tui.kube.objects import JSON

NAMESPACE = "default"
CLIQUE = "w"
PODS_PER_GANG = 2
GANGS_PER_SET = 1000
HASH = "wrgnfzgr92"
TERMINATION_DELAY = "1h"
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_TOLERATIONS = [
    {"key": "fake-node", "operator": "Exists", "effect": "NoSchedule"},
    *(
        {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
        for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
    ),
]
_CONTAINER = {
    "name": "main",
    "image": "nginx:latest",
    "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
}
_POD_SPEC = {
    "containers": [_CONTAINER],
    "tolerations": _TOLERATIONS[:1],
    "restartPolicy": "Always",
    "terminationGracePeriodSeconds": 30,
}


class Size(Struct, frozen=True):
    """How large a cluster is.

    Attributes:
        pods: Pods, two per gang.
        nodes: Nodes; the pods are spread over them at random.
        events: Events, about pods.
        seed: Of names, uids and nodes.
    """

    pods: int = 10_000
    nodes: int = 1000
    events: int = 2000
    seed: int = 1


class Population:
    """Makes the objects of a cluster, by the fields of a World."""

    def __init__(self, size: Size, now: datetime, age: timedelta) -> None:
        """Prepare objects.

        Args:
            size: How many there are.
            now: The present.
            age: How old they are at present; pods came within the second after that.
        """
        self._size = size
        self._now = now
        self._born = now - age
        self._random = random.Random(size.seed)

    def objects(self) -> Iterator[tuple[str, JSON]]:
        """Yield each object after the field of the World that it is in."""
        for number in range(1, self._size.nodes + 1):
            yield "nodes", self._node(number)
        gangs = self._size.pods // PODS_PER_GANG
        sets = -(-gangs // GANGS_PER_SET)
        pods: list[JSON] = []
        for number in range(sets):
            replicas = min(GANGS_PER_SET, gangs - number * GANGS_PER_SET)
            for field, obj in self._set(f"m{number}", replicas):
                pods += [obj] if field == "pods" else []
                yield field, obj
        for pod in islice(pods, self._size.events):
            yield "events", self._event(pod)

    def _set(self, name: str, replicas: int) -> Iterator[tuple[str, JSON]]:
        pcs = {
            "apiVersion": "grove.io/v1alpha1",
            "kind": "PodCliqueSet",
            "metadata": self._metadata(name, generation=1),
            "spec": {"replicas": replicas, "template": _template()},
            "status": {
                "availableReplicas": replicas,
                "currentGenerationHash": HASH,
                "observedGeneration": 1,
                "replicas": replicas,
                "updatedReplicas": replicas,
            },
        }
        yield "podcliquesets", pcs
        for index in range(replicas):
            yield from self._gang(pcs, index)

    def _gang(self, pcs: JSON, index: int) -> Iterator[tuple[str, JSON]]:
        name = pcs["metadata"]["name"]
        podclique = self._podclique(pcs, index)
        pods = [self._pod(name, index, podclique, number) for number in range(PODS_PER_GANG)]
        yield "podcliques", podclique
        yield "podgangs", self._podgang(pcs, index, pods)
        yield "services", self._service(pcs, index)
        for pod in pods:
            yield "pods", pod

    def _podclique(self, pcs: JSON, index: int) -> JSON:
        pcs_name = pcs["metadata"]["name"]
        name = f"{pcs_name}-{index}-{CLIQUE}"
        found = {
            **labels.component(pcs_name, name, "pcs-podclique"),
            "grove.io/pod-template-hash": HASH,
            "grove.io/podcliqueset-replica-index": str(index),
            "grove.io/podgang": f"{pcs_name}-{index}",
        }
        return {
            "apiVersion": "grove.io/v1alpha1",
            "kind": "PodClique",
            "metadata": self._metadata(name, found, pcs, generation=1),
            "spec": {
                "replicas": PODS_PER_GANG,
                "minAvailable": PODS_PER_GANG,
                "roleName": CLIQUE,
                "podSpec": _POD_SPEC,
            },
            "status": {
                "conditions": [
                    self._condition("PodCliqueScheduled", "True", "SufficientScheduledPods"),
                    self._condition("MinAvailableBreached", "False", "SufficientReadyPods"),
                ],
                "currentPodCliqueSetGenerationHash": HASH,
                "currentPodTemplateHash": HASH,
                "observedGeneration": 1,
                "replicas": PODS_PER_GANG,
                "readyReplicas": PODS_PER_GANG,
                "scheduledReplicas": PODS_PER_GANG,
                "updatedReplicas": PODS_PER_GANG,
            },
        }

    def _podgang(self, pcs: JSON, index: int, pods: list[JSON]) -> JSON:
        name = pcs["metadata"]["name"]
        references = [{"namespace": NAMESPACE, "name": pod["metadata"]["name"]} for pod in pods]
        group = {
            "name": f"{name}-{index}-{CLIQUE}",
            "minReplicas": PODS_PER_GANG,
            "podReferences": references,
        }
        return {
            "apiVersion": "scheduler.grove.io/v1alpha1",
            "kind": "PodGang",
            "metadata": self._metadata(f"{name}-{index}", labels.podgang(name, {}), pcs),
            "spec": {"podgroups": [group]},
            "status": {
                "phase": "Running",
                "conditions": [self._condition("Initialized", "True", "PodGangPodsCreated")],
            },
        }

    def _service(self, pcs: JSON, index: int) -> JSON:
        name = pcs["metadata"]["name"]
        found = labels.service(name, index)
        return {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": self._metadata(f"{name}-{index}", found, pcs),
            "spec": {
                "clusterIP": "None",
                "publishNotReadyAddresses": True,
                "selector": {
                    "app.kubernetes.io/managed-by": MANAGED_BY,
                    "app.kubernetes.io/part-of": name,
                    "grove.io/podcliqueset-replica-index": str(index),
                },
            },
        }

    def _pod(self, pcs: str, index: int, podclique: JSON, number: int) -> JSON:
        owner = podclique["metadata"]["name"]
        suffix = "".join(self._random.choices(_LETTERS, k=5))
        found = {
            **podclique["metadata"]["labels"],
            "grove.io/podclique": owner,
            "grove.io/podclique-pod-index": str(number),
        }
        host = self._random.randrange(self._size.nodes)
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": self._metadata(f"{owner}-{suffix}", found, podclique),
            "spec": {
                **_POD_SPEC,
                "tolerations": _TOLERATIONS,
                "hostname": f"{owner}-{number}",
                "subdomain": f"{pcs}-{index}",
                "nodeName": node_name(host + 1),
                "schedulerName": "default-scheduler",
            },
            "status": self._pod_status(host),
        }

    def _pod_status(self, host: int) -> JSON:
        moment = format_time(self._born)
        types = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady")
        conditions = [self._condition(type_, "True") for type_ in (*types, "PodScheduled")]
        status = {
            "name": "main",
            "image": "nginx:latest",
            "imageID": "docker-pullable://nginx@sha256:" + "5" * 64,
            "containerID": f"containerd://{self._random.getrandbits(256):064x}",
            "ready": True,
            "started": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": moment}},
        }
        return {
            "phase": "Running",
            "hostIP": f"172.18.{host // 250}.{host % 250 + 1}",
            "podIP": f"10.{244 + host // 256}.{host % 256}.{self._random.randrange(256)}",
            "startTime": moment,
            "conditions": conditions,
            "containerStatuses": [status],
            "qosClass": "Burstable",
        }

    def _node(self, number: int) -> JSON:
        found = node(number, self._born)
        return {**found, "metadata": {**self._metadata(""), **found["metadata"], "namespace": ""}}

    def _event(self, pod: JSON) -> JSON:
        name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
        moment = format_time(self._born)
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": self._metadata(f"{name}.{self._random.getrandbits(64):016x}"),
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "Pod",
                "namespace": NAMESPACE,
                "name": name,
                "uid": uid,
            },
            "type": "Normal",
            "reason": "Scheduled",
            "message": f"Successfully assigned {NAMESPACE}/{name} to {pod['spec']['nodeName']}",
            "count": 1,
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "source": {"component": "default-scheduler"},
            "reportingComponent": "default-scheduler",
        }

    def _metadata(
        self,
        name: str,
        found: dict[str, str] | None = None,
        owner: JSON | None = None,
        generation: int = 0,
    ) -> JSON:
        metadata: JSON = {
            "name": name,
            "namespace": NAMESPACE,
            "uid": str(UUID(int=self._random.getrandbits(128), version=4)),
            "creationTimestamp": format_time(self._born),
        }
        if found:
            metadata["labels"] = found
        if owner is not None:
            metadata["ownerReferences"] = [_reference(owner)]
        if generation:
            metadata["generation"] = generation
        return metadata

    def _condition(self, type_: str, status: str, reason: str = "") -> JSON:
        found: JSON = {
            "type": type_,
            "status": status,
            "lastTransitionTime": format_time(self._born),
        }
        return {**found, "reason": reason} if reason else found


def _template() -> JSON:
    spec = {
        "roleName": CLIQUE,
        "replicas": PODS_PER_GANG,
        "minAvailable": PODS_PER_GANG,
        "podSpec": _POD_SPEC,
    }
    return {
        "cliqueStartupType": "CliqueStartupTypeAnyOrder",
        "terminationDelay": TERMINATION_DELAY,
        "headlessServiceConfig": {"publishNotReadyAddresses": True},
        "cliques": [{"name": CLIQUE, "spec": spec}],
    }


def _reference(owner: JSON) -> JSON:
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
