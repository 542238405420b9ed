"""A question with a yes and a Cancel."""

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from grove_tui.screens.dialog import Dialog


class ConfirmDialog(Dialog[bool]):
    """Asks one question; its result is True for yes and None for no."""

    def __init__(self, heading: str, lines: Iterable[str], answer: str) -> None:
        """Ask.

        Args:
            heading: Title of the dialog.
            lines: What the question is about, one sentence each.
            answer: What the yes is called.
        """
        self.HEADING = heading
        self.ANSWER = answer
        super().__init__()
        self._lines = tuple(lines)

    def compose_body(self) -> Iterable[Widget]:
        yield Static(Content("\n".join(self._lines)))

    def answer(self) -> bool | None:
        return True
