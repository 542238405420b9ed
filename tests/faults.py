"""A transport that misbehaves as networks and API servers do, by script or by seed.

It stands between a client and a working server, so whatever it lets through has its real effect:
an answer may be lost after the server acted, a watch may end, stall or be told 410.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from grove_tui.kube.errors import Unreachable
from grove_tui.kube.transport import DEFAULT_TIMEOUT, Request, Response, Stream, Transport

REASONS = {
    403: "Forbidden",
    409: "Conflict",
    410: "Expired",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}


def status_response(code: int, message: str = "injected") -> Response:
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    body |= {"reason": REASONS.get(code, ""), "message": message}
    return Response(code, {"content-type": "application/json"}, msgspec.json.encode(body))


@dataclass
class Faults:
    """How often what goes wrong; probabilities per request or per watch line."""

    refuse: float = 0.0
    """The server answers one of `codes` without acting."""
    lose_answer: float = 0.0
    """The server acts, but the answer is lost."""
    drop_watch: float = 0.0
    """The watch ends after a line."""
    delay_watch: float = 0.0
    """A line is held back for up to `max_delay` seconds."""
    expire_watch: float = 0.0
    """The watch tells 410 Expired instead of a line."""
    max_delay: float = 1.0
    latency: float = 0.0
    """Longest time that a request is on its way, either way; 0 lets others run all the same."""
    codes: tuple[int, ...] = (409, 429, 500, 503)


@dataclass
class FaultyTransport:
    """Wraps `inner`; `rules` come first: a rule returns a Response or an error to raise instead.

    Answers to requests that one of `losses` picks are lost after the server acted.
    """

    inner: Transport
    rng: random.Random = field(default_factory=lambda: random.Random(0))
    faults: Faults = field(default_factory=Faults)
    rules: list[Callable[[Request], Response | Exception | None]] = field(default_factory=list)
    losses: list[Callable[[Request], bool]] = field(default_factory=list)
    hold: asyncio.Event | None = None
    """While set to an unset event, watch lines wait for it."""
    holds: Callable[[Request], bool] = lambda _: True
    """Which watches `hold` is for."""

    async def request(self, request: Request, timeout: float = DEFAULT_TIMEOUT) -> Response:  # noqa: ASYNC109
        for rule in self.rules:
            verdict = rule(request)
            if isinstance(verdict, Exception):
                raise verdict
            if verdict is not None:
                return verdict
        await self._travel()
        if self.rng.random() < self.faults.refuse:
            return status_response(self.rng.choice(self.faults.codes))
        is_lost = any(picks(request) for picks in self.losses)
        response = await self.inner.request(request, timeout)
        await self._travel()
        if self.rng.random() < self.faults.lose_answer or is_lost:
            raise Unreachable("the answer was lost")
        return response

    async def _travel(self) -> None:
        longest = self.faults.latency
        await asyncio.sleep(self.rng.uniform(0, longest) if longest else 0)

    @asynccontextmanager
    async def stream(
        self, request: Request, idle_timeout: float = DEFAULT_TIMEOUT
    ) -> AsyncIterator[Stream]:
        async with self.inner.stream(request, idle_timeout) as stream:
            yield FaultyStream(stream, self, request)

    async def close(self) -> None:
        await self.inner.close()


class FaultyStream:
    def __init__(self, inner: Stream, transport: FaultyTransport, request: Request) -> None:
        self._inner = inner
        self._request = request
        self._transport = transport
        self.status = inner.status
        self.headers = inner.headers

    async def lines(self) -> AsyncIterator[bytes]:
        rng = self._transport.rng
        async for line in self._inner.lines():
            faults = self._transport.faults
            if self._transport.hold is not None and self._transport.holds(self._request):
                await self._transport.hold.wait()
            if rng.random() < faults.delay_watch:
                await asyncio.sleep(rng.uniform(0, faults.max_delay))
            if rng.random() < faults.expire_watch:
                yield b'{"type":"ERROR","object":' + status_response(410).body + b"}"
                return
            yield line
            if rng.random() < faults.drop_watch:
                return

    async def read(self) -> bytes:
        return await self._inner.read()
