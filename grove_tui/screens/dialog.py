"""What all dialogs share: a frame, a subject that may vanish, and Cancel under the cursor."""

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from rich.console import RenderableType
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Button, Static

from grove_tui.widgets.compositing import LineScreen
from grove_tui.widgets.dimmed import Dimmed

T = TypeVar("T")


class Dialog(LineScreen[T | None], ModalScreen[T | None], Generic[T]):
    """Asks one thing; its result is None when the answer is no.

    A dialog begins on Cancel, so that a key pressed once too often changes nothing.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = "dialog.tcss"
    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="dialog.cancel"),
        Binding("right,down", "app.focus_next", "Next", show=False, id="dialog.next"),
        Binding("left,up", "app.focus_previous", "Previous", show=False, id="dialog.previous"),
    ]
    HEADING = ""
    ANSWER = "OK"

    def render(self) -> RenderableType:
        """Return the screen below, dimmed."""
        found = super().render()
        if isinstance(found, BackgroundScreen):
            return Dimmed(found.screen, found.color)
        return found

    def compose(self) -> ComposeResult:
        with Vertical(id="frame") as frame:
            frame.border_title = Content(self.HEADING)
            yield from self.compose_body()
            yield Static("", classes="problem -none", id="problem", markup=False)
            with Horizontal(classes="answers"):
                yield Button("Cancel", id="cancel")
                yield Button(self.ANSWER, id="act", classes="-act")

    def compose_body(self) -> Iterable[Widget]:
        """Yield what stands between the title and the answers."""
        return ()

    def answer(self) -> T | None:
        """Return the result for yes; None, after saying why, while there is none."""
        return None

    def say_problem(self, sentence: str) -> None:
        """Show what is wrong with the answer; an empty sentence takes it away."""
        problem = self.query_one("#problem", Static)
        problem.update(Content(sentence))
        problem.set_class(not sentence, "-none")

    def refuse(self, sentence: str) -> None:
        """Refuse any answer but Cancel, and say why."""
        self.say_problem(sentence)
        self.query_one("#act", Button).disabled = True
        self.query_one("#cancel", Button).focus()

    @property
    def is_locked(self) -> bool:
        """Whether only Cancel is left."""
        return self.query_one("#act", Button).disabled

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#act")
    def act(self) -> None:
        if self.is_locked:
            return
        result = self.answer()
        if result is not None:
            self.dismiss(result)
