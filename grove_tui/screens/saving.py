"""The key that saves what a screen shows: the screen as a picture, its rows as a table."""

import asyncio
import os
import re
from datetime import UTC
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.screen import Screen

from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.kube.clock import system_clock
from grove_tui.view.rows import RowSource

SLICE = 100
"""Rows that are read in one go, so that keys are answered in between."""
SECONDS = 15.0
"""How long a path stays to be read."""


class SaveKeys(Screen[None]):
    """Saves the screen as SVG, and the rows of its table, if it has one, as CSV."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s",
            "save_screen",
            "Save",
            tooltip="Save the screen as SVG and all rows of the table as CSV",
            show=False,
            id="grove.save-screen",
        ),
    ]
    settings: Settings
    session: Session | None

    def rows_to_save(self) -> tuple[str, RowSource | None]:
        """Return what is shown, for the name of a file, and the rows that go with it."""
        return "screen", None

    @work(group="saving", exit_on_error=False)
    async def action_save_screen(self) -> None:
        from grove_tui.cluster.files import saves_directory, write_new

        name, source = self.rows_to_save()
        contents = {".svg": self.app.export_screenshot(title=name.strip("-")).encode()}
        rows = 0
        if source is not None:
            lines = await _read(source)
            rows = len(lines) - 1
            contents[".csv"] = "".join(lines).encode()
        folder = saves_directory(os.environ, self.settings.save_dir, "screens")
        try:
            paths = await asyncio.to_thread(write_new, folder, self._stem(name), contents)
        except OSError as error:
            sentence = f"Nothing was saved: {folder} cannot be written ({error.strerror})."
            self.app.notify(sentence, severity="error", markup=False)
        else:
            self.app.notify(_told(paths, rows), timeout=SECONDS, markup=False)

    def _stem(self, name: str) -> str:
        now = (self.session.clock if self.session is not None else system_clock)()
        what = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.")[:80] or "screen"
        return f"{what}-{now.astimezone(UTC):%Y%m%d-%H%M%S}"


async def _read(source: RowSource) -> list[str]:
    from grove_tui.view.sheet import csv_lines

    lines: list[str] = []
    for line in csv_lines(source):
        lines.append(line)
        if len(lines) % SLICE == 0:
            await asyncio.sleep(0)
    return lines


def _told(paths: list[Path], rows: int) -> str:
    table = f" and its {rows} rows" if len(paths) > 1 else ""
    return "\n".join([f"Saved the screen{table}:", *map(str, paths)])
