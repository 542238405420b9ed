"""Objects of resources that a CustomResourceDefinition brought: their schema is their rule."""

# ruff: noqa: ARG002 - a step is offered more than most resources need

from collections.abc import Iterator

from grove_tui.demo.definition import Definition
from grove_tui.demo.openapi.fields import metadata_misfits, unknown_metadata
from grove_tui.demo.registry.strategy import Strategy
from grove_tui.demo.schema import Schema
from grove_tui.demo.statuses import Json, Violation


class CustomResources(Strategy):
    """Prunes, defaults and validates by the structural schema."""

    def __init__(self, definition: Definition) -> None:
        super().__init__(definition)
        if definition.custom is None:
            raise ValueError(f"{definition.resource} is no custom resource")
        self._schema: Schema = definition.custom.schema

    def defaults(self, obj: Json) -> Json:
        """See `Strategy`."""
        return self._schema.normalise(obj)  # type: ignore[no-any-return]

    def for_status(self, new: Json, old: Json) -> Json:
        """See `Strategy`; metadata of custom resources is not written through status."""
        kept = {**new, "metadata": old["metadata"]}
        return super().for_status(self._schema.normalise(kept), old)

    def validate(self, obj: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        yield from self._schema.validate(obj)

    def validate_update(self, new: Json, old: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        yield from self._schema.validate(new)

    def unknown(self, obj: Json) -> list[str]:
        """See `Strategy`."""
        return [*self._schema.unknown(obj), *unknown_metadata(obj["metadata"])]

    def misfits(self, obj: Json) -> Iterator[Violation]:
        """See `Strategy`; the rest is up to the schema, which reports all violations together."""
        yield from metadata_misfits(obj["metadata"])
