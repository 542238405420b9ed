"""`grove-tui replay`: a recording in the dashboard."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from grove_tui.cli.dashboard import require_terminal, run_app
from grove_tui.cli.errors import CommandError
from grove_tui.cli.logs import set_up_logging
from grove_tui.cluster.recordfile import RecordingError, read
from grove_tui.cluster.session import Session
from grove_tui.config import Settings, load_settings


def replay(given: Mapping[str, Any]) -> int:
    """Play a file until the user leaves it."""
    settings = replace(load_settings(given), read_only=True, reconcile="never", demo=False)
    try:
        recording = read(Path(given["file"]).expanduser())
    except RecordingError as error:
        raise CommandError(str(error)) from error
    require_terminal()
    set_up_logging(settings, has_screen=True)

    @asynccontextmanager
    async def opener(_: Settings) -> AsyncIterator[Session]:
        from grove_tui.cluster.replay import ReplaySession

        yield ReplaySession(recording)

    return run_app(settings, opener)
