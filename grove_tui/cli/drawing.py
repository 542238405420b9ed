"""Lines for a terminal, with or without colour, and as an SVG picture."""

import os
from collections.abc import Mapping, Sequence
from typing import TextIO
from xml.sax.saxutils import escape

from grove_tui.view.plain import Line, Part, cells_of, text_of

_SGR = {
    "ok": "32",
    "progress": "36",
    "warn": "33",
    "error": "1;31",
    "dim": "2",
    "accent": "36",
    "info": "34",
    "title": "1",
    "gang-0": "94",
    "gang-1": "33",
    "gang-2": "92",
    "gang-3": "95",
    "gang-4": "91",
    "gang-5": "96",
    "gang-6": "93",
    "gang-7": "37",
}
_COLORS = {
    "ok": "#7fcf8f",
    "progress": "#80b8f0",
    "warn": "#f0c35e",
    "error": "#ff8b80",
    "dim": "#93a1ab",
    "accent": "#63d0b5",
    "info": "#80b8f0",
    "title": "#eef3f5",
    "gang-0": "#6cb6ff",
    "gang-1": "#f5a962",
    "gang-2": "#8fd68f",
    "gang-3": "#d2a8ff",
    "gang-4": "#ff94b8",
    "gang-5": "#5ed6cb",
    "gang-6": "#e6d56e",
    "gang-7": "#bdb4aa",
}
_FOREGROUND, _BACKGROUND = "#d9e0e4", "#11161a"
_BOLD = frozenset({"error", "title"})
_CELL, _LINE, _MARGIN = 8.4, 19, 14
"""Width of a cell, height of a line and width of the margin, in pixels at 14 pixels of text."""


def wants_color(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether colours belong there: on a terminal that has them and does not forbid them."""
    if environment.get("NO_COLOR") or environment.get("TERM", "") in ("", "dumb"):
        return False
    return stream.isatty()


def terminal_text(lines: Sequence[Line], *, color: bool) -> str:
    """Return lines for a terminal or a file."""
    if not color:
        return "".join(f"{text_of(line)}\n" for line in lines)
    return "".join("".join(_colored(part) for part in line) + "\n" for line in lines)


def _colored(part: Part) -> str:
    code = _SGR.get(part.style)
    return f"\x1b[{code}m{part.text}\x1b[0m" if code and part.text.strip() else part.text


def svg(lines: Sequence[Line], title: str) -> str:
    """Return lines as a picture; each part is placed, so that any font keeps the columns."""
    width = max([cells_of(title), *(cells_of(text_of(line)) for line in lines)])
    pixels = width * _CELL + 2 * _MARGIN
    height = (len(lines) + 1) * _LINE + 2 * _MARGIN
    rows = [_svg_line((Part(title, "title"),), 0)]
    rows += [_svg_line(line, number) for number, line in enumerate(lines, 1)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {pixels:.0f} {height}"',
            f' width="{pixels:.0f}" height="{height}">',
            f"<title>{escape(title)}</title>",
            f"<style>{_css()}</style>",
            f'<rect width="100%" height="100%" rx="6" fill="{_BACKGROUND}"/>',
            *(row for row in rows if row),
            "</svg>\n",
        )
    )


def _css() -> str:
    fonts = '"DejaVu Sans Mono",Menlo,Consolas,monospace'
    rules = [f"text{{font:14px {fonts};fill:{_FOREGROUND};white-space:pre}}"]
    for style, color in _COLORS.items():
        weight = ";font-weight:bold" if style in _BOLD else ""
        rules.append(f".{style}{{fill:{color}{weight}}}")
    return "".join(rules)


def _svg_line(line: Line, number: int) -> str:
    spans: list[str] = []
    column = 0
    for part in line:
        for word, offset in _words(part.text):
            style = f' class="{part.style}"' if part.style else ""
            x = _MARGIN + (column + offset) * _CELL
            length = cells_of(word) * _CELL
            spans.append(
                f'<tspan x="{x:.1f}" textLength="{length:.1f}"{style}>{escape(word)}</tspan>'
            )
        column += cells_of(part.text)
    y = _MARGIN + (number + 1) * _LINE - 5
    return f'<text y="{y}">{"".join(spans)}</text>' if spans else ""


def _words(text: str) -> list[tuple[str, int]]:
    """Return what stands between two or more blanks, and where; blanks need no ink."""
    words: list[tuple[str, int]] = []
    position = 0
    for piece in text.split("  "):
        stripped = piece.strip()
        if stripped:
            lead = len(piece) - len(piece.lstrip())
            words.append((stripped, cells_of(text[:position]) + lead))
        position += len(piece) + 2
    return words
