"""Dialogs that say what would happen before it does, and ask for more where more is at stake.

The dialog is there at once and fills in when the preview is ready; it looks again when the cluster
changes. An answer that comes before the preview waits for it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from grove_tui.actions.preview.changes import Change
from grove_tui.actions.preview.line import Line
from grove_tui.actions.preview.model import Preview
from grove_tui.actions.preview.overlay import freeze
from grove_tui.actions.preview.running import preview
from grove_tui.actions.preview.sentences import lines, question, quoted
from grove_tui.cluster.gather import Gatherer
from grove_tui.reconcile.world import World
from grove_tui.screens.consequences import Consequences
from grove_tui.screens.dialog import Dialog

T = TypeVar("T")

LOOK_SECONDS = 0.5
"""How often a preview follows the changes of the cluster."""

FRAME_SHARE = 0.94
"""The frame's part of the screen's height, as the style sheet has it."""
ASKING = 3
"""Lines that asking for a name takes."""
TIGHT = 20
"""Lines of a screen below which a dialog does without blank lines."""
SPARED = 5
"""How many blank lines that spares."""
LEAST = 3
"""Lines that a preview has on the smallest screens."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What previews are made from: the cluster and the time."""

    world: World
    clock: Callable[[], datetime]

    async def preview(self, changes: Sequence[Change]) -> Preview:
        """Return what the changes would do; worked out in a thread."""
        return await asyncio.to_thread(preview, freeze(self.world), changes, self.clock())

    @property
    def version(self) -> int:
        """A number that grows with every change of what a preview depends on."""
        parts = (self.world.podcliquesets, self.world.podcliques, self.world.pods)
        others = (self.world.podcliquescalinggroups, self.world.nodes, self.world.hpas)
        return sum(getattr(objects, "version", 0) for objects in (*parts, *others))


def _more(number: int) -> str:
    return "1 more line" if number == 1 else f"{number} more lines"


