"""Single changes: scale, delete, cordon, evict; none of them raises `KubeError`."""

from grove_tui.actions.outcome import Outcome, refused
from grove_tui.actions.target import Target
from grove_tui.kube.client import Client, PatchType, Propagation
from grove_tui.kube.errors import KubeError, TooManyRequests
from grove_tui.kube.resources import NODES, PODS


async def scale(client: Client, target: Target, replicas: int) -> Outcome:
    """Set the number of replicas through the scale subresource."""
    try:
        await client.scale(target.resource, target.name, replicas, target.namespace, uid=target.uid)
    except KubeError as error:
        return refused("scale", target, error)
    return Outcome(True, f"{target} is to have {replicas} {_replicas(replicas)}.")


async def delete(client: Client, target: Target) -> Outcome:
    """Delete an object; what it owns follows in the background."""
    try:
        await client.delete(
            target.resource,
            target.name,
            target.namespace,
            uid=target.uid,
            propagation=Propagation.BACKGROUND,
        )
    except KubeError as error:
        return refused("delete", target, error)
    return Outcome(True, f"{target} is being deleted.")


async def cordon(client: Client, node: Target, *, unschedulable: bool) -> Outcome:
    """Keep new pods off a node, or let them in again."""
    doing = "cordon" if unschedulable else "uncordon"
    patch = {
        "metadata": {"uid": node.uid},
        "spec": {"unschedulable": True if unschedulable else None},
    }
    try:
        await client.patch(NODES, node.name, patch, type=PatchType.MERGE)
    except KubeError as error:
        return refused(doing, node, error)
    return Outcome(True, f"{node} is {doing}ed.")


async def request_eviction(client: Client, pod: Target) -> None:
    """Ask for a pod's eviction.

    Raises:
        KubeError: It is refused; `TooManyRequests` if a disruption budget does not allow it now.
    """
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": pod.name, "namespace": pod.namespace},
        "deleteOptions": {"preconditions": {"uid": pod.uid}},
    }
    await client.create_subresource(PODS, pod.name, "eviction", eviction, pod.namespace)


async def evict(client: Client, pod: Target) -> Outcome:
    """Ask for a pod's eviction, which disruption budgets may refuse."""
    try:
        await request_eviction(client, pod)
    except TooManyRequests as error:
        return Outcome(False, f"{pod} may not be evicted now: {error.message}")
    except KubeError as error:
        return refused("evict", pod, error)
    return Outcome(True, f"{pod} is being evicted.")


def _replicas(count: int) -> str:
    return "replica" if count == 1 else "replicas"
