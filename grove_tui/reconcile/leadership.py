"""Decides whether this process reconciles, because two reconcilers on one cluster fight.

It defers to Grove's own operator, waits for the CRDs, needs the permissions, and otherwise competes
for a Lease. Who does not lead observes, and says why.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from grove_tui.api.constants import OWN_LEASE
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.kube.access import Permission, may
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, system_clock
from grove_tui.kube.errors import KubeError, NotFound
from grove_tui.kube.lease import LeaseElector, LeaseTimes
from grove_tui.kube.resources import LEASES, PODS, Resource
from grove_tui.reconcile.rivals import CLUSTER_NAMESPACE, Rivals

_log = logging.getLogger(__name__)

RECHECK_SECONDS = 10.0
"""How often the reasons not to lead are looked at again, before and while leading."""


class Policy(StrEnum):
    """What `--reconcile` asks for."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Mode(StrEnum):
    """Who reconciles, as this process sees it."""

    STARTING = "starting"
    LEADING = "leading"
    STANDBY = "standby"
    """Another reconciler holds the Lease; this one takes over when it expires, if it may."""
    UPSTREAM = "upstream"
    """Grove's operator runs in the cluster."""
    CRDS_MISSING = "crds-missing"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"
    OFF = "off"


class Standing(Struct, frozen=True):
    """The mode and its reason.

    Attributes:
        mode: Who reconciles.
        detail: Holder of the Lease, what is missing, or what went wrong; may be empty.
    """

    mode: Mode
    detail: str = ""

    @property
    def sentence(self) -> str:
        """Say it to a person."""
        return _SENTENCES[self.mode].format(self.detail)


_SENTENCES = {
    Mode.STARTING: "finding out who reconciles",
    Mode.LEADING: "reconciling",
    Mode.STANDBY: "observing: {0} reconciles",
    Mode.UPSTREAM: "observing: the Grove operator reconciles ({0})",
    Mode.CRDS_MISSING: "observing: the cluster does not serve {0}",
    Mode.FORBIDDEN: "nobody reconciles; you may not {0}",
    Mode.UNREACHABLE: "observing: {0}",
    Mode.OFF: "observing: reconciling is switched off",
}

_NEEDED: tuple[tuple[str, Resource[Any], str], ...] = (
    ("create", PODS, ""),
    ("patch", PODS, ""),
    ("delete", PODS, ""),
    ("create", PODCLIQUES, ""),
    ("delete", PODCLIQUES, ""),
    ("patch", PODCLIQUES, "status"),
    ("patch", PODCLIQUESETS, "status"),
    ("create", PODGANGS, ""),
    ("create", LEASES, ""),
)
"""Without these nothing works; what else is missing shows on the objects that it concerns."""


