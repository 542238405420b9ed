"""`grove-tui cluster` and `grove-tui reconcile`: long-running, without a screen."""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grove_tui.cli.errors import OK
from grove_tui.cli.logs import set_up_logging
from grove_tui.config import load_settings
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
        reconciler=_reconcile if given.get("with_reconciler") else None,
    )
    asyncio.run(serve(options, ready=_say_ready))
    return OK


async def _reconcile(client: Client) -> None:
    """Reconcile all namespaces whenever this process holds the Lease, until cancelled."""
    from grove_tui.reconcile.leadership import Leadership
    from grove_tui.reconcile.manager import Manager
    from grove_tui.reconcile.world import open_informers

    informers = open_informers(client)

    async def lead() -> None:
        await Manager(client, informers).run()

    leadership = Leadership(client, f"{socket.gethostname()}-{os.getpid()}")
    async with asyncio.TaskGroup() as group:
        group.create_task(informers.run())
        group.create_task(leadership.run(lead))


def _say_ready(kubeconfig: str) -> None:
    sys.stdout.write(f"ready: export KUBECONFIG={kubeconfig}\n")
    sys.stdout.flush()


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None
