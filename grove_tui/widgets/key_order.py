"""The order of a table's rows, by key.

A cursor is a key, never a number: rows may come, go and move between a key press and what follows
from it. Only when the object itself is gone does the cursor move, to the nearest row that followed
it, or else to the nearest before it.
"""

from collections.abc import Hashable, Sequence
from contextlib import suppress
from itertools import chain

FEW = 3
"""So many keys are searched for from the start: that takes less time than noting where each of many
thousands is, and an order that changes all the time is asked for no others."""


class KeyOrder:
    """An immutable sequence of distinct keys with fast lookup of positions."""

    def __init__(self, keys: Sequence[Hashable] = ()) -> None:
        self.keys = tuple(keys)
        self._searched: dict[Hashable, int | None] = {}
        self._positions: dict[Hashable, int] | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: Hashable) -> bool:
        return self.position(key) is not None

    def position(self, key: Hashable) -> int | None:
        """Return where `key` stands, or None when it is not there."""
        if self._positions is None and (key in self._searched or len(self._searched) < FEW):
            return self._search(key)
        if self._positions is None:
            self._positions = {key: index for index, key in enumerate(self.keys)}
        return self._positions.get(key)

    def _search(self, key: Hashable) -> int | None:
        if key not in self._searched:
            self._searched[key] = None
            with suppress(ValueError):
                self._searched[key] = self.keys.index(key)
        return self._searched[key]

    def at(self, position: int) -> Hashable | None:
        """Return the key at a position, or None beyond the ends."""
        return self.keys[position] if 0 <= position < len(self.keys) else None

    def heir(self, key: Hashable | None, successor: "KeyOrder") -> Hashable | None:
        """Return the key that a cursor on `key` is on in `successor`.

        That is `key` itself while it exists; else the nearest following one that still does, else
        the nearest before it; else the first of all.
        """
        if key is not None and key in successor:
            return key
        position = None if key is None else self.position(key)
        if position is not None:
            following = range(position + 1, len(self.keys))
            before = range(position - 1, -1, -1)
            for index in chain(following, before):
                neighbour: Hashable = self.keys[index]
                if neighbour in successor:
                    return neighbour
        return successor.at(0)
