"""The line in which a filter is typed; it takes effect while typing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from grove_tui.view.filter import FilterError, parse


class FilterBar(Horizontal):
    """Hidden until it is opened; an empty filter hides it again."""

    DEFAULT_CSS = """
    FilterBar { display: none; height: 1; background: $panel; }
    FilterBar.-shown { display: block; }
    FilterBar Static { width: auto; padding: 0 1; }
    FilterBar Input { width: 1fr; border: none; height: 1; padding: 0; background: $panel; }
    FilterBar Input:focus { border: none; background: $background; }
    FilterBar #filter-problem { color: $error; }
    """
    PLACEHOLDER = "text, !not, -l label=x, gang=breached, node=fake-node-003, ready<min"

    @dataclass
    class Changed(Message):
        """Rows are to be filtered by `query`; an empty one shows everything."""

        query: Any

    class Left(Message):
        """The typing is over; the filter stays."""

    def __init__(
        self,
        language: Callable[[str], object] = parse,
        placeholder: str = PLACEHOLDER,
        *,
        id: str | None = None,  # noqa: A002 - as Textual's widgets spell it
    ) -> None:
        """Make a hidden line.

        Args:
            language: Turns a text into a query, which is false if it filters nothing; raises
                `FilterError`.
            placeholder: What can be typed, by examples.
            id: See `Widget`.
        """
        super().__init__(id=id)
        self._language = language
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        yield Static("/", markup=False)
        yield Input(placeholder=self._placeholder, id="filter", select_on_focus=False)
        yield Static(id="filter-problem", markup=False)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Show the line and put the cursor into it."""
        self.add_class("-shown")
        # At once, and not after what is typed next was taken for keys of the table.
        self.screen.set_focus(self.query_one(Input), scroll_visible=False)

    def fill(self, text: str) -> None:
        """Show the line with a text that takes effect, without the cursor in it."""
        self.query_one(Input).value = text
        self.set_class(bool(text), "-shown")

    def clear(self) -> None:
        """Take the filter away."""
        self.query_one(Input).value = ""
        self.remove_class("-shown")

    @on(Input.Changed, "#filter")
    def judge(self, event: Input.Changed) -> None:
        event.stop()
        problem = self.query_one("#filter-problem", Static)
        try:
            query = self._language(event.value)
        except FilterError as error:
            problem.update(Content(str(error)))
            return
        problem.update(Content(""))
        self.post_message(self.Changed(query))

    @on(Input.Submitted, "#filter")
    def leave(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_class(bool(event.value), "-shown")
        self.post_message(self.Left())
