"""Who else may reconcile a cluster: Grove's own operator, and holders of Leases."""

import logging
from datetime import timedelta

from grove_tui.api.constants import UPSTREAM_OPERATOR_LEASE
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.errors import Forbidden, KubeError, NotFound
from grove_tui.kube.objects import Deployment, Lease
from grove_tui.kube.resources import DEPLOYMENTS, LEASES

_log = logging.getLogger(__name__)

UPSTREAM_DEPLOYMENT = "grove-operator"
CLUSTER_NAMESPACE = "kube-system"
"""Where the Lease of a reconciler of all namespaces is; one of a single namespace is in that."""


class Rivals:
    """Looks for others that reconcile."""

    def __init__(self, client: Client, clock: Clock, namespace: str) -> None:
        """Know where to look.

        Args:
            client: How to reach the cluster.
            clock: Tells whether a Lease is still held.
            namespace: Where to look for Leases that may not be listed everywhere.
        """
        self._client = client
        self._clock = clock
        self._namespace = namespace

    async def upstream(self) -> str:
        """Return what shows that Grove's own operator runs; empty when nothing does."""
        for lease in await self.leases(UPSTREAM_OPERATOR_LEASE):
            if self.is_held(lease):
                return f"lease {lease.metadata.namespace}/{lease.metadata.name}"
        for deployment in await self._deployments():
            if deployment.status.available_replicas > 0:
                return f"deployment {deployment.metadata.namespace}/{deployment.metadata.name}"
        return ""

    async def leases(self, name: str) -> list[Lease]:
        """Return the Leases of that name, wherever they are."""
        try:
            page = await self._client.list_page(LEASES, field_selector=f"metadata.name={name}")
        except NotFound:
            return []
        except Forbidden:
            return await self._lease_nearby(name)
        return page.items

    async def _lease_nearby(self, name: str) -> list[Lease]:
        """Look where we may, for those who may not list Leases everywhere."""
        found = []
        for namespace in {self._namespace, CLUSTER_NAMESPACE, "grove-system"}:
            try:
                found.append(await self._client.get(LEASES, name, namespace))
            except KubeError as error:
                _log.debug("no lease %s/%s: %s", namespace, name, error)
        return found

    async def _deployments(self) -> list[Deployment]:
        try:
            selector = f"metadata.name={UPSTREAM_DEPLOYMENT}"
            return (await self._client.list_page(DEPLOYMENTS, field_selector=selector)).items
        except KubeError as error:
            _log.debug("deployments cannot be listed: %s", error)
            return []

    def is_held(self, lease: Lease) -> bool:
        """Tell whether a Lease has a holder that still renews it, by its own times."""
        spec = lease.spec
        if not spec.holder_identity or spec.renew_time is None:
            return False
        # Clocks differ: a Lease counts as held for twice its duration.
        duration = timedelta(seconds=2 * (spec.lease_duration_seconds or 15))
        return self._clock() - spec.renew_time < duration
