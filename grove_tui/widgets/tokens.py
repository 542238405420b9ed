"""Style words of the view models as classes of style sheets, so that themes decide their colours.

A widget that paints cells adds `TOKEN_CSS` to its `DEFAULT_CSS` and gets styles by a `StyleCache`;
a theme or an app's style sheet overrides `.token--ok` and the like for all of them.
"""

from typing import Final

TOKEN_PREFIX: Final = "token--"

TOKEN_CSS: Final = """
    & > .token--ok { color: $text-success; }
    & > .token--progress { color: $text-accent; }
    & > .token--warn { color: $text-warning; }
    & > .token--error { color: $text-error; text-style: bold; }
    & > .token--dim { color: $text-muted; }
    & > .token--accent { color: $text-accent; }
    & > .token--info { color: $text-primary; }
    & > .token--title { text-style: bold; }
    & > .token--gang-0 { color: $text-primary; }
    & > .token--gang-1 { color: $text-success; }
    & > .token--gang-2 { color: $text-warning; }
    & > .token--gang-3 { color: $text-accent; }
    & > .token--gang-4 { color: $text-secondary; }
    & > .token--gang-5 { color: $text-error; }
    & > .token--gang-6 { color: $foreground; }
    & > .token--gang-7 { color: $text-muted; }
"""

ASCII: Final = str.maketrans(
    {
        "▾": "v",
        "▸": ">",
        "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}": ">",
        "●": "*",
        "○": "o",
        "◌": "o",
        "◐": "o",
        "✔": "+",
        "✖": "x",
        "⚠": "!",
        "⟳": "@",
        "⏳": "!",
        "Δ": "~",
        "…": "~",
        "·": ".",
        "→": ">",
        "▕": "|",
        "▏": "|",
        "│": "|",
        "█": "#",
        "▓": "#",
        "▒": "=",
        "░": ".",
        "▁": ".",
        "▂": ".",
        "▃": ":",
        "▄": "-",
        "▅": "=",
        "▆": "+",
        "▇": "%",
        "⊘": "/",
        "■": "#",
        "□": "_",
        "▲": "^",
        "▼": "v",
        "─": "-",
        "—": "-",
    }
)
"""One ASCII character for each symbol that our own texts use."""
