"""The line of keys at the bottom: each whole or not at all, and always the one for help.

It is one line of text and not a widget per key, which costs a fraction at every start and at every
change of focus.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

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

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return width_of(self.display) + 1 + width_of(self.text)


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
            dim = () if hint.is_enabled else ("key-bar--disabled",)
            segments.append(Segment(" " * (x - used), plain))
            segments.append(Segment(hint.display, self._styles.get(*dim or ("key-bar--key",))))
            segments.append(Segment(f" {hint.text}", self._styles.get(*dim)))
        return Strip(segments).adjust_cell_length(width, plain)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for x, hint in self._placed():
            if hint.is_enabled and x <= offset.x < x + hint.width:
                event.stop()
                self.app.simulate_key(hint.key)

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
        for active in screen.active_bindings.values():
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

    def _hint(self, active: ActiveBinding) -> KeyHint:
        binding = active.binding
        display = self.app.get_key_display(binding)
        is_last = binding.id == LAST
        return KeyHint(display, binding.description, binding.key, active.enabled, is_last)

    def _placed(self) -> Iterator[tuple[int, KeyHint]]:
        """Yield the keys that fit with where they begin; what is last is never left out."""
        reserved = sum(hint.width + len(GAP) for hint in self._hints if hint.is_last)
        x = 0
        for hint in self._hints:
            reserved -= hint.width + len(GAP) if hint.is_last else 0
            if x + hint.width > self.size.width - (0 if hint.is_last else reserved):
                continue
            yield x, hint
            x += hint.width + len(GAP)
