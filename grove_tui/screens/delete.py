"""The delete dialog: what goes, before it goes."""

from collections.abc import Callable, Iterable

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from grove_tui.actions.deleting import Deletion
from grove_tui.actions.target import Target
from grove_tui.screens.dialog import Dialog


class DeleteDialog(Dialog[Target]):
    """Asks before an object is deleted; its result is the object."""

    HEADING = "Delete"
    ANSWER = "Delete"
    CSS = """
    DeleteDialog #lines { height: auto; max-height: 12; margin-top: 1; }
    DeleteDialog #lines Static { height: auto; }
    """

    def __init__(self, deletion: Deletion, find: Callable[[], Deletion | None]) -> None:
        """Ask about `deletion`; `find` returns it as it is now, None when the object is gone."""
        super().__init__()
        self._deletion = deletion
        self._find = find

    def compose_body(self) -> Iterable[Widget]:
        target = self._deletion.target
        place = f" in {target.namespace}" if target.namespace else ""
        yield Static(Content(target.name), classes="subject")
        yield Static(Content(f"{target.resource.kind}{place}"), classes="quiet")
        with VerticalScroll(id="lines", can_focus=False):
            yield Static(self._text(), id="text")

    def follow(self) -> None:
        """Take notice of what the cluster made of the object meanwhile."""
        now = self._find()
        if now is None or now.target != self._deletion.target:
            self.refuse(f"{self._deletion.target} is gone already.")
        elif now != self._deletion:
            self._deletion = now
            self.query_one("#text", Static).update(self._text())

    def answer(self) -> Target | None:
        return self._deletion.target

    def _text(self) -> Content:
        return Content("\n".join(self._deletion.lines))
