"""The transport to a real API server: kubernetes-asyncio's credentials and TLS over aiohttp.

This is the only module that opens connections to a cluster. It is imported after the first paint,
since its libraries cost more than the rest of the start.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode, urlsplit
from weakref import WeakSet

import aiohttp
from msgspec import Struct

from grove_tui.kube import kubeconfig, slimclient
from grove_tui.kube.errors import ConfigError, Unreachable
from grove_tui.kube.reasons import reason_of
from grove_tui.kube.transport import DEFAULT_TIMEOUT, Request, Response

MAX_LINE_BYTES = 4 * 1024 * 1024
"""Longest watch line: etcd's default object limit of 1.5 MiB with room for its JSON form."""

CONNECT_TIMEOUT = 10.0
"""Seconds to establish a connection, for requests and streams alike."""

PACE_SECONDS = 0.1
"""How often it is judged how fast lines come."""
FAST_LINES = 500
"""Lines per second from which on they are read in batches."""
GATHER_SECONDS = 0.02
"""How long a batch is gathered; a screen is painted less often than that."""

CLOSE_SECONDS = 1.0
"""How long connections may take to end once they are shut down."""


class Sockets:
    """Every socket that was opened for connections, as long as somebody holds it.

    A closed aiohttp session does not wait for the TLS goodbyes of connections that were closed in
    the middle of an answer, as watches are: they would outlive the client, and an event loop that
    ends meanwhile leaks them.
    """

    def __init__(self) -> None:
        self._sockets: WeakSet[socket.socket] = WeakSet()

    def open(self, address: aiohttp.AddrInfoType) -> socket.socket:
        """Return a new socket for one answer of `getaddrinfo`."""
        family, kind, protocol, _, _ = address
        made = socket.socket(family=family, type=kind, proto=protocol)
        self._sockets.add(made)
        return made

    async def close(self) -> None:
        """Shut down what is still connected, and give its owner a moment to close it."""
        for found in self._still_open():
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._still_open():  # noqa: ASYNC110 - no socket says that it was closed
                    await asyncio.sleep(0.005)

    def _still_open(self) -> list[socket.socket]:
        return [found for found in self._sockets if found.fileno() >= 0]


class Pace:
    """Tells whether lines come so fast that it is worth it to take many of them at once.

    Each time that something is read costs as much as the handling of a few lines.
    """

    def __init__(self) -> None:
        self._begun = float("-inf")
        self._count = 0
        self._is_fast = False

    def is_fast(self, lines: int, now: float) -> bool:
        """Count lines that were just read, and tell whether the next are to be waited for."""
        self._count += lines
        passed = now - self._begun
        if passed >= PACE_SECONDS:
            self._is_fast = self._count > FAST_LINES * passed
            self._begun, self._count = now, 0
        return self._is_fast


class HttpStream:
    """A response body that is still arriving."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = {
            key.lower(): value for key, value in response.headers.items()
        }

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield lines without their ends; raises `Unreachable` on silence or a broken stream."""
        rest = b""
        pace = Pace()
        try:
            while chunk := await self._response.content.readany():
                *lines, rest = (rest + chunk).split(b"\n")
                if len(rest) > MAX_LINE_BYTES:
                    raise Unreachable(
                        f"the stream broke: a line is longer than {MAX_LINE_BYTES} bytes"
                    )
                for line in lines:
                    yield line.removesuffix(b"\r")
                if pace.is_fast(len(lines), asyncio.get_running_loop().time()):
                    await self._gather()
            if rest:
                yield rest
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            raise Unreachable(f"the stream broke: {reason_of(error)}") from error

    async def _gather(self) -> None:
        """Leave alone for a moment what comes."""
        connection = self._response.connection
        transport = connection.transport if connection is not None else None
        if transport is None or transport.is_closing():
            return
        transport.pause_reading()
        try:
            await asyncio.sleep(GATHER_SECONDS)
        finally:
            if not transport.is_closing():
                transport.resume_reading()

    async def read(self) -> bytes:
        """Return the rest of the body."""
        return await self._response.read()


