"""`managedFields`: reading and writing the owners of an object's fields."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from grove_tui.demo.apply.fieldsets import (
    FieldSet,
    decode_fields,
    encode_fields,
    owned_fields,
    value_at,
)
from grove_tui.demo.apply.structure import Structure
from grove_tui.demo.statuses import Json

APPLY, UPDATE = "Apply", "Update"


@dataclass(frozen=True, slots=True)
class Manager:
    """One owner: who, how, and of which fields."""

    name: str
    operation: str
    api_version: str
    fields: FieldSet
    time: str
    subresource: str = ""

    def is_same(self, other: "Manager") -> bool:
        """Say whether both are one entry of the list."""
        return (self.name, self.operation, self.subresource) == (
            other.name,
            other.operation,
            other.subresource,
        )

    def encoded(self) -> Json:
        """Return the entry as the object carries it."""
        entry: Json = {
            "manager": self.name,
            "operation": self.operation,
            "apiVersion": self.api_version,
            "time": self.time,
            "fieldsType": "FieldsV1",
            "fieldsV1": encode_fields(self.fields),
        }
        if self.subresource:
            entry["subresource"] = self.subresource
        return entry


def managers_of(obj: Json) -> list[Manager]:
    """Return the owners that an object knows."""
    return [
        Manager(
            entry.get("manager", ""),
            entry.get("operation", UPDATE),
            entry.get("apiVersion", ""),
            frozenset(decode_fields(entry.get("fieldsV1") or {})),
            entry.get("time", ""),
            entry.get("subresource", ""),
        )
        for entry in obj["metadata"].get("managedFields") or ()
    ]


def with_managers(obj: Json, managers: Iterable[Manager]) -> Json:
    """Return `obj` with these owners; the ones that own nothing are left out."""
    entries = [manager.encoded() for manager in managers if manager.fields]
    metadata = {k: v for k, v in obj["metadata"].items() if k != "managedFields"}
    if entries:
        metadata["managedFields"] = entries
    return {**obj, "metadata": metadata}


def replaced(managers: list[Manager], mine: Manager) -> list[Manager]:
    """Return the owners with `mine` in its place; the time stays where the fields do."""
    for index, manager in enumerate(managers):
        if manager.is_same(mine):
            kept = manager if manager.fields == mine.fields else mine
            return [*managers[:index], kept, *managers[index + 1 :]]
    return [*managers, mine]


def after_update(new: Json, old: Json, structure: Structure, writer: Manager) -> Json:
    """Return `new` with the fields that differ from `old` owned by their writer.

    Args:
        new: The object after an update or patch.
        old: The object before.
        structure: How its lists merge.
        writer: Who wrote; its fields are ignored.
    """
    managers = managers_of(old)
    if not managers:
        return with_managers(new, ())
    present, before = owned_fields(new, structure), owned_fields(old, structure)
    changed = frozenset(p for p in present if value_at(new, p) != value_at(old, p))
    lost = changed | (before - present)
    remaining = [
        manager if manager.is_same(writer) else replace(manager, fields=manager.fields - lost)
        for manager in managers
    ]
    mine = next((m.fields for m in managers if m.is_same(writer)), frozenset())
    writer = replace(writer, fields=(mine - (before - present)) | changed)
    return with_managers(new, replaced(remaining, writer))
