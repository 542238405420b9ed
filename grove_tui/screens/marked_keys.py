"""The keys that act on all marked rows at once; where none is marked, on the selected one."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual import work

from grove_tui.actions import writes
from grove_tui.actions.deleting import Deletion
from grove_tui.actions.outcome import Outcome
from grove_tui.actions.scaling import Scalable
from grove_tui.actions.target import Target
from grove_tui.kube.client import Client
from grove_tui.screens.object_screen import ObjectScreen
from grove_tui.screens.selection import (
    HasTarget,
    Marked,
    deletion_now,
    deletion_of,
    marked,
    scalable_now,
    scalable_of,
)
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key

if TYPE_CHECKING:
    from grove_tui.actions.preview.changes import Scale
    from grove_tui.screens.several import Several

M = TypeVar("M", bound=HasTarget)

MOST_TOLD = 6
"""How many reasons a notification holds."""


class MarkedKeys(ObjectScreen):
    """Scales and deletes what is marked; which rows those are, a subclass says."""

    def marked_rows(self) -> Mapping[Key, str]:
        """Return the marked rows in order, each with what hides it from view."""
        return {}

    def unmark(self, keys: Iterable[Key]) -> None:
        """Take the marks from these rows."""

    def action_scale(self, change: int) -> None:
        rows = self.marked_rows()
        if not rows:
            super().action_scale(change)
        elif found := self._meant("scale", rows, scalable_of):
            self._scale_marked(found, change)

    def action_delete(self) -> None:
        rows = self.marked_rows()
        if not rows:
            super().action_delete()
        elif found := self._meant("delete", rows, deletion_of):
            self._delete_marked(found)

    def action_preview(self) -> None:
        rows = self.marked_rows()
        if not rows or self.book is None:
            super().action_preview()
            return
        from grove_tui.screens.foresight import Outlook
        from grove_tui.screens.preview import PreviewDialog, choices_of_marked

        session, book = self._opened()
        scaling = marked(rows, partial(scalable_of, book))
        deleting = marked(rows, partial(deletion_of, book))
        choices = choices_of_marked(scaling.found, deleting.found)
        if choices:
            subject = f"{len(rows)} marked"
            self.app.push_screen(
                PreviewDialog(subject, choices, Outlook(book.world, session.clock))
            )
        else:
            self.tell(_nothing(deleting))

    @work(exit_on_error=False)
    async def _scale_marked(self, found: Marked[Scalable], change: int) -> None:
        from grove_tui.actions.each import each
        from grove_tui.screens.foresight import Outlook
        from grove_tui.screens.scale_several import ScaleSeveralDialog

        session, book = self._opened()
        outlook = Outlook(book.world, session.clock)
        dialog = ScaleSeveralDialog(found, partial(scalable_now, book.world), outlook, change)
        scales = await self.app.push_screen_wait(dialog)
        if scales is not None:
            with self.waiting():
                outcomes = await each(scales, partial(_scale, session.client))
            done = dict(zip((scale.target for scale in scales), outcomes, strict=True))
            self._conclude("scaled", found, _gone(dialog.several) | done)

    @work(exit_on_error=False)
    async def _delete_marked(self, found: Marked[Deletion]) -> None:
        from grove_tui.actions.each import each
        from grove_tui.screens.delete import DeleteSeveralDialog
        from grove_tui.screens.foresight import Outlook

        session, book = self._opened()
        outlook = Outlook(book.world, session.clock)
        dialog = DeleteSeveralDialog(found, partial(deletion_now, book.world), outlook)
        targets = await self.app.push_screen_wait(dialog)
        if targets is not None:
            with self.waiting():
                outcomes = await each(targets, partial(writes.delete, session.client))
            done = dict(zip(targets, outcomes, strict=True))
            self._conclude("deleted", found, _gone(dialog.several) | done)

    def _meant(
        self, action: str, rows: Mapping[Key, str], find: Callable[[GangBook, Key], M | str]
    ) -> Marked[M] | None:
        """Return what the marked rows stand for, or None after saying why nothing can be done."""
        reason, book = self.availability(action).reason, self.book
        if reason or book is None:
            self.tell(Outcome(False, reason))
            return None

        def permitted(key: Key) -> M | str:
            one, refusal = find(book, key), self.refusal(action, key)
            return f"{one.target}: {refusal}" if refusal and not isinstance(one, str) else one

        found = marked(rows, permitted)
        if not found.found:
            self.tell(_nothing(found))
            return None
        return found

    def _conclude(self, done: str, acted: Marked[M], outcomes: Mapping[Target, Outcome]) -> None:
        """Say what came of it; what failed stays marked, so that it can be tried again."""
        from grove_tui.actions.each import report

        for target, outcome in outcomes.items():
            self.note_outcome(outcome, target)
        self.tell(report(done, outcomes))
        good = [target for target, outcome in outcomes.items() if outcome.ok]
        self.unmark(key for target in good for key in acted.rows[target])


async def _scale(client: Client, scale: "Scale") -> Outcome:
    return await writes.scale(client, scale.target, scale.replicas)


def _nothing(found: Marked[M]) -> Outcome:
    """Say why nothing can be done to any of the marked rows."""
    more = len(found.left_out) - MOST_TOLD
    lines = [*found.left_out[:MOST_TOLD], *([f"and {more} more like it"] if more > 0 else [])]
    return Outcome(False, "\n".join(lines))


def _gone(several: "Several[M]") -> dict[Target, Outcome]:
    return {one: Outcome(False, f"{one} is gone; nothing was changed.") for one in several.gone}
