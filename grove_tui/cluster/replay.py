"""A recording as a session: the dashboard shows it as it would a cluster, at the recorded time.

Nothing in it can be changed. What a screen asks the API server for (an object as YAML) is answered
from the stores; every other request is refused in words that a person understands.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from grove_tui.cluster.freshness import Connection, State
from grove_tui.cluster.player import Player
from grove_tui.cluster.recordfile import read
from grove_tui.cluster.recording import Recording
from grove_tui.cluster.session import Place, Session
from grove_tui.cluster.transitions import Transition, Transitions
from grove_tui.kube.client import Client
from grove_tui.kube.reflector import Link, LinkState
from grove_tui.kube.store import Store
from grove_tui.kube.transport import DEFAULT_TIMEOUT, Request, Response, Stream
from grove_tui.reconcile.leadership import Mode, Standing
from grove_tui.reconcile.world import INDEXES, RESOURCES, open_informers
from grove_tui.view.history import Record

FRAME_SECONDS = 0.05
"""Real time between two moves while playing."""
JUDGE_SECONDS, REST_SECONDS = 0.004, 0.012
"""How long looking for transitions holds the event loop, and how long it then lets go."""
SENTENCE = "this is a recording; nothing in it can be changed"

_OBJECT_PATH = re.compile(r"(/api/v1|/apis/[^/]+/[^/]+)(?:/namespaces/([^/]+))?/([^/]+)/([^/]+)")


class ReplaySession(Session):
    """Plays a recording; read-only.

    Attributes:
        recording: What is played.
        player: Where it stands, and the way to move it.
        transitions: When gangs changed their health word.
    """

    is_live = False

    def __init__(self, recording: Recording) -> None:
        stores: dict[str, Store[Any]] = {}
        client = Client(RecordedTransport(stores))
        informers = open_informers(client, recording.namespace)
        stores.update({name: getattr(informers, name).store for name in INDEXES})
        for informer in informers:
            informer.reflector.synced.set()
            informer.reflector.link = Link(LinkState.LIVE, 0.0)
        self.recording = recording
        self.player = Player(recording, stores)
        self.transitions = Transitions(recording)
        self._wake = asyncio.Event()
        place = Place(
            name=recording.cluster,
            server="",
            namespace=recording.namespace,
            default_namespace=recording.namespace or "default",
        )
        super().__init__(place, client, informers, clock=lambda: self.player.now)
        self.standing = Standing(Mode.OFF)
        self.player.on_change(self._moved)

    @property
    def connection(self) -> Connection:
        """A recording is always at hand."""
        return Connection(State.LIVE, 0.0)

    def records(self) -> Sequence[Record]:
        """Return what has happened up to the present position."""
        return self.player.records()

    def next_transition(self) -> Transition | None:
        """Go to the next change of a gang's health word and return it, if there is one."""
        return self._go(self.transitions.after(self.player.position))

    def previous_transition(self) -> Transition | None:
        """Go to the previous change of a gang's health word and return it, if there is one."""
        return self._go(self.transitions.before(self.player.position))

    async def missing_kinds(self) -> tuple[str, ...]:
        """Return nothing: what was not recorded cannot be installed."""
        return ()

    def look_again(self) -> None:
        """There is nothing newer."""

    def insist(self) -> None:
        """Nobody reconciles the past."""

    async def reconcile(self) -> None:
        """Nobody reconciles the past."""

    async def run(self) -> None:
        """Let time pass while it plays, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._play())
            group.create_task(self._judge())

    async def _play(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            while self.player.playing:
                started = loop.time()
                await asyncio.sleep(FRAME_SECONDS)
                self.player.advance(loop.time() - started)
            await self._wake.wait()

    async def _judge(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.transitions.is_complete:
            started = loop.time()
            while loop.time() - started < JUDGE_SECONDS and not self.transitions.is_complete:
                self.transitions.judge(1)
            await asyncio.sleep(REST_SECONDS)
        self._told()

    def _go(self, transition: Transition | None) -> Transition | None:
        if transition is not None:
            self.player.go_to(transition.position)
        return transition

    def _moved(self) -> None:
        if self.player.playing:
            self._wake.set()
        self._told()


class RecordedTransport:
    """Answers what can be answered from stores."""

    def __init__(self, stores: dict[str, Store[Any]]) -> None:
        self._stores = stores
        self._fields = {resource.path(): field for field, resource in RESOURCES.items()}

    async def request(self, request: Request, timeout: float = DEFAULT_TIMEOUT) -> Response:  # noqa: ASYNC109, ARG002 - see `Transport`
        """See `Transport`."""
        found = _OBJECT_PATH.fullmatch(request.path)
        if request.method != "GET" or found is None:
            return _status(403, "Forbidden", SENTENCE)
        root, namespace, plural, name = found.groups()
        field = self._fields.get(f"{root}/{plural}")
        obj = self._stores[field].get(namespace or "", name) if field is not None else None
        if field is None or obj is None:
            return _status(404, "NotFound", f"{plural} {name} is not in the recording at this time")
        head = {"apiVersion": RESOURCES[field].api_version, "kind": RESOURCES[field].kind}
        body = msgspec.json.encode({**head, **msgspec.to_builtins(obj)})
        return Response(200, {"content-type": "application/json"}, body)

    @asynccontextmanager
    async def stream(
        self,
        request: Request,  # noqa: ARG002 - see `Transport`
        idle_timeout: float = DEFAULT_TIMEOUT,  # noqa: ARG002 - see `Transport`
    ) -> AsyncIterator[Stream]:
        """See `Transport`; nothing is streamed from the past."""
        yield _Refusal()

    async def close(self) -> None:
        """See `Transport`; there is nothing to close."""


class _Refusal:
    """A stream that says why there is none."""

    status: int = 403
    headers: Mapping[str, str] = {}

    async def lines(self) -> AsyncIterator[bytes]:
        for line in list[bytes]():
            yield line

    async def read(self) -> bytes:
        return _status(403, "Forbidden", "a recording holds no logs").body


def _status(code: int, reason: str, message: str) -> Response:
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    body = msgspec.json.encode({**status, "reason": reason, "message": message})
    return Response(code, {"content-type": "application/json"}, body)


@asynccontextmanager
async def open_recording(path: Path) -> AsyncIterator[ReplaySession]:
    """Open a file as a session.

    Raises:
        RecordingError: It cannot be played.
    """
    yield ReplaySession(await asyncio.to_thread(read, path))
