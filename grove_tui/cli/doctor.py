"""`grove-tui doctor`: is everything there that the dashboard and the reconciler need?"""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from grove_tui.cli.errors import FAILED, OK
from grove_tui.cli.logs import set_up_logging
from grove_tui.cluster.checkup import examine
from grove_tui.cluster.opening import open_cluster
from grove_tui.cluster.session import Session
from grove_tui.config import load_settings


def doctor(given: Mapping[str, Any]) -> int:
    """Print what was found; fails when something that is needed is not there."""
    settings = load_settings({"log_level": "error", **given})
    set_up_logging(settings, has_screen=False)

    async def run() -> int:
        async with open_cluster(settings) as session:
            return await _report(session)

    return asyncio.run(run())


async def _report(session: Session) -> int:
    healthy = True
    async for finding in examine(session):
        sys.stdout.write(f"{finding}\n")
        healthy &= finding.good is not False
    return OK if healthy else FAILED
