"""A dialog that asks for a number and says what it would mean."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from grove_tui.screens.foresight import ForesightDialog

T = TypeVar("T")

STEPS = ("+", "-")


class NumberDialog(ForesightDialog[T], Generic[T]):
    """Has a field for a number.

    Digits go to it wherever the cursor is. Enter in it goes on to the answer, and a second Enter
    does it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "change(1)", "One more", key_display="+", id="dialog.more"),
        Binding("minus", "change(-1)", "One fewer", key_display="-", id="dialog.fewer"),
    ]
    ROOM = 13
    LABEL = "Replicas"

    # What a subclass says

    @abstractmethod
    def parse(self, text: str) -> int | str:
        """Return the number that was typed, or one sentence that says what is wrong with it."""

    @abstractmethod
    def stepped(self, text: str, by: int) -> str:
        """Return what stands in the field after one more or one fewer."""

    def begun(self, text: str, digit: str) -> str:  # noqa: ARG002 - for those who keep some of it
        """Return what stands in the field when a digit is typed elsewhere."""
        return digit

    # The field

    def compose_number(self, start: str, placeholder: str = "") -> Iterable[Widget]:
        """Yield the line with the field."""
        yield _Number(self.LABEL, start, placeholder)

    @property
    def typed(self) -> str:
        """What stands in the field."""
        return self._field.value

    def show_beside(self, before: str, after: str) -> None:
        """Show texts before and behind the field."""
        self.query_one("#current", Static).update(Content(before))
        self.query_one("#hint", Static).update(Content(after))

    def number(self) -> int | None:
        """Return the number; None, with the cursor in the field, while there is none."""
        number = self._judge()
        if isinstance(number, int):
            return number
        self._field.focus()
        return None

    def action_change(self, by: int) -> None:
        if not self.is_locked:
            self._fill(self.stepped(self.typed, by))

    def on_key(self, event: events.Key) -> None:
        # A number typed while Cancel has the focus is meant for the number.
        typed = event.character or ""
        if typed.isdigit() and not self._field.has_focus and not self.is_typing_name:
            self._fill(self.begun(self.typed, typed))
            event.stop()

    @on(Input.Changed, "#replicas")
    def judge_typing(self) -> None:
        self._judge()
        self.look()

    @on(Input.Submitted, "#replicas")
    def go_on_to_answer(self) -> None:
        if isinstance(self._judge(), int):
            self.query_one("#act", Button).focus()

    @property
    def _field(self) -> Input:
        return self.query_one("#replicas", Input)

    def _fill(self, text: str) -> None:
        field = self._field
        field.value = text
        field.focus()
        field.cursor_position = len(text)

    def _judge(self) -> int | str:
        number = self.parse(self.typed)
        if not self.is_locked:
            self.say_problem("" if isinstance(number, int) else number)
        return number


class _Number(Horizontal):
    """`Replicas  2 → [4]   minAvailable 2`."""

    def __init__(self, label: str, start: str, placeholder: str) -> None:
        super().__init__(id="numbers")
        self._label, self._start, self._placeholder = label, start, placeholder

    def compose(self) -> ComposeResult:
        yield Static(f"{self._label}  ", markup=False)
        yield Static(id="current", markup=False)
        yield _Field(
            self._start,
            placeholder=self._placeholder,
            id="replicas",
            select_on_focus=False,
            max_length=12,
        )
        yield Static(id="hint", classes="quiet", markup=False)


class _Field(Input):
    """Leaves plus and minus to the dialog, whose keys they are."""

    def on_key(self, event: events.Key) -> None:
        if event.character in STEPS:
            event.prevent_default()
