"""A transport that has the first lists at hand and connects when these have been read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from grove_tui.kube.firstlook.look import FirstLook
from grove_tui.kube.transport import DEFAULT_TIMEOUT, Request, Response, Stream, Transport

SETTLE_SECONDS = 0.1
"""How long the screen is left alone to paint what was listed, before imports compete with it."""


class FirstLookTransport:
    """Answers from a first look what that was told to list; everything else itself."""

    def __init__(self, look: FirstLook, connect: Callable[[], Awaitable[Transport]]) -> None:
        """Open no connection yet.

        Args:
            look: A first look that has its order.
            connect: Opens the transport for everything else.
        """
        self._look = look
        self._connect = connect
        self._connected: Transport | None = None
        self._connecting: asyncio.Task[Transport] | None = None

    async def request(self, request: Request, timeout: float = DEFAULT_TIMEOUT) -> Response:  # noqa: ASYNC109 - passed on
        """Send one request, unless its answer is there already."""
        # Also when connected: who has few objects watches them while others are still listed.
        response = await self._look.answer(request)
        if response is not None:
            return response
        return await (await self._transport()).request(request, timeout)

    @asynccontextmanager
    async def stream(
        self, request: Request, idle_timeout: float = DEFAULT_TIMEOUT
    ) -> AsyncIterator[Stream]:
        """Open a stream."""
        transport = await self._transport()
        async with transport.stream(request, idle_timeout) as stream:
            yield stream

    async def close(self) -> None:
        """End the first look and close the connections."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        await self._look.close()
        if self._connected is not None:
            await self._connected.close()

    async def _transport(self) -> Transport:
        if self._connected is None:
            if self._connecting is None or self._connecting.done():
                self._connecting = asyncio.create_task(self._open())
            # Who asks may be cancelled; the others still want it.
            self._connected = await asyncio.shield(self._connecting)
        return self._connected

    async def _open(self) -> Transport:
        await asyncio.sleep(SETTLE_SECONDS)
        return await self._connect()
