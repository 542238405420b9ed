"""A world whose every text is out to do harm, and what a screen shows of it, line by line."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import msgspec
from textual.app import App

from grove_tui.kube.client import Client
from grove_tui.kube.errors import Unreachable
from grove_tui.kube.transport import Request, Response
from grove_tui.reconcile.world import RESOURCES
from tests.builders import condition, node
from tests.screens.still import (
    RUNNING,
    StillSession,
    event,
    fill,
    labels,
    owner,
    still_session,
    template,
)

MARKUP = "[/bar][@click=app.quit]x[/][bold]b"
CONTROLS = "\x1b]0;owned\x07\x1b[2J\x9b31m\x90q\r\b\x00\u202eevil\u2066\u061c\u2028"
WIDE = "日本語🚀👩‍🚀שלום e\u0301"
NAME = f"{MARKUP}{CONTROLS}{WIDE}"
LONG = f"{NAME} " * 170
"""More than 10,000 characters on one line."""
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def hostile_world() -> list[Any]:
    """Return a set with a breached gang, in which every name and message is hostile."""
    pcs, clique, machine = f"set {NAME}", f"set {NAME}-0-worker", f"node {NAME}"
    owned = {**labels(pcs, 0, "worker"), "grove.io/podclique": clique, "note": LONG}
    metadata = {"labels": owned, "annotations": {NAME: LONG}}
    return [
        node(machine, metadata={"labels": {"topology.kubernetes.io/rack": NAME}}),
        template(pcs, ("worker", 3, 3), metadata={"annotations": {NAME: LONG}}),
        _clique(clique, pcs, metadata),
        *(_pod(f"{clique}-{letter}", clique, machine, metadata) for letter in "ab"),
        _event("e1", "Pod", f"{clique}-b", NAME),
        _event("e2", "PodClique", clique, LONG),
    ]


def _clique(name: str, pcs: str, metadata: dict[str, Any]) -> Any:
    return msgspec.convert(
        {
            "metadata": _metadata(name, metadata, owner("PodCliqueSet", pcs)),
            "spec": {"replicas": 3, "minAvailable": 3, "roleName": NAME, "podSpec": {}},
            "status": {
                "conditions": [
                    condition("PodCliqueScheduled", since=20),
                    condition("MinAvailableBreached", reason=NAME, since=250, message=LONG),
                ]
            },
        },
        RESOURCES["podcliques"].type,
    )


def _pod(name: str, clique: str, machine: str, metadata: dict[str, Any]) -> Any:
    waiting = {"waiting": {"reason": "ErrImagePull", "message": LONG}}
    broken = {"name": NAME, "image": NAME, "state": waiting}
    runs = name.endswith("a")
    status = RUNNING if runs else {"containerStatuses": [broken]}
    ready = [condition("PodScheduled"), condition("Ready", runs, message=LONG)]
    return msgspec.convert(
        {
            "metadata": _metadata(name, metadata, owner("PodClique", clique)),
            "spec": {"nodeName": machine, "containers": [{"name": NAME, "image": NAME}]},
            "status": {"phase": "Running" if runs else "Pending", "conditions": ready, **status},
        },
        RESOURCES["pods"].type,
    )


def _metadata(name: str, metadata: dict[str, Any], owned_by: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": "default",
        "uid": f"uid-{name}",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "ownerReferences": [owned_by],
        **metadata,
    }


def _event(name: str, kind: str, about: str, text: str) -> Any:
    return event(name, kind, about, type="Warning", reason=text, message=text)


def as_sent(objects: list[Any]) -> dict[str, bytes]:
    """Return the objects as an API server would send them, by the path of each."""
    sent = {}
    for resource in RESOURCES.values():
        for obj in objects:
            if type(obj) is resource.type:
                path = resource.path(obj.metadata.namespace, obj.metadata.name)
                sent[path] = msgspec.json.encode(obj)
    return sent


class Mirror:
    """A transport that answers with the objects as they are, and with a hostile log."""

    def __init__(self, sent: dict[str, bytes]) -> None:
        self._sent = sent

    async def request(self, request: Request, timeout: float = 0) -> Response:  # noqa: ASYNC109 - the signature of transports
        # What is asked for has the cleaned name, which is no name here: any object of it will do.
        kind = request.path.rpartition("/")[0]
        found = next((body for path, body in self._sent.items() if path.startswith(kind)), None)
        if found is None:
            raise Unreachable(f"{request.method} {request.path} was sent")
        return Response(200, body=found)

    @asynccontextmanager
    async def stream(self, request: Request, idle_timeout: float = 0) -> AsyncIterator["Log"]:
        yield Log()

    async def close(self) -> None:
        return None


class Log:
    """A log of hostile lines."""

    status = 200
    headers: ClassVar[dict[str, str]] = {}

    async def lines(self) -> AsyncIterator[bytes]:
        for text in (NAME, LONG, MARKUP, "x" * 30_000, "\ud800"):
            yield b"2026-01-01T00:00:01Z " + text.encode("utf-8", "surrogatepass")

    async def read(self) -> bytes:
        return b""


def hostile_session() -> StillSession:
    """Return a session of the hostile world, decoded as everything from a cluster is."""
    objects = hostile_world()
    sent = as_sent(objects)
    session = still_session()
    session.client = Client(Mirror(sent))  # type: ignore[arg-type]
    resources = {resource.type: resource for resource in RESOURCES.values()}
    session.recorder.start()
    fill(
        session.informers,
        [resources[type(obj)].decode(msgspec.json.encode(obj)) for obj in objects],
    )
    return session


def painted(app: App[Any]) -> list[str]:
    """Return what the terminal shows, line by line."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def widths(app: App[Any]) -> set[int]:
    """Return how wide the lines are, in cells."""
    return {strip.cell_length for strip in app.screen._compositor.render_strips()}
