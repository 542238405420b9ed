"""Is everything there that the dashboard and the reconciler need?"""

import asyncio
import platform
from collections.abc import AsyncIterator

from msgspec import Struct

from grove_tui.cluster.session import Session
from grove_tui.kube.client import Client
from grove_tui.kube.errors import KubeError
from grove_tui.reconcile.leadership import Leadership, Mode

ANSWER_SECONDS = 10.0
"""How long a cluster may take to say who it is."""
_NEEDS = (
    ("list", "grove.io", "podcliquesets", "", "see PodCliqueSets"),
    ("watch", "grove.io", "podcliquesets", "", "follow PodCliqueSets"),
    ("list", "", "pods", "", "see pods"),
    ("list", "", "nodes", "", "see nodes"),
    ("list", "", "events", "", "see events"),
    ("update", "grove.io", "podcliques", "scale", "scale PodCliques"),
    ("patch", "grove.io", "podcliquesets", "", "apply PodCliqueSets"),
    ("delete", "grove.io", "podcliquesets", "", "delete PodCliqueSets"),
    ("delete", "", "pods", "", "delete pods"),
    ("patch", "", "nodes", "", "cordon nodes"),
)
"""Verb, group, resource and subresource, and what a person does with them."""


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
    for verb, group, resource, subresource, words in _NEEDS:
        try:
            allowed = await _may(session, verb, group, resource, subresource)
        except KubeError as error:
            yield Finding(None, "permissions", f"cannot be asked for: {error}")
            return
        if not allowed:
            denied.append(f"{words} ({verb} {resource}{'/' if subresource else ''}{subresource})")
    if not denied:
        yield Finding(True, "permissions", "everything that the dashboard can do")
    for words in denied:
        yield Finding(False, "permissions", f"may not {words}")


async def _may(session: Session, verb: str, group: str, resource: str, subresource: str) -> bool:
    attributes = {
        "verb": verb,
        "group": group,
        "resource": resource,
        "subresource": subresource,
        "namespace": "" if resource == "nodes" else session.place.namespace,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    answer = await session.client.request_json("POST", path, review)
    return bool((answer.get("status") or {}).get("allowed"))


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
