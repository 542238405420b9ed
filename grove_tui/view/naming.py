"""Names where the room is short: which part of a name tells it from its neighbours.

A cut in the middle can make the same text of `llm-aggregated-0` and `llm-disaggregated-0`. So a
name says how much of its end is needed to know it; what it shares with others goes first.
"""

from collections.abc import Collection

from grove_tui.api.objects import PodCliqueSet
from grove_tui.view.book import GangBook
from grove_tui.view.rows import Cell


class SetNames:
    """Writes the names of the sets of a book, and of what is in them."""

    def __init__(self, book: GangBook, *, show_namespace: bool = False) -> None:
        """Write the names of a book's sets, with `show_namespace` after their namespace."""
        self._book = book
        self._show_namespace = show_namespace
        self._known: list[PodCliqueSet] | None = None
        self._places: list[tuple[str, str]] = []
        self._tails: dict[str, int] = {}
        self._is_alone = True

    def cell(self, namespace: str, pcs: str, rest: str = "", style: str = "") -> Cell:
        """Return the name of a set followed by `rest`: the index of a gang, the name of a part.

        A namespace that all sets share is left out where the room is short.
        """
        self._look()
        name, tail = pcs + rest, self._tails.get(pcs, 0) + len(rest)
        short = Cell(name, style, tail=tail)
        if not self._show_namespace:
            return short
        shorter = (short,) if self._is_alone else ()
        return Cell(f"{namespace}/{name}", style, tail=tail, shorter=shorter)

    def _look(self) -> None:
        sets = self._book.podcliquesets()
        if sets is self._known:
            return
        self._known = sets
        places = [(pcs.metadata.namespace, pcs.metadata.name) for pcs in sets]
        # Most changes of sets change no name.
        if places != self._places:
            self._places = places
            self._is_alone = len({namespace for namespace, _ in places}) < 2
            self._tails = told_apart({name for _, name in places})


def told_apart(names: Collection[str]) -> dict[str, int]:
    """Return of each name how many characters at its end tell it from all the others.

    It is 0 for a name whose beginning says already which one it is.
    """
    ordered = sorted(names)
    shared = [0, *map(_same, ordered, ordered[1:]), 0]
    return {
        name: _after_dash(name, max(shared[at], shared[at + 1])) for at, name in enumerate(ordered)
    }


def below(name: str, parent: str) -> int:
    """Return how many characters a name adds to that of what it is a part of; 0 if it is other."""
    return len(name) - len(parent) if name.startswith(f"{parent}-") else 0


def _same(one: str, other: str) -> int:
    """Return with how many equal characters two names begin."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _after_dash(name: str, shared: int) -> int:
    start = name.rfind("-", 0, shared) + 1
    return len(name) - start if start else 0
