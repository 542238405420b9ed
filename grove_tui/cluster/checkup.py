"""Is everything there that the dashboard and the reconciler need?"""

import asyncio
import platform
from collections.abc import AsyncIterator

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.cluster.session import Session
from grove_tui.kube.access import Permission, may
from grove_tui.kube.client import Client
from grove_tui.kube.errors import KubeError
from grove_tui.kube.resources import NODES, PODS
from grove_tui.reconcile.leadership import Leadership, Mode
from grove_tui.reconcile.world import RESOURCES

ANSWER_SECONDS = 10.0
"""How long a cluster may take to say who it is."""
_OURS = (PODCLIQUESETS, PODCLIQUES, PODCLIQUESCALINGGROUPS)
NEEDS: tuple[tuple[Permission, str], ...] = (
    *((Permission("list", kind), f"see {kind.plural}") for kind in RESOURCES.values()),
    *((Permission("watch", kind), f"follow {kind.plural}") for kind in RESOURCES.values()),
    *((Permission("update", kind, "scale"), f"scale {kind.plural}") for kind in _OURS),
    (Permission("create", PODCLIQUESETS), "create podcliquesets"),
    *((Permission("patch", kind), f"edit {kind.plural}") for kind in _OURS),
    *((Permission("delete", kind), f"delete {kind.plural}") for kind in (*_OURS, PODS)),
    (Permission("get", PODS, "log"), "read logs"),
    (Permission("create", PODS, "eviction"), "drain nodes"),
    (Permission("patch", NODES), "cordon nodes"),
)
"""What is to be allowed, and what a person does with it."""


class Finding(Struct, frozen=True):
    """One line of the report: good, bad, or (None) merely told."""

    good: bool | None
    subject: str
    words: str

    def __str__(self) -> str:
        sign = {True: "ok  ", False: "FAIL", None: "--  "}[self.good]
        return f"{sign}  {self.subject:<12}  {self.words}"


async def examine(session: Session, standing: str = "") -> AsyncIterator[Finding]:
    """Look at a cluster, one finding after the other; changes nothing.

    Args:
        session: The cluster.
        standing: Who reconciles, as far as that is known already.
    """
    place = session.place
    where = place.namespace or "all namespaces"
    yield Finding(None, "cluster", f"{place.name} at {place.server}, {where}")
    connected = await _connection(session.client)
    yield connected
    if not connected.good:
        return
    yield await _kinds(session)
    async for finding in _permissions(session):
        yield finding
    if standing:
        yield Finding(None, "reconciler", standing)
    else:
        yield await _who_reconciles(session)


async def _connection(client: Client) -> Finding:
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            version = await client.request_json("GET", "/version")
    except TimeoutError:
        return Finding(False, "connection", f"no answer within {ANSWER_SECONDS:.0f} s")
    except KubeError as error:
        return Finding(False, "connection", str(error))
    milliseconds = (loop.time() - started) * 1000
    release = version.get("gitVersion", "an unknown version")
    return Finding(True, "connection", f"Kubernetes {release}, answered in {milliseconds:.0f} ms")


async def _kinds(session: Session) -> Finding:
    try:
        missing = await session.missing_kinds()
    except KubeError as error:
        return Finding(False, "Grove kinds", str(error))
    if missing:
        words = f"{', '.join(missing)} missing; grove-tui crds | kubectl apply -f -"
        return Finding(False, "Grove kinds", words)
    return Finding(True, "Grove kinds", "all served")


async def _permissions(session: Session) -> AsyncIterator[Finding]:
    denied = []
    for needed, words in NEEDS:
        asked = replace(needed, namespace=session.place.namespace)
        try:
            allowed = await may(session.client, asked)
        except KubeError as error:
            yield Finding(None, "permissions", f"cannot be asked for: {error}")
            return
        if allowed is False:  # what the server cannot say is no denial
            denied.append(f"{words} ({needed.what})")
    if not denied:
        yield Finding(True, "permissions", "everything that the dashboard can do")
    for words in denied:
        yield Finding(False, "permissions", f"may not {words}")


async def _who_reconciles(session: Session) -> Finding:
    leadership = Leadership(
        session.client, f"{platform.node()}_doctor", namespace=session.place.namespace
    )
    try:
        standing = await leadership.look()
    except KubeError as error:
        return Finding(None, "reconciler", f"cannot be found out: {error}")
    if standing is None:
        return Finding(None, "reconciler", "nobody; the dashboard would reconcile")
    good = None if standing.mode in (Mode.STANDBY, Mode.UPSTREAM) else False
    return Finding(good, "reconciler", standing.sentence)
