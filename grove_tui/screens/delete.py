"""The delete dialog: what goes, before it goes."""

from collections.abc import Callable, Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from grove_tui.actions.deleting import Deletion
from grove_tui.actions.preview.changes import Change, Delete
from grove_tui.actions.preview.line import NOTE, SUBJECT, Line
from grove_tui.actions.target import Target
from grove_tui.screens.foresight import ForesightDialog, Outlook
from grove_tui.screens.selection import Marked
from grove_tui.screens.several import Several


class DeleteDialog(ForesightDialog[Target]):
    """Asks before an object is deleted; its result is the object."""

    HEADING = "Delete"
    ANSWER = "Delete"

    def __init__(
        self, deletion: Deletion, find: Callable[[], Deletion | None], outlook: Outlook
    ) -> None:
        """Ask about `deletion`.

        Args:
            deletion: The object as it was when the key was pressed.
            find: Returns it as it is now; None or another uid when it is gone.
            outlook: What the preview is made from.
        """
        super().__init__(outlook)
        self._deletion = deletion
        self._find = find

    def compose_body(self) -> Iterable[Widget]:
        target = self._deletion.target
        place = f" in {target.namespace}" if target.namespace else ""
        yield Static(Content(target.name), classes="subject")
        yield Static(Content(f"{target.resource.kind}{place}"), classes="quiet")
        yield from self.compose_foresight()

    def changes(self) -> tuple[Change, ...]:
        return (Delete(self._deletion.target),)

    def first_lines(self) -> tuple[Line, ...]:
        return tuple(Line(NOTE, "dim", text) for text in self._deletion.lines)

    def follow(self) -> None:
        """Take notice of what the cluster made of the object meanwhile."""
        now = self._find()
        if now is None or now.target != self._deletion.target:
            self.refuse(f"{self._deletion.target} is gone already.")
        else:
            self._deletion = now
            self.look_again()

    def wanted(self) -> Target | None:
        return self._deletion.target


class DeleteSeveralDialog(ForesightDialog[tuple[Target, ...]]):
    """Asks before several objects are deleted; its result are those that are still there.

    Attributes:
        several: The objects.
    """

    HEADING = "Delete"
    ANSWER = "Delete"

    def __init__(
        self,
        marked: Marked[Deletion],
        again: Callable[[Deletion], Deletion | None],
        outlook: Outlook,
    ) -> None:
        """Ask about marked objects.

        Args:
            marked: The objects as they were when the key was pressed.
            again: Returns what has the place of one now.
            outlook: What the preview is made from.
        """
        super().__init__(outlook)
        self.several = Several(marked, again)

    def compose_body(self) -> Iterable[Widget]:
        yield from self.several.compose_subject()
        yield from self.compose_foresight()

    def changes(self) -> tuple[Change, ...]:
        return tuple(Delete(one.target) for one in self.several.found)

    def subject_lines(self) -> tuple[Line, ...]:
        return self.several.lines(lambda one: Line(SUBJECT, "title", self.several.name(one)))

    def follow(self) -> None:
        """Take notice of what the cluster made of the objects meanwhile."""
        if self.several.follow():
            self.look()
        if not self.several.found:
            self.refuse("All of them are gone already.")
        self.look_again()

    def wanted(self) -> tuple[Target, ...] | None:
        return tuple(one.target for one in self.several.found) or None
