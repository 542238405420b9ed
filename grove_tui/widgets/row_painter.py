"""Painting rows as strips: styles from component classes, text clipped to the columns.

Styles are resolved once per theme and focus state, because looking them up walks the widget tree.
"""

from collections.abc import Sequence

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.strip import Strip
from textual.widget import Widget

from grove_tui.view.columns import GAP, Slot
from grove_tui.view.rows import Cell, Column, Row
from grove_tui.widgets.changes import Change, Stage
from grove_tui.widgets.text_fit import fit, flatten, width_of
from grove_tui.widgets.tokens import ASCII, TOKEN_PREFIX

GUTTER = 2
"""Cells before the first column: the cursor, and a mark or a change."""
INDENT = 2
CURSOR = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"


class Look(Struct, frozen=True):
    """What about a row does not come from the row: cursor and unfaded change."""

    cursor: bool = False
    stage: Stage = Stage.NONE
    columns: frozenset[int] = frozenset()
    symbol: str = " "

    @classmethod
    def of(cls, change: Change | None, *, cursor: bool) -> "Look":
        """Return the look of a row with that change."""
        if change is None:
            return cls(cursor)
        return cls(cursor, change.stage, change.columns, change.symbol)


class StyleCache:
    """Rich styles of a widget's component classes and style words, blended onto its background."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[tuple[str, ...], Style] = {}

    def clear(self) -> None:
        """Forget all styles, as after a change of theme or focus."""
        self._styles.clear()

    def get(self, *names: str) -> Style:
        """Return the widget's style with these component classes laid over it in order."""
        style = self._styles.get(names)
        if style is None:
            style = self._styles[names] = self._blend(names)
        return style

    def token(self, base: str, token: str) -> Style:
        """Return the style of a style word on rows of a base class; either may be empty."""
        return self.get(*filter(None, (base, token and f"token--{token}")))

    def _blend(self, names: tuple[str, ...]) -> Style:
        background = self._widget.background_colors[1]
        style = self._widget.rich_style
        for name in names:
            styles = self._rules_of(name)
            if styles.has_rule("background"):
                background = _over(background, styles.background)
                style += Style(bgcolor=background.rich_color)
            if styles.has_rule("color"):
                style += Style(color=_foreground(background, styles).rich_color)
            style += styles.text_style
        return style

    def _rules_of(self, name: str) -> RenderStyles:
        """Return what the style sheet says of a component class or of a style word.

        Textual resolves all component classes of every widget at each change of a focus or of the
        screen's size. There are too many style words for that, and few are seen at a time.
        """
        if not name.startswith(TOKEN_PREFIX):
            return self._widget.get_component_styles(name)
        node = DOMNode(classes=name)
        node._attach(self._widget)  # noqa: SLF001 - as Textual does for component classes
        self._widget.app.stylesheet.apply(node, animate=False)
        return node.styles


def _over(background: Color, color: Color) -> Color:
    return color if color.ansi is not None else background.blend(color, color.a, alpha=1)


def _foreground(background: Color, styles: RenderStyles) -> Color:
    if styles.auto_color:
        return background.blend(background.get_contrast_text(1), styles.color.a, alpha=1)
    return _over(background, styles.color)


