"""The demo cluster as a child process, which ends with its parent whatever happens to that."""

import asyncio
import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import IO, Self

from grove_tui.config import Settings
from grove_tui.kube.errors import ConfigError

READY = "ready: export KUBECONFIG="
START_SECONDS = 20.0
STOP_SECONDS = 3.0


@dataclass(slots=True)
class DemoProcess:
    """`grove-tui cluster` in a process of its own.

    Its standard input is a pipe that we never write to: when we are gone, in whatever way, the
    pipe closes, and the child takes that as its signal to stop and to remove its files.

    Attributes:
        process: The child.
        kubeconfig: The file that kubectl and others reach it by; empty until it is ready.
    """

    process: subprocess.Popen[str]
    kubeconfig: str = ""

    @classmethod
    def start(cls, settings: Settings) -> Self:
        """Start it; returns before it answers, so that other work can go on meanwhile."""
        command = [sys.executable, "-m", "grove_tui", "cluster", "--until-stdin-closes"]
        command += ["--nodes", str(settings.nodes), "--speed", str(settings.speed)]
        command += ["--scenario", settings.scenario or "default"]
        # Nobody reads its stderr while it runs; a full pipe would stop it.
        log = f"{settings.log_file}.cluster" if settings.log_file else os.devnull
        command += ["--log-file", log]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A ctrl+c in our terminal is for the dashboard, not for its cluster.
            start_new_session=True,
        )
        return cls(process)

    async def wait_ready(self) -> None:
        """Wait until its API answers.

        Raises:
            ConfigError: It ended or stayed silent; the message has its last words.
        """
        try:
            async with asyncio.timeout(START_SECONDS):
                self.kubeconfig = await asyncio.to_thread(self._read_until_ready)
        except TimeoutError:
            raise ConfigError(
                f"the demo cluster did not start within {START_SECONDS:.0f} seconds"
            ) from None
        if not self.kubeconfig:
            words = await asyncio.to_thread(self._last_words)
            raise ConfigError(f"the demo cluster did not start: {words}")

    async def stop(self) -> None:
        """Close its pipe and wait for its end."""
        await asyncio.to_thread(self.stop_now)

    def stop_now(self) -> None:
        """Do the same without an event loop; may be called twice."""
        process = self.process
        _close(process.stdin)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # Only now: closing a pipe would wait for a thread that still reads from it.
        _close(process.stdout)
        _close(process.stderr)

    def _read_until_ready(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(READY):
                return line.removeprefix(READY).strip()
        return ""

    def _last_words(self) -> str:
        assert self.process.stderr is not None
        lines = self.process.stderr.read().strip().splitlines()
        return lines[-1].rstrip(".") if lines else f"exit code {self.process.wait()}"


def _close(pipe: IO[str] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError):
            pipe.close()
