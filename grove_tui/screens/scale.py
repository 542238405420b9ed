"""The scale dialog: from how many to how many, and what that means."""

from collections.abc import Callable, Iterable

from msgspec.structs import replace
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from grove_tui.actions.preview.changes import Change, Scale
from grove_tui.actions.preview.line import NOTE, WARNING, Line
from grove_tui.actions.scaling import Scalable, parse_replicas
from grove_tui.screens.foresight import Outlook
from grove_tui.screens.number import NumberDialog


class ScaleDialog(NumberDialog[int]):
    """Asks for a number of replicas; its result is that number."""

    HEADING = "Scale"
    ANSWER = "Scale"

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
        yield from self.compose_number(str(self._start))
        yield from self.compose_foresight()

    def on_mount(self) -> None:
        self._show_current()

    def parse(self, text: str) -> int | str:
        return parse_replicas(text)

    def stepped(self, text: str, by: int) -> str:
        number = parse_replicas(text)
        start = number if isinstance(number, int) else self._scalable.current
        return str(max(0, start + by))

    def changes(self) -> tuple[Change, ...]:
        number = parse_replicas(self.typed)
        return (Scale(self._scalable.target, number),) if isinstance(number, int) else ()

    def first_lines(self) -> tuple[Line, ...]:
        number = parse_replicas(self.typed)
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
        return self.number()

    def _show_current(self) -> None:
        minimum = self._scalable.min_available
        hint = "" if minimum is None else f"   minAvailable {minimum}"
        self.show_beside(f"{self._scalable.current} → ", hint)
