"""The one way from screen to screen: what is on top of the main screen, and for which cluster."""

from typing import TYPE_CHECKING

from grove_tui.screens.feed import Scene
from grove_tui.view.keys import Key

if TYPE_CHECKING:
    from grove_tui.app import GroveApp


class Navigator:
    """Opens screens on the cluster that is open."""

    def __init__(self, app: "GroveApp") -> None:
        self._app = app

    @property
    def scene(self) -> Scene | None:
        """What the screens show; None while there is no cluster."""
        return self._app.main_screen.scene

    def explain(self, key: Key) -> None:
        """Say why a row is as it is."""
        from grove_tui.screens.explain import ExplainScreen

        if (scene := self.scene) is not None:
            self._app.push_screen(ExplainScreen(self._app.settings, scene, key))

    def reveal(self, key: Key) -> bool:
        """Go to a row of the main screen; False, and nowhere, where there is none."""
        main = self._app.main_screen
        if not main.reveal(key):
            self._app.notify(f"{key.kind} {key} is not there any more.", timeout=4, markup=False)
            return False
        self.home()
        return True

    def home(self) -> None:
        """Close everything above the main screen."""
        while len(self._app.screen_stack) > 1:
            self._app.screen.dismiss(None)
