"""One line of a preview, and the symbols that say what kind of line it is."""

from dataclasses import dataclass

MORE, LESS, AGAIN = "+", "-", "⟳"
NOTE, WARNING, DANGER = "·", "▲", "✖"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a preview.

    Attributes:
        symbol: One character that says what kind of line it is, so that colour is not alone.
        style: The word for its colour.
        text: What it says.
    """

    symbol: str
    style: str
    text: str
