"""Leader election over a coordination.k8s.io Lease.

The candidate that holds the Lease leads. It renews it well before the Lease's duration is over;
when it cannot, it stops leading before anybody else may take over. Other candidates judge a
Lease by when *they* saw it change, never by the holder's clock, as client-go does.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from msgspec import Struct

from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, format_micro_time, system_clock
from grove_tui.kube.errors import AlreadyExists, Conflict, KubeError, NotFound
from grove_tui.kube.objects import JSON, Lease
from grove_tui.kube.resources import LEASES

_log = logging.getLogger(__name__)


class LeaseTimes(Struct, frozen=True):
    """Seconds: how long a Lease is valid, when a holder gives up renewing, and between tries."""

    duration: float = 15.0
    renew_deadline: float = 10.0
    retry: float = 2.0


class LeaseElector:
    """One candidate for one Lease.

    Attributes:
        holder: Identity of the current holder as last seen; empty when there is none.
        is_leader: Whether this candidate leads right now.
        error: Why the last attempt failed, as a sentence; empty when it did not.
    """

    def __init__(
        self,
        client: Client,
        namespace: str,
        name: str,
        identity: str,
        *,
        clock: Clock = system_clock,
        times: LeaseTimes | None = None,
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._name = name
        self._identity = identity
        self._clock = clock
        self._times = times or LeaseTimes()
        self._seen: tuple[str, float] = ("", 0.0)
        self.holder = ""
        self.is_leader = False
        self.error = ""
        self.on_change: Callable[[], None] = lambda: None

    async def run(self, lead: Callable[[], Awaitable[None]]) -> None:
        """Compete until cancelled; run `lead()` while leading and cancel it when leading ends."""
        while True:
            if await self._try_acquire():
                await self._lead(lead)
            await asyncio.sleep(self._times.retry)

    async def release(self) -> None:
        """Give the Lease up, so that another candidate need not wait for it to expire."""
        if not self.is_leader:
            return
        self._set_leader(leading=False)
        try:
            lease = await self._client.get(LEASES, self._name, self._namespace)
            if lease.spec.holder_identity == self._identity:
                await self._write(lease, holder="", duration=1)
        except KubeError as error:
            _log.info("the lease could not be released: %s", error)

    async def _lead(self, lead: Callable[[], Awaitable[None]]) -> None:
        self._set_leader(leading=True)
        work = asyncio.ensure_future(lead())
        renewal = asyncio.ensure_future(self._renew_until_lost())
        try:
            await asyncio.wait({work, renewal}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (work, renewal):
                task.cancel()
            results = await asyncio.gather(work, renewal, return_exceptions=True)
            await self.release()
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _renew_until_lost(self) -> None:
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while loop.time() - renewed < self._times.renew_deadline:
            await asyncio.sleep(self._times.retry)
            left = self._times.renew_deadline - (loop.time() - renewed)
            try:
                async with asyncio.timeout(max(left, 0.0)):
                    if not await self._try_acquire():
                        break
                renewed = loop.time()
            except TimeoutError:
                self.error = "the API server did not answer in time to renew the lease"
            except KubeError as error:
                self.error = str(error)
        self._set_leader(leading=False)

    async def _try_acquire(self) -> bool:
        """Take or renew the Lease; return whether this candidate holds it."""
        try:
            held = await self._acquire()
            self.error = ""
        except (AlreadyExists, Conflict):
            return False
        except KubeError as error:
            if self.is_leader:
                raise
            self.error = str(error)
            self.on_change()
            return False
        return held

    async def _acquire(self) -> bool:
        try:
            lease = await self._client.get(LEASES, self._name, self._namespace)
        except NotFound:
            await self._create()
            return True
        self._observe(lease)
        holder = lease.spec.holder_identity or ""
        if holder not in ("", self._identity) and not self._expired(lease):
            return False
        await self._write(lease, holder=self._identity, duration=int(self._times.duration))
        self._set_holder(self._identity)
        return True

    def _observe(self, lease: Lease) -> None:
        if self._seen[0] != lease.metadata.resource_version:
            now = asyncio.get_running_loop().time()
            self._seen = (lease.metadata.resource_version, now)
        self._set_holder(lease.spec.holder_identity or "")

    def _expired(self, lease: Lease) -> bool:
        age = asyncio.get_running_loop().time() - self._seen[1]
        return age > float(lease.spec.lease_duration_seconds or self._times.duration)

    async def _create(self) -> None:
        now = format_micro_time(self._clock())
        spec = {**self._spec(int(self._times.duration)), "acquireTime": now, "leaseTransitions": 0}
        body: JSON = {"metadata": {"name": self._name, "namespace": self._namespace}, "spec": spec}
        await self._client.create(LEASES, body, self._namespace)
        self._set_holder(self._identity)

    async def _write(self, lease: Lease, *, holder: str, duration: int) -> None:
        spec: JSON = {**self._spec(duration), "holderIdentity": holder}
        if holder != (lease.spec.holder_identity or ""):
            spec["acquireTime"] = spec["renewTime"]
            spec["leaseTransitions"] = (lease.spec.lease_transitions or 0) + 1
        patch = {
            "metadata": {"resourceVersion": lease.metadata.resource_version},
            "spec": spec,
        }
        await self._client.patch(LEASES, self._name, patch, self._namespace)

    def _spec(self, duration: int) -> JSON:
        return {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": duration,
            "renewTime": format_micro_time(self._clock()),
        }

    def _set_holder(self, holder: str) -> None:
        if holder != self.holder:
            self.holder = holder
            self.on_change()

    def _set_leader(self, *, leading: bool) -> None:
        if leading != self.is_leader:
            self.is_leader = leading
            self.on_change()
