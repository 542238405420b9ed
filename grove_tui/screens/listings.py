"""The tables that a screen can show, as data: what they are called and who makes their rows."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from grove_tui.screens.feed import LiveSource
from grove_tui.view.book import GangBook
from grove_tui.view.events import Events
from grove_tui.view.podcliquesets import Overview
from grove_tui.view.pods import Pods


class Listing(Struct, frozen=True):
    """One kind of table.

    Attributes:
        title: What it is called.
        unit: What one row is, and what many are.
        make: Makes its rows; told whether rows of several namespaces are among them.
        empty: What it says while there are none.
    """

    title: str
    unit: tuple[str, str]
    make: Callable[[GangBook, bool], LiveSource]
    empty: str

    def counted(self, rows: int) -> str:
        """Return "1 pod", "2 pods"."""
        return f"{rows} {self.unit[0] if rows == 1 else self.unit[1]}"


LISTINGS: Mapping[str, Listing] = {
    "overview": Listing(
        "Gangs",
        ("gang", "gangs"),
        lambda book, several: Overview(book, show_namespace=several),
        "No PodCliqueSet yet, so there are no gangs.",
    ),
    "pods": Listing("Pods", ("pod", "pods"), lambda book, _: Pods(book), "No pods."),
    "events": Listing("Events", ("event", "events"), lambda book, _: Events(book), "No events."),
}