class RowPainter:
    """Turns rows into strips for one widget."""

    def __init__(self, styles: StyleCache) -> None:
        self.styles = styles
        self.ascii = False

    def needed(self, row: Row) -> tuple[list[int], list[int]]:
        """Return how wide each cell of the row wants to be, and how wide if it must be short."""
        wants = [_width(cell) for cell in row.cells]
        if wants:
            wants[0] += len(_prefix(row)[0])
        short = wants.copy()
        for index, cell in enumerate(row.cells):
            if cell.shorter:
                short[index] -= _width(cell) - _width(cell.shorter[0])
        return wants, short

    def header(self, columns: Sequence[Column], slots: Sequence[Slot], width: int) -> Strip:
        """Return the line of titles."""
        style = self.styles.get("live-table--header")
        segments = [Segment(" " * GUTTER, style)]
        for slot in slots:
            column = columns[slot.index]
            text = fit(column.title, slot.width, justify=column.justify)
            segments.append(Segment(self._plain(text) + " " * GAP, style))
        return Strip(segments).adjust_cell_length(width, style)

    def message(self, text: str, width: int) -> Strip:
        """Return a line of dim text, as for an empty table."""
        style = self.styles.token("", "dim")
        return Strip([Segment(self._plain(fit(" " * GUTTER + text, width)), style)], width)

    def blank(self, width: int) -> Strip:
        """Return an empty line."""
        return Strip([Segment(" " * width, self.styles.get())], width)

    def paint(
        self, row: Row, look: Look, columns: Sequence[Column], slots: Sequence[Slot], width: int
    ) -> Strip:
        """Return a row as one line of exactly `width` cells."""
        base = "live-table--cursor" if look.cursor else ""
        plain = self.styles.get(*filter(None, (base,)))
        segments = [self._gutter(row, look, base)]
        for slot in slots:
            cell = row.cells[slot.index] if slot.index < len(row.cells) else Cell()
            segments += self._cell(row, cell, columns[slot.index], slot, self._base(look, slot))
            segments.append(Segment(" " * GAP, plain))
        return Strip(_joined(segments)).adjust_cell_length(width, plain)

    def _base(self, look: Look, slot: Slot) -> tuple[str, ...]:
        cursor = ("live-table--cursor",) if look.cursor else ()
        if slot.index in look.columns and look.stage is Stage.BRIGHT:
            return (*cursor, "live-table--changed")
        return cursor

    def _gutter(self, row: Row, look: Look, base: str) -> Segment:
        cursor = CURSOR if look.cursor else " "
        mark = look.symbol if look.stage else " "
        if row.marked:
            mark = "●"
        is_fading = look.stage is Stage.FADING and not row.marked
        return Segment(
            self._plain(cursor + mark), self.styles.token(base, "dim" if is_fading else "accent")
        )

    def _cell(
        self, row: Row, cell: Cell, column: Column, slot: Slot, base: tuple[str, ...]
    ) -> list[Segment]:
        width = slot.width
        segments: list[Segment] = []
        if slot.index == 0:
            prefix, glyph_at = _prefix(row)
            # However deep a row is, the first four characters of its name are to be seen.
            kept = min(4, width_of(flatten(cell.text, width)))
            prefix = fit(prefix, min(len(prefix), max(0, width - kept)))
            glyph_style = self.styles.get(*base, f"token--{row.severity.style}")
            segments.append(Segment(self._plain(prefix[:glyph_at]), self.styles.get(*base)))
            segments.append(Segment(self._plain(prefix[glyph_at:]), glyph_style))
            width -= len(prefix)
        cell = _fitting(cell, width)
        text = fit(
            flatten(cell.text, width, ends=column.elide == "middle"),
            width,
            justify=column.justify,
            elide=column.elide,
            tail=cell.tail,
        )
        return segments + self._spans(cell, self._plain(text), base)

    def _spans(self, cell: Cell, text: str, base: tuple[str, ...]) -> list[Segment]:
        """Split a cell's text by its spans, which count characters from the start."""
        segments: list[Segment] = []
        position = 0
        for start, end, token in cell.spans:
            segments.append(self._styled(text[position:start], cell.style, base))
            segments.append(self._styled(text[start:end], token, base))
            position = max(position, end)
        segments.append(self._styled(text[position:], cell.style, base))
        return [segment for segment in segments if segment.text]

    def _styled(self, text: str, token: str, base: tuple[str, ...]) -> Segment:
        return Segment(text, self.styles.get(*base, *((f"token--{token}",) if token else ())))

    def _plain(self, text: str) -> str:
        return text.translate(ASCII) if self.ascii and not text.isascii() else text


def _width(cell: Cell) -> int:
    return width_of(flatten(cell.text, 200))


def _fitting(cell: Cell, width: int) -> Cell:
    """Return the longest form of a cell that fits; the shortest where none does."""
    if not cell.shorter or width_of(cell.text) <= width:
        return cell
    forms = (form for form in cell.shorter if width_of(form.text) <= width)
    return next(forms, cell.shorter[-1])


def _joined(segments: Sequence[Segment]) -> list[Segment]:
    """Return the segments with neighbours of one style made one: each costs a colour change."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].style is segment.style:
            joined[-1] = Segment(joined[-1].text + segment.text, segment.style)
        else:
            joined.append(segment)
    return joined


def _prefix(row: Row) -> tuple[str, int]:
    """Return indent, fold mark and glyph before the first cell, and where the glyph starts."""
    fold = ("▸ " if row.folded else "▾ ") if row.foldable else "  " if row.depth else ""
    indent = " " * (INDENT * row.depth) + fold
    return indent + (f"{row.glyph} " if row.glyph else ""), len(indent)


def fold_mark_span(row: Row) -> tuple[int, int]:
    """Return the columns (in the table's cells) in which a click means the fold mark."""
    start = GUTTER + INDENT * row.depth
    return start, start + INDENT
