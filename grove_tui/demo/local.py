"""A transport that calls the demo's API server in the same process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

from msgspec.structs import replace

from grove_tui.demo.access import ADMIN
from grove_tui.demo.api import Api
from grove_tui.kube.transport import DEFAULT_TIMEOUT, Request, Response, Stream


class LocalTransport:
    """Answers requests at once; there is no wire that could time out."""

    def __init__(self, api: Api, user: str = ADMIN) -> None:
        self._api = api
        self._user = user

    async def request(self, request: Request, timeout: float = DEFAULT_TIMEOUT) -> Response:  # noqa: ASYNC109, ARG002 - see the class
        """See `Transport`."""
        return await self._api.handle(_received(request), self._user)

    @asynccontextmanager
    async def stream(
        self,
        request: Request,
        idle_timeout: float = DEFAULT_TIMEOUT,  # noqa: ARG002 - see the class
    ) -> AsyncIterator[Stream]:
        """See `Transport`."""
        async with self._api.stream(_received(request), self._user) as stream:
            yield stream

    async def close(self) -> None:
        """See `Transport`; the API server belongs to somebody else."""


def _received(request: Request) -> Request:
    """Return a request as a server reads it: clients quote paths."""
    if "%" not in request.path:
        return request
    return replace(request, path=unquote(request.path))
