"""The scale dialog of several objects: one step for all, and each its own number."""

from collections.abc import Callable, Iterable

from textual.widget import Widget

from grove_tui.actions.preview.changes import Change, Scale, relative
from grove_tui.actions.preview.line import NOTE, SUBJECT, Line
from grove_tui.actions.scaling import MAX_REPLICAS, Scalable, parse_step
from grove_tui.screens.foresight import Outlook
from grove_tui.screens.number import NumberDialog
from grove_tui.screens.selection import Marked
from grove_tui.screens.several import Several


class ScaleSeveralDialog(NumberDialog[tuple[Scale, ...]]):
    """Asks for a step; its result is the number that each object gets by it.

    Attributes:
        several: The objects.
    """

    HEADING = "Scale"
    ANSWER = "Scale"
    LABEL = "Step"

    def __init__(
        self,
        marked: Marked[Scalable],
        again: Callable[[Scalable], Scalable | None],
        outlook: Outlook,
        step: int = 0,
    ) -> None:
        """Ask about marked objects.

        Args:
            marked: The objects as they were when the key was pressed.
            again: Returns what has the place of one now.
            outlook: What the preview is made from.
            step: The step for a start; 0 for none.
        """
        super().__init__(outlook)
        self.several = Several(marked, again)
        self._start = f"{step:+d}" if step else ""

    def compose_body(self) -> Iterable[Widget]:
        yield from self.several.compose_subject()
        yield from self.compose_number(self._start, "+2 or -1")
        yield from self.compose_foresight()

    def parse(self, text: str) -> int | str:
        return parse_step(text)

    def stepped(self, text: str, by: int) -> str:
        step = parse_step(text)
        if isinstance(step, int):
            return f"{step + by or by:+d}"
        sign = "+" if by > 0 else "-"
        if text == sign:
            return f"{by:+d}"
        # The sign alone, so that the number can be typed after it, or before what was typed.
        return f"{sign}{text if text.isdecimal() else ''}"

    def begun(self, text: str, digit: str) -> str:
        return f"{text[:1]}{digit}" if text[:1] in ("+", "-") else digit

    def changes(self) -> tuple[Change, ...]:
        return self._scales()

    def subject_lines(self) -> tuple[Line, ...]:
        return self.several.lines(self._line)

    def follow(self) -> None:
        """Take notice of what the cluster made of the objects meanwhile."""
        if self.several.follow():
            self.look()
        if not self.several.found:
            self.refuse("All of them are gone; there is nothing left to scale.")
        self.look_again()

    def wanted(self) -> tuple[Scale, ...] | None:
        if self.number() is None:
            return None
        scales = self._scales()
        if not scales:
            self.say_problem("No number would change by that.")
        return scales or None

    def _scales(self) -> tuple[Scale, ...]:
        step = parse_step(self.typed)
        if not isinstance(step, int):
            return ()
        found = self.several.found
        scales = zip(found, relative(found, step), strict=True)
        return tuple(scale for one, scale in scales if scale.replicas != one.current)

    def _line(self, one: Scalable) -> Line:
        step = parse_step(self.typed)
        text = f"{self.several.name(one)}  {one.current}"
        if not isinstance(step, int):
            return Line(SUBJECT, "title", text)
        (scale,) = relative([one], step)
        text = f"{text} → {scale.replicas}"
        if scale.replicas != one.current + step:
            text += ", never below 0" if step < 0 else f", never above {MAX_REPLICAS}"
        if scale.replicas == one.current:
            return Line(NOTE, "dim", text)
        return Line(SUBJECT, "title", text)
