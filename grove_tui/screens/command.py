"""The command line: `:` on any screen that shows a cluster."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from grove_tui.kube.errors import KubeError
from grove_tui.kube.resources import NAMESPACES
from grove_tui.screens.commands import Suggestion, prepare, suggest
from grove_tui.screens.navigator import Navigator

MOST_ALIGNED = 40
"""How far to the right descriptions begin at most, all at the same place."""


class CommandScreen(ModalScreen[None]):
    """A line at the bottom, with what it could become above it."""

    AUTO_FOCUS = "#line"
    CSS = """
    CommandScreen { align: left bottom; background: transparent; }
    CommandScreen #command { height: auto; background: $panel; dock: bottom; }
    CommandScreen #suggestions { height: auto; max-height: 8; border: none; padding: 0 0 0 2;
        background: $panel; scrollbar-size-vertical: 1; text-wrap: nowrap;
        text-overflow: ellipsis; }
    CommandScreen #suggestions > .option-list--option-highlighted { background: $primary 35%;
        color: $foreground; text-style: bold; }
    CommandScreen Horizontal { height: 1; }
    CommandScreen #colon { width: auto; padding: 0 0 0 1; color: $grove-accent; text-style: bold; }
    CommandScreen #line { width: 1fr; border: none; height: 1; padding: 0; background: $panel; }
    CommandScreen #line:focus { border: none; background: $background; }
    CommandScreen #problem { height: auto; padding: 0 1; color: $grove-error; display: none; }
    CommandScreen #problem.-shown { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="command.close"),
        Binding("down", "highlight(1)", "Next", show=False, priority=True, id="command.next"),
        Binding("up", "highlight(-1)", "Previous", show=False, priority=True, id="command.last"),
        Binding("tab", "complete", "Complete", priority=True, id="command.complete"),
    ]

    def __init__(self, navigator: Navigator, start: str = "") -> None:
        """Begin with a text."""
        super().__init__()
        self._navigator = navigator
        self._start = start
        self._suggestions: list[Suggestion] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="command"):
            yield Static(id="problem", markup=False)
            yield OptionList(id="suggestions", markup=False, compact=True)
            with Horizontal():
                yield Static(":", id="colon", markup=False)
                yield Input(self._start, id="line", select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._suggest()
        self._ask_namespaces()

    # Typing

    @on(Input.Changed, "#line")
    def take_typing(self) -> None:
        self._say("")
        self._suggest()

    @on(Input.Submitted, "#line")
    def submit(self) -> None:
        chosen = self._chosen()
        text = self.query_one(Input).value
        self._run(chosen.line if chosen is not None else text)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self._run(self._suggestions[event.option_index].line)

    def on_key(self, event: events.Key) -> None:
        field = self.query_one(Input)
        # As in vim: taking back the colon closes the line.
        if event.key == "backspace" and not field.value:
            event.stop()
            self.dismiss(None)
        elif not field.has_focus:
            self._catch_up(event, field)

    def _catch_up(self, event: events.Key, field: Input) -> None:
        """Take what was typed faster than the line could open."""
        if event.character is not None and event.is_printable:
            event.stop()
            self._type(field.value + event.character)
        elif event.key == "enter":
            event.stop()
            self._run(field.value)

    def action_highlight(self, by: int) -> None:
        options = self.query_one(OptionList)
        if not self._suggestions:
            return
        now = options.highlighted
        if now is None:
            options.highlighted = 0 if by > 0 else len(self._suggestions) - 1
        else:
            options.highlighted = (now + by) % len(self._suggestions)

    def action_complete(self) -> None:
        chosen = self._chosen() or next(iter(self._suggestions), None)
        if chosen is not None:
            self._type(chosen.line)

    # What it could become

    def _suggest(self) -> None:
        field, options = self.query_one(Input), self.query_one(OptionList)
        self._suggestions = suggest(self._navigator, field.value)
        options.clear_options()
        options.add_options(map(Option, _described(self._suggestions)))
        options.display = bool(self._suggestions)
        options.highlighted = None

    def _chosen(self) -> Suggestion | None:
        index = self.query_one(OptionList).highlighted
        return self._suggestions[index] if index is not None else None

    def _run(self, line: str) -> None:
        if not line.strip():
            self.dismiss(None)
            return
        prepared = prepare(self._navigator, line)
        if callable(prepared):
            self.dismiss(None)
            self.app.call_later(prepared)
        elif line.endswith(" "):
            self._type(line)  # it only lacks its argument, which can be chosen now
        else:
            self._say(prepared)

    def _type(self, text: str) -> None:
        field = self.query_one(Input)
        field.value = text
        field.cursor_position = len(text)
        self._suggest()

    def _say(self, sentence: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.update(Content(sentence))
        problem.set_class(bool(sentence), "-shown")

    @work(exclusive=True, exit_on_error=False)
    async def _ask_namespaces(self) -> None:
        scene = self._navigator.scene
        if scene is None:
            return
        try:
            found = await scene.session.client.list_all(NAMESPACES)
        except KubeError:
            return  # who may not list them types what they know
        names = frozenset(namespace.metadata.name for namespace in found)
        if names != self._navigator.known_namespaces:
            self._navigator.known_namespaces = names
            if self.query_one(OptionList).highlighted is None:
                self._suggest()


def _described(found: Sequence[Suggestion]) -> Iterable[Content]:
    """Return each suggestion in one line: what is typed, what can follow, what it does."""
    starts = [f"{one.line.rstrip()} {one.usage}".rstrip() for one in found]
    width = min(MOST_ALIGNED, max(map(len, starts), default=0))
    for one, start in zip(found, starts, strict=True):
        line = one.line.rstrip()
        rest = f"{start[len(line) :]}{' ' * max(0, width - len(start))}  {one.description}"
        yield Content.assemble(line, (rest, "$grove-dim"))
