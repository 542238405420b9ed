"""The key that opens the selected object in the user's own editor."""

import logging
import os
import signal
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from grove_tui.actions.outcome import Outcome, clause
from grove_tui.actions.target import Target
from grove_tui.kube.errors import KubeError
from grove_tui.screens.object_screen import ObjectScreen

if TYPE_CHECKING:
    from grove_tui.actions.editing import Edit
    from grove_tui.actions.editor import EditFile, Editor

_log = logging.getLogger(__name__)


class EditKeys(ObjectScreen):
    """Edits objects as YAML."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit", tooltip="Edit as YAML in $EDITOR", id="object.edit"),
    ]

    def action_edit(self) -> None:
        reason = self.availability("edit").reason
        if reason:
            self.tell(Outcome(False, reason))
        elif (target := self._target()) is not None:
            self._edit(target)

    @work(exclusive=True, group="editing", exit_on_error=False)
    async def _edit(self, target: Target) -> None:
        from grove_tui.actions.editing import begin
        from grove_tui.actions.editor import NoEditor, find_editor

        session, _ = self._opened()
        try:
            editor = find_editor(os.environ)
            with self.waiting():
                edit = await begin(session.client, target)
        except NoEditor as error:
            self.tell(Outcome(False, str(error)))
        except KubeError as error:
            self.tell(Outcome(False, f"{target} cannot be edited: {clause(error)}."))
        else:
            await self._edit_in(editor, edit)

    async def _edit_in(self, editor: "Editor", edit: "Edit") -> None:
        from grove_tui.actions.editor import EditFile

        file = EditFile(edit.target.name, edit.text)
        try:
            outcome = await self._edit_until_taken(editor, edit, file)
        except SuspendNotSupported:
            sentence = "An editor needs a terminal, and this dashboard runs without one."
            outcome = Outcome(False, sentence)
        except Exception as error:  # noqa: BLE001 - whatever it is, what was typed is not lost
            _log.warning("%s could not be edited", edit.target, exc_info=True)
            outcome = Outcome(False, f"{edit.target} could not be edited: {error}.")
        if outcome.ok or not file.holds_work():
            file.remove()
            self.tell(outcome, edit.target)
        else:
            kept = f"{outcome.sentence} What you typed is in {file.path}."
            self.tell(Outcome(False, kept), edit.target)

    async def _edit_until_taken(self, editor: "Editor", edit: "Edit", file: "EditFile") -> Outcome:
        from grove_tui.actions.editing import Stage
        from grove_tui.screens.suspended import run_in_terminal

        while True:
            code = await run_in_terminal(self.app, (*editor.command, str(file.path)))
            if code:
                how = f"with {code}" if code > 0 else f"by {signal.Signals(-code).name}"
                return Outcome(False, f"{editor} ended {how}; nothing was sent.")
            verdict = await edit.take(file.read())
            if verdict.stage is not Stage.AGAIN:
                return Outcome(verdict.stage is not Stage.GIVEN_UP, verdict.sentence)
            file.write(edit.text)
