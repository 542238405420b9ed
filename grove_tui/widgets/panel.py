"""A framed panel that says something in its lower edge, for no more than a line's repaint."""

from collections.abc import Iterable
from typing import Self

from rich.cells import cell_len
from textual.containers import Container
from textual.content import Content
from textual.geometry import Region

from grove_tui.widgets.text_fit import fit

_EDGES = 6
"""Cells of the lower edge that are the frame's own."""


class Panel(Container):
    """A container with a frame; the frame's lower edge can hold a sentence."""

    def __init__(self, *, id: str, title: str) -> None:  # noqa: A002 - as Textual's widgets spell it
        """Make a panel with that title."""
        super().__init__(id=id, classes="panel")
        self._said = ""
        self._is_saying = False
        self.border_title = title

    def say(self, sentences: Iterable[str], style: str = "") -> None:
        """Put the first of the sentences that fits into the lower edge; nothing without any."""
        room = max(0, self.size.width + 2 - _EDGES)
        forms = list(sentences)
        text = next((form for form in forms if cell_len(form) <= room), "")
        if forms and not text:
            text = fit(forms[-1], room, elide="middle")
        if text != self._said:
            self._said = text
            self._is_saying = True
            self.border_subtitle = Content.styled(text, style) if text else None
            self._is_saying = False

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        if self._is_saying and not regions:
            # All that is in the panel stays as it is.
            regions = (Region(0, self.size.height, self.size.width, 1),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
