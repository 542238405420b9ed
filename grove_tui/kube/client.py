"""The only writer: Kubernetes requests by resource, with typed answers and typed errors."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from grove_tui.kube.errors import Conflict, Unreachable, from_response
from grove_tui.kube.logs import LogLine, LogOptions, parse_log_line
from grove_tui.kube.objects import JSON, HasMetadata
from grove_tui.kube.resources import PODS, Resource
from grove_tui.kube.sanitize import clean_json, clean_text
from grove_tui.kube.transport import DEFAULT_TIMEOUT, Request, Response, Stream, Transport

T = TypeVar("T", bound=HasMetadata)

FIELD_MANAGER = "grove-tui"


class PatchType(StrEnum):
    """Content types of a PATCH, as the Kubernetes API defines them."""

    MERGE = "application/merge-patch+json"
    JSON = "application/json-patch+json"
    STRATEGIC = "application/strategic-merge-patch+json"
    APPLY = "application/apply-patch+yaml"


class Propagation(StrEnum):
    """What happens to an object's dependents when it is deleted."""

    BACKGROUND = "Background"
    FOREGROUND = "Foreground"
    ORPHAN = "Orphan"


class Page(Struct, Generic[T], frozen=True):
    """One page of a list; `continue_` is empty on the last one."""

    items: list[T]
    resource_version: str
    continue_: str


