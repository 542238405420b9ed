"""The API server on HTTPS: it reads requests, asks `Api`, and writes the answers.

It listens on the loopback address only, and answers nothing but health and version without the
bearer token of its kubeconfig.
"""

import asyncio
import errno
import hmac

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage

from grove_tui.demo.answers import LiveAnswer, answer_error
from grove_tui.demo.api import PUBLIC_PATHS, Api
from grove_tui.demo.credentials import LOOPBACK, Credentials
from grove_tui.demo.statuses import unauthorized
from grove_tui.kube.errors import ApiError, KubeError
from grove_tui.kube.transport import Request, Response

MAX_BODY = 16 * 1024 * 1024
_SHUTDOWN_SECONDS = 0.2


class CannotListen(KubeError):
    """The port cannot be had; the message says which and what to do."""


class ApiServer:
    """Serves an `Api` until it is stopped."""

    def __init__(self, api: Api, credentials: Credentials, port: int = 0) -> None:
        self._api = api
        self._credentials = credentials
        self._port = port
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        """Where the server answers, once it is started."""
        return f"https://{LOOPBACK}:{self._port}"

    async def start(self) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            CannotListen: The port is in use or not allowed.
        """
        server = web.Server(
            self._serve,
            request_factory=self._request,
            handler_cancellation=True,
            access_log=None,
        )
        runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        site = web.TCPSite(runner, LOOPBACK, self._port, ssl_context=self._credentials.tls)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise CannotListen(_explain(self._port, error)) from error
        self._port = runner.addresses[0][1]
        self._runner = runner

    async def stop(self) -> None:
        """End open watches and stop listening."""
        self._api.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: asyncio.Task[None],
    ) -> web.BaseRequest:
        """Build what aiohttp's own factory builds, but for larger bodies."""
        loop = asyncio.get_running_loop()
        return web.BaseRequest(
            message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY
        )

    async def _serve(self, incoming: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in incoming.headers.items()}
        if not self._is_trusted(incoming.path, headers.get("authorization", "")):
            return _complete(answer_error(unauthorized()))
        try:
            body = await incoming.read()
        except web.HTTPRequestEntityTooLarge:
            message = f"the body of the request is larger than {MAX_BODY} bytes"
            return _complete(answer_error(ApiError(413, "RequestEntityTooLarge", message)))
        query = dict(incoming.query)
        request = Request(incoming.method, incoming.path, query, headers, body)
        answer = await self._api.answer(request)
        if isinstance(answer, Response):
            return _complete(answer)
        return await self._stream(incoming, answer)

    def _is_trusted(self, path: str, authorization: str) -> bool:
        if path.rstrip("/") in PUBLIC_PATHS:
            return True
        expected = f"Bearer {self._credentials.token}"
        return hmac.compare_digest(authorization.encode(), expected.encode())

    async def _stream(self, incoming: web.BaseRequest, answer: LiveAnswer) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        async with self._api.opened(answer) as chunks:
            await response.prepare(incoming)
            async for chunk in chunks:
                await response.write(chunk)
        await response.write_eof()
        return response


def _complete(answer: Response) -> web.Response:
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def _explain(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {LOOPBACK} is in use; choose another, or 0 for a free one"
    return f"cannot listen on {LOOPBACK} port {port}: {error.strerror}"
