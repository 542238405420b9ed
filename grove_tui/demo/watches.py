"""What the simulated components watch, each resource once for all of them."""

import asyncio
from dataclasses import dataclass

from grove_tui.api.constants import LABEL_PODGANG
from grove_tui.api.objects import PODGANGS, PodGang
from grove_tui.demo.objects import PODS, Pod
from grove_tui.kube.client import Client
from grove_tui.kube.informer import Informer
from grove_tui.kube.objects import Node
from grove_tui.kube.resources import NODES

BY_NODE = "node"
"""Pods by the name of their node."""
BY_GANG = "gang"
"""Pods by "namespace/gang"."""


@dataclass(frozen=True, slots=True)
class Watches:
    """The informers of the simulation."""

    pods: Informer[Pod]
    nodes: Informer[Node]
    podgangs: Informer[PodGang]

    async def run(self) -> None:
        """Follow the server until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.pods.run())
            group.create_task(self.nodes.run())
            group.create_task(self.podgangs.run())

    async def wait_synced(self) -> None:
        """Wait for pods and nodes; there may be no PodGangs on this cluster."""
        await self.pods.wait_synced()
        await self.nodes.wait_synced()


def open_watches(client: Client) -> Watches:
    """Build the informers; they watch once they run."""
    indexes = {BY_NODE: _by_node, BY_GANG: _by_gang}
    return Watches(
        Informer(client, PODS, indexes=indexes),
        Informer(client, NODES),
        Informer(client, PODGANGS),
    )


def _by_node(pod: Pod) -> tuple[str, ...]:
    return (pod.spec.node_name,) if pod.spec.node_name else ()


def _by_gang(pod: Pod) -> tuple[str, ...]:
    gang = pod.metadata.labels.get(LABEL_PODGANG)
    return (f"{pod.metadata.namespace}/{gang}",) if gang else ()
