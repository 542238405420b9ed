"""Why something is as it is: the chain of causes with its evidence, and what to do next."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from grove_tui.cluster.gather import Gatherer
from grove_tui.config import Settings
from grove_tui.screens.feed import Scene
from grove_tui.screens.live_screen import LiveScreen
from grove_tui.view.book import Change
from grove_tui.view.explain.answer import explain
from grove_tui.view.explain.causes import Cause, Explanation
from grove_tui.view.keys import Key
from grove_tui.view.rows import Cell, RowSource, Severity
from grove_tui.widgets.blocks import Block, BlockList, Line

LOOK_SECONDS = 0.2
"""Looking into the causes costs more than painting a row, so it is done less often."""
GLYPHS = {
    Severity.NONE: "·",
    Severity.OK: "✔",
    Severity.PROGRESS: "◌",
    Severity.WARN: "▲",
    Severity.ERROR: "✖",
}


class ExplainScreen(LiveScreen):
    """Explains one row for as long as it is open."""

    OWN_KEYS = (
        "blocks",
        "explain",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", id="explain.back"),
    ]

    def __init__(self, settings: Settings, scene: Scene, key: Key) -> None:
        """Explain the row with that key."""
        super().__init__(settings, scene)
        self._key = key
        self._explanation = explain(scene.book, key)
        self._gatherer = Gatherer(self._look, LOOK_SECONDS)

    def compose_body(self) -> Iterable[Widget]:
        found = blocks(self._explanation)
        yield BlockList(found, ascii_only=self.settings.ascii, id="causes")

    def on_mount(self) -> None:
        self.join(self)

    def on_unmount(self) -> None:
        self._gatherer.close()

    # What the feed tells

    def note(self, change: Change) -> None:
        """See `Panel`; anything may be a cause."""
        del change
        self._gatherer.mark()

    def paint(self, *, is_news: bool) -> None:
        """See `Panel`; it is painted when it has been looked into."""

    def tick(self) -> None:
        super().tick()
        self._gatherer.mark()

    def heading(self) -> tuple[list[Cell], list[Cell]]:
        return [Cell("Why", "accent"), Cell(self._key.capitalized, "title")], [
            Cell(self._key.namespace, "dim")
        ]

    def rows_to_save(self) -> tuple[str, RowSource | None]:
        return f"why-{self._key}", None

    def selected(self) -> Key | None:
        """Return what the focused cause is about."""
        chosen = self.query_one(BlockList).focused_key
        return self._about(chosen) or self._key

    @on(BlockList.Chosen)
    def go_there(self, message: BlockList.Chosen) -> None:
        about = self._about(message.key)
        if about is not None:
            self.navigator.reveal(about)

    def _look(self) -> None:
        if not self.is_attached:
            return
        assert self.book is not None
        found = explain(self.book, self._key)
        if found != self._explanation:
            self.call_next(self._show, found)

    async def _show(self, explanation: Explanation) -> None:
        self._explanation = explanation
        await self.query_one(BlockList).show(blocks(explanation))

    def _about(self, chosen: object) -> Key | None:
        explanation = self._explanation
        if not isinstance(chosen, int) or chosen > len(explanation.causes):
            return None
        return explanation.causes[chosen - 1].about if chosen else explanation.about


def blocks(explanation: Explanation) -> list[Block]:
    """Return an explanation as blocks: the answer, each cause, and the steps."""
    severity = explanation.severity
    headline = Line(explanation.headline, "title", Cell(f"{GLYPHS[severity]} ", severity.style))
    found = [Block(0, (headline,), is_link=True, gap=True)]
    last = len(explanation.causes)
    for number, cause in enumerate(explanation.causes, start=1):
        found.append(_block(number, cause, is_last=number == last))
    found.append(Block("steps", tuple(_steps(explanation))))
    return found


def _block(number: int, cause: Cause, *, is_last: bool) -> Block:
    style = cause.severity.style
    lead = "└ " if cause.depth else ""
    lines = [Line(cause.text, "", Cell(f"{lead}{GLYPHS[cause.severity]} ", style))]
    margin = " " * (len(lead) + 2)
    lines += [Line(text, "dim", Cell(f"{margin}│ ", "dim")) for text in cause.evidence]
    return Block(number, tuple(lines), cause.depth + 1, cause.about is not None, is_last)


def _steps(explanation: Explanation) -> Iterator[Line]:
    steps = explanation.steps
    if not steps:
        good = explanation.severity <= Severity.OK
        text = "There is nothing to do." if good else "Nothing but to wait: it is under way."
        yield Line(text, "dim")
        return
    yield Line("What to do next", "accent")
    for number, step in enumerate(steps, start=1):
        yield Line(f"{step}.", "", Cell(f"{number}. " if len(steps) > 1 else "→ ", "accent"))
