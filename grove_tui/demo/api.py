"""The API server without HTTP: requests in, answers out.

`Api.answer` passes a request along a flat path: paths that name no resource, then which resource,
whether the user may, then the verb. Every refusal on the way is an `ApiError` and becomes a Status.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from grove_tui.demo import discovery
from grove_tui.demo.access import ADMIN, Authorize, allow_all, attributes_of, refusal
from grove_tui.demo.answers import Answer, LiveAnswer, answer_error, answer_json, answer_text
from grove_tui.demo.bootstrap import bootstrap
from grove_tui.demo.logs import Logs, no_logs
from grove_tui.demo.negotiation import negotiate
from grove_tui.demo.openapi import documents
from grove_tui.demo.registry.preparation import Admission, admit_all
from grove_tui.demo.registry.registry import Registry
from grove_tui.demo.requestinfo import RequestInfo, parse
from grove_tui.demo.statuses import internal, method_not_allowed, no_such_path
from grove_tui.demo.storage import Storage
from grove_tui.demo.verbs import VERBS, Call
from grove_tui.kube.clock import Clock, system_clock
from grove_tui.kube.errors import ApiError
from grove_tui.kube.transport import Request, Response, Stream

_LOG = logging.getLogger(__name__)
PUBLIC_PATHS = ("/healthz", "/livez", "/readyz", "/version")
"""What is answered without credentials."""


class Api:
    """One API server over one storage."""

    def __init__(
        self,
        storage: Storage | None = None,
        clock: Clock = system_clock,
        admission: Admission = admit_all,
        authorize: Authorize = allow_all,
        logs: Logs = no_logs,
    ) -> None:
        self.storage = storage if storage is not None else Storage()
        self.registry = Registry(self.storage, clock, admission)
        self.authorize = authorize
        self.logs = logs
        self._open: set[LiveAnswer] = set()
        self.registry.catalog.on_removal.append(self._end_streams_of)
        bootstrap(self.registry)

    @property
    def open_streams(self) -> int:
        """How many answers are still being written."""
        return len(self._open)

    async def handle(self, request: Request, user: str = ADMIN) -> Response:
        """Return the complete answer; a stream is read to its end."""
        answer = await self.answer(request, user)
        if isinstance(answer, Response):
            return answer
        async with self.opened(answer) as chunks:
            body = b"".join([chunk async for chunk in chunks])
        return Response(answer.status, answer.headers, body)

    @asynccontextmanager
    async def stream(self, request: Request, user: str = ADMIN) -> AsyncIterator[Stream]:
        """Open an answer for reading while it is written."""
        answer = await self.answer(request, user)
        if isinstance(answer, Response):
            yield _Lines(answer.status, answer.headers, _once(answer.body))
            return
        async with self.opened(answer) as chunks:
            yield _Lines(answer.status, answer.headers, chunks)

    async def answer(self, request: Request, user: str = ADMIN) -> Answer:
        """Return the answer, which may be a live one."""
        try:
            if request.path.startswith("/openapi/"):
                return await self._answer_openapi(request)
            return self._answer(request, user)
        except ApiError as error:
            return answer_error(error)
        except Exception as error:  # noqa: BLE001 - keeps the server up whatever a handler trips over
            _LOG.exception("%s %s failed", request.method, request.path)
            return answer_error(internal(f"{type(error).__name__}: {error}"))

    def close(self) -> None:
        """End every open stream."""
        for answer in tuple(self._open):
            answer.close()

    def _end_streams_of(self, resource: str) -> None:
        """End the watches of a resource that is gone, so that their clients notice."""
        for answer in tuple(self._open):
            if answer.resource == resource:
                answer.close()

    @asynccontextmanager
    async def opened(self, answer: LiveAnswer) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read a live answer's chunks; leaving ends it, and so does closing the API."""
        self._open.add(answer)
        try:
            yield answer.chunks
        finally:
            self._open.discard(answer)
            answer.close()

    def _answer(self, request: Request, user: str) -> Answer:
        info = parse(request.method, request.path, request.query)
        if info is None:
            return self._answer_path(request)
        return self._answer_resource(request, info, user)

    def _answer_path(self, request: Request) -> Answer:
        path = request.path.rstrip("/") or "/"
        if request.method not in ("GET", "HEAD"):
            raise method_not_allowed()
        if path in ("/healthz", "/livez", "/readyz"):
            return answer_text("ok")
        accept = request.headers.get("accept", "")
        found = discovery.answer(self.registry.catalog, path, accept)
        if found is None:
            raise no_such_path()
        return found

    async def _answer_openapi(self, request: Request) -> Answer:
        """Build a document off the event loop: the first one reads many files."""
        catalog = self.registry.catalog
        if request.path.rstrip("/") == "/openapi/v3":
            return answer_json(documents.index(catalog))
        match request.path.strip("/").split("/"):
            case ["openapi", "v2"]:
                return Response(200, {"content-type": documents.V2_TYPE}, documents.V2_EMPTY)
            case ["openapi", "v3", "api", version]:
                found = await asyncio.to_thread(documents.document, catalog, "", version)
            case ["openapi", "v3", "apis", group, version]:
                found = await asyncio.to_thread(documents.document, catalog, group, version)
            case _:
                found = None
        if found is None:
            raise no_such_path()
        return answer_json(found)

    def _answer_resource(self, request: Request, info: RequestInfo, user: str) -> Answer:
        definition = self.registry.catalog.find(info.group, info.version, info.resource)
        if definition is None:
            raise no_such_path()
        if info.namespace and not definition.namespaced:
            raise no_such_path()
        if not info.verb or info.verb not in definition.verbs:
            raise method_not_allowed()
        intent = attributes_of(user, info)
        if not self.authorize(intent):
            raise refusal(intent)
        form = negotiate(request.headers.get("accept", ""))
        call = Call(self.registry, definition, info, request, form, user, self.authorize, self.logs)
        return VERBS[info.verb](call)


class _Lines:
    """A stream over chunks, as the client's transport wants it."""

    def __init__(self, status: int, headers: object, chunks: AsyncIterator[bytes]) -> None:
        self.status = status
        self.headers = dict(headers)  # type: ignore[call-overload]
        self._chunks = chunks

    async def lines(self) -> AsyncIterator[bytes]:
        rest = b""
        async for chunk in self._chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line
        if rest:
            yield rest

    async def read(self) -> bytes:
        return b"".join([chunk async for chunk in self._chunks])


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body
