"""The verbs: create, update, patch, delete of objects, with Kubernetes' rules around them."""

from collections.abc import Callable
from typing import Any

from grove_tui.demo.apply.managers import UPDATE, Manager, after_update
from grove_tui.demo.apply.structure import structure_of
from grove_tui.demo.builtin import NAMESPACES, SERVICEACCOUNTS
from grove_tui.demo.definition import Definition
from grove_tui.demo.registry import containers, deletion, metadata
from grove_tui.demo.registry.catalog import Catalog
from grove_tui.demo.registry.options import DeleteOptions, Outcome, WriteOptions
from grove_tui.demo.registry.preparation import Admission, Preparation, admit_all
from grove_tui.demo.statuses import Json, Violation, already_exists, invalid, not_found
from grove_tui.demo.storage import Key, Storage, Stored
from grove_tui.kube.clock import Clock, format_time

Change = Callable[[Json], Json]
_GENERATE_ATTEMPTS = 8


class Registry:
    """All served resources over one storage."""

    def __init__(self, storage: Storage, clock: Clock, admission: Admission = admit_all) -> None:
        self.storage = storage
        self.catalog = Catalog(storage)
        self.clock = clock
        self._preparation = Preparation(admission)

    @property
    def now(self) -> str:
        """The time that is written into objects."""
        return format_time(self.clock())

    def get(self, definition: Definition, namespace: str, name: str) -> Stored:
        """Return one object.

        Raises:
            NotFound: There is none.
        """
        stored = self.storage.get(key_of(definition, namespace, name))
        if stored is None:
            raise not_found(definition.plural, definition.group, name)
        return stored

    def create(
        self, definition: Definition, namespace: str, obj: Json, options: WriteOptions
    ) -> Outcome:
        """Create an object.

        Raises:
            ApiError: 400, 403, 404 (namespace), 409 or 422, as Kubernetes does.
        """
        obj = metadata.identify(definition, namespace, obj)
        containers.require_namespace(self.storage, definition, obj)
        warnings = self._preparation.check_fields(definition, obj, options)
        obj = self._named(definition, metadata.for_create(definition, obj, self.now))
        if not options.applying:
            obj = metadata.with_metadata(obj, managedFields=None)
        key = key_of(definition, namespace, obj["metadata"]["name"])
        if self.storage.get(key) is not None:
            raise already_exists(definition.plural, definition.group, key.name)
        obj, admitted = self._preparation.new(definition, obj, self.now)
        warnings = (*warnings, *admitted)
        if options.dry_run:
            return Outcome(Stored.unsaved(key, obj), created=True, warnings=warnings)
        with self.storage.batch():
            stored = self.storage.put(key, obj)
            self._after_create(definition, key)
        return Outcome(stored, created=True, warnings=warnings)

    def update(
        self,
        definition: Definition,
        key: Key,
        change: Change,
        options: WriteOptions,
        subresource: str = "",
    ) -> Outcome:
        """Replace an object by what `change` makes of it, within what `subresource` may change.

        Raises:
            ApiError: 400, 404, 409 or 422, as Kubernetes does.
        """
        stored = self.get(definition, key.namespace, key.name)
        old = stored.object
        changed = metadata.identify(definition, key.namespace, change(old))
        warnings = self._preparation.check_fields(definition, changed, options)
        new = metadata.for_update(definition, changed, old)
        new, admitted = self._preparation.changed(definition, subresource, new, old)
        if not options.applying:
            new = self._with_owners(definition, new, old, options.field_manager, subresource)
        new = _with_generation(definition, new, old)
        outcome = self._tried(stored, new) if options.dry_run else self._stored(stored, new)
        return Outcome(outcome.stored, False, outcome.removed, (*warnings, *admitted))

    def delete(
        self, definition: Definition, namespace: str, name: str, options: DeleteOptions
    ) -> Outcome:
        """Delete an object, or mark it for deletion if something has to happen first.

        Raises:
            ApiError: 404, or 409 if a precondition does not hold.
        """
        stored = self.get(definition, namespace, name)
        old = stored.object
        metadata.check_identity(definition, old["metadata"], options.uid, options.resource_version)
        strategy = self._preparation.strategy(definition)
        grace = strategy.grace_period(old, options.grace_period_seconds)
        new = deletion.marked(definition, old, grace, options, self.clock())
        if options.dry_run:
            return Outcome(stored, removed=deletion.is_due(new))
        with self.storage.batch():
            if containers.is_container(definition):
                return self._delete_container(definition, stored, new)
            return self._stored(stored, new)

    def _delete_container(self, definition: Definition, stored: Stored, new: Json) -> Outcome:
        """Delete what contains other objects: it goes when the last of them has gone."""
        new = deletion.terminating(definition, new, self.now)
        if "deletionTimestamp" not in stored.object["metadata"]:
            stored = self.storage.put(stored.key, new)
        for inner in containers.content(self.storage, stored.key):
            owner = self.catalog.by_resource(inner.key.resource)
            if owner is not None and "deletionTimestamp" not in inner.object["metadata"]:
                self.delete(owner, inner.key.namespace, inner.key.name, DeleteOptions())
        containers.remove_if_done(self.storage, stored.key)
        remaining = self.storage.get(stored.key)
        return Outcome(remaining or stored, removed=remaining is None)

    def _stored(self, old: Stored, new: Json) -> Outcome:
        """Write `new` over `old`, or remove the object if nothing holds it any longer."""
        if self._is_done(old.key, new):
            with self.storage.batch():
                removed = self.storage.delete(old.key, new)
                containers.remove_what_held(self.storage, old.key)
            return Outcome(removed, removed=True)
        return Outcome(old if new == old.object else self.storage.put(old.key, new))

    def _tried(self, old: Stored, new: Json) -> Outcome:
        return Outcome(Stored.unsaved(old.key, new), removed=self._is_done(old.key, new))

    def _is_done(self, key: Key, new: Json) -> bool:
        if not deletion.is_due(new):
            return False
        definition = self.catalog.by_resource(key.resource)
        holds_others = definition is not None and containers.is_container(definition)
        return not (holds_others and containers.content(self.storage, key))

    def _after_create(self, definition: Definition, key: Key) -> None:
        if definition is NAMESPACES:
            account = {"metadata": {"name": "default"}}
            self.create(SERVICEACCOUNTS, key.name, account, WriteOptions())

    def _named(self, definition: Definition, obj: Json) -> Json:
        """Return a new object with its name, generated if it asks for that."""
        given = obj["metadata"]
        if given.get("name"):
            return obj
        prefix = given.get("generateName")
        if not prefix:
            detail = "name or generateName is required"
            missing = Violation("metadata.name", detail, "FieldValueRequired")
            raise invalid(definition.kind, definition.group, "", [missing])
        namespace = given.get("namespace", "")
        for _ in range(_GENERATE_ATTEMPTS):
            name = metadata.generated_name(prefix)
            if self.storage.get(key_of(definition, namespace, name)) is None:
                break
        return {**obj, "metadata": {"name": name, **given}}

    def _with_owners(
        self, definition: Definition, new: Json, old: Json, manager: str, subresource: str
    ) -> Json:
        """Note whose fields changed, on objects that keep such notes."""
        if "managedFields" not in old["metadata"]:
            return metadata.with_metadata(new, managedFields=None)
        name, version = manager or "unknown", definition.api_version
        writer = Manager(name, UPDATE, version, frozenset(), self.now, subresource)
        return after_update(new, old, structure_of(definition), writer)


def key_of(definition: Definition, namespace: str, name: str) -> Key:
    """Return the storage key of an object."""
    return Key(definition.resource, namespace if definition.namespaced else "", name)


def _with_generation(definition: Definition, new: Json, old: Json) -> Json:
    """Count a change of anything but metadata and status."""
    if not definition.generation or _desired(definition, new) == _desired(definition, old):
        return new
    generation = old["metadata"].get("generation", 0) + 1
    return metadata.with_metadata(new, generation=generation)


def _desired(definition: Definition, obj: Json) -> dict[str, Any]:
    ignored = ("metadata", "status") if definition.status else ("metadata",)
    return {name: value for name, value in obj.items() if name not in ignored}
