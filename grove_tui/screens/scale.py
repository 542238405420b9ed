"""The scale dialog: from how many to how many, and what that means."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from grove_tui.actions.preview.changes import Change, Scale
from grove_tui.actions.preview.line import NOTE, WARNING, Line
from grove_tui.actions.scaling import Scalable, parse_replicas
from grove_tui.screens.foresight import ForesightDialog, Outlook


class ScaleDialog(ForesightDialog[int]):
    """Asks for a number of replicas; its result is that number.

    Digits go to the number wherever the cursor is. Enter in the number goes on to Scale, and a
    second Enter does it.
    """

    HEADING = "Scale"
    ANSWER = "Scale"
    CSS = """
    ScaleDialog #numbers { height: 1; margin-top: 1; }
    ScaleDialog #numbers Static { width: auto; }
    ScaleDialog #replicas { width: 14; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "change(1)", "One more", key_display="+", id="dialog.more", priority=True),
        Binding(
            "minus", "change(-1)", "One fewer", key_display="-", id="dialog.fewer", priority=True
        ),
    ]
    ROOM = 13

    def __init__(
        self,
        scalable: Scalable,
        find: Callable[[], Scalable | None],
        outlook: Outlook,
        change: int = 0,
    ) -> None:
        """Ask about `scalable`.

        Args:
            scalable: The object as it was when the key was pressed.
            find: Returns that object as it is now; None or another uid when it is gone.
            outlook: What the preview is made from.
            change: Added to the current number for a start.
        """
        super().__init__(outlook)
        self._scalable = scalable
        self._find = find
        self._start = max(0, scalable.current + change)

    def compose_body(self) -> Iterable[Widget]:
        target = self._scalable.target
        yield Static(Content(target.name), classes="subject")
        yield Static(Content(f"{target.resource.kind} in {target.namespace}"), classes="quiet")
        if self._scalable.note:
            yield Static(Content(self._scalable.note), classes="quiet")
        yield _Numbers(self._start)
        yield from self.compose_foresight()

    def on_mount(self) -> None:
        self._show_current()

    def changes(self) -> tuple[Change, ...]:
        number = parse_replicas(self.query_one("#replicas", Input).value)
        return (Scale(self._scalable.target, number),) if isinstance(number, int) else ()

    def first_lines(self) -> tuple[Line, ...]:
        number = parse_replicas(self.query_one("#replicas", Input).value)
        if not isinstance(number, int):
            return ()
        found = [Line(NOTE, "dim", self._scalable.effect(number))]
        warning = self._scalable.warning(number)
        if warning:
            found.append(Line(WARNING, "warn", warning))
        return tuple(found)

    def follow(self) -> None:
        """Take notice of what the cluster made of the object meanwhile."""
        now = self._find()
        if now is None or now.target != self._scalable.target:
            self.refuse(f"{self._scalable.target} is gone; there is nothing left to scale.")
        elif (now := replace(now, note=self._scalable.note)) != self._scalable:
            self._scalable = now
            self._show_current()
        self.look_again()

    def wanted(self) -> int | None:
        number = self._judge()
        if isinstance(number, int):
            return number
        self.query_one("#replicas", Input).focus()
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - see `DOMNode`
        # A gang's name has dashes in it.
        return not (action == "change" and self.is_mounted and self.is_typing_name)

    def action_change(self, by: int) -> None:
        if self.is_locked:
            return
        field = self.query_one("#replicas", Input)
        number = parse_replicas(field.value)
        start = number if isinstance(number, int) else self._scalable.current
        field.value = str(max(0, start + by))
        field.cursor_position = len(field.value)
        field.focus()

    def on_key(self, event: events.Key) -> None:
        # A number typed while Cancel has the focus is meant for the number.
        field = self.query_one("#replicas", Input)
        typed = event.character or ""
        if typed.isdigit() and not field.has_focus and not self.is_typing_name:
            field.value = typed
            field.focus()
            field.cursor_position = len(field.value)
            event.stop()

    @on(Input.Changed, "#replicas")
    def judge_typing(self) -> None:
        self._judge()
        self.look()

    @on(Input.Submitted, "#replicas")
    def go_on_to_scale(self) -> None:
        if isinstance(self._judge(), int):
            self.query_one("#act", Button).focus()

    def _show_current(self) -> None:
        scalable = self._scalable
        minimum = scalable.min_available
        text = f"{scalable.current} → "
        self.query_one("#current", Static).update(Content(text))
        hint = "" if minimum is None else f"   minAvailable {minimum}"
        self.query_one("#hint", Static).update(Content(hint))

    def _judge(self) -> int | str:
        number = parse_replicas(self.query_one("#replicas", Input).value)
        if not self.is_locked:
            self.say_problem("" if isinstance(number, int) else number)
        return number


class _Numbers(Horizontal):
    """`Replicas  2 → [4]   minAvailable 2`."""

    def __init__(self, start: int) -> None:
        super().__init__(id="numbers")
        self._start = start

    def compose(self) -> ComposeResult:
        yield Static("Replicas  ", markup=False)
        yield Static(id="current", markup=False)
        yield Input(str(self._start), id="replicas", select_on_focus=False, max_length=12)
        yield Static(id="hint", classes="quiet", markup=False)