class HttpTransport:
    """Sends requests to one API server with the credentials of one kubeconfig user."""

    def __init__(
        self, configuration: Any, load: Callable[[Any], Awaitable[None]] | None = None
    ) -> None:
        """Open no connection yet.

        Args:
            configuration: A loaded kubernetes-asyncio `Configuration`.
            load: Loads the credentials into it once more, after a 401.
        """
        client, _ = slimclient.load()
        self._configuration = configuration
        self._load = load
        self._api_client = client.ApiClient(configuration=configuration)
        rest = self._api_client.rest_client
        self.server: str = str(configuration.host).rstrip("/")
        self._proxy: dict[str, Any] = {}
        if rest.proxy:
            self._proxy["proxy"] = rest.proxy
        if rest.server_hostname:
            self._proxy["server_hostname"] = rest.server_hostname
        self._sockets = Sockets()
        # The library makes the connector, with its TLS settings, and has no parameter for this.
        rest.pool_manager.connector._socket_factory = self._sockets.open  # noqa: SLF001
        self._session = aiohttp.ClientSession(
            connector=rest.pool_manager.connector,
            connector_owner=False,
            # A proxy from the environment is never for this machine, and looking it up is slow.
            trust_env=not _is_loopback(self.server),
            read_bufsize=MAX_LINE_BYTES // 2,
        )

    async def request(self, request: Request, timeout: float = DEFAULT_TIMEOUT) -> Response:  # noqa: ASYNC109 - becomes aiohttp's own
        """Send one request; a 401 renews the credentials once and sends it again."""
        limits = aiohttp.ClientTimeout(total=timeout, connect=CONNECT_TIMEOUT)
        try:
            response = await self._send(request, limits)
            if response.status == 401 and await self._renew_credentials():
                response.release()
                response = await self._send(request, limits)
            async with response:
                return Response(
                    response.status,
                    {key.lower(): value for key, value in response.headers.items()},
                    await response.read(),
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(f"{self.server} does not answer: {reason_of(error)}") from error

    @asynccontextmanager
    async def stream(
        self, request: Request, idle_timeout: float = DEFAULT_TIMEOUT
    ) -> AsyncIterator[HttpStream]:
        """Open a stream that ends with `Unreachable` after `idle_timeout` seconds of silence.

        A 401 renews the credentials once, as for a request.
        """
        limits = aiohttp.ClientTimeout(
            total=None,
            connect=CONNECT_TIMEOUT,
            sock_connect=CONNECT_TIMEOUT,
            sock_read=idle_timeout,
        )
        try:
            response = await self._send(request, limits)
            if response.status == 401 and await self._renew_credentials():
                response.release()
                response = await self._send(request, limits)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(f"{self.server} does not answer: {reason_of(error)}") from error
        try:
            yield HttpStream(response)
        finally:
            response.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()
        await self._api_client.close()
        await self._sockets.close()

    async def _send(
        self, request: Request, limits: aiohttp.ClientTimeout
    ) -> aiohttp.ClientResponse:
        url = self.server + request.path
        if request.query:
            url += "?" + urlencode(request.query)
        headers = dict(request.headers)
        token = await self._configuration.get_api_key_with_prefix("BearerToken")
        if token:
            headers["authorization"] = token
        return await self._session.request(
            request.method,
            url,
            data=request.body or None,
            headers=headers,
            timeout=limits,
            **self._proxy,
        )

    async def _renew_credentials(self) -> bool:
        if self._load is None:
            return False
        before = self._configuration.api_key.get("BearerToken")
        try:
            await self._load(self._configuration)
        except Exception as error:
            raise Unreachable(f"credentials could not be renewed: {reason_of(error)}") from error
        return bool(self._configuration.api_key.get("BearerToken") != before)


class Connection(Struct, frozen=True):
    """A transport and what the kubeconfig says about it."""

    transport: HttpTransport
    context: kubeconfig.Context


async def connect(path: str | None = None, context: str | None = None) -> Connection:
    """Load credentials as kubectl would and return a transport; sends no request.

    Args:
        path: Kubeconfig path(s); `None` follows `KUBECONFIG`, `~/.kube/config`, then the pod's
            own service account.
        context: Name of the context; `None` takes the current one.

    Raises:
        ConfigError: There is no usable kubeconfig; the message says what to do.
    """
    found = kubeconfig.find_path(path)
    if found is None:
        if kubeconfig.in_cluster():
            return _connect_in_cluster()
        raise ConfigError(
            "no kubeconfig found; pass --kubeconfig FILE, or --demo for a demo cluster"
        )
    chosen = await asyncio.to_thread(kubeconfig.read, found)
    selected = chosen.context(context)
    client, config = slimclient.load()
    configuration = client.Configuration()

    async def load(into: Any) -> None:
        # From the file each time: who logs in again writes a new token there.
        merged = await asyncio.to_thread(config.kube_config.KubeConfigMerger, found)
        _detach_exec_plugins(merged.config.value)
        loader = config.kube_config.KubeConfigLoader(
            config_dict=merged.config, active_context=selected.name, config_base_path=None
        )
        await loader.load_and_set(into)

    try:
        await load(configuration)
        transport = HttpTransport(configuration, load)
    except Exception as error:
        raise ConfigError(
            f"context {selected.name!r} of {found} cannot be used: {reason_of(error)}"
        ) from error
    return Connection(transport, selected)


def _connect_in_cluster() -> Connection:
    client, config = slimclient.load()
    configuration = client.Configuration()
    try:
        config.load_incluster_config(client_configuration=configuration)
    except Exception as error:
        raise ConfigError(
            f"the pod's service account cannot be used: {reason_of(error)}"
        ) from error
    transport = HttpTransport(configuration)
    return Connection(
        transport,
        kubeconfig.Context("in-cluster", "in-cluster", "", "default", transport.server),
    )


def _detach_exec_plugins(config: dict[str, Any]) -> None:
    """Give exec plugins an empty standard input, so that none takes keys from the dashboard."""
    for node in config.get("users") or []:
        user = (getattr(node, "value", node) or {}).get("user") or {}
        plugin = user.get("exec")
        if isinstance(plugin, dict) and plugin.get("command"):
            command = [str(plugin["command"]), *map(str, plugin.get("args") or [])]
            plugin["command"] = "/bin/sh"
            plugin["args"] = ["-c", 'exec "$@" </dev/null', "sh", *command]


def _is_loopback(server: str) -> bool:
    host = urlsplit(server).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")
