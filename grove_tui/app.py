"""The app: which screen is shown, one open cluster, themes, and what works on every screen."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import WorkerError

from grove_tui.actions.outcome import sentence_of
from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.kube.errors import KubeError
from grove_tui.messages import ClusterFailed, ClusterOpened
from grove_tui.screens.main import MainScreen
from grove_tui.screens.navigator import Navigator
from grove_tui.screens.notices import Notices
from grove_tui.screens.replay_keys import ReplayKeys
from grove_tui.theme import DEFAULT_THEME, PLAIN_THEME, TOKEN_DEFAULTS, ThemeError, ThemeFolders
from grove_tui.widgets.line_filters import AsciiFilter, uncolored

_log = logging.getLogger(__name__)

CLOSE_SECONDS = 3.0
"""How long leaving may take while a cluster does not answer."""

Opener = Callable[[Settings], AbstractAsyncContextManager[Session]]


def binding_commands() -> type[Provider]:
    """Import the palette's provider when the palette is opened, not before the first frame."""
    from grove_tui.screens.palette import BindingCommands

    return BindingCommands


def line_commands() -> type[Provider]:
    """Import what the colon offers when the palette is opened."""
    from grove_tui.screens.palette import LineCommands

    return LineCommands


class GroveApp(Notices, ReplayKeys):
    """The dashboard of one cluster at a time.

    Attributes:
        session: The open cluster; None while there is none.
        navigator: The way from screen to screen.
    """

    TITLE = "grove-tui"
    CSS_PATH = ["app.tcss", "screens/main.tcss"]  # the default screen's own would not be read
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = App.COMMANDS | {binding_commands, line_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help", key_display="?", id="grove.help"),
        Binding("ctrl+q", "quit", "Quit", show=False, id="grove.quit-anywhere", system=True),
    ]

    def __init__(
        self,
        settings: Settings,
        opener: Opener,
        *,
        themes: ThemeFolders | None = None,
        problem: str = "",
        at_once: bool = False,
    ) -> None:
        """Prepare the dashboard; the cluster is opened after the first frame.

        Args:
            settings: What the user set.
            opener: Connects to the cluster that settings name.
            themes: Where themes come from.
            problem: Why there is no cluster to open; shown on the first screen.
            at_once: Open it while the first frame is being made; for an opener that costs little.
        """
        super().__init__()
        self.settings = settings
        self.session: Session | None = None
        self.navigator = Navigator(self)
        self._opener = opener
        self._problem = problem
        self._at_once = at_once
        self._folders = themes or ThemeFolders()
        self._cluster_closed = asyncio.Event()
        self._before: tuple[str, Settings] | None = None
        self.animation_level = "none"
        self._register_first_theme()

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        if self.no_color and self.native_ansi_color:
            filters = uncolored(filters)
        return [*filters, AsciiFilter()] if self.settings.ascii else filters

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(TOKEN_DEFAULTS)

    def get_default_screen(self) -> Screen[Any]:
        return MainScreen(self.settings)

    def on_mount(self) -> None:
        self.set_keymap(dict(self.settings.keymap))
        if self.settings.keymap:
            self.call_after_refresh(self._check_keymap)
        if self._problem:
            self._welcome(self._problem)
        else:
            # The screen does what it is told later when all its widgets are there.
            start = self.main_screen.call_later if self._at_once else self.call_after_refresh
            start(self._start)
        self.set_interval(1, self._reload_themes)

    # The cluster

    def _start(self) -> None:
        self._cluster_closed.clear()
        self._follow_cluster(self.settings)

    @work(group="cluster", exclusive=True, exit_on_error=False)
    async def _follow_cluster(self, settings: Settings) -> None:
        try:
            async with self._opener(settings) as session:
                self.session = session
                self.post_message(ClusterOpened())
                reconciler = self.run_worker(session.reconcile(), "reconciler", exit_on_error=False)
                try:
                    await session.run()
                finally:
                    # It gives up its Lease, for which the connection still has to be open.
                    reconciler.cancel()
                    with suppress(WorkerError):
                        await reconciler.wait()
        except Exception as error:  # noqa: BLE001 - whatever it is, the user reads it and decides
            _log.warning("the cluster cannot be opened: %r", error)
            self.post_message(ClusterFailed(sentence_of(error)))
        finally:
            self.session = None
            self._cluster_closed.set()

    @work(group="reopening", exclusive=True)
    async def reopen(self, settings: Settings) -> None:
        """Leave the present cluster and open the one that these settings name."""
        if self.session is not None and self.session.has_begun:
            self._before = self.session.place.name, self.settings
        self.navigator.home()
        self.main_screen.leave()
        await self._close_cluster()
        self._take_settings(settings)
        self._start()

    def _take_settings(self, settings: Settings) -> None:
        self.settings = self.main_screen.settings = settings

    async def _close_cluster(self) -> None:
        # The session's worker closes its connections and the demo cluster.
        self.workers.cancel_group(self, "cluster")
        if self.session is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._cluster_closed.wait(), CLOSE_SECONDS)

    @on(ClusterOpened)
    def show_cluster(self) -> None:
        if self.session is not None:
            self.main_screen.attach(self.session)
            self._offer_crds(self.session)
            if self.settings.reconcile == "always":
                self._ask_to_insist(self.session)

    @work(group="crds", exclusive=True, exit_on_error=False)
    async def _offer_crds(self, session: Session) -> None:
        try:
            missing = await session.missing_kinds()
        except KubeError:
            return  # the banner says that the cluster does not answer
        if missing:
            from grove_tui.screens.install_crds import offer_crds

            await offer_crds(self, session, missing, read_only=self.settings.read_only)

    @work(group="insist", exclusive=True, exit_on_error=False)
    async def _ask_to_insist(self, session: Session) -> None:
        from grove_tui.screens.insist import ask_to_insist

        await ask_to_insist(self, session)

    @on(ClusterFailed)
    def offer_another(self, message: ClusterFailed) -> None:
        self._welcome(message.sentence)

    @property
    def main_screen(self) -> MainScreen:
        """The screen at the bottom of the stack."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @work(group="welcome", exclusive=True)
    async def _welcome(self, sentence: str) -> None:
        from dataclasses import replace

        from grove_tui.screens.welcome import WelcomeScreen

        before = self._before
        choice = await self.push_screen_wait(WelcomeScreen(sentence, before[0] if before else ""))
        if choice == "back" and before is not None:
            self._take_settings(before[1])
        elif choice == "demo":
            self._take_settings(replace(self.settings, demo=True))
        self._start()

    async def action_quit(self) -> None:
        await self._close_cluster()
        self.exit(0)

    # What every screen can use

    def _check_keymap(self) -> None:
        from grove_tui.screens.keymap import keymap_problems

        for problem in keymap_problems(self.settings.keymap, type(self)):
            self.notify(problem, severity="warning", markup=False)

    def action_help(self) -> None:
        from grove_tui.screens.help import help_screen

        self.push_screen(help_screen(self, self.screen))

    # Themes

    def _register_first_theme(self) -> None:
        name = self.settings.theme or (PLAIN_THEME if self.no_color else DEFAULT_THEME)
        theme = self._folders.find(name)
        if theme is not None:
            self.register_theme(theme)
        elif name not in self.available_themes:
            own = (found.name for found in self._folders.load().themes)
            known = ", ".join(sorted([*own, *self.available_themes]))
            raise ThemeError(f"There is no theme {name}; there are {known}.")
        self.theme = name
        self.call_later(self._register_themes)

    def _register_themes(self) -> None:
        loaded = self._folders.load()
        for theme in loaded.themes:
            self.register_theme(theme)
        for problem in loaded.problems:
            self.notify(problem, severity="warning", markup=False)

    def _reload_themes(self) -> None:
        if self._folders.changed():
            self._register_themes()
            # The same name with other colours does not count as a change by itself.
            self._invalidate_css()
            self.refresh_css(animate=False)
