"""How lists and maps merge: by the schema for custom resources, else by the name of the field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from grove_tui.demo.definition import Definition
from grove_tui.demo.strategic import is_merged_set, merge_key


class Structure(Protocol):
    """One place in an object."""

    @property
    def is_atomic(self) -> bool:
        """Whether the value there has one owner as a whole."""
        ...

    @property
    def is_set(self) -> bool:
        """Whether the value there is a list that owners add members to."""
        ...

    def keys(self, items: Sequence[Any]) -> tuple[str, ...]:
        """Return the fields that tell the objects of the list there apart; empty if none do."""
        ...

    def field(self, name: str) -> "Structure":
        """Return the place of a field of the object there."""
        ...

    def item(self) -> "Structure":
        """Return the place of an item of the list there."""
        ...


@dataclass(frozen=True, slots=True)
class ByName:
    """A place in a built-in object; only the name of the nearest field is known."""

    name: str = ""

    @property
    def is_atomic(self) -> bool:
        """See `Structure`."""
        return self.name in ("selector", "nodeSelector", "resources")

    @property
    def is_set(self) -> bool:
        """See `Structure`."""
        return is_merged_set(self.name)

    def keys(self, items: Sequence[Any]) -> tuple[str, ...]:
        """See `Structure`."""
        key = merge_key(self.name, items)
        fits = all(isinstance(item, dict) and key in item for item in items)
        return (key,) if key is not None and fits else ()

    def field(self, name: str) -> Structure:
        """See `Structure`."""
        return ByName(name)

    def item(self) -> Structure:
        """See `Structure`."""
        return ByName()


@dataclass(frozen=True, slots=True)
class BySchema:
    """A place in a custom resource."""

    source: Mapping[str, Any]

    @property
    def is_atomic(self) -> bool:
        """See `Structure`."""
        return self.source.get("x-kubernetes-map-type") == "atomic"

    @property
    def is_set(self) -> bool:
        """See `Structure`."""
        return self.source.get("x-kubernetes-list-type") == "set"

    def keys(self, items: Sequence[Any]) -> tuple[str, ...]:
        """See `Structure`."""
        if self.source.get("x-kubernetes-list-type") != "map":
            return ()
        names = tuple(self.source.get("x-kubernetes-list-map-keys") or ())
        fits = all(isinstance(item, dict) and set(names) <= set(item) for item in items)
        return names if fits else ()

    def field(self, name: str) -> Structure:
        """See `Structure`."""
        properties = self.source.get("properties") or {}
        additional = self.source.get("additionalProperties")
        child = properties.get(name, additional)
        return BySchema(child if isinstance(child, dict) else {})

    def item(self) -> Structure:
        """See `Structure`."""
        return BySchema(self.source.get("items") or {})


@dataclass(frozen=True, slots=True)
class _CustomRoot(BySchema):
    metadata: ByName = field(default_factory=ByName)

    def field(self, name: str) -> Structure:
        return self.metadata if name == "metadata" else BySchema.field(self, name)


def structure_of(definition: Definition) -> Structure:
    """Return the root of a resource's objects."""
    if definition.custom is None:
        return ByName()
    return _CustomRoot(definition.custom.source)
