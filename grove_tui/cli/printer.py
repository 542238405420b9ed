"""Printing a report: once, in place on a terminal, or one line for each change."""

import json
import shutil
from datetime import UTC
from typing import Any, TextIO

from grove_tui.cli.drawing import svg, terminal_text, wants_color
from grove_tui.kube.clock import Clock, system_clock
from grove_tui.view.plain import Line, Part
from grove_tui.view.report import Report, change_line, changed_rows
from grove_tui.view.rows import Row
from grove_tui.view.treerows import COLUMNS
from grove_tui.widgets.tokens import ASCII


class Printer:
    """Prints one report to one stream."""

    def __init__(
        self, report: Report, format_: str, stream: TextIO, *, clock: Clock = system_clock
    ) -> None:
        self._report = report
        self._format = format_
        self._stream = stream
        self._clock = clock
        self._color = wants_color(stream)
        encoding = getattr(stream, "encoding", None) or "utf-8"
        self._narrow = "" if encoding.lower().startswith("utf") else encoding
        self._height = 0
        self._remark = ""
        self._rows: list[Row] | None = None
        self._document: dict[str, Any] | None = None

    @property
    def redraws(self) -> bool:
        """Whether `update` paints over what it painted before."""
        return self._format == "text" and self._stream.isatty()

    def print(self) -> None:
        """Print it as it is now."""
        self._write(self._whole())

    def update(self) -> None:
        """Print what is different since the last time; the first time, everything."""
        if self.redraws:
            self._redraw()
        elif self._format == "json":
            self._print_document()
        else:
            self._print_changes()

    def remark(self, sentence: str) -> bool:
        """Have a sentence stand below each update, or with an empty one no more.

        Returns:
            Whether it will; elsewhere than on a terminal there is no place for it.
        """
        self._remark = sentence
        return self.redraws

    def finish(self) -> None:
        """Print what is to remain: everything, unless updates have printed it already."""
        if self.redraws and self._height:
            self._write(self._back() + self._whole())
        elif self._rows is None and self._document is None:
            self.print()

    def _whole(self) -> str:
        if self._format == "json":
            return (
                json.dumps(self._report.document(), indent=2, ensure_ascii=bool(self._narrow))
                + "\n"
            )
        lines = self._report.lines() if self._report.exists else []
        if self._format == "svg":
            return svg(lines, self._report.title)
        return terminal_text(lines, color=self._color)

    def _redraw(self) -> None:
        columns, height = shutil.get_terminal_size()
        below: list[Line] = [(Part(self._remark[: columns - 1], "warn"),)] if self._remark else []
        lines = self._cropped(self._report.lines(columns - 1), height - 1 - len(below)) + below
        text = self._back() + terminal_text(lines, color=self._color)
        self._height = len(lines)
        self._write(text)

    def _cropped(self, lines: list[Line], height: int) -> list[Line]:
        if len(lines) <= height:
            return lines
        left_out = len(lines) - height + 1
        return [*lines[: height - 1], (Part(f"… {left_out} more lines", "dim"),)]

    def _back(self) -> str:
        """Return what puts the cursor to the first line painted, and clears from there."""
        return f"\x1b[{self._height}F\x1b[J" if self._height else ""

    def _print_document(self) -> None:
        document = self._report.document()
        essence = {key: value for key, value in document.items() if key != "time"}
        if essence != self._document:
            self._document = essence
            narrow = bool(self._narrow)
            self._write(json.dumps(document, ensure_ascii=narrow, separators=(",", ":")) + "\n")

    def _print_changes(self) -> None:
        rows = self._report.rows()
        if self._rows is None:
            self.print()
        else:
            moment = f"{self._clock().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            for sign, row in changed_rows(self._rows, rows):
                self._write(f"{moment} {change_line(sign, row, COLUMNS)}\n")
        self._rows = rows

    def _write(self, text: str) -> None:
        if self._narrow:
            # A stream without our symbols gets those of ASCII, and no traceback.
            text = text.translate(ASCII).encode(self._narrow, "replace").decode(self._narrow)
        self._stream.write(text)
        self._stream.flush()
