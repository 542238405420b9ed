"""The nodes of the demo cluster, as KWOK's fake nodes look in Grove's guide."""

from datetime import datetime

from grove_tui.demo.conditions import condition, merge
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, format_time
from grove_tui.kube.errors import AlreadyExists
from grove_tui.kube.objects import JSON
from grove_tui.kube.resources import NODES

NODES_PER_RACK = 5
RACKS_PER_ZONE = 2
LABEL_ZONE = "topology.kubernetes.io/zone"
LABEL_RACK = "topology.kubernetes.io/rack"
CAPACITY = {
    "cpu": "64",
    "memory": "512Gi",
    "pods": "110",
    "ephemeral-storage": "1Ti",
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
    "nvidia.com/gpu": "8",
}
_LABELS = {
    "beta.kubernetes.io/arch": "amd64",
    "beta.kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/os": "linux",
    "kubernetes.io/role": "agent",
    "node-role.kubernetes.io/agent": "",
    "type": "kwok",
}
_HEALTHY = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "sufficient PIDs available"),
    ("NetworkUnavailable", "False", "RouteCreated", "the pod network is set up"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def node_name(number: int) -> str:
    """Return the name of the n-th node, counted from 1."""
    return f"fake-node-{number:03d}"


def pod_cidr(number: int) -> str:
    """Return the pod network of the n-th node: 10.244.<n>.0/24, and on from there."""
    second, third = divmod(number, 256)
    return f"10.{(244 + second) % 256}.{third}.0/24"


def node(number: int, now: datetime) -> JSON:
    """Return the n-th node, counted from 1."""
    name = node_name(number)
    rack = (number - 1) // NODES_PER_RACK
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0"},
            "labels": {
                **_LABELS,
                "kubernetes.io/hostname": name,
                LABEL_ZONE: f"zone-{rack // RACKS_PER_ZONE + 1}",
                LABEL_RACK: f"rack-{rack + 1}",
            },
        },
        "spec": {
            "podCIDR": pod_cidr(number),
            "podCIDRs": [pod_cidr(number)],
            "taints": [{"key": "fake-node", "value": "true", "effect": "NoSchedule"}],
        },
        "status": node_status(number, now),
    }


def node_status(number: int, now: datetime) -> JSON:
    """Return the status that the n-th node's kubelet posts."""
    high, low = divmod(number, 250)
    conditions = merge((), [condition(*fields) for fields in _HEALTHY], now)
    return {
        "phase": "Running",
        "capacity": CAPACITY,
        "allocatable": CAPACITY,
        "addresses": [
            {"type": "InternalIP", "address": f"172.18.{high}.{low + 1}"},
            {"type": "Hostname", "address": node_name(number)},
        ],
        "conditions": [{**c, "lastHeartbeatTime": format_time(now)} for c in conditions],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": "",
            "containerRuntimeVersion": "",
            "kernelVersion": "",
            "kubeProxyVersion": "fake",
            "kubeletVersion": "fake",
            "machineID": "",
            "operatingSystem": "linux",
            "osImage": "",
            "systemUUID": "",
        },
    }


async def seed_nodes(client: Client, count: int, clock: Clock) -> None:
    """Create the nodes that are missing, with their status."""
    for number in range(1, count + 1):
        body = node(number, clock())
        try:
            created = await client.create(NODES, body)
        except AlreadyExists:
            continue
        if not created.status.allocatable:
            status = {"status": body["status"]}
            await client.patch(NODES, node_name(number), status, subresource="status")
        if len(created.spec.taints) != len(body["spec"]["taints"]):
            # A real API server taints new nodes as not ready, for a controller to take it away.
            taints = {"spec": {"taints": body["spec"]["taints"]}}
            await client.patch(NODES, node_name(number), taints)
