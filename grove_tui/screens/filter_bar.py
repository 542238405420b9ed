"""The line in which a filter is typed; it takes effect while typing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Input, Static

from grove_tui.view.filter import FilterError, parse


class FilterInput(Input):
    """A field that is as wide as there is room, whatever is typed."""

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,  # noqa: ARG002 - Textual asks for it with every character
        recompose: bool = False,
    ) -> Self:
        """Paint the field again, without a layout of the whole screen."""
        return super().refresh(*regions, repaint=repaint, recompose=recompose)


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
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield Static("/", markup=False)
        yield FilterInput(placeholder=self._placeholder, id="filter", select_on_focus=False)
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
        try:
            query = self._language(event.value)
        except FilterError as error:
            self._tell(str(error))
            return
        self._tell("")
        self.post_message(self.Changed(query))

    def _tell(self, problem: str) -> None:
        # Another text is a layout of the whole screen.
        if problem != self._problem:
            self._problem = problem
            self.query_one("#filter-problem", Static).update(Content(problem))

    @on(Input.Submitted, "#filter")
    def leave(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_class(bool(event.value), "-shown")
        self.post_message(self.Left())
