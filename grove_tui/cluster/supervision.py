"""Keeping a task alive: an error in it is logged and it starts again, a little later each time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

_log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before another start."""
HEALTHY_SECONDS = 60.0
"""A run that lived this long starts again without the pauses of earlier ones."""


async def supervise(
    name: str, run: Callable[[], Awaitable[None]], on_error: Callable[[str], None]
) -> None:
    """Run until it returns or this is cancelled; start it again after an error.

    Args:
        name: What it is, for the log.
        run: Starts it.
        on_error: Told each error as one line, and the empty string once it runs again.
    """
    loop = asyncio.get_running_loop()
    pause = FIRST_PAUSE
    while True:
        started = loop.time()
        try:
            await run()
        except Exception as error:  # noqa: BLE001 - the task boundary: logged, told, started again
            _log.exception("%s failed and starts again in %.1f s", name, pause)
            on_error(_line(error))
        else:
            return
        if loop.time() - started > HEALTHY_SECONDS:
            pause = FIRST_PAUSE
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
        on_error("")


async def restarting(run: Callable[[], Awaitable[None]], again: asyncio.Event) -> None:
    """Run until it returns or raises; whenever `again` is set, cancel it and start it anew."""
    while True:
        again.clear()
        running = asyncio.ensure_future(run())
        asked = asyncio.ensure_future(again.wait())
        try:
            await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return running.result()
        finally:
            running.cancel()
            asked.cancel()
            await asyncio.gather(running, asked, return_exceptions=True)


def _line(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
