"""A demo cluster whose reconciler reaches it over a network that tests can spoil."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from grove_tui.api.admission import Admission, admit
from grove_tui.demo.access import Attributes
from grove_tui.demo.local import LocalTransport
from grove_tui.kube.clock import Clock
from grove_tui.kube.resources import NAMESPACES
from tests.cluster import RunningCluster, loop_clock, running_cluster
from tests.contract.hosting import HostedReconciler
from tests.contract.stand import NAMESPACE, Stand, hosting
from tests.faults import Faults, FaultyTransport

RECONCILER = "reconciler"
"""The reconciler's user name."""


@dataclass
class Scene:
    """A cluster at hand: its stand, its storage, and the reconciler's network."""

    cluster: RunningCluster
    stand: Stand
    network: FaultyTransport
    clock: Clock

    def forbid(self, verb: str, resource: str) -> None:
        """Let the reconciler's requests of that kind be refused with 403."""

        def authorize(asked: Attributes) -> bool:
            return asked.user != RECONCILER or (asked.verb, asked.resource) != (verb, resource)

        self.cluster.demo.api.authorize = authorize

    def allow_everything(self) -> None:
        """Take all refusals back."""
        self.cluster.demo.api.authorize = lambda _: True

    def release(self) -> None:
        """Let watches tell what was held back."""
        hold, self.network.hold = self.network.hold, None
        if hold is not None:
            hold.set()

    def mend(self) -> None:
        """Take back whatever keeps the reconciler from its work."""
        self.allow_everything()
        self.release()
        self.network.faults = Faults()
        self.network.rules.clear()
        self.network.losses.clear()


@asynccontextmanager
async def scene(
    nodes: int = 4, *, speed: float = 0, has_admission: bool = True, restless: str = ""
) -> AsyncIterator[Scene]:
    """Run a cluster with our reconciler for the length of the block.

    Args:
        nodes: How many.
        speed: Pace of the simulation; 0 for no delays.
        has_admission: Whether the API server refuses invalid PodCliqueSets.
        restless: Why nothing comes to rest after the block, though all refusals are taken back and
            the network is mended; without a reason, nothing may be written any more then.
    """
    clock = loop_clock()
    admission = admit if has_admission else _admit_all
    async with AsyncExitStack() as stack:
        # The API server looks the function up at each request.
        stack.enter_context(patch("grove_tui.demo.cluster.admit", admission))
        cluster = await stack.enter_async_context(running_cluster(nodes, speed, clock=clock))
        network = FaultyTransport(LocalTransport(cluster.demo.api, RECONCILER))

        def reconcile() -> HostedReconciler:
            return HostedReconciler(network, clock)

        await cluster.client.create(NAMESPACES, {"metadata": {"name": NAMESPACE}})
        stand = Stand(cluster.client, reconcile, namespace=NAMESPACE)
        async with hosting(stand, restless):
            world = Scene(cluster, stand, network, clock)
            yield world
            world.mend()


def _admit_all(_plural: str, _operation: str, new: Any, _old: Any) -> Admission:
    return Admission(new, [], [])
