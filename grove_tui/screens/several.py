"""Several marked objects in one dialog: what they are now, and which are gone or out of view."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from grove_tui.actions.deleting import count_of
from grove_tui.actions.preview.line import NOTE, WARNING, Line
from grove_tui.actions.target import Target
from grove_tui.screens.selection import HasTarget, Marked

T = TypeVar("T", bound=HasTarget)


class Several(Generic[T]):
    """The objects that a dialog is about.

    Attributes:
        found: Those that are there, as they are now.
        gone: Those that went since the key was pressed.
    """

    def __init__(self, marked: Marked[T], again: Callable[[T], T | None]) -> None:
        """Begin with what was there at the key press; `again` returns what has a place now."""
        self.found = list(marked.found)
        self.gone: list[Target] = []
        self._marked = marked
        self._again = again
        self._namespaces = sorted({one.target.namespace for one in marked.found})

    def follow(self) -> bool:
        """Look at the cluster again; tell whether anything is different."""
        now: list[T] = []
        before = self.found
        for one in before:
            found = self._again(one)
            if found is not None and found.target == one.target:
                now.append(found)
            else:
                self.gone.append(one.target)
        self.found = now
        return now != before

    def compose_subject(self) -> Iterable[Widget]:
        """Yield how many they are and where."""
        objects = len(self._marked.found)
        rows = sum(map(len, self._marked.rows.values()))
        text = count_of(objects, "marked object")
        if rows != objects:
            text = f"{count_of(objects, 'object')} of {count_of(rows, 'marked row')}"
        yield Static(Content(text), classes="subject")
        yield Static(Content(f"in {', '.join(self._namespaces)}"), classes="quiet")

    def name(self, one: T) -> str:
        """Return what an object is called, so that no other of them is called the same."""
        space = f" in {one.target.namespace}" if len(self._namespaces) > 1 else ""
        return f"{one.target}{space}"

    def lines(self, describe: Callable[[T], Line]) -> tuple[Line, ...]:
        """Return one line for each object, as `describe` has it, then what is left out."""
        lines = [self._placed(one, describe(one)) for one in self.found]
        lines += [Line(WARNING, "warn", f"{one} is gone; it is left out.") for one in self.gone]
        lines += [Line(NOTE, "dim", f"Left out: {text}") for text in self._marked.left_out]
        return tuple(lines)

    def _placed(self, one: T, line: Line) -> Line:
        hidden = self._marked.hidden.get(one.target)
        return Line(line.symbol, line.style, f"{line.text} ({hidden})") if hidden else line
