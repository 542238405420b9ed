"""Equal parts of objects kept once.

Thousands of pods come from one template. Decoded one by one, each has its own copy of the same
containers, tolerations, conditions and label values: four fifths of its memory. A `Sharer` replaces
each part of a fresh object by the equal one that it saw before. Objects are frozen, so nobody can
tell the difference.

What is unique in an object costs next to nothing here: it is named below and left alone.
"""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr

T = TypeVar("T")

MAX_PARTS = 50_000
"""How many parts are remembered; then all are forgotten, and what comes is shared anew."""

_NOTHING: dict[str, Any] = {}
_UNIQUE = frozenset({"name", "uid", "resource_version", "pod_ip", "hostname", "message"})
"""Texts that hardly ever repeat."""
_PLAIN = (bool, int, int | None, bool | None, datetime | None)
"""Types of which sharing would save next to nothing."""
_MAPS = frozenset({"labels", "annotations"})
"""Maps that hardly ever repeat as a whole, though most of their texts do."""
_SECTIONS = ("metadata", "spec", "status")
"""Parts that are an object's own; what is in them is shared."""


class Sharer:
    """Remembers parts of the objects that it was given."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._parts: dict[tuple[type, str, bytes], Any] = {}
        self._encode = msgspec.json.Encoder().encode

    def __len__(self) -> int:
        """How much is remembered."""
        return len(self._texts) + len(self._parts)

    def share(self, obj: T, like: T | None = None) -> T:
        """Make `obj` share its parts with objects seen before, and return it.

        Args:
            obj: Freshly decoded; nobody else has it yet.
            like: An earlier version, whose equal parts are found without a search.
        """
        if len(self) > MAX_PARTS:
            self.forget()
        if not isinstance(obj, Struct):
            return obj
        for name in obj.__struct_fields__:
            value = getattr(obj, name)
            before = getattr(like, name, None)
            if value is before or not isinstance(value, Struct):
                continue
            if name not in _SECTIONS:
                self._replace(obj, name, value)
            elif before is None:
                self._share_fields(value)
            elif self._share_with(value, before):
                force_setattr(obj, name, before)
        return obj

    def _share_fields(self, holder: Struct) -> None:
        found = _FIELDS.get(type(holder)) or _read_fields(type(holder))
        for name in found.shared:
            value = getattr(holder, name)
            if value or isinstance(value, dict):
                self._replace(holder, name, value)

    def _share_with(self, holder: Struct, like: Struct) -> bool:
        """Share with an earlier version, and tell whether nothing differs."""
        found = _FIELDS.get(type(holder)) or _read_fields(type(holder))
        is_same = True
        for name, value, before in zip(
            found.names, found.read(holder), found.read(like), strict=False
        ):
            if value is before:
                continue
            if value == before:
                force_setattr(holder, name, before)
                continue
            is_same = False
            if name in found.shared and (value or isinstance(value, dict)):
                self._replace(holder, name, value)
        return is_same

    def _replace(self, holder: Struct, name: str, value: Any) -> None:
        """Put the shared equal of a field's value in its place."""
        kind = type(value)
        shared: Any
        if kind is str:
            shared = self._texts.setdefault(value, value)
        elif not value:
            shared = _NOTHING
        elif kind is dict and name in _MAPS:
            shared = self._map(value)
        elif kind is tuple or kind is dict or isinstance(value, Struct):
            shared = self._part(type(holder), name, value)
        else:
            return
        if shared is not value:
            force_setattr(holder, name, shared)

    def _part(self, owner: type, name: str, value: Any) -> Any:
        key = owner, name, self._encode(value)
        known = self._parts.get(key)
        if known is not None:
            return known
        if isinstance(value, tuple):
            shared: Any = tuple(self._element(owner, name, item) for item in value)
        else:
            shared = value
            if isinstance(value, Struct):
                self._share_fields(value)
        self._parts[key] = shared
        return shared

    def _element(self, owner: type, name: str, item: Any) -> Any:
        if isinstance(item, str):
            return self._texts.setdefault(item, item)
        return self._part(owner, f"{name}[]", item) if isinstance(item, Struct) else item

    def _map(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return a map of the same content whose keys and texts are shared."""
        text = self._texts.setdefault
        return {
            text(name, name): text(item, item) if isinstance(item, str) else item
            for name, item in value.items()
        }

    def forget(self) -> None:
        """Remember nothing: what comes is shared anew."""
        self._texts.clear()
        self._parts.clear()


class _Fields(NamedTuple):
    """The fields of a type.

    Attributes:
        names: All of them.
        shared: Those that repeat in other objects.
        read: Returns the values of all of them.
    """

    names: tuple[str, ...]
    shared: frozenset[str]
    read: Callable[[Struct], tuple[Any, ...]]


_FIELDS: dict[type, _Fields] = {}


def _read_fields(kind: type[Struct]) -> _Fields:
    fields = msgspec.structs.fields(kind)
    names = tuple(field.name for field in fields)
    repeating = {field.name for field in fields if field.type not in _PLAIN} - _UNIQUE
    # With one name only, `attrgetter` returns no tuple.
    read = attrgetter(*names, names[0])
    found = _FIELDS[kind] = _Fields(names, frozenset(repeating), read)
    return found
