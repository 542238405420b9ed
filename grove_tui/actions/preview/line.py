"""One line of a preview, and the symbols that say what kind of line it is."""

from msgspec import Struct

MORE, LESS, AGAIN = "+", "-", "⟳"
NOTE, WARNING, DANGER = "·", "▲", "✖"
SUBJECT = "▸"


class Line(Struct, frozen=True):
    """One line of a preview.

    Attributes:
        symbol: One character that says what kind of line it is, so that colour is not alone.
        style: The word for its colour.
        text: What it says.
    """

    symbol: str
    style: str
    text: str
