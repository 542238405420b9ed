"""Notifications that do not pile up: repeated ones are counted, and few are shown at a time."""

from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.notifications import Notification, Notify, SeverityLevel

SECONDS: dict[SeverityLevel, float] = {"information": 5.0, "warning": 10.0, "error": 15.0}
"""How long each kind stays, where nobody says otherwise."""
MOST_SHOWN = 3


@dataclass
class Notice(Notification):
    """A notification that knows what it is about and how often it was raised."""

    about: str = ""
    """What it is about; a later one about the same takes its place."""
    text: str = ""
    """The message without the count."""
    count: int = 1


class Notices(App[Any]):
    """Shows a notification in place of an earlier one that it repeats or outdates."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
        about: str = "",
    ) -> None:
        """Show a sentence for a while.

        Args:
            message: The sentence.
            title: What stands above it.
            severity: Its colour, and how long it stays.
            timeout: Seconds that it stays; by default what its severity deserves.
            markup: Whether the sentence is markup; text from a cluster never is.
            about: What it is about; the latest sentence about a thing is the only one shown.
        """
        seconds = SECONDS[severity] if timeout is None else timeout
        self.post_message(Notify(Notice(message, title, severity, seconds, markup, about=about)))

    def on_notify(self, event: Notify) -> None:
        """Make room, and count what is repeated; in place of Textual's own handling."""
        event.prevent_default()
        new = _notice(event.notification)
        for old in list(self._notifications):
            known = _notice(old)
            if _is_same(known, new):
                new.count = known.count + 1
                new.message = f"{new.count} x {new.text}"
            if _is_same(known, new) or (new.about and known.about == new.about):
                self._unnotify(old, refresh=False)
        self._make_room()
        self._notifications.add(new)
        self._refresh_notifications()
        self._take_away()

    def _make_room(self) -> None:
        shown = list(self._notifications)
        while len(shown) >= MOST_SHOWN:
            # What went wrong stays longest; of equals the oldest goes.
            oldest = min(shown, key=lambda known: known.severity == "error")
            shown.remove(oldest)
            self._unnotify(oldest, refresh=False)

    def _take_away(self) -> None:
        # Textual takes the sentence, but leaves the frame that held it.
        kept = {f"--textual-toast-{known.identity}" for known in self._notifications}
        for frame in self.screen.query("ToastHolder") if self.screen_stack else ():
            if frame.id not in kept:
                frame.remove()


def _notice(found: Notification) -> Notice:
    if isinstance(found, Notice):
        found.text = found.text or found.message
        return found
    return Notice(
        found.message, found.title, found.severity, found.timeout, found.markup, text=found.message
    )


def _is_same(known: Notice, new: Notice) -> bool:
    alike = known.severity == new.severity and known.title == new.title
    return alike and known.text == new.text
