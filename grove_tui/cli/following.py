"""A cluster for commands without a screen: opened, listed, and closed again."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from grove_tui.cli.errors import CommandError
from grove_tui.cluster.opening import open_cluster
from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.kube.errors import Unreachable

ANSWER_SECONDS = 10.0
"""How long a server may take to answer before it counts as unreachable."""


@asynccontextmanager
async def answering(settings: Settings) -> AsyncIterator[Session]:
    """Open the cluster and make sure that somebody answers.

    Raises:
        KubeError: Nobody does, or not to us.
    """
    async with open_cluster(settings) as session:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await session.client.request_json("GET", "/version")
        except TimeoutError as error:
            sentence = f"{session.place.server} does not answer: timed out"
            raise Unreachable(sentence) from error
        yield session


@asynccontextmanager
async def followed(settings: Settings) -> AsyncIterator[Session]:
    """Open the cluster, list everything and keep following it.

    Raises:
        CommandError: Grove's kinds are not served there.
        KubeError: The cluster cannot be reached.
    """
    async with answering(settings) as session:
        missing = await session.missing_kinds()
        if missing:
            raise CommandError(
                f"The cluster does not serve {', '.join(missing)}; install Grove, or run "
                "grove-tui crds | kubectl apply -f -"
            )
        following = asyncio.create_task(session.run())
        try:
            await session.wait_synced()
            yield session
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


def cancel_on_sigterm() -> None:
    """Let SIGTERM end the running task as ctrl+c does, with everything closed on the way."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
