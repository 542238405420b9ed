"""Where a text holds what is searched, and which of these places is looked at."""

import re

from textual.content import Content, Span

MOST = 2000
"""How many places are told apart."""


class Finding:
    """The places of one text that hold another, whatever the case of letters."""

    def __init__(self, text: str, wanted: str, top: int = 0) -> None:
        """Find `wanted` in `text`; the first place from line `top` on is looked at."""
        self.wanted = wanted
        self._text = text
        pattern = re.compile(re.escape(wanted), re.IGNORECASE)
        found = pattern.finditer(text) if wanted else ()
        self._spans = [match.span() for match, _ in zip(found, range(MOST), strict=False)]
        self._current = next(
            (number for number, span in enumerate(self._spans) if self._line(span[0]) >= top), 0
        )

    def step(self, by: int) -> None:
        """Look at the next place or the one before, around the ends."""
        if self._spans:
            self._current = (self._current + by) % len(self._spans)

    @property
    def place(self) -> tuple[int, int] | None:
        """Line and column of the place that is looked at; None where there is none."""
        if not self._spans:
            return None
        start = self._spans[self._current][0]
        return self._line(start), start - self._text.rfind("\n", 0, start) - 1

    def marked(self, content: Content) -> Content:
        """Return the text with all places marked, that which is looked at most of all."""
        return content.add_spans(
            [
                Span(start, end, "reverse" if number == self._current else "bold underline")
                for number, (start, end) in enumerate(self._spans)
            ]
        )

    def __str__(self) -> str:
        count = len(self._spans)
        more = " or more" if count == MOST else ""
        if not count:
            return f"/{self.wanted}: not found"
        return f"/{self.wanted}: {self._current + 1} of {count}{more}"

    def _line(self, position: int) -> int:
        return self._text.count("\n", 0, position)
