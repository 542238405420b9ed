"""The help screen, made from the bindings themselves, so that it cannot be wrong."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from textual.app import App
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.screen import Screen

from grove_tui.screens.text import TextScreen
from grove_tui.widgets.availability import availability_on

WIDE = 100
"""Columns from which on the names of the bindings stand beside them."""
KEYMAP = "The words at the right name a key in the config file: keymap: {object.scale: x}"
SYMBOLS = (
    ("✔", "healthy: all that is wanted is ready"),
    ("◌", "starting, or on its way out"),
    ("◐", "updating to a new template"),
    ("▲", "degraded: fewer ready than wanted, but the gang holds"),
    ("✖", "breached: below minAvailable, terminated when its countdown ends"),
    ("⟳", "recycling: terminated, and being made again"),
    ("⊘", "unschedulable: no node has room"),
)


def help_screen(app: App[Any], screen: Screen[Any]) -> TextScreen:
    """Return what can be done on `screen`, with the keys as they are bound now."""
    parts: list[Content] = []
    has_room = app.size.width >= WIDE
    for title, bindings in _groups(screen).items():
        parts.append(Content.styled(title, "bold $grove-accent"))
        parts += _lines(app, screen, bindings, has_room=has_room)
        parts.append(Content(""))
    parts.append(Content.styled("Symbols", "bold $grove-accent"))
    parts += [_line(symbol, meaning) for symbol, meaning in SYMBOLS]
    if has_room:
        parts += [Content(""), Content.styled(KEYMAP, "$grove-dim")]
    return TextScreen("Help", Content("\n").join(parts))


def _lines(
    app: App[Any], screen: Screen[Any], bindings: dict[str, list[Binding]], *, has_room: bool
) -> list[Content]:
    """Return a line for each action; those that cannot be used come last, below their reason."""
    lines: dict[str, list[Content]] = {"": []}
    for text, keys in bindings.items():
        reason = availability_on(screen, keys[0].action).reason
        ids = _ids(keys) if has_room else ""
        if reason:
            line = Content.styled(_line(f"({_keys(app, keys)})", text, ids).plain, "$grove-dim")
        else:
            line = _line(_keys(app, keys), text, ids)
        lines.setdefault(reason, []).append(line)
    usable = lines.pop("")
    greyed = ([Content.styled(f"  {why}", "$grove-warn"), *those] for why, those in lines.items())
    return [*usable, *chain.from_iterable(greyed)]


def _groups(screen: Screen[Any]) -> dict[str, dict[str, list[Binding]]]:
    groups: dict[str, dict[str, list[Binding]]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        # Bindings of Textual's own widgets have no id, but for the palette nobody misses them.
        if not binding.description or not (binding.id or binding.action == "command_palette"):
            continue
        group = groups.setdefault(_title(active), {})
        group.setdefault(binding.tooltip or binding.description, []).append(binding)
    order = ("On the selected object", "Everywhere", "Moving")
    return {title: groups[title] for title in order if title in groups}


def _title(active: ActiveBinding) -> str:
    identity = active.binding.id or ""
    if identity.startswith("object."):
        return "On the selected object"
    return "Moving" if identity.startswith("table.") else "Everywhere"


def _keys(app: App[Any], bindings: Iterable[Binding]) -> str:
    return " ".join(dict.fromkeys(app.get_key_display(binding) for binding in bindings))


def _ids(bindings: Iterable[Binding]) -> str:
    return " ".join(dict.fromkeys(binding.id for binding in bindings if binding.id))


def _line(keys: str, text: str, ids: str = "") -> Content:
    shown = Content.assemble((f"  {keys:<11}", "$grove-title"), f"{text:<58}" if ids else text)
    return shown + Content.styled(f"  {ids}", "$grove-dim") if ids else shown
