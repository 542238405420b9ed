"""The seam between the client and what carries its requests.

`HttpTransport` sends them over HTTPS; the demo cluster answers them in its own process.
Everything above sees the same statuses, bodies and streams.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct, field

DEFAULT_TIMEOUT = 30.0
"""Seconds a request may take before it counts as unreachable."""


class Request(Struct, frozen=True):
    """One HTTP request to an API server; `path` is absolute and not percent-encoded."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Response(Struct, frozen=True):
    """One complete answer; header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Stream(Protocol):
    """An answer that is read while it is still being written (a watch, a followed log)."""

    status: int
    headers: Mapping[str, str]

    def lines(self) -> AsyncIterator[bytes]:
        """Yield each line without its line end; raises `Unreachable` when the peer goes silent."""
        ...

    async def read(self) -> bytes:
        """Return the whole remaining body (for the Status of a refused stream)."""
        ...


class Transport(Protocol):
    """Carries requests; raises `Unreachable` when there is no HTTP answer at all."""

    async def request(self, request: Request, timeout: float = DEFAULT_TIMEOUT) -> Response:  # noqa: ASYNC109 - the transport turns it into its own error
        """Send `request` and return the answer; `timeout` in seconds covers all of it."""
        ...

    def stream(
        self, request: Request, idle_timeout: float = DEFAULT_TIMEOUT
    ) -> AbstractAsyncContextManager[Stream]:
        """Open a stream; `idle_timeout` is the longest silence between two reads, in seconds."""
        ...

    async def close(self) -> None:
        """Release connections; further requests are an error."""
        ...
