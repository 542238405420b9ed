"""The places that can be gone to, as data: what they are called and who makes their screens."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from grove_tui.config import Settings
from grove_tui.screens.feed import Scene
from grove_tui.screens.listings import LISTINGS
from grove_tui.screens.live_screen import LiveScreen
from grove_tui.screens.resources import ResourceScreen

Maker = Callable[[Settings, Scene, str], LiveScreen]
"""Makes a screen; the text is the filter that it begins with."""


class Place(Struct, frozen=True):
    """Somewhere to go.

    Attributes:
        title: What it is called.
        make: Makes its screen; None for the main screen.
    """

    title: str
    make: Maker | None = None


def _listing(name: str) -> Place:
    listing = LISTINGS[name]

    def make(settings: Settings, scene: Scene, text: str) -> LiveScreen:
        return ResourceScreen(settings, scene, listing, text=text)

    return Place(listing.title, make)


def _nodes(settings: Settings, scene: Scene, text: str) -> LiveScreen:
    from grove_tui.screens.nodes_screen import NodesScreen

    return NodesScreen(settings, scene, text=text)


PLACES: Mapping[str, Place] = {
    "tree": Place("Workloads"),
    **{name: _listing(name) for name in LISTINGS},
    "nodes": Place("Nodes", _nodes),
}
