"""A transport that tells whether anything is on its way to the server or back."""

import asyncio
from contextlib import AbstractAsyncContextManager

from grove_tui.kube.transport import DEFAULT_TIMEOUT, Request, Response, Stream, Transport


class MeasuredTransport:
    """Wraps `inner`; open streams do not count as traffic."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._under_way = 0
        self._last = float("-inf")

    @property
    def silence(self) -> float:
        """Seconds since the last answer; 0 while an answer is awaited."""
        if self._under_way:
            return 0.0
        return asyncio.get_running_loop().time() - self._last

    async def request(self, request: Request, timeout: float = DEFAULT_TIMEOUT) -> Response:  # noqa: ASYNC109 - as the transport's own
        self._under_way += 1
        try:
            return await self._inner.request(request, timeout)
        finally:
            self._under_way -= 1
            self._last = asyncio.get_running_loop().time()

    def stream(
        self, request: Request, idle_timeout: float = DEFAULT_TIMEOUT
    ) -> AbstractAsyncContextManager[Stream]:
        return self._inner.stream(request, idle_timeout)

    async def close(self) -> None:
        await self._inner.close()
