"""The logs of a pod, a clique or a whole gang on one screen, a letter and a colour for each pod."""

import asyncio
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from grove_tui.actions.deleting import count_of
from grove_tui.actions.logs import Entry, LogBuffer, LogFollower, Source, sources_of, to_text
from grove_tui.cluster.files import saves_directory, write_new
from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind
from grove_tui.view.rows import Cell
from grove_tui.view.scope import pods_of
from grove_tui.widgets.key_bar import KeyBar
from grove_tui.widgets.log_layout import LogRow, common_prefix, letters
from grove_tui.widgets.log_view import LogView
from grove_tui.widgets.segments import Segments

COLORS = 8
"""Pods beyond that number share colours; their letters differ."""
NOTHING = "Nothing has been written yet."
NO_PODS = "There are no pods."


class LogsScreen(Screen[None]):
    """Follows logs until it is left."""

    CSS = """
    LogsScreen #legend { background: $surface; }
    LogsScreen #search { display: none; border: none; height: 1; padding: 0 1; background: $panel; }
    LogsScreen #search.-shown { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="logs.back"),
        Binding("q", "leave", "Back", show=False, id="logs.leave"),
        Binding("f", "follow", "Follow", tooltip="Show new lines as they come", id="logs.follow"),
        Binding("w", "wrap", "Wrap", tooltip="Wrap long lines", id="logs.wrap"),
        Binding("t", "times", "Times", tooltip="Show when each line was written", id="logs.times"),
        Binding(
            "o",
            "names",
            "Names",
            tooltip="Show the names of the pods",
            show=False,
            id="logs.names",
        ),
        Binding("slash", "search", "Search", key_display="/", id="logs.search"),
        Binding("n", "next(1)", "Next match", show=False, id="logs.next"),
        Binding("N", "next(-1)", "Previous match", show=False, id="logs.previous-match"),
        Binding(
            "p", "previous", "Previous", tooltip="Log of the run before", id="logs.previous-run"
        ),
        Binding("ctrl+s", "save", "Save", tooltip="Save to a file", id="logs.save"),
        Binding("c", "copy", "Copy", show=False, id="logs.copy"),
    ]

    def __init__(
        self,
        settings: Settings,
        session: Session,
        book: GangBook,
        key: Key,
        *,
        previous: bool = False,
    ) -> None:
        """Prepare the logs of all pods that belong to a row.

        Args:
            settings: What the user set.
            session: The cluster.
            book: Its gangs.
            key: The row.
            previous: Begin with the run before the last restart.
        """
        super().__init__()
        self._settings = settings
        self._session = session
        self._book = book
        self._key = key
        self._previous = previous
        self._buffer = LogBuffer()
        self._letters: dict[str, int] = {}
        self._present: set[str] = set()
        self._with_times = False
        self._with_names = False
        self._follower: LogFollower | None = None
        self._found = ""

    def compose(self) -> ComposeResult:
        yield Segments(id="heading")
        yield Segments(id="legend", elides=True)
        yield LogView(id="log", empty=NOTHING)
        yield Input(placeholder="find a text", id="search")
        yield KeyBar()

    def on_mount(self) -> None:
        for line in self.query(Segments):
            line.ascii = self._settings.ascii
        self._view.ascii = self._settings.ascii
        self._view.focus()
        self._read()

    @property
    def _view(self) -> LogView:
        return self.query_one("#log", LogView)

    # Reading

    @work(exclusive=True, group="logs", exit_on_error=False)
    async def _read(self) -> None:
        follower = LogFollower(
            self._session.client,
            self._receive,
            previous=self._previous,
            clock=self._session.clock,
        )
        self._follower = follower
        self.follow()
        await follower.run()

    def follow(self) -> None:
        """Take notice of pods that came or went; called after each change of the cluster."""
        if self._follower is None or not self.is_attached:
            return
        pods = list(pods_of(self._book, self._key))
        sources = sources_of(pods, with_init=self._key.kind is Kind.POD)
        self._present = {_origin(source, sources) for source in sources}
        before = len(self._letters)
        for origin in sorted(self._present - self._letters.keys()):
            self._letters[origin] = len(self._letters)
        if before <= 1 < len(self._letters):
            self._again()
        self._follower.set_sources(sources)
        empty = NOTHING if sources else NO_PODS
        if self._view.empty != empty:
            self._view.empty = empty
            self._view.refresh()
        self._show_state()

    def _receive(self, entries: list[Entry]) -> None:
        dropped = self._buffer.extend(entries)
        kept = entries[-len(self._buffer) :]
        # What did not even stay in the buffer never reaches the view.
        self._view.extend(list(self._rows(kept)), dropped - (len(entries) - len(kept)))
        self._show_state()

    def _rows(self, entries: Sequence[Entry]) -> Iterator[LogRow]:
        common = common_prefix(list(self._letters))
        for entry in entries:
            origin, number = self._origin(entry.source)
            prefix = letters(number) if len(self._letters) > 1 else ""
            prefix += f" {origin[common:]}" if self._with_names else ""
            text = f"{entry.at.astimezone(UTC):%H:%M:%S} " if self._with_times else ""
            text += f"— {entry.text}" if entry.is_note else entry.text
            yield LogRow(prefix, f"gang-{number % COLORS}", text, entry.is_note)

    def _origin(self, source: Source) -> tuple[str, int]:
        """Return what a line is from, in words and by its number."""
        for origin in (f"{source.pod}/{source.container}", source.pod):
            if origin in self._letters:
                return origin, self._letters[origin]
        return source.pod, self._letters.setdefault(source.pod, len(self._letters))

    def _again(self) -> None:
        """Show everything anew, in another form."""
        self._view.replace(list(self._rows(self._buffer.entries)))

    # What it says about itself

    def _show_state(self) -> None:
        view = self._view
        what = "Previous logs" if self._previous else "Logs"
        left_out = self._follower.left_out if self._follower is not None else 0
        left = [
            Cell(f"{what} of {self._key}", "title"),
            Cell(self._found, "accent"),
            Cell(f"{len(self._present)} logs" if len(self._present) > 1 else ""),
            Cell(count_of(len(self._buffer), "line")),
            Cell(f"{count_of(left_out, 'container')} left out" if left_out else "", "warn"),
        ]
        right = [
            Cell("following", "ok") if view.following else Cell("standing still", "warn"),
            Cell("wrapped" if view.wrap else "", "dim"),
        ]
        self.query_one("#heading", Segments).show(left, right)
        legend = self.query_one("#legend", Segments)
        legend.display = len(self._letters) > 1
        here = sorted(self._letters.items(), key=lambda item: item[0] not in self._present)
        common = common_prefix([name for name, _ in here])
        legend.show(
            [Cell(f"{letters(n)} {name[common:]}", f"gang-{n % COLORS}") for name, n in here]
        )

    @on(LogView.Followed)
    def show_following(self) -> None:
        self._show_state()

    # Keys

    def action_back(self) -> None:
        field = self.query_one("#search", Input)
        if field.has_class("-shown") or self._found:
            field.remove_class("-shown")
            self._found = ""
            self._view.search("")
            self._view.focus()
            self._show_state()
        else:
            self.dismiss()

    def action_leave(self) -> None:
        self.dismiss()

    def action_follow(self) -> None:
        if self._view.following:
            self._view.following = False
        else:
            self._view.scroll_to_end()

    def action_wrap(self) -> None:
        self._view.wrap = not self._view.wrap
        self._show_state()

    def action_times(self) -> None:
        self._with_times = not self._with_times
        self._again()

    def action_names(self) -> None:
        self._with_names = not self._with_names
        self._again()

    def action_previous(self) -> None:
        self._previous = not self._previous
        self._buffer.clear()
        self._view.clear()
        self._read()

    def action_search(self) -> None:
        field = self.query_one("#search", Input)
        field.add_class("-shown")
        field.focus()

    @on(Input.Changed, "#search")
    def point_out(self, message: Input.Changed) -> None:
        count = self._view.search(message.value)
        self._found = f"{count_of(count, 'line')} with {message.value!r}" if message.value else ""
        self._show_state()

    @on(Input.Submitted, "#search")
    def keep_search(self) -> None:
        self.query_one("#search", Input).remove_class("-shown")
        self._view.focus()

    def action_next(self, direction: int) -> None:
        index, count = self._view.next_match(direction)
        if count:
            self._found = f"match {index} of {count}"
            self._show_state()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text())
        self.app.notify("Copied.", markup=False, timeout=2)

    @work(exclusive=True, group="saving", exit_on_error=False)
    async def action_save(self) -> None:
        contents = {".log": self._text().encode()}
        folder = saves_directory(os.environ, self._settings.save_dir, "logs")
        try:
            (path,) = await asyncio.to_thread(write_new, folder, self._stem(), contents)
        except OSError as error:
            sentence = f"Nothing was saved: {folder} cannot be written ({error.strerror})."
            self.app.notify(sentence, severity="error", markup=False)
        else:
            self.app.notify(f"Saved to {path}", markup=False)

    def _text(self) -> str:
        return to_text(self._buffer.entries, with_pod=len(self._letters) > 1)

    def _stem(self) -> str:
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", str(self._key))[:80]
        now: datetime = self._session.clock()
        return f"{name}-{now:%Y%m%d-%H%M%S}"


def _origin(source: Source, sources: Sequence[Source]) -> str:
    """Return what a letter stands for: the pod, and the container where the pod has several."""
    if sum(other.pod == source.pod for other in sources) > 1:
        return f"{source.pod}/{source.container}"
    return source.pod
