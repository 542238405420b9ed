"""A screen with a selected object, and what its keys do to that.

Each key first captures who is selected and only then asks or waits; what is done in the end is
done to that object, wherever the cursor is by then.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.notifications import SeverityLevel

from grove_tui.actions import writes
from grove_tui.actions.deleting import Deletion
from grove_tui.actions.outcome import Outcome, clause
from grove_tui.actions.scaling import Scalable
from grove_tui.actions.target import Target
from grove_tui.cluster.session import Session
from grove_tui.kube.errors import KubeError
from grove_tui.kube.objects import NamespacedName
from grove_tui.screens.judging import JudgingScreen
from grove_tui.screens.notices import Notices
from grove_tui.screens.selection import (
    absence,
    again_deletion,
    again_scalable,
    deletion_of,
    scalable_of,
    target_of,
)
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key

UNEASY_SECONDS = 1.0
"""How long an answer may take before somebody wonders whether the key was taken."""


class ObjectScreen(JudgingScreen):
    """Has one selected row; what that is, a subclass says in `selected`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "scale(0)", "Scale", id="object.scale"),
        Binding(
            "plus",
            "scale(1)",
            "More",
            tooltip="Scale to one more",
            key_display="+",
            show=False,
            id="object.more",
        ),
        Binding(
            "minus",
            "scale(-1)",
            "Fewer",
            tooltip="Scale to one fewer",
            key_display="-",
            show=False,
            id="object.fewer",
        ),
        Binding("ctrl+d", "delete", "Delete", id="object.delete"),
        Binding(
            "B",
            "preview",
            "What if",
            tooltip="Show what a change would do, without doing it",
            show=False,
            id="object.preview",
        ),
        Binding("d", "describe", "Describe", id="object.describe"),
        Binding("y", "yaml", "YAML", tooltip="Show as YAML", id="object.yaml"),
    ]

    def tell(self, outcome: Outcome, target: Target | None = None) -> None:
        """Show what came of an action, and note it in the history of what it was for."""
        if target is not None:
            self.note_outcome(outcome, target)
        about = f"{target.namespace}/{target}" if target is not None else ""
        self._announce(outcome, about)

    def _announce(self, outcome: Outcome, about: str) -> None:
        severity: SeverityLevel = "information" if outcome.ok else "error"
        notices = cast("Notices", self.app)
        notices.notify(outcome.sentence, severity=severity, markup=False, about=about)

    def note_outcome(self, outcome: Outcome, target: Target) -> None:
        """Note what came of an action in the history of what it was for."""
        if self.session is not None:
            key = NamespacedName(target.namespace, target.name)
            self.session.recorder.note(target.resource.kind, key, outcome.sentence)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Say that the cluster has not answered yet, where what is done inside takes long."""
        timer = self.set_timer(UNEASY_SECONDS, self._say_that_it_takes_long)
        try:
            yield
        finally:
            timer.stop()

    def _say_that_it_takes_long(self) -> None:
        self._announce(Outcome(True, "Waiting for the cluster to answer …"), "waiting")

    # Changing

    def action_scale(self, change: int) -> None:
        key = self._usable("scale")
        if key is not None and self.book is not None:
            found = scalable_of(self.book, key)
            if isinstance(found, str):
                self.tell(Outcome(False, found))
            else:
                self._scale(found, change)

    def action_delete(self) -> None:
        key = self._usable("delete")
        if key is not None and self.book is not None:
            found = deletion_of(self.book, key)
            if isinstance(found, str):
                self.tell(Outcome(False, found))
            else:
                self._delete(found)

    @work(exit_on_error=False)
    async def _scale(self, found: Scalable, change: int) -> None:
        from grove_tui.screens.foresight import Outlook
        from grove_tui.screens.scale import ScaleDialog

        session, book = self._opened()
        outlook = Outlook(book.world, session.clock)
        dialog = ScaleDialog(found, again_scalable(book.world, found), outlook, change)
        replicas = await self.app.push_screen_wait(dialog)
        if replicas is not None:
            with self.waiting():
                outcome = await writes.scale(session.client, found.target, replicas)
            self.tell(outcome, found.target)

    @work(exit_on_error=False)
    async def _delete(self, found: Deletion) -> None:
        from grove_tui.screens.delete import DeleteDialog
        from grove_tui.screens.foresight import Outlook

        session, book = self._opened()
        outlook = Outlook(book.world, session.clock)
        dialog = DeleteDialog(found, again_deletion(book.world, found), outlook)
        target = await self.app.push_screen_wait(dialog)
        if target is not None:
            with self.waiting():
                outcome = await writes.delete(session.client, target)
            self.tell(outcome, target)

    @work(exit_on_error=False)
    async def apply_manifest(self, path: str = "") -> None:
        """Ask for a manifest file and apply it."""
        reason = self.availability("apply").reason
        if reason:
            self.tell(Outcome(False, reason))
            return
        from grove_tui.screens.apply import ApplyDialog

        session, _ = self._opened()
        dialog = ApplyDialog(session.client, self.home, path)
        applied = await self.app.push_screen_wait(dialog)
        if applied is not None:
            self.tell(Outcome(True, f"Applied {applied.names}."))

    # Reading

    def action_preview(self) -> None:
        key = self.selected()
        if key is None or self.book is None:
            return
        from grove_tui.screens.foresight import Outlook
        from grove_tui.screens.preview import PreviewDialog, choices_of

        session, book = self._opened()
        choices = choices_of(book, key)
        if isinstance(choices, str):
            self.tell(Outcome(False, choices))
        else:
            outlook = Outlook(book.world, session.clock)
            self.app.push_screen(PreviewDialog(str(key), choices, outlook))

    def action_describe(self) -> None:
        target = self._target()
        if target is not None:
            self._describe(target)

    def action_yaml(self) -> None:
        target = self._target()
        if target is not None:
            self._show_yaml(target)

    @work(exclusive=True, group="reading", exit_on_error=False)
    async def _show_yaml(self, target: Target) -> None:
        from grove_tui.actions.reading import read
        from grove_tui.screens.document import DocumentScreen

        session, _ = self._opened()
        try:
            with self.waiting():
                body = await read(session.client, target)
        except KubeError as error:
            self.tell(Outcome(False, f"{target} cannot be read: {clause(error)}."))
            return
        self.app.push_screen(DocumentScreen(str(target), body))

    @work(exclusive=True, group="reading", exit_on_error=False)
    async def _describe(self, target: Target) -> None:
        from textual.content import Content

        from grove_tui.actions.describing import describe
        from grove_tui.actions.reading import read
        from grove_tui.screens.text import TextScreen

        session, book = self._opened()
        try:
            with self.waiting():
                body = await read(session.client, target)
        except KubeError as error:
            self.tell(Outcome(False, f"{target} cannot be read: {clause(error)}."))
            return
        text = describe(body, book.world, session.clock())
        self.app.push_screen(TextScreen(str(target), Content(text)))

    # Who is meant

    def _usable(self, action: str) -> Key | None:
        """Return the row that an action is for, or None after saying why it cannot be used."""
        key, reason = self.acted_on(action), self.availability(action).reason
        if reason:
            # The seconds in it may differ, and still it is the same reason.
            self._announce(Outcome(False, reason), "availability")
            return None
        return key

    def _target(self) -> Target | None:
        key = self.selected()
        if key is None or self.book is None:
            return None
        target = target_of(self.book, key)
        if target is None:
            self.tell(Outcome(False, absence(self.book, key)))
        return target

    def _opened(self) -> tuple[Session, GangBook]:
        assert self.session is not None
        assert self.book is not None
        return self.session, self.book
