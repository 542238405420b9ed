"""The keys that open logs, on any screen with a selected row."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key
from grove_tui.widgets.availability import availability_on


class LogKeys(Screen[None]):
    """Shows the logs of a pod, or of all pods of a clique, a gang, a set or a node."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "logs(False)", "Logs", id="object.logs"),
        Binding(
            "p",
            "logs(True)",
            "Previous logs",
            tooltip="Logs of the run before the last restart",
            show=False,
            id="object.previous-logs",
        ),
    ]
    settings: Settings
    session: Session | None
    book: GangBook | None

    def subject(self) -> Key | None:
        """Return the object that the selected row is, or is an event about."""
        return None

    def action_logs(self, previous: bool) -> None:
        from grove_tui.screens.logs import LogsScreen

        key = self.subject()
        if key is None or self.session is None or self.book is None:
            return
        reason = availability_on(self, "logs").reason
        if reason:
            self.app.notify(reason, severity="error", markup=False)
            return
        self.app.push_screen(
            LogsScreen(self.settings, self.session, self.book, key, previous=previous)
        )
