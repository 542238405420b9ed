"""The user's own keys: what in their keymap cannot work is told, and what would work instead."""

import importlib
import pkgutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character
from textual.screen import Screen

import grove_tui.screens as package
from grove_tui.screens.object_screen import ObjectScreen
from grove_tui.widgets.live_table import LiveTable

WHERE = "keymap in the config file"
_MODIFIERS = frozenset({"ctrl", "shift", "alt", "meta", "super", "hyper"})
_NAMED = frozenset(key.value.rpartition("+")[2] for key in Keys)
_ELSEWHERE = "replay."
"""What the ids of keys begin with that are only there while a recording is played."""

Bound = Mapping[str, frozenset[str]]
"""The keys of each binding, by its id."""


def keymap_problems(keymap: Mapping[str, str], app: type[DOMNode] = DOMNode) -> Iterator[str]:
    """Yield one sentence for each binding or key that does not exist, and for each conflict.

    Args:
        keymap: Keys, with commas between, by ids of bindings.
        app: The app, whose own keys work on every screen.
    """
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    known = {identity for node in _descendants(DOMNode) for identity in _bound(node)}
    for name, keys in keymap.items():
        if name not in known:
            near = ", ".join(get_close_matches(name, known))
            advice = f"did you mean {near}?" if near else "press ? for the names."
            yield f"{WHERE}: there is no binding {name}; {advice}"
        for key in _split(keys):
            if not _is_key(key):
                yield f"{WHERE}: {name} has {key!r}, which is no key; keys are x, f8, ctrl+d …"
    yield from _conflicts(keymap, app)


def _conflicts(keymap: Mapping[str, str], app: type[DOMNode]) -> Iterator[str]:
    """Yield one sentence for each key that the keymap gives to two bindings of one screen."""
    mine = {name: frozenset(_split(keys)) for name, keys in keymap.items()}
    told: set[tuple[str, frozenset[str]]] = set()
    for screen in _descendants(Screen):
        bound = _on_screen(screen, app)
        before, after = _by_key(bound), _by_key({**bound, **_only(mine, bound)})
        for key, names in after.items():
            found = key, frozenset(names)
            is_new = names - before.get(key, set()) and names & mine.keys()
            if len(names) > 1 and is_new and found not in told:
                told.add(found)
                listed = " and ".join(sorted(names))
                yield f"{WHERE}: {listed} have the same key, {key}; give each its own."


def _on_screen(screen: type[Any], app: type[DOMNode]) -> Bound:
    widgets = (LiveTable,) if issubclass(screen, ObjectScreen) else ()
    found: dict[str, frozenset[str]] = {}
    for node in (app, *widgets, *screen.__mro__[::-1]):
        found |= _bound(node)
    return {name: keys for name, keys in found.items() if not name.startswith(_ELSEWHERE)}


def _only(mine: Bound, bound: Bound) -> Bound:
    return {name: keys for name, keys in mine.items() if name in bound}


def _by_key(bound: Bound) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, keys in bound.items():
        for key in keys:
            found.setdefault(key, set()).add(name)
    return found


def _bound(node: type[Any]) -> Bound:
    """Return the keys of the bindings that a class itself declares."""
    return {
        binding.id: frozenset(_split(binding.key))
        for binding in node.__dict__.get("BINDINGS", ())
        if getattr(binding, "id", None)
    }


def _descendants(node: type[Any]) -> Iterator[type[Any]]:
    yield node
    for child in node.__subclasses__():
        yield from _descendants(child)


def _split(keys: str) -> Iterable[str]:
    """Yield keys by their names, as `question_mark` for `?`."""
    for key in (part.strip() for part in keys.split(",")):
        if len(key) == 1 and not key.isalnum():
            name = unicodedata.name(key, key).lower().replace("-", "_").replace(" ", "_")
            yield KEY_NAME_REPLACEMENTS.get(name, name)
        else:
            yield key


def _is_key(key: str) -> bool:
    *modifiers, base = key.split("+")
    if not _MODIFIERS.issuperset(modifiers):
        return False
    return len(base) == 1 or base in _NAMED or key_to_character(base) is not None