class Leadership:
    """One candidate.

    Attributes:
        standing: Whether it leads, or why not.
        on_change: Called after each change of `standing`.
    """

    def __init__(
        self,
        client: Client,
        identity: str,
        *,
        policy: Policy = Policy.AUTO,
        namespace: str = "",
        clock: Clock = system_clock,
        times: LeaseTimes | None = None,
    ) -> None:
        self._client = client
        self._identity = identity
        self._policy = policy
        self._namespace = namespace
        self._clock = clock
        self._times = times or LeaseTimes()
        self._rivals = Rivals(client, clock, self.lease_namespace)
        self.standing = Standing(Mode.STARTING)
        self.on_change: Callable[[], None] = lambda: None

    @property
    def lease_namespace(self) -> str:
        """Where the Lease is."""
        return self._namespace or CLUSTER_NAMESPACE

    async def run(self, lead: Callable[[], Awaitable[None]]) -> None:
        """Run `lead()` whenever this process is to reconcile, until cancelled.

        `lead()` is cancelled when leadership ends; what it raises is raised here.
        """
        while True:
            standing = await self._judge()
            if standing is None:
                standing = await self._compete(lead)
            self._set(standing)
            await asyncio.sleep(RECHECK_SECONDS)

    async def look(self) -> Standing | None:
        """Return who reconciles now, or why we may not; None when nobody does. Takes no Lease."""
        return await self._judge() or await self._holder()

    async def _judge(self) -> Standing | None:
        """Return why not to lead, or None."""
        if self._policy is Policy.NEVER:
            return Standing(Mode.OFF)
        try:
            return await self._obstacle()
        except KubeError as error:
            return Standing(Mode.UNREACHABLE, str(error))

    async def _obstacle(self) -> Standing | None:
        if missing := await self._missing_kinds():
            return Standing(Mode.CRDS_MISSING, missing)
        if rival := await self._rival():
            return rival
        if forbidden := await self._forbidden():
            return await self._holder() or Standing(Mode.FORBIDDEN, _shortened(forbidden))
        return None

    async def _compete(self, lead: Callable[[], Awaitable[None]]) -> Standing:
        """Compete for the Lease until there is a reason not to; return that reason."""
        elector = LeaseElector(
            self._client,
            self.lease_namespace,
            OWN_LEASE,
            self._identity,
            clock=self._clock,
            times=self._times,
        )
        elector.on_change = lambda: self._set(_standing_of(elector))
        running = asyncio.ensure_future(elector.run(lead))
        watching = asyncio.ensure_future(self._reason_to_stop())
        try:
            await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            elector.on_change = lambda: None
            for task in (running, watching):
                task.cancel()
            results = await asyncio.gather(running, watching, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]
        reason = results[1]
        return reason if isinstance(reason, Standing) else Standing(Mode.STARTING)

    async def _reason_to_stop(self) -> Standing:
        """Return once somebody else is found to reconcile beside us.

        A server that cannot be reached is no reason: whether we still lead is the Lease's say.
        """
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                rival = await self._rival()
            except KubeError as error:
                _log.info("who else reconciles could not be found out: %s", error)
                continue
            if rival is not None:
                return rival

    async def _missing_kinds(self) -> str:
        wanted = (PODCLIQUESETS, PODCLIQUES, PODCLIQUESCALINGGROUPS, PODGANGS)
        missing = []
        for api_version in dict.fromkeys(resource.api_version for resource in wanted):
            try:
                found = await self._client.request_json("GET", f"/apis/{api_version}")
                served = {str(item["name"]) for item in found.get("resources") or ()}
            except NotFound:
                served = set()
            missing += [
                resource.qualified_name
                for resource in wanted
                if resource.api_version == api_version and resource.plural not in served
            ]
        return ", ".join(missing)

    async def _rival(self) -> Standing | None:
        """Return who else reconciles what we would, apart from candidates for our own Lease."""
        if self._policy is not Policy.ALWAYS:
            upstream = await self._rivals.upstream()
            if upstream:
                return Standing(Mode.UPSTREAM, upstream)
        for lease in await self._rivals.leases(OWN_LEASE):
            is_own = lease.metadata.namespace == self.lease_namespace
            overlaps = not self._namespace or lease.metadata.namespace == CLUSTER_NAMESPACE
            if not is_own and overlaps and self._rivals.is_held(lease):
                return Standing(Mode.STANDBY, lease.spec.holder_identity or "")
        return None

    async def _holder(self) -> Standing | None:
        """Return who reconciles what we would, or some of it."""
        for lease in await self._rivals.leases(OWN_LEASE):
            concerns_us = lease.metadata.namespace in (self.lease_namespace, CLUSTER_NAMESPACE)
            if self._rivals.is_held(lease) and (concerns_us or not self._namespace):
                return Standing(Mode.STANDBY, lease.spec.holder_identity or "")
        return None

    async def _forbidden(self) -> list[str]:
        checks = [self._may(verb, resource, sub) for verb, resource, sub in _NEEDED]
        allowed = await asyncio.gather(*checks)
        return [
            Permission(verb, resource, sub).what
            for (verb, resource, sub), is_allowed in zip(_NEEDED, allowed, strict=True)
            if not is_allowed
        ]

    async def _may(self, verb: str, resource: Resource[Any], subresource: str) -> bool:
        namespace = self.lease_namespace if resource.plural == "leases" else self._namespace
        asked = Permission(verb, resource, subresource, namespace)
        try:
            return bool(await may(self._client, asked))
        except NotFound:
            # A server without authorization reviews forbids nothing that way.
            return True

    def _set(self, standing: Standing) -> None:
        if standing != self.standing:
            self.standing = standing
            _log.info("%s", standing.sentence)
            self.on_change()


def _shortened(denied: Sequence[str]) -> str:
    more = len(denied) - 1
    return f"{denied[0]}, and {more} more" if more else denied[0]


def _standing_of(elector: LeaseElector) -> Standing:
    if elector.is_leader:
        return Standing(Mode.LEADING)
    if elector.error:
        return Standing(Mode.UNREACHABLE, elector.error)
    return Standing(Mode.STANDBY, elector.holder or "another reconciler")
