"""Which cells changed a moment ago, so that a table can point at them and let the mark fade.

Time is a parameter. Nothing needs to tick while nothing is fading.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from grove_tui.view.rows import Cell, Row

BRIGHT_SECONDS = 0.7
FADED_SECONDS = 2.0


class Stage(IntEnum):
    """How far a change has faded: the cells stand out, then only the symbol is left, then nothing.

    The second step changes nothing but the symbol, so that fading costs a terminal next to nothing.
    """

    NONE = 0
    FADING = 1
    BRIGHT = 2


@dataclass(slots=True)
class Change:
    """One changed row.

    Attributes:
        since: When it changed.
        columns: The cells that differ; all of them when the row is new.
        symbol: What stands in the gutter: added, or changed.
        stage: What was painted last.
    """

    since: float
    columns: frozenset[int]
    symbol: str
    stage: Stage = Stage.BRIGHT


def different_cells(old: Row, new: Row) -> frozenset[int]:
    """Return the columns whose content differs."""
    if len(old.cells) != len(new.cells):
        return frozenset(range(len(new.cells)))
    both = enumerate(zip(old.cells, new.cells, strict=True))
    return frozenset(index for index, (before, after) in both if before != after)


def changed_cells(old: Row, new: Row) -> frozenset[int]:
    """Return the columns whose content differs for another reason than that time went by."""
    return frozenset(
        index
        for index in different_cells(old, new)
        if index >= len(old.cells) or not _is_only_later(old.cells[index], new.cells[index])
    )


def _is_only_later(before: Cell, after: Cell) -> bool:
    return bool(before.due and after.due) and before.style == after.style


class Changes:
    """The changes of a table that have not faded yet."""

    def __init__(self) -> None:
        self._changes: dict[Hashable, Change] = {}

    def __bool__(self) -> bool:
        return bool(self._changes)

    def get(self, key: Hashable) -> Change | None:
        """Return the unfaded change of a row, if any."""
        return self._changes.get(key)

    def note(self, key: Hashable, columns: frozenset[int], now: float) -> None:
        """Record that these cells of a row changed."""
        earlier = self._changes.get(key)
        if earlier is not None and earlier.symbol == "+":
            return
        kept = earlier.columns if earlier is not None else frozenset()
        self._changes[key] = Change(now, kept | columns, "Δ")

    def note_added(self, keys: Iterable[Hashable], now: float) -> None:
        """Record that these rows are new."""
        for key in keys:
            self._changes[key] = Change(now, frozenset(), "+")

    def clear(self) -> None:
        """Forget everything."""
        self._changes.clear()

    def fade(self, now: float) -> list[tuple[Hashable, Change]]:
        """Move each change to the stage of its age and return those that look different now."""
        moved = []
        for key, change in list(self._changes.items()):
            stage = _stage(now - change.since)
            if stage is change.stage:
                continue
            change.stage = stage
            moved.append((key, change))
            if stage is Stage.NONE:
                del self._changes[key]
        return moved


def _stage(age: float) -> Stage:
    if age < BRIGHT_SECONDS:
        return Stage.BRIGHT
    return Stage.FADING if age < FADED_SECONDS else Stage.NONE
