"""Another program in the terminal of the app, while the app goes on without it."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from textual.app import App


async def run_in_terminal(app: App[Any], command: Sequence[str]) -> int:
    """Give the terminal to a command until it ends; returns its exit code.

    The event loop runs on: a reconciler in it keeps its Lease, and watches stay open. Only painting
    waits.

    Raises:
        SuspendNotSupported: There is no terminal to give.
        OSError: The command cannot be run.
    """
    with app.suspend(), app.batch_update(), _keys_are_the_commands():
        process = await asyncio.create_subprocess_exec(*command)
        return await process.wait()


@contextmanager
def _keys_are_the_commands() -> Iterator[None]:
    """Keep ctrl+c and ctrl+backslash from this process: the terminal sends them to both."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)}
    for number in handlers:
        # A handler, unlike an ignored signal, is not inherited by the command.
        signal.signal(number, lambda *_: None)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
