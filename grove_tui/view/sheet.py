"""Rows as CSV, for a spreadsheet or a script: every column and every row, as plain text.

What a cluster says is data in a spreadsheet, too: a text that one would take for a formula begins
with an apostrophe, every field is quoted, and there are no control characters.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, Self, runtime_checkable
from unicodedata import normalize

from grove_tui.kube.sanitize import clean_text
from grove_tui.view.keys import Key
from grove_tui.view.plain import flat
from grove_tui.view.rows import RowSource, TreeSource

_STARTS_FORMULA = frozenset("=+-@")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
NAMESPACE = "NAMESPACE"


@runtime_checkable
class Foldable(RowSource, Protocol):
    """A source that hides rows which the user folded away."""

    def unfolded(self) -> Self:
        """Return another source of the same rows, filtered and ordered alike, all unfolded."""
        ...


def csv_lines(source: RowSource) -> Iterator[str]:
    """Yield the titles and then each row as a line of CSV, while it is asked for.

    A tree begins with the level of each row; rows of objects end with their namespace.
    """
    if isinstance(source, Foldable):
        source = source.unfolded()
    titles = [column.title for column in source.columns()]
    is_tree = isinstance(source, TreeSource)
    with_namespace = NAMESPACE not in titles
    before, after = ["LEVEL"] if is_tree else [], [NAMESPACE] if with_namespace else []
    yield _line([*before, *titles, *after])
    for key in source.keys():  # noqa: SIM118 - a source is no mapping
        row = source.row(key)
        cells = [cell.text for cell in row.cells]
        cells += [""] * (len(titles) - len(cells))
        level = [str(row.depth)] if is_tree else []
        yield _line([*level, *cells, *(_namespace(key) if with_namespace else [])])


def _namespace(key: object) -> Sequence[str]:
    return [key.namespace if isinstance(key, Key) else ""]


def _line(texts: Iterable[str]) -> str:
    return ",".join(f'"{_harmless(text)}"' for text in texts) + "\r\n"


def _harmless(text: str) -> str:
    plain = flat(clean_text(text)).replace('"', '""')
    # Wide forms of these signs start a formula as well.
    first = normalize("NFKC", plain.lstrip()[:1])
    is_formula = first in _STARTS_FORMULA and not _NUMBER.fullmatch(plain)
    return f"'{plain}" if is_formula else plain
