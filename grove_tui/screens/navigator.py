"""The one way from screen to screen: what is on top of the main screen, and for which cluster."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from textual.content import Content
from textual.screen import Screen

from grove_tui.config import Settings
from grove_tui.kube import kubeconfig
from grove_tui.kube.errors import ConfigError
from grove_tui.screens.feed import Scene
from grove_tui.view.keys import Key

if TYPE_CHECKING:
    from grove_tui.app import GroveApp

TREE = "tree"
DEMO = "demo"
ALL = "all"
MOST_VISITS = 50


class Visit(Struct, frozen=True):
    """A place where the user was: which screen, of which namespace, filtered by what."""

    place: str
    namespace: str = ""
    text: str = ""


class Navigator:
    """Opens screens on the cluster that is open, and remembers where the user was."""

    def __init__(self, app: "GroveApp") -> None:
        """Start on the main screen of `app`."""
        self.app = app
        self.lines: list[str] = []
        """What was typed after the colon, oldest first."""
        self.known_namespaces: frozenset[str] = frozenset()
        """What the cluster said its namespaces are."""
        self._visits = [Visit(TREE)]
        self._position = 0

    @property
    def scene(self) -> Scene | None:
        """What the screens show; None while there is no cluster."""
        return self.app.main_screen.scene

    @property
    def namespace(self) -> str:
        """The namespace that is shown; empty for all of them."""
        return self.app.main_screen.namespace

    # Screens on top

    def explain(self, key: Key) -> None:
        """Say why a row is as it is."""
        from grove_tui.screens.explain import ExplainScreen

        self._push(lambda scene: ExplainScreen(self.app.settings, scene, key))

    def timeline(self, about: Key | None) -> None:
        """Tell what happened to a row and below it, or to everything."""
        from grove_tui.screens.timeline import TimelineScreen

        self._push(lambda scene: TimelineScreen(self.app.settings, scene, about))

    def events_of(self, key: Key) -> None:
        """Show the events of a row and of everything below it."""
        from grove_tui.screens.listings import LISTINGS
        from grove_tui.screens.resources import ResourceScreen

        listing = LISTINGS["events"]
        self._push(lambda scene: ResourceScreen(self.app.settings, scene, listing, about=key))

    def node_map(self, about: Key | None) -> None:
        """Show the nodes, with the gang of a row lit or a node selected."""
        from grove_tui.screens.nodes_screen import NodesScreen

        self.home()
        self._push(lambda scene: NodesScreen(self.app.settings, scene, about))
        self.remember("nodes")

    def _push(self, make: Callable[[Scene], Screen[Any]]) -> None:
        if (scene := self.scene) is not None:
            self.app.push_screen(make(scene))

    # Places

    def open(self, place: str, namespace: str | None = None, text: str = "") -> None:
        """Go to a place, of another namespace or with a filter where they are given."""
        if namespace is not None and not self._is_watched(namespace):
            self.choose_namespace(namespace or ALL)
            return
        visit = Visit(place, self.namespace if namespace is None else namespace, text)
        if visit != self._visits[self._position]:
            self._visits = [*self._visits[: self._position + 1], visit][-MOST_VISITS:]
            self._position = len(self._visits) - 1
        self._show(visit)

    def step(self, by: int) -> bool:
        """Go back or forward in what is remembered; False where that ends."""
        position = self._position + by
        if not 0 <= position < len(self._visits):
            return False
        self._position = position
        self._show(self._visits[position])
        return True

    def remember(self, place: str) -> None:
        """Take notice that the user is at a place."""
        visit = Visit(place, self.namespace)
        if visit != self._visits[self._position]:
            self._visits = [*self._visits[: self._position + 1], visit][-MOST_VISITS:]
            self._position = len(self._visits) - 1

    def reveal(self, key: Key) -> bool:
        """Go to a row of the main screen; False, and nowhere, where there is none."""
        main = self.app.main_screen
        if not main.reveal(key):
            self.app.notify(f"{key.capitalized} is not there any more.", markup=False)
            return False
        self.home()
        self.remember(TREE)
        return True

    def home(self) -> None:
        """Close everything above the main screen."""
        while len(self.app.screen_stack) > 1:
            self.app.screen.dismiss(None)

    def _show(self, visit: Visit) -> None:
        from grove_tui.screens.places import PLACES

        self.home()
        main = self.app.main_screen
        if visit.namespace != main.namespace:
            main.narrow(visit.namespace)
        make = PLACES[visit.place].make
        if make is not None:
            self._push(lambda scene: make(self.app.settings, scene, visit.text))
        elif visit.text:
            main.type_filter(visit.text)

    # Commands

    def ask(self, start: str = "") -> None:
        """Open the command line."""
        from grove_tui.screens.command import CommandScreen

        self.app.push_screen(CommandScreen(self, start))

    def act(self, action: str) -> None:
        """Run an action of the main screen, or of the app."""
        self.app.call_later(self.app.run_action, action, self.app.main_screen)

    def check_up(self) -> None:
        """Show whether everything is there that the dashboard needs."""
        self.app.run_worker(self._examine(), group="checkup", exclusive=True, exit_on_error=False)

    async def _examine(self) -> None:
        from grove_tui.cluster.checkup import examine
        from grove_tui.screens.text import TextScreen

        scene = self.scene
        if scene is None:
            return
        session = scene.session
        findings = [str(finding) async for finding in examine(session, session.standing.sentence)]
        if session is self.app.session:
            self.app.push_screen(TextScreen("Doctor", Content("\n".join(findings))))

    def remember_line(self, line: str) -> None:
        """Take notice of what was typed after the colon."""
        self.lines = [*(known for known in self.lines if known != line), line][-MOST_VISITS:]

    # Namespaces and clusters

    def namespaces(self) -> list[str]:
        """Return the namespaces that are known."""
        scene = self.scene
        if scene is None:
            return []
        world = scene.session.world
        found = {pcs.metadata.namespace for pcs in world.podcliquesets.values()}
        found |= {pod.metadata.namespace for pod in world.pods.values()}
        return sorted(found | self.known_namespaces | {scene.session.place.default_namespace})

    def choose_namespace(self, name: str) -> None:
        """Show one namespace, or with `all` every one."""
        scene = self.scene
        if scene is None:
            return
        namespace = "" if name in (ALL, "*") else name
        if self._is_watched(namespace):
            self.open(self._visits[self._position].place, namespace)
        else:
            # Only one namespace is watched, so the cluster is opened anew for another.
            wanted = replace(self.app.settings, namespace=namespace, all_namespaces=not namespace)
            self._leave_for(wanted)

    def _is_watched(self, namespace: str) -> bool:
        watched = self.scene.session.place.namespace if self.scene is not None else ""
        return watched in ("", namespace)

    def contexts(self) -> list[str]:
        """Return the contexts that can be chosen: those of the kubeconfig, and the demo."""
        found = self._known_contexts()
        return [*found, *([] if DEMO in found else [DEMO])]

    def _known_contexts(self) -> list[str]:
        path = kubeconfig.find_path(self.app.settings.kubeconfig or None, os.environ)
        try:
            return [context.name for context in kubeconfig.read(path).contexts] if path else []
        except ConfigError:
            return []

    def choose_context(self, name: str) -> None:
        """Leave the cluster for that of another context."""
        is_demo = name == DEMO and name not in self._known_contexts()
        settings = self.app.settings
        wanted = replace(settings, demo=is_demo, context="" if is_demo else name, namespace="")
        self._leave_for(wanted)

    def _leave_for(self, wanted: Settings) -> None:
        """Open another cluster, or this one anew; a demo cluster ends with that, so ask first."""
        if not self.app.settings.demo:
            self._reopen(wanted)
            return
        from grove_tui.screens.confirm import ConfirmDialog

        lines = ["The demo cluster ends when it is left, with all that is in it."]

        def take(answer: bool | None) -> None:
            if answer:
                self._reopen(wanted)

        self.app.push_screen(ConfirmDialog("Leave the demo cluster", lines, "Leave"), take)

    def _reopen(self, wanted: Settings) -> None:
        self._visits, self._position = [Visit(TREE)], 0
        self.known_namespaces = frozenset()
        self.app.reopen(wanted)
