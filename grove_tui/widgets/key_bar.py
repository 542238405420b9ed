"""The line of keys at the bottom: each whole or not at all, and always the one for help.

It is one line of text and not a widget per key, which costs a fraction at every start and at every
change of focus.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from rich.segment import Segment
from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from grove_tui.widgets.availability import availability_on
from grove_tui.widgets.row_painter import StyleCache
from grove_tui.widgets.text_fit import width_of

GAP = "  "
LAST = "grove.help"
"""Id of the binding that keeps its place when the others do not fit."""


@dataclass(frozen=True, slots=True)
class KeyHint:
    """One key: how it is written, what it does, and how a click presses it."""

    display: str
    text: str
    key: str
    is_enabled: bool
    is_last: bool
    problem: str = ""
    """Why the key cannot be used now: it is greyed, in brackets, and pointing at it tells this."""

    @property
    def is_usable(self) -> bool:
        """Whether the key does what it says."""
        return self.is_enabled and not self.problem

    @property
    def words(self) -> tuple[str, str]:
        """The key and what it does, as they are shown."""
        text = f" {self.text}" if self.text else ""
        if self.is_usable:
            return self.display, text
        return f"({self.display}", f"{text})"

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return sum(width_of(word) for word in self.words)


MORE = KeyHint("…", "", "question_mark", is_enabled=True, is_last=False)
"""Says that there are more keys than fit; a click opens the help, which has them all."""


@runtime_checkable
class KeyChooser(Protocol):
    """A screen that knows which keys matter for what is selected."""

    def key_rank(self, identity: str) -> int:
        """Return where the key of a binding's id stands, the lowest first; below 0 nowhere."""
        ...


class KeyBar(Widget):
    """Shows the keys that work where the focus is."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"key-bar--key", "key-bar--disabled"}
    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        padding: 0 1;
        background: $footer-background;
        color: $footer-foreground;
        & > .key-bar--key { color: $footer-key-foreground; text-style: bold; }
        & > .key-bar--disabled { color: $foreground 50%; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._hints: tuple[KeyHint, ...] = ()
        self._styles = StyleCache(self)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._read)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def hints_shown(self) -> list[KeyHint]:
        """Return the keys that fit, in order."""
        return [hint for _, hint in self._placed()]

    def render_line(self, y: int) -> Strip:
        width, plain = self.size.width, self._styles.get()
        segments: list[Segment] = []
        for x, hint in self._placed() if y == 0 else ():
            used = sum(segment.cell_length for segment in segments)
            dim = () if hint.is_usable else ("key-bar--disabled",)
            key, text = hint.words
            segments.append(Segment(" " * (x - used), plain))
            segments.append(Segment(key, self._styles.get(*dim or ("key-bar--key",))))
            segments.append(Segment(text, self._styles.get(*dim)))
        return Strip(segments).adjust_cell_length(width, plain)

    def on_click(self, event: events.Click) -> None:
        hint = self._hint_at(event)
        if hint is not None and hint.is_enabled:
            event.stop()
            self.app.simulate_key(hint.key)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        hint = self._hint_at(event)
        problem = hint.problem if hint is not None else ""
        if self.tooltip != (Content(problem) if problem else None):
            self.tooltip = Content(problem) if problem else None

    def _hint_at(self, event: events.MouseEvent) -> KeyHint | None:
        offset = event.get_content_offset(self)
        if offset is None:
            return None
        placed = self._placed()
        return next((hint for x, hint in placed if x <= offset.x < x + hint.width), None)

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def _read(self, screen: Screen[object]) -> None:
        if screen is not self.screen or not screen.is_current:
            return
        hints = tuple(self._read_hints(screen))
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def _read_hints(self, screen: Screen[object]) -> Iterator[KeyHint]:
        seen: set[str] = set()
        last: list[KeyHint] = []
        for active in self._ranked(screen):
            binding = active.binding
            if not binding.show or binding.action in seen:
                continue
            seen.add(binding.action)
            hint = self._hint(active)
            if hint.is_last:
                last.append(hint)
            else:
                yield hint
        yield from last

    def _ranked(self, screen: Screen[object]) -> list[ActiveBinding]:
        found = list(screen.active_bindings.values())
        if not isinstance(screen, KeyChooser):
            return found
        ranks = {id(active): screen.key_rank(active.binding.id or "") for active in found}
        wanted = [active for active in found if ranks[id(active)] >= 0]
        return sorted(wanted, key=lambda active: ranks[id(active)])

    def _hint(self, active: ActiveBinding) -> KeyHint:
        binding = active.binding
        display = self.app.get_key_display(binding)
        is_last = binding.id == LAST
        problem = availability_on(self.screen, binding.action).reason
        return KeyHint(display, binding.description, binding.key, active.enabled, is_last, problem)

    def _placed(self) -> Iterator[tuple[int, KeyHint]]:
        """Yield the keys that fit with where they begin; what is last is never left out."""
        last = [hint for hint in self._hints if hint.is_last]
        others = [hint for hint in self._hints if not hint.is_last]
        room = self.size.width - _length(last)
        if _length(others) > room + len(GAP):
            others = [*_fitting(others, room - MORE.width - len(GAP)), MORE]
        x = 0
        for hint in (*others, *last):
            if x + hint.width <= self.size.width and (hint is not MORE or x + 1 <= room):
                yield x, hint
                x += hint.width + len(GAP)


def _length(hints: Sequence[KeyHint]) -> int:
    """Return how many cells hints take, each with the gap after it."""
    return sum(hint.width + len(GAP) for hint in hints)


def _fitting(hints: Sequence[KeyHint], room: int) -> Iterator[KeyHint]:
    """Yield the hints that fit beside each other, the first ones first."""
    for hint in hints:
        if hint.width <= room:
            yield hint
            room -= hint.width + len(GAP)
