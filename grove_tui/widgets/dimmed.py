"""What lies under a dialog, dimmed.

Textual mixes the colours of each piece of the screen below anew, and paints that screen several
times while a dialog opens. A screen has a thousand pieces and a few dozen styles.
"""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen

MOST_STYLES = 4096
"""How many mixed styles are kept before all are forgotten."""

_mixed: dict[tuple[Color, Style | None], Style | None] = {}


class Dimmed(BackgroundScreen):
    """A screen under a tint; each style is mixed once."""

    @classmethod
    def process_segments(cls, segments: Iterable[Segment], color: Color) -> Iterable[Segment]:
        """Return the segments in mixed colours, without links."""
        if len(_mixed) > MOST_STYLES:
            _mixed.clear()
        for segment in segments:
            if segment.control:
                yield segment
                continue
            key = color, segment.style
            if key not in _mixed:
                (found,) = super().process_segments([segment], color)
                _mixed[key] = found.style
            yield Segment(segment.text, _mixed[key])
