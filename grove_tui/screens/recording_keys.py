"""Saving what was recorded, on any screen with a session."""

import os
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.screen import Screen

from grove_tui.cluster.session import Session
from grove_tui.config import Settings


class RecordingKeys(Screen[None]):
    """Saves the recent past of the session to a file, for a bug report or for `replay`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "W",
            "save_recording",
            "Save recording",
            tooltip="Save what happened lately to a file for grove-tui replay",
            show=False,
            id="grove.save-recording",
        ),
    ]
    settings: Settings
    session: Session | None = None

    @work(exclusive=True, group="recording", exit_on_error=False)
    async def action_save_recording(self) -> None:
        from grove_tui.cluster.recordfile import RecordingError, recordings_directory

        if self.session is None:
            return
        if not self.session.is_live:
            sentence = "This is a recording already: its file is all there is to keep or hand on."
            self.app.notify(sentence, markup=False)
            return
        folder = recordings_directory(os.environ, self.settings.save_dir)
        try:
            path = await self.session.save_recording(folder)
        except RecordingError as error:
            self.app.notify(str(error), severity="error", markup=False)
        else:
            self.app.notify(
                f"Saved without secrets. To play it: grove-tui replay {path}",
                timeout=15,
                markup=False,
            )
