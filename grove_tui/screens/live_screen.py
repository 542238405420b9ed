"""A screen on top of the main one that shows the same cluster, live, in another way."""

from collections.abc import Iterable
from contextlib import suppress

from textual.app import ComposeResult
from textual.content import Content
from textual.css.query import NoMatches
from textual.widget import Widget
from textual.widgets import Static

from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.screens.edit_keys import EditKeys
from grove_tui.screens.feed import Panel, Scene
from grove_tui.screens.going import GoingKeys
from grove_tui.screens.marked_keys import MarkedKeys
from grove_tui.screens.replay_keys import ReplayScreen
from grove_tui.screens.saving import SaveKeys
from grove_tui.screens.status import status_left, status_right
from grove_tui.view.rows import Cell
from grove_tui.widgets.key_bar import KeyBar
from grove_tui.widgets.live_table import LiveTable
from grove_tui.widgets.replay_bar import ReplayBar
from grove_tui.widgets.segments import Segments, StatusBar


class LiveScreen(SaveKeys, GoingKeys, ReplayScreen, MarkedKeys, EditKeys):
    """Has a heading, a body that a subclass gives, and the status bar."""

    def __init__(self, settings: Settings, scene: Scene) -> None:
        """Show what `scene` holds."""
        super().__init__(settings)
        self.session = scene.session
        self.book = scene.book
        self.feed = scene.feed
        self.namespace = scene.namespace
        self._panels: list[Panel] = []

    def compose(self) -> ComposeResult:
        yield Segments(id="heading", classes="heading")
        yield Static(id="banner", markup=False)
        yield from self.compose_body()
        yield ReplayBar(id="replay-bar")
        yield StatusBar(id="status")
        yield KeyBar()

    def compose_body(self) -> Iterable[Widget]:
        """Yield what stands between the heading and the status bar."""
        return ()

    def on_mount(self) -> None:
        for table in self.query(LiveTable):
            table.ascii = self.settings.ascii
        for line in self.query(Segments):
            line.ascii = self.settings.ascii
        self.query_one(ReplayBar).ascii = self.settings.ascii
        self.set_interval(1, self.tick)
        self.follow()

    def on_unmount(self) -> None:
        for panel in self._panels:
            self.feed.leave(panel)

    def join(self, panel: Panel) -> None:
        """Keep a panel up to date while this screen is there."""
        self._panels.append(panel)
        self.feed.join(panel)

    def follow(self) -> None:
        """Take notice of what the cluster did; called after each paint."""
        session = self.session
        if session is None or not self.is_attached:
            return
        # While the app closes, a screen's widgets go before the screen itself does.
        with suppress(NoMatches):
            self.show_state(session)

    def show_state(self, session: Session) -> None:
        """Show what the session says."""
        self.query_one("#heading", Segments).show(*self.heading())
        self.query_one(StatusBar).show(
            status_left(session, self.settings, self.namespace), status_right(session)
        )
        banner, sentence = self.query_one("#banner", Static), self.stale_sentence()
        banner.set_class(bool(sentence), "-shown")
        banner.update(Content(sentence))
        self.show_replay()
        self.judge_keys()

    def heading(self) -> tuple[list[Cell], list[Cell]]:
        """Return what the first line shows, left and right."""
        return [], []

    def tick(self) -> None:
        """Let the times go on; called once a second."""
        if self.session is not None:
            now = self.session.clock()
            for table in self.query(LiveTable):
                table.refresh_times(now)
        self.follow()
