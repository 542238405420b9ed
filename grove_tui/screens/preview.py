"""What would happen to an object, without doing it: the preview of each act to choose from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from grove_tui.actions.deleting import Deletion
from grove_tui.actions.preview.changes import (
    Change,
    Cordon,
    Delete,
    Drain,
    Lose,
    relative,
)
from grove_tui.actions.preview.sentences import subjects
from grove_tui.actions.scaling import Scalable
from grove_tui.kube.objects import Node
from grove_tui.screens.foresight import ForesightDialog, Outlook
from grove_tui.screens.selection import absence, deletion_of, scalable_of, target_of
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key, Kind


@dataclass(frozen=True, slots=True)
class Choice:
    """An act and the changes that it would make."""

    title: str
    changes: tuple[Change, ...]


def choices_of(book: GangBook, key: Key) -> tuple[Choice, ...] | str:
    """Return the acts that can be previewed on a row, or why there are none."""
    target = target_of(book, key)
    if key.kind is Kind.NODE and target is not None:
        node = book.world.nodes.get("", key.name)
        assert isinstance(node, Node)
        cordoned = node.spec.unschedulable
        return (
            Choice("If it died", (Lose(target),)),
            Choice("Drain", (Drain(target),)),
            Choice("Uncordon" if cordoned else "Cordon", (Cordon(target, not cordoned),)),
        )
    found = [*_scaling(scalable_of(book, key)), *_deleting(deletion_of(book, key))]
    if key.kind is Kind.POD:
        found.reverse()
    if not found and target is None:
        return absence(book, key)
    return tuple(found) or f"There is nothing to preview for {key.spoken}."


def _scaling(found: Scalable | str) -> Iterable[Choice]:
    if isinstance(found, str):
        return ()
    fewer = (Choice("One fewer", relative([found], -1)),) if found.current else ()
    return (*fewer, Choice("One more", relative([found], 1)))


def _deleting(found: Deletion | str) -> Iterable[Choice]:
    return () if isinstance(found, str) else (Choice("Delete", (Delete(found.target),)),)


def choices_of_marked(
    scaling: Sequence[Scalable], deleting: Sequence[Deletion]
) -> tuple[Choice, ...]:
    """Return the acts that can be previewed on several objects at once; maybe none."""
    fewer = relative([found for found in scaling if found.current], -1)
    found = (
        Choice("One fewer each", fewer),
        Choice("One more each", relative(scaling, 1)),
        Choice("Delete", tuple(Delete(found.target) for found in deleting)),
    )
    return tuple(choice for choice in found if choice.changes)


class PreviewDialog(ForesightDialog[None]):
    """Shows one act at a time; nothing in it changes anything."""

    HEADING = "What if"
    AUTO_FOCUS = ".choice"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,B", "cancel", "Close", show=False, id="preview.close"),
        Binding("j", "scroll_line(1)", "Down", show=False, id="preview.down"),
        Binding("k", "scroll_line(-1)", "Up", show=False, id="preview.up"),
    ]
    ROOM = 12
    ASKS = False

    def __init__(self, subject: str, choices: Sequence[Choice], outlook: Outlook) -> None:
        """Offer choices.

        Args:
            subject: What they are about.
            choices: The acts, the most telling one first.
            outlook: What previews are made from.
        """
        super().__init__(outlook)
        self._subject = subject
        self._choices = tuple(choices)
        self._chosen = 0

    def compose_body(self) -> Iterable[Widget]:
        yield Static(Content(self._subject), classes="subject")
        yield Static(id="what", classes="quiet", markup=False)
        with Horizontal(id="choices"):
            for number, choice in enumerate(self._choices):
                yield Button(Content(choice.title), id=f"choice-{number}", classes="choice")
        yield from self.compose_foresight()

    def on_mount(self) -> None:
        self.query_one("#cancel", Button).label = "Close"
        self._mark()

    def changes(self) -> tuple[Change, ...]:
        return self._choices[self._chosen].changes

    def follow(self) -> None:
        """Take notice of what the cluster made of it meanwhile."""
        self.look_again()

    @on(Button.Pressed, ".choice")
    def press(self, event: Button.Pressed) -> None:
        self._choose(event.button)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, Button) and event.widget.has_class("choice"):
            self._choose(event.widget)

    def _choose(self, button: Button) -> None:
        number = int((button.id or "").removeprefix("choice-"))
        if number != self._chosen:
            self._chosen = number
            self._mark()
            self.look()

    def _mark(self) -> None:
        for number, button in enumerate(self.query(".choice")):
            button.set_class(number == self._chosen, "-chosen")
        choice = self._choices[self._chosen]
        what = subjects(choice.changes)
        self.query_one("#what", Static).update(Content(f"{choice.title}: {what}"))

    def action_scroll_line(self, by: int) -> None:
        self.query_one("#consequences").scroll_relative(y=by, animate=False)
