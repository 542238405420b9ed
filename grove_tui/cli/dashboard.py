"""`grove-tui`: the dashboard."""

import gc
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from subprocess import Popen
from typing import TYPE_CHECKING, Any

from grove_tui.cli.errors import OK, USAGE, CommandError
from grove_tui.cli.logs import set_up_logging
from grove_tui.config import Settings, config_directory, load_settings
from grove_tui.kube.firstlook.launch import dismiss, launch

if TYPE_CHECKING:
    from grove_tui.cluster.demo import DemoProcess
    from grove_tui.cluster.session import Session

Opener = Callable[[Settings], AbstractAsyncContextManager["Session"]]
YOUNG_OBJECTS = 20_000
"""How many new objects it takes for the garbage collector to look at them."""

MOST_FRAMES = 250
"""Frames per second at most; Textual's 60 make a key that follows a paint wait for 16 ms."""

NO_CLUSTER = "There is no cluster to show: no KUBECONFIG is set and ~/.kube/config does not exist."


def dashboard(given: Mapping[str, Any]) -> int:
    """Run the dashboard until the user leaves it."""
    settings = load_settings(given)
    require_terminal()
    set_up_logging(settings, has_screen=True)
    # Both start on another core while this process imports its screen.
    demo = _start_demo(settings) if settings.demo else None
    child = launch()
    try:
        return _run(settings, demo, child)
    finally:
        if child is not None:
            dismiss(child)
        if demo is not None:
            demo.stop_now()


def _start_demo(settings: Settings) -> "DemoProcess":
    from grove_tui.cluster.demo import DemoProcess

    return DemoProcess.start(settings)


def _run(settings: Settings, demo: "DemoProcess | None", child: Popen[bytes] | None) -> int:
    from grove_tui.cluster.opening import check, give_order, is_known, open_cluster
    from grove_tui.kube.firstlook.look import FirstLook

    known = is_known(settings)
    if known:
        check(settings)
    demos = [demo] if demo is not None else []
    looks = [FirstLook(child)] if child is not None and known else []
    if looks and demo is None and not give_order(looks[0], settings):
        looks.clear()

    def opener(wanted: Settings) -> AbstractAsyncContextManager["Session"]:
        # The first opening takes what runs already, any later one starts its own.
        demo = demos.pop() if demos and wanted.demo else None
        return open_cluster(wanted, demo, looks.pop() if looks else None)

    return run_app(settings, opener, "" if known else NO_CLUSTER, at_once=bool(looks))


def run_app(
    settings: Settings,
    opener: Opener,
    problem: str = "",
    *,
    at_once: bool = False,
) -> int:
    """Run the dashboard and return its exit code.

    Args:
        settings: What the user set.
        opener: Opens what settings name.
        problem: Why there is nothing to open.
        at_once: Whether opening costs so little that the first frame need not come first.
    """
    # Read when Textual is imported.
    os.environ.setdefault("TEXTUAL_FPS", str(MOST_FRAMES))
    # What is imported stays: the garbage collector need not look through it, now or ever.
    gc.disable()
    from grove_tui.app import GroveApp
    from grove_tui.theme import ThemeError, ThemeFolders

    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
    gc.enable()
    themes = ThemeFolders(config_directory(os.environ) / "themes")
    try:
        app = GroveApp(settings, opener, themes=themes, problem=problem, at_once=at_once)
    except ThemeError as error:
        raise CommandError(str(error)) from error
    code = app.run(mouse=settings.mouse)
    return OK if code is None else code


def require_terminal() -> None:
    """Raise `CommandError` where there is no terminal to show a dashboard on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError(
            "The dashboard needs a terminal; for scripts there are grove-tui tree and snapshot.",
            USAGE,
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise CommandError(
            "The terminal (TERM=dumb) cannot show a dashboard; set TERM, for example to "
            "xterm-256color, or use grove-tui tree.",
            USAGE,
        )
