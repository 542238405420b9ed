"""The user's own keys: names of bindings that do not exist are told, with the nearest ones."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from textual.dom import DOMNode

import grove_tui.screens as package


def keymap_problems(keymap: Iterable[str]) -> Iterator[str]:
    """Yield one sentence for each name in the keymap that no binding has."""
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    known = set(_binding_ids(DOMNode))
    for name in keymap:
        if name not in known:
            near = ", ".join(get_close_matches(name, known))
            advice = f"did you mean {near}?" if near else "press ? for the names."
            yield f"keymap in the config file: there is no binding {name}; {advice}"


def _binding_ids(node: type[DOMNode]) -> Iterator[str]:
    for binding in node.__dict__.get("BINDINGS", ()):
        if identity := getattr(binding, "id", None):
            yield identity
    for child in node.__subclasses__():
        yield from _binding_ids(child)
