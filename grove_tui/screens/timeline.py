"""What happened to the selected object and all below it, as it happens; newest last."""

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from grove_tui.cluster.gather import Gatherer
from grove_tui.cluster.replay import ReplaySession
from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.screens.feed import Scene
from grove_tui.screens.filter_bar import FilterBar
from grove_tui.screens.live_screen import LiveScreen
from grove_tui.view.entryfilter import PLACEHOLDER, EntryQuery, parse_entries
from grove_tui.view.explain.causes import counted
from grove_tui.view.history import Record
from grove_tui.view.keys import Key, Kind
from grove_tui.view.narration import about
from grove_tui.view.rows import Cell, RowSource
from grove_tui.view.timeline import Entry, Timeline, named
from grove_tui.widgets.live_table import LiveTable

READ_AT_MOST = 20_000
"""Of a longer history only the latest records are told."""
SLICE = 200
"""Records that are told in one go, so that keys are answered in between."""
NOTHING = "Nothing has happened since grove-tui was started."
NO_MATCH = "No entry matches; esc takes the filter away."


class TimelineScreen(LiveScreen):
    """A timeline of one row, or of everything."""

    AUTO_FOCUS = "#entries"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (12, "-high")]
    CSS = """
    TimelineScreen #entry { height: 2; padding: 0 1; background: $panel; }
    TimelineScreen.-low #entry { display: none; }
    """
    OWN_KEYS = ("timeline",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "follow", "Follow", tooltip="Stay at the newest", id="timeline.follow"),
        Binding("slash", "filter", "Filter", key_display="/", priority=True, id="timeline.filter"),
        Binding(
            "H",
            "only_gangs",
            "Gangs only",
            tooltip="Only changes of gangs' health, or everything",
            id="timeline.only-gangs",
        ),
        Binding(
            "a",
            "everything",
            "All objects",
            tooltip="Of everything, or of the selected object again",
            id="timeline.everything",
        ),
        Binding(
            "left_curly_bracket",
            "transition(-1)",
            "Previous gang change",
            key_display="{",
            show=False,
            id="timeline.previous-change",
        ),
        Binding(
            "right_curly_bracket",
            "transition(1)",
            "Next gang change",
            key_display="}",
            show=False,
            id="timeline.next-change",
        ),
        Binding(
            "ctrl+s",
            "save",
            "Save",
            tooltip="Save what happened lately for grove-tui replay; of a replay, what is shown",
            id="timeline.save",
        ),
        Binding("ctrl+w", "wide", "Wide", tooltip="All columns", show=False, id="timeline.wide"),
        Binding("escape", "back", "Back", id="timeline.back"),
        Binding("q,T", "dismiss", "Close", show=False, id="timeline.close"),
    ]

    def __init__(self, settings: Settings, scene: Scene, about: Key | None = None) -> None:
        """Tell what happened to a row and below it, or without one to everything."""
        super().__init__(settings, scene)
        self._about = about
        self._query = EntryQuery()
        self._is_following = True
        self._position = 0
        self._waiting: list[Record] = []
        self._is_reading = False
        self._timeline = self._new_timeline(about)
        self._gatherer = Gatherer(self._show_news)

    def compose_body(self) -> Iterable[Widget]:
        yield LiveTable(self._timeline, empty=NOTHING, id="entries")
        yield Static(id="entry", markup=False)
        yield FilterBar(parse_entries, PLACEHOLDER, id="filter-bar")

    def on_mount(self) -> None:
        session = self._session
        self._table.flashes = False
        if not isinstance(session, ReplaySession):
            session.recorder.on_record(self._take)
        self._read_history()

    def on_unmount(self) -> None:
        self._gatherer.close()
        if not isinstance(self._session, ReplaySession):
            self._session.recorder.off_record(self._take)

    # Reading

    @work(exclusive=True, group="history", exit_on_error=False)
    async def _read_history(self) -> None:
        """Tell what is known, in slices; what happens meanwhile waits for its turn."""
        timeline, records = self._timeline, self._session.records()
        self._is_reading = True
        self._position = len(records)
        self._waiting.clear()
        for start in range(max(0, len(records) - READ_AT_MOST), len(records), SLICE):
            for record in records[start : start + SLICE]:
                self._tell(timeline, record)
            await asyncio.sleep(0)
        self._is_reading = False
        self._show_news()

    def _take(self, record: Record) -> None:
        self._waiting.append(record)
        self._gatherer.mark()

    def _follow_replay(self, session: ReplaySession) -> None:
        before, now = self._position, session.player.position
        if now < before:
            self._start_over(self._timeline.selected)
        for record in session.records()[before:now]:
            self._take(record)
        self._position = now

    def _tell(self, timeline: Timeline, record: Record) -> None:
        # What is about something else would only push out what is wanted.
        if timeline.holds(*about(record)):
            timeline.observe(record)

    def _new_timeline(self, about: Key | None) -> Timeline:
        assert self.book is not None
        timeline = Timeline(self.book)
        timeline.newest_first = False
        timeline.select(about)
        return timeline

    # Showing

    def _show_news(self) -> None:
        if not self.is_attached or self._is_reading:
            return
        self._timeline.widen()
        waiting, self._waiting = self._waiting, []
        for record in waiting:
            self._tell(self._timeline, record)
        table = self._table
        table.refresh_structure()
        if self._is_following:
            table.action_cursor_last()
        self.follow()

    def follow(self) -> None:
        session = self.session
        if isinstance(session, ReplaySession):
            self._follow_replay(session)
        super().follow()

    def heading(self) -> tuple[list[Cell], list[Cell]]:
        about = self._timeline.selected
        what = Cell(f"of {about.spoken}" if about is not None else "of everything", "title")
        rows = self._table.row_count
        left = [Cell("Timeline", "accent"), what, Cell(counted(rows, "entry", "entries"))]
        if self._query:
            left.append(Cell(f"/{self.query_one(FilterBar).text}", "accent"))
        if self._timeline.transitions_only:
            left.append(Cell("only gangs' health", "warn"))
        following = Cell("following", "ok") if self._is_following else Cell("not following", "dim")
        return left, [following]

    def selected(self) -> Key | None:
        entry = self._timeline.entry(self._table.cursor_key)
        return self._key_of(entry) if entry is not None else self._about

    def _key_of(self, entry: Entry) -> Key | None:
        told = entry.told
        if entry.gang is not None:
            return entry.gang
        if told.kind not in set(Kind) or self.book is None:
            return None
        found = self.book.current(Key(Kind(told.kind), told.namespace, told.name))
        return found if found.uid else None

    # Keys

    def action_follow(self) -> None:
        self._is_following = not self._is_following
        if self._is_following:
            self._table.action_cursor_last()
        self.follow()

    def action_only_gangs(self) -> None:
        self._timeline.transitions_only = not self._timeline.transitions_only
        self._show_news()

    def action_everything(self) -> None:
        self._start_over(None if self._timeline.selected is not None else self._about)

    def action_transition(self, by: int) -> None:
        number = self._timeline.transition(self._table.cursor_key, by)
        if number is None:
            where = "later" if by > 0 else "earlier"
            self.app.notify(f"No {where} change of a gang's health.", markup=False)
        else:
            self._is_following = False
            self._table.move_to(number)
            self.follow()

    def action_save(self) -> None:
        # What is played is in a file already; what can be saved of it is what is shown.
        if self.replay is not None:
            self.action_save_screen()
        else:
            self.action_save_recording()

    def rows_to_save(self) -> tuple[str, RowSource | None]:
        subject = self._timeline.selected
        return f"timeline-{subject or 'everything'}", self._timeline

    def action_wide(self) -> None:
        self._table.wide = not self._table.wide

    def action_filter(self) -> None:
        self.query_one(FilterBar).open()

    def action_back(self) -> None:
        bar = self.query_one(FilterBar)
        if self._query or isinstance(self.focused, Input):
            bar.clear()
            self._table.focus()
        else:
            self.dismiss(None)

    @on(FilterBar.Left)
    def leave_filter(self) -> None:
        self._table.focus()

    @on(FilterBar.Changed)
    def take_filter(self, message: FilterBar.Changed) -> None:
        self._query = message.query
        self._timeline.set_filter(self._query or None)
        self._table.empty = NO_MATCH if self._query else NOTHING
        self._show_news()

    @on(LiveTable.Highlighted)
    def show_entry(self) -> None:
        """Show all that the selected line says, however long it is."""
        entry = self._timeline.entry(self._table.cursor_key)
        self.query_one("#entry", Static).update(_told(entry) if entry is not None else "")

    @on(LiveTable.Highlighted)
    def follow_at_the_end(self) -> None:
        is_last = self._table.cursor_position == self._table.row_count - 1
        if is_last is not self._is_following:
            self._is_following = is_last
            self.follow()

    @on(LiveTable.Activated)
    def go_there(self) -> None:
        key = self.selected()
        if key is not None:
            self.navigator.reveal(key)
        else:
            self.app.notify("What it is about is gone.", markup=False)

    def _start_over(self, about: Key | None) -> None:
        before = self._timeline
        self._timeline = self._new_timeline(about)
        self._timeline.transitions_only = before.transitions_only
        self._timeline.set_filter(self._query or None)
        self._table.set_source(self._timeline)
        self._read_history()

    @property
    def _session(self) -> Session:
        assert self.session is not None
        return self.session

    @property
    def _table(self) -> LiveTable:
        return self.query_one("#entries", LiveTable)


def _told(entry: Entry) -> Content:
    told = entry.told
    return Content.assemble((f"{named(told)}  ", "bold"), told.text)
