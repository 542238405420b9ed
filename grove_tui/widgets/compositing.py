"""Screens that are painted by the line.

For any change, Textual asks every widget on the screen for all its lines and throws away those that
did not change. Most changes are of a line or two, and a screen has ten widgets of fifty lines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from textual._compositor import Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

T = TypeVar("T")


class LineCompositor(Compositor):
    """Asks widgets only for lines that are painted."""

    def __init__(self) -> None:
        super().__init__()
        self._bands: list[Region] = []

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        self._bands = list(_bands(crop, filter(is_rendered_line, crop.line_range)))
        return super()._render_chops(crop, is_rendered_line)

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None:
            yield from super()._get_renders()
            return
        for widget, (region, clip) in self.visible_widgets.items():
            visible = region.intersection(clip)
            for band in self._bands:
                # As wide as the widget: it keeps whole lines for the next time.
                part = visible.intersection(Region(visible.x, band.y, visible.width, band.height))
                if part and part.overlaps(crop):
                    yield part, part, widget.render_lines(part.translate((-region.x, -region.y)))


def _bands(crop: Region, lines: Iterable[int]) -> Iterator[Region]:
    """Return the regions that neighbouring lines make up."""
    top = bottom = -1
    for line in lines:
        if line != bottom:
            if bottom > top:
                yield Region(crop.x, top, crop.width, bottom - top)
            top = line
        bottom = line + 1
    if bottom > top:
        yield Region(crop.x, top, crop.width, bottom - top)


class LineScreen(Screen[T]):
    """A screen of which only lines that changed are put together."""

    def __init__(
        self,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - as Textual's widgets spell it
        classes: str | None = None,
    ) -> None:
        super().__init__(name, id, classes)
        self._compositor = LineCompositor()
