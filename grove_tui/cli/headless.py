"""`grove-tui cluster` and `grove-tui reconcile`: long-running, without a screen."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grove_tui.cli.errors import OK
from grove_tui.cli.logs import set_up_logging
from grove_tui.config import load_settings

# The dashboard waits for its demo cluster, which therefore imports nothing that it can do without.
if TYPE_CHECKING:
    from grove_tui.cluster.session import Session
    from grove_tui.kube.client import Client


def cluster(given: Mapping[str, Any]) -> int:
    """Run the demo cluster until it is told to stop."""
    from grove_tui.demo.cluster import ClusterOptions, serve

    settings = load_settings({"log_level": "warning", **given})
    set_up_logging(settings, has_screen=False)
    options = ClusterOptions(
        nodes=settings.nodes,
        port=given.get("port", 0),
        kubeconfig_out=_path(given.get("kubeconfig_out")),
        data_dir=_path(given.get("data_dir")),
        speed=settings.speed,
        scenario=settings.scenario,
        until_stdin_closes=given.get("bound", False),
        reconciler=_reconcile_demo if given.get("with_reconciler") else None,
    )
    asyncio.run(serve(options, ready=_say_ready))
    return OK


def reconcile(given: Mapping[str, Any]) -> int:
    """Reconcile whenever we hold the Lease, until told to stop."""
    from grove_tui.cli.following import answering, cancel_on_sigterm

    settings = load_settings(given)
    set_up_logging(settings, has_screen=False)

    async def run() -> None:
        cancel_on_sigterm()
        async with answering(settings) as session:
            await _follow_and_reconcile(session)

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        return OK
    return OK


async def _reconcile_demo(client: "Client") -> None:
    from grove_tui.cluster.session import Place, Session
    from grove_tui.reconcile.leadership import Policy
    from grove_tui.reconcile.world import open_informers

    place = Place("demo", "", "", "default")
    # It holds the Lease, so that a dashboard on this cluster stands by.
    await _follow_and_reconcile(
        Session(place, client, open_informers(client), policy=Policy.ALWAYS)
    )


async def _follow_and_reconcile(session: "Session") -> None:
    async with asyncio.TaskGroup() as group:
        following = group.create_task(session.run())
        try:
            await session.reconcile()
        finally:
            following.cancel()


def _say_ready(kubeconfig: str) -> None:
    sys.stdout.write(f"ready: export KUBECONFIG={kubeconfig}\n")
    sys.stdout.flush()


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None
