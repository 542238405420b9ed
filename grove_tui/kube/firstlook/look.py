"""The parent's side of a first look: gives the order and hands out the answers, each once."""

import asyncio
import fcntl
import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from grove_tui.kube.firstlook.launch import dismiss
from grove_tui.kube.firstlook.order import HEAD, Order, name_of
from grove_tui.kube.transport import Request, Response

PATIENCE = 2.0
"""Seconds without any answer after which the parent looks for itself."""

KEEP_SECONDS = 30.0
"""How long answers are kept for those who asked for them."""

BUFFER_BYTES = 1 << 20
"""How much is read at once: a page of a list is half of that."""


class FirstLook:
    """A child process that lists what it is told to."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        """Take over a child that was launched."""
        self._child = child
        self._paths: frozenset[str] = frozenset()
        self._answers: dict[str, bytes] = {}
        self._moved = asyncio.Event()
        self._ended = False
        self._reading: asyncio.Task[None] | None = None

    def give(self, order: Order) -> None:
        """Tell the child what to list; it takes one order only."""
        self._paths = frozenset(order.paths)
        assert self._child.stdin is not None
        with suppress(OSError):
            self._child.stdin.write(order.line())
            self._child.stdin.flush()

    async def begins(self) -> bool:
        """Wait for the first answer; False when there is none, or none in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._until(lambda: bool(self._answers))
        return bool(self._answers)

    async def answer(self, request: Request) -> Response | None:
        """Return the child's answer as soon as it comes; None when it is not going to."""
        if request.method != "GET" or request.path not in self._paths:
            return None
        if not request.query.keys() <= {"limit", "continue"}:
            return None
        name = name_of(request.path, request.query)
        await self._until(lambda: name in self._answers)
        body = self._answers.pop(name, None)
        return Response(200, body=body) if body is not None else None

    async def close(self) -> None:
        """Let the child end, if it has not yet."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        self._ended = True
        self._moved.set()
        await asyncio.to_thread(dismiss, self._child)

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait for the condition or for the child's end."""
        if self._reading is None and not self._ended:
            self._reading = asyncio.create_task(self._read())
        while not condition() and not self._ended:
            self._moved.clear()
            await self._moved.wait()

    async def _read(self) -> None:
        try:
            await self._collect()
        except (OSError, asyncio.IncompleteReadError):
            pass  # it has said everything, or died
        finally:
            self._ended = True
            self._moved.set()
            # Who was interrupted while listing lists anew, and does not come for the rest.
            asyncio.get_running_loop().call_later(KEEP_SECONDS, self._answers.clear)

    async def _collect(self) -> None:
        reader = asyncio.StreamReader(limit=2 * BUFFER_BYTES)
        _widen(self._child.stdout)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), self._child.stdout
        )
        # asyncio reads once in a turn of the event loop, which may be long while rows are painted.
        transport.max_size = BUFFER_BYTES  # type: ignore[attr-defined]
        try:
            while True:
                lengths = HEAD.unpack(await reader.readexactly(HEAD.size))
                name, body = [await reader.readexactly(length) for length in lengths]
                self._answers[name.decode()] = body
                self._moved.set()
        finally:
            transport.close()


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe hold as much as is read at once, where the system can be asked for that."""
    command = getattr(fcntl, "F_SETPIPE_SZ", None)
    if pipe is not None and command is not None:
        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), command, BUFFER_BYTES)
