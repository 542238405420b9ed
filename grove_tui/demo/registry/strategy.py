"""The base of all strategies: objects are stored as they come."""

# ruff: noqa: ARG002 - a step is offered more than most resources need

from collections.abc import Iterator

from grove_tui.demo.definition import Definition
from grove_tui.demo.openapi.fields import misfits, unknown_fields
from grove_tui.demo.statuses import Json, Violation


class Strategy:
    """How the objects of one resource are prepared and checked; subclasses override steps.

    No step changes its input; each returns an object that may share parts with it.
    """

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def defaults(self, obj: Json) -> Json:
        """Return the object with default values; called on create and update."""
        return obj

    def for_create(self, obj: Json, now: str) -> Json:
        """Return a new object ready to be checked and stored."""
        if self.definition.status:
            obj = {name: value for name, value in obj.items() if name != "status"}
        return self.defaults(obj)

    def for_update(self, new: Json, old: Json) -> Json:
        """Return a changed object; without its status if that has its own subresource."""
        new = self.defaults(new)
        return _with_field(new, "status", old) if self.definition.status else new

    def for_status(self, new: Json, old: Json) -> Json:
        """Return what a write of the status subresource leaves: status and plain metadata."""
        metadata = new["metadata"]
        owners = old["metadata"].get("ownerReferences")
        if metadata.get("ownerReferences") != owners:
            metadata = {k: v for k, v in metadata.items() if k != "ownerReferences"}
            if owners is not None:
                metadata["ownerReferences"] = owners
        return _with_field({**old, "metadata": metadata}, "status", new)

    def validate(self, obj: Json) -> Iterator[Violation]:
        """Yield what is wrong with a new object."""
        yield from ()

    def validate_update(self, new: Json, old: Json) -> Iterator[Violation]:
        """Yield what is wrong with a change."""
        yield from ()

    def unknown(self, obj: Json) -> list[str]:
        """Return the paths of fields that the resource does not have."""
        definition = self.definition
        return unknown_fields(definition.group, definition.version, definition.kind, obj)

    def misfits(self, obj: Json) -> Iterator[Violation]:
        """Yield fields that hold a value of another type, or are required and missing."""
        definition = self.definition
        yield from misfits(definition.group, definition.version, definition.kind, obj)

    def grace_period(self, obj: Json, asked: int | None) -> int:
        """Return the seconds between the delete and the end of the object; 0 is at once."""
        return 0


def _with_field(obj: Json, name: str, source: Json) -> Json:
    if name in source:
        return {**obj, name: source[name]}
    return {key: value for key, value in obj.items() if key != name}