class ForesightDialog(Dialog[T], Generic[T]):
    """Shows what its answer would do, and asks for the name of a gang that would end."""

    CSS_PATH = ["dialog.tcss", "foresight.tcss"]
    VERTICAL_BREAKPOINTS = [(0, "-tight"), (TIGHT, "-roomy")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown,ctrl+f", "scroll_page(1)", "More", show=False, id="dialog.page-down"),
        Binding("pageup,ctrl+b", "scroll_page(-1)", "Back", show=False, id="dialog.page-up"),
    ]
    ROOM = 10
    """Lines of the frame that are not the preview's."""
    ASKS = True
    """Whether the name of a gang that would end is asked for."""

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self._outlook = outlook
        self._seen: tuple[tuple[Change, ...], str] | None = None
        self._version = -1
        self._is_eager = False
        self._is_moving = False
        self._gatherer = Gatherer(self.look, LOOK_SECONDS)

    # What a subclass says

    def changes(self) -> tuple[Change, ...]:
        """Return what the answer would change; empty while there is no answer."""
        return ()

    def subject_lines(self) -> tuple[Line, ...]:
        """Return what always stands above what would follow."""
        return ()

    def first_lines(self) -> tuple[Line, ...]:
        """Return what is known before the preview is there."""
        return ()

    def further_lines(self, preview: Preview) -> tuple[Line, ...]:  # noqa: ARG002 - for subclasses
        """Return what a preview leaves out, since it tells only what would be different."""
        return ()

    def wanted(self) -> T | None:
        """Return the result for yes; None, after saying why, while there is none."""
        return None

    # Parts

    def compose_foresight(self) -> Iterable[Widget]:
        """Yield the preview and what asks for a name."""
        settings = getattr(self.app, "settings", None)
        yield Consequences(ascii_only=settings is not None and settings.ascii)
        with Vertical(id="agreement"):
            yield Static(id="question", markup=False)
            yield Input(placeholder="type it here", id="phrase", select_on_focus=False)

    def on_mount(self) -> None:
        self.look()

    def on_unmount(self) -> None:
        self._gatherer.close()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Leave the preview what the frame has room for, and say when that is not all."""
        asked = self.query_one("#agreement").has_class("-asked")
        height = self.app.size.height
        room = int(height * FRAME_SHARE) - self.ROOM - ASKING * asked
        room += SPARED * (height < TIGHT)
        self.query_one(Consequences).styles.max_height = max(LEAST, room)

    @on(Consequences.Fitted)
    def tell_hidden_lines(self) -> None:
        hidden = self.query_one(Consequences).max_scroll_y
        text = f"page down: {_more(hidden)}" if hidden else ""
        self.query_one("#frame").border_subtitle = Content(text)

    # Looking ahead

    def look(self) -> None:
        """Work out what the present answer would do."""
        changes = self.changes()
        if not changes or self.is_locked:
            self._seen = None
            self._show((), "")
            return
        if self._seen is None or self._seen[0] != changes:
            self._seen = None
            self._show(self.first_lines(), "")
        self._version = self._outlook.version
        self._look(changes)

    def look_again(self) -> None:
        """Work it out again if the cluster is another one than before."""
        if self._outlook.version != self._version:
            self._gatherer.mark()

    def stop_looking(self) -> None:
        """Leave the preview as it is from now on, and do not ask for a name any more."""
        self._gatherer.close()
        self.workers.cancel_group(self, "foresight")
        self._seen = None
        self._show((), "")

    @work(exclusive=True, group="foresight", exit_on_error=False)
    async def _look(self, changes: tuple[Change, ...]) -> None:
        try:
            found = await self._outlook.preview(changes)
        except Exception:  # noqa: BLE001 - whatever it is, the dialog stays and asks for the name
            _log.exception("a change could not be previewed")
            number = len(changes)
            name = changes[0].target.name if number == 1 else f"change {number} objects"
            text = f"What follows could not be worked out. Type {quoted(name)} to go on."
            self._take(changes, (), name, text)
            return
        told = (*lines(found, self._outlook.clock()), *self.further_lines(found))
        self._take(changes, told, found.phrase, question(found))

    def _take(
        self, changes: tuple[Change, ...], found: Sequence[Line], phrase: str, asked: str
    ) -> None:
        self._seen = changes, phrase
        self._show(found, asked)
        if self._is_eager:
            self._is_eager = False
            self.act()

    def _show(self, found: Sequence[Line], asked: str) -> None:
        asked = asked if self.ASKS else ""
        self.query_one(Consequences).show((*self.subject_lines(), *found))
        self.query_one("#question", Static).update(Content(asked))
        agreement = self.query_one("#agreement")
        if not asked and self.query_one("#phrase", Input).has_focus:
            self.query_one("#cancel").focus()
        agreement.set_class(bool(asked), "-asked")
        self._fit()

    # Answering

    def answer(self) -> T | None:
        result = self.wanted()
        return result if result is not None and self.is_agreed() else None

    def is_agreed(self) -> bool:
        """Tell whether what would follow was seen and agreed to; ask for what is missing."""
        if self._seen is None or self._seen[0] != self.changes():
            self._is_eager = True
            return False
        field, phrase = self.query_one("#phrase", Input), self._seen[1]
        if phrase and field.value.strip() != phrase:
            field.focus()
            self.say_problem(f"Type {quoted(phrase)} first.")
            return False
        return True

    def on_key(self, event: events.Key) -> None:
        # Who begins to type the name need not find its field first.
        typed = event.character or ""
        if self._takes(typed):
            self._type(typed)
            event.stop()

    def on_paste(self, event: events.Paste) -> None:
        if self._takes(event.text[:1]):
            self._type(event.text.strip())
            event.stop()

    def _takes(self, typed: str) -> bool:
        """Tell whether a character that was typed outside of any field belongs to the name."""
        asks = self._seen is not None and bool(self._seen[1])
        if not asks or isinstance(self.focused, Input):
            return False
        return typed.isalpha() or (self.is_typing_name and typed.isprintable() and bool(typed))

    def _type(self, text: str) -> None:
        field = self.query_one("#phrase", Input)
        field.value += text
        field.cursor_position = len(field.value)
        if not self._is_moving:
            self._is_moving = True
            self._move_to_field()

    def _move_to_field(self) -> None:
        # Keys that are on their way to where the focus is would be overtaken by later ones.
        focused = self.focused
        if self.message_queue_size or (focused is not None and focused.message_queue_size):
            self.call_later(self._move_to_field)
            return
        self._is_moving = False
        if self.is_typing_name:
            self.set_focus(self.query_one("#phrase", Input))

    @on(Input.Changed, "#phrase")
    def forget_problem(self) -> None:
        self.say_problem("")

    @on(Input.Submitted, "#phrase")
    def answer_by_name(self) -> None:
        self.act()

    @property
    def is_typing_name(self) -> bool:
        """Whether keys go into the name of a gang."""
        field = self.query_one("#phrase", Input)
        return field.has_focus or (bool(field.value) and not isinstance(self.focused, Input))

    def action_scroll_page(self, by: int) -> None:
        pane = self.query_one(Consequences)
        if by > 0:
            pane.scroll_page_down(animate=False)
        else:
            pane.scroll_page_up(animate=False)