class Client:
    """Reads and writes one cluster.

    Bodies are JSON objects; answers are the resource's Structs. Every method raises
    `ApiError` (or a subclass) when the server refuses and `Unreachable` when it does not answer.
    `requests` counts what was sent by (verb, resource plural), with the verbs of RBAC.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.requests: Counter[tuple[str, str]] = Counter()
        self.turns = asyncio.Lock()
        """Held for a moment by who has much to take in, one after the other."""

    async def get(self, resource: Resource[T], name: str, namespace: str = "") -> T:
        """Return one object."""
        path = resource.path(namespace, name)
        return resource.decode((await self._send("get", resource, Request("GET", path))).body)

    async def get_json(
        self, resource: Resource[Any], name: str, namespace: str = "", subresource: str = ""
    ) -> JSON:
        """Return one whole object as JSON, cleaned of control characters."""
        path = resource.path(namespace, name, subresource)
        return _json(await self._send("get", resource, Request("GET", path)))

    async def list_page(
        self,
        resource: Resource[T],
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 0,
        continue_: str = "",
    ) -> Page[T]:
        """Return one page of at most `limit` objects (0: all of them)."""
        query = {
            "labelSelector": label_selector,
            "fieldSelector": field_selector,
            "limit": str(limit) if limit else "",
            "continue": continue_,
        }
        request = Request("GET", resource.path(namespace), _set_only(query))
        response = await self._send("list", resource, request)
        items, meta = resource.decode_list(response.body)
        return Page(items, meta.resource_version, meta.continue_)

    async def list_all(
        self, resource: Resource[T], namespace: str = "", *, label_selector: str = ""
    ) -> list[T]:
        """Return all objects, fetched in pages of 500."""
        items: list[T] = []
        token = ""
        while True:
            page = await self.list_page(
                resource, namespace, label_selector=label_selector, limit=500, continue_=token
            )
            items += page.items
            token = page.continue_
            if not token:
                return items

    @asynccontextmanager
    async def watch(
        self,
        resource: Resource[Any],
        namespace: str = "",
        *,
        query: Mapping[str, str],
        idle_timeout: float,
    ) -> AsyncIterator[Stream]:
        """Open a watch; the stream's lines are watch events as JSON.

        Args:
            resource: What to watch.
            namespace: Where; empty for everywhere.
            query: Further parameters (`resourceVersion`, `timeoutSeconds`, selectors).
            idle_timeout: Longest silence in seconds before the stream counts as broken.

        Raises:
            ApiError: The server refused to open it.
        """
        self.requests["watch", resource.plural] += 1
        request = Request("GET", resource.path(namespace), {"watch": "true", **query})
        async with self.transport.stream(request, idle_timeout) as stream:
            if stream.status != 200:
                body = await stream.read()
                raise from_response(Response(stream.status, stream.headers, body))
            yield stream

    async def create(
        self,
        resource: Resource[T],
        body: Mapping[str, Any],
        namespace: str = "",
        *,
        dry_run: bool = False,
    ) -> T:
        """Create an object; `apiVersion` and `kind` are filled in where missing."""
        body = {"apiVersion": resource.api_version, "kind": resource.kind, **body}
        query = _write_query(dry_run=dry_run)
        request = _with_json("POST", resource.path(namespace), query, body)
        return resource.decode((await self._send("create", resource, request)).body)

    async def create_subresource(
        self,
        resource: Resource[Any],
        name: str,
        subresource: str,
        body: Mapping[str, Any],
        namespace: str = "",
    ) -> None:
        """POST to a subresource (`binding`, `eviction`)."""
        path = resource.path(namespace, name, subresource)
        request = _with_json("POST", path, _write_query(), body)
        await self._send("create", resource, request, subresource)

    async def replace(
        self,
        resource: Resource[T],
        body: Mapping[str, Any],
        *,
        subresource: str = "",
        dry_run: bool = False,
    ) -> T:
        """PUT a whole object; its resourceVersion, where set, must be the current one."""
        meta = body["metadata"]
        path = resource.path(meta.get("namespace", ""), meta["name"], subresource)
        request = _with_json("PUT", path, _write_query(dry_run=dry_run), body)
        return resource.decode((await self._send("update", resource, request, subresource)).body)

    async def patch(  # noqa: PLR0913 - the API's own parameters
        self,
        resource: Resource[T],
        name: str,
        patch: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        namespace: str = "",
        *,
        type: PatchType = PatchType.MERGE,  # noqa: A002 - the API's own word
        subresource: str = "",
        dry_run: bool = False,
        force: bool = False,
    ) -> T:
        """Patch an object; a `metadata.uid` or `metadata.resourceVersion` in it is a precondition.

        Args:
            resource: Kind of the object.
            name: Its name.
            patch: The patch, in the form that `type` asks for.
            namespace: Its namespace; empty for cluster-scoped kinds.
            type: Merge, JSON, strategic merge or server-side apply.
            subresource: `status`, `scale` or empty.
            dry_run: Ask the server to judge the patch without storing it.
            force: For server-side apply, take over fields of other managers.
        """
        query = _write_query(dry_run=dry_run)
        if force:
            query["force"] = "true"
        path = resource.path(namespace, name, subresource)
        request = _with_json("PATCH", path, query, patch, type.value)
        return resource.decode((await self._send("patch", resource, request, subresource)).body)

    async def delete(  # noqa: PLR0913 - the API's own parameters
        self,
        resource: Resource[Any],
        name: str,
        namespace: str = "",
        *,
        uid: str = "",
        resource_version: str = "",
        grace_period_seconds: int | None = None,
        propagation: Propagation | None = None,
        dry_run: bool = False,
    ) -> None:
        """Delete an object; a `uid` or `resource_version` that differs raises `Conflict`."""
        preconditions = _set_only({"uid": uid, "resourceVersion": resource_version})
        options: JSON = {"apiVersion": "v1", "kind": "DeleteOptions"}
        if preconditions:
            options["preconditions"] = preconditions
        if grace_period_seconds is not None:
            options["gracePeriodSeconds"] = grace_period_seconds
        if propagation is not None:
            options["propagationPolicy"] = propagation.value
        query = {"dryRun": "All"} if dry_run else {}
        request = _with_json("DELETE", resource.path(namespace, name), query, options)
        await self._send("delete", resource, request)

    async def delete_collection(
        self, resource: Resource[Any], namespace: str, *, label_selector: str
    ) -> None:
        """Delete all objects of a namespace that match the selector."""
        query = {"labelSelector": label_selector}
        request = Request("DELETE", resource.path(namespace), query)
        await self._send("deletecollection", resource, request)

    async def scale(
        self,
        resource: Resource[Any],
        name: str,
        replicas: int,
        namespace: str = "",
        *,
        uid: str = "",
        dry_run: bool = False,
    ) -> None:
        """Set `spec.replicas` through the scale subresource.

        Raises:
            Conflict: The object of that name is not the one with `uid` any more.
        """
        for attempt in range(3):
            scale = await self.get_json(resource, name, namespace, "scale")
            found = scale["metadata"].get("uid", "")
            if uid and found != uid:
                raise Conflict(409, "Conflict", f"{name} was replaced by another object")
            scale["spec"] = {"replicas": replicas}
            path = resource.path(namespace, name, "scale")
            request = _with_json("PUT", path, _write_query(dry_run=dry_run), scale)
            try:
                await self._send("update", resource, request, "scale")
            except Conflict:
                # The resourceVersion moved between the two requests; the uid check repeats.
                if attempt == 2:
                    raise
            else:
                return

    async def request_json(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> JSON:
        """Send a request outside any known resource (discovery, version, access reviews)."""
        request = Request(method, path, headers={"accept": "application/json"})
        if body is not None:
            request = _with_json(method, path, {}, body)
        return _json(_checked(await self.transport.request(request)))

    async def request_text(self, path: str, query: Mapping[str, str]) -> str:
        """Return a plain-text body, cleaned of control characters (pod logs)."""
        response = _checked(await self.transport.request(Request("GET", path, query)))
        return clean_text(response.body.decode("utf-8", "replace"))

    @asynccontextmanager
    async def logs(
        self, name: str, namespace: str, options: LogOptions
    ) -> AsyncIterator[AsyncIterator[LogLine]]:
        """Open the log of one container; its lines end with the log, or go on while it is followed.

        Raises:
            ApiError: There is no such log (yet); while reading, `Unreachable` when it breaks off.
        """
        self.requests["get", "pods/log"] += 1
        request = Request("GET", PODS.path(namespace, name, "log"), options.query())
        async with self.transport.stream(request, options.idle_timeout) as stream:
            if stream.status != 200:
                body = await stream.read()
                raise from_response(Response(stream.status, stream.headers, body))
            yield (parse_log_line(line) async for line in stream.lines())

    async def close(self) -> None:
        """Close the transport."""
        await self.transport.close()

    async def _send(
        self, verb: str, resource: Resource[Any], request: Request, subresource: str = ""
    ) -> Response:
        name = f"{resource.plural}/{subresource}" if subresource else resource.plural
        self.requests[verb, name] += 1
        return _checked(await self.transport.request(request, DEFAULT_TIMEOUT))


def _checked(response: Response) -> Response:
    if not 200 <= response.status < 300:
        raise from_response(response)
    return response


def _json(response: Response) -> JSON:
    try:
        value = msgspec.json.decode(clean_json(response.body))
    except msgspec.DecodeError as error:
        raise Unreachable("the server did not answer with JSON; is it a Kubernetes API?") from error
    if not isinstance(value, dict):
        raise Unreachable("the server did not answer with an object; is it a Kubernetes API?")
    return value


def _set_only(query: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in query.items() if value}


def _write_query(*, dry_run: bool = False) -> dict[str, str]:
    query = {"fieldManager": FIELD_MANAGER}
    if dry_run:
        query["dryRun"] = "All"
    return query


def _with_json(
    method: str,
    path: str,
    query: Mapping[str, str],
    body: object,
    content_type: str = "application/json",
) -> Request:
    return Request(method, path, query, {"content-type": content_type}, msgspec.json.encode(body))
