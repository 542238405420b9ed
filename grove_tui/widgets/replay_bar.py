"""The transport bar of a replay: pace, recorded time, a track with what happened on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec import Struct
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.reactive import reactive, var
from textual.strip import Strip
from textual.widget import Widget

from grove_tui.view.rows import Cell
from grove_tui.widgets.row_painter import StyleCache
from grove_tui.widgets.text_fit import fit, flatten, width_of
from grove_tui.widgets.tokens import ASCII, TOKEN_CSS

GAP = 2
LEAST_TRACK = 12
"""Cells that the track takes before anything at its right is shown."""


_NOTHING = Cell()


class Mark(Struct, frozen=True):
    """Something that happened: where on the track (0 to 1), and how it looks."""

    place: float
    glyph: str
    style: str = ""


class Playback(Struct, frozen=True):
    """What the bar shows.

    Attributes:
        started: When the recording begins.
        ended: When it ends.
        now: The recorded time.
        position: How many records have been played.
        last: How many there are.
        playing: Whether time passes.
        speed: Recorded seconds per real second.
        marks: What happened and when; later ones hide earlier ones in the same cell.
        latest: The latest thing that happened, in words.
    """

    started: datetime
    ended: datetime
    now: datetime
    position: int = 0
    last: int = 0
    playing: bool = False
    speed: float = 1.0
    marks: tuple[Mark, ...] = ()
    latest: Cell = _NOTHING

    def fraction(self, moment: datetime) -> float:
        """Return where a moment is, from 0 to 1."""
        whole = (self.ended - self.started).total_seconds()
        return (moment - self.started).total_seconds() / whole if whole > 0 else 1.0


class ReplayBar(Widget):
    """One line; a click on its track asks for that moment."""

    ALLOW_SELECT = False
    DEFAULT_CSS = (
        """
ReplayBar {
    height: 1;
    width: 1fr;
    padding: 0 1;
    background: $panel;
    color: $foreground;
"""
        + TOKEN_CSS
        + "}"
    )

    playback: reactive[Playback | None] = reactive(None)
    ascii = var(False)
    """Whether symbols are replaced by ASCII characters."""

    @dataclass
    class SeekRequested(Message):
        """A click on the track, at that part of it from 0 to 1."""

        fraction: float

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual's widgets spell it
        """Make an empty bar."""
        super().__init__(id=id)
        self._styles = StyleCache(self)
        self._track = (0, 0)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        style = self._styles.get()
        if self.playback is None or y:
            return Strip([Segment(" " * width, style)], width)
        cells, self._track = _lay_out(self.playback, width)
        segments: list[Segment] = []
        for cell in cells:
            segments += self._paint(cell)
        return Strip(segments).adjust_cell_length(width, style)

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        start, length = self._track
        if offset is not None and length > 1 and start <= offset.x < start + length:
            event.stop()
            self.post_message(self.SeekRequested((offset.x - start) / (length - 1)))

    def _paint(self, cell: Cell) -> list[Segment]:
        text = cell.text
        if self.ascii and not text.isascii():
            text = text.translate(ASCII | _ASCII)
        segments: list[Segment] = []
        position = 0
        for start, end, token in cell.spans:
            segments.append(Segment(text[position:start], self._styles.token("", cell.style)))
            segments.append(Segment(text[start:end], self._styles.token("", token)))
            position = end
        segments.append(Segment(text[position:], self._styles.token("", cell.style)))
        return [segment for segment in segments if segment.text]


_ASCII = str.maketrans({"▶": ">", "❚": "|", "━": "=", "⊘": "x"})


def _lay_out(playback: Playback, width: int) -> tuple[list[Cell], tuple[int, int]]:
    """Return the cells from left to right, and where the track starts and how long it is."""
    left = [_pace(playback), _clock(playback)]
    right = [Cell(f"{playback.position}/{playback.last}", "dim"), playback.latest]
    taken = sum(width_of(cell.text) + GAP for cell in left)
    room = width - taken
    shown: list[Cell] = []
    for cell in right:
        text = flatten(cell.text, width)
        if text and room - LEAST_TRACK >= width_of(text) + GAP:
            shown.append(Cell(" " * GAP + text, cell.style))
            room -= width_of(text) + GAP
    if room < LEAST_TRACK:
        return [Cell(fit("  ".join(cell.text for cell in left), width), "title")], (0, 0)
    spaced = [Cell(cell.text + " " * GAP, cell.style) for cell in left]
    return [*spaced, track(playback, room), *shown], (taken, room)


def _pace(playback: Playback) -> Cell:
    glyph, word, style = ("▶", "play ", "accent") if playback.playing else ("❚❚", "pause", "warn")
    return Cell(f"{glyph:<2} {word} {playback.speed:g}x", style)


def _clock(playback: Playback) -> Cell:
    now, whole = playback.now, playback.ended - playback.started
    passed = _minutes((now - playback.started).total_seconds())
    total = _minutes(whole.total_seconds())
    return Cell(f"{now.astimezone(UTC):%H:%M:%S}Z {passed}/{total}", "title")


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def track(playback: Playback, width: int) -> Cell:
    """Return the track: what was played, what is to come, and what happened on the way."""
    head = _cell_at(playback.fraction(playback.now), width)
    texts = ["━" if index < head else "─" for index in range(width)]
    styles = ["accent" if index < head else "dim" for index in range(width)]
    for mark in playback.marks:
        index = _cell_at(mark.place, width)
        texts[index], styles[index] = mark.glyph, mark.style
    texts[head], styles[head] = "●", "title"
    return Cell("".join(texts), spans=tuple(_runs(styles)))


def _cell_at(fraction: float, width: int) -> int:
    return round(max(0.0, min(fraction, 1.0)) * (width - 1))


def _runs(styles: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return equal neighbours as one span."""
    runs: list[tuple[int, int, str]] = []
    for index, style in enumerate(styles):
        if runs and runs[-1][2] == style:
            runs[-1] = (runs[-1][0], index + 1, style)
        else:
            runs.append((index, index + 1, style))
    return runs
