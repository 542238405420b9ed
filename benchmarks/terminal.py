"""A program on a pseudo-terminal, with the arrival time of every byte it writes."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

CHUNK_BYTES = 1 << 20


class Terminal:
    """Runs a command on a pty and reads it as fast as it writes.

    Times are `time.perf_counter()` seconds; `started` is taken just before exec.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 160,
        rows: int = 50,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._chunks: list[tuple[float, bytes]] = []
        self._arrived = threading.Condition()
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            # An installed program has its bytecode; compiling it each time is not its start.
            env.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execvpe(command[0], list(command), {**env, **(environ or {})})
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, keys: str) -> None:
        """Type `keys`."""
        os.write(self._fd, keys.encode())

    def mark(self) -> int:
        """Return a position in the output, for `wait_for` and `bytes_since`."""
        with self._arrived:
            return len(self._chunks)

    def wait_for(self, text: str, *, since: int = 0, timeout: float = 30.0) -> float:
        """Return when `text` had arrived after `since`; raises `TimeoutError` with the tail."""
        wanted = text.encode()
        deadline = time.perf_counter() + timeout
        seen = b""
        position = since
        with self._arrived:
            while True:
                while position < len(self._chunks):
                    moment, data = self._chunks[position]
                    position += 1
                    seen = seen[-len(wanted) :] + data
                    if wanted in seen:
                        return moment
                left = deadline - time.perf_counter()
                if left <= 0:
                    raise TimeoutError(f"{text!r} did not appear: ...{self._tail()!r}")
                self._arrived.wait(left)

    def bytes_since(self, mark: int) -> int:
        """Return how many bytes arrived after `mark`."""
        with self._arrived:
            return sum(len(data) for _, data in self._chunks[mark:])

    def close(self) -> None:
        """End the program: SIGTERM, then SIGKILL after three seconds."""
        for sign, seconds in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
            try:
                os.kill(self.pid, sign)
            except ProcessLookupError:
                break
            deadline = time.perf_counter() + seconds
            while time.perf_counter() < deadline:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self._fd)
                    return
                time.sleep(0.02)
        os.close(self._fd)

    def _tail(self) -> str:
        return b"".join(data for _, data in self._chunks[-20:])[-400:].decode(errors="replace")

    def _read(self) -> None:
        while True:
            try:
                select.select([self._fd], [], [])
                data = os.read(self._fd, CHUNK_BYTES)
            except (OSError, ValueError):
                return
            moment = time.perf_counter()
            if not data:
                return
            with self._arrived:
                self._chunks.append((moment, data))
                self._arrived.notify_all()
