"""The verbs: create, update, patch, delete of objects, with Kubernetes' rules around them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from grove_tui.demo.apply.managers import UPDATE, Manager, after_update
from grove_tui.demo.apply.structure import structure_of
from grove_tui.demo.builtin import CRDS, NAMESPACES, SERVICEACCOUNTS
from grove_tui.demo.definition import Definition
from grove_tui.demo.registry import deletion, metadata
from grove_tui.demo.registry.catalog import Catalog
from grove_tui.demo.registry.options import DeleteOptions, Outcome, WriteOptions
from grove_tui.demo.registry.strategies import strategy_for
from grove_tui.demo.registry.strategy import Strategy
from grove_tui.demo.statuses import (
    FieldProblem,
    Json,
    Violation,
    already_exists,
    bad_request,
    forbidden,
    invalid,
    not_found,
)
from grove_tui.demo.storage import Key, Storage, Stored
from grove_tui.kube.clock import Clock, format_time
from grove_tui.kube.errors import ApiError

Admission = Callable[
    [str, str, Json, Json | None], tuple[Json, Sequence[FieldProblem], Sequence[str]]
]
"""(plural, CREATE or UPDATE, new, old) to (the object to store, problems, warnings)."""

Change = Callable[[Json], Json]
_GENERATE_ATTEMPTS = 8


def admit_all(
    _plural: str, _operation: str, new: Json, _old: Json | None
) -> tuple[Json, Sequence[FieldProblem], Sequence[str]]:
    """Admit every object as it is."""
    return new, (), ()


class Registry:
    """All served resources over one storage."""

    def __init__(self, storage: Storage, clock: Clock, admission: Admission = admit_all) -> None:
        self.storage = storage
        self.catalog = Catalog(storage)
        self.clock = clock
        self._admission = admission
        self._strategies: dict[int, Strategy] = {}

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
        self._require_namespace(definition, obj)
        strategy = self._strategy(definition)
        warnings = _check_unknown(definition, strategy, obj, options)
        obj = self._name(definition, metadata.for_create(definition, obj, self.now))
        if not options.applying:
            obj = metadata.with_metadata(obj, managedFields=None)
        key = key_of(definition, namespace, obj["metadata"]["name"])
        if self.storage.get(key) is not None:
            raise already_exists(definition.plural, definition.group, key.name)
        obj = self._prepared(definition, lambda: strategy.for_create(obj, self.now))
        obj, admitted = self._admit(definition, strategy, obj, None)
        if options.dry_run:
            return Outcome(_unstored(key, obj), created=True, warnings=(*warnings, *admitted))
        stored = self.storage.put(key, obj)
        self._after_create(definition, key)
        return Outcome(stored, created=True, warnings=(*warnings, *admitted))

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
        old = self.get(definition, key.namespace, key.name).object
        changed = metadata.identify(definition, key.namespace, change(old))
        strategy = self._strategy(definition)
        warnings = _check_unknown(definition, strategy, changed, options)
        new = metadata.for_update(definition, changed, old)
        new, admitted = self._changed(definition, strategy, subresource, (new, old))
        new = self._with_owners(definition, subresource, (new, old), options)
        new = _with_generation(definition, new, old)
        return self._store(definition, key, new, old, options.dry_run, (*warnings, *admitted))

    def _with_owners(
        self,
        definition: Definition,
        subresource: str,
        change: tuple[Json, Json],
        options: WriteOptions,
    ) -> Json:
        """Note whose fields changed, on objects that keep such notes."""
        new, old = change
        if options.applying:
            return new
        if "managedFields" not in old["metadata"]:
            return metadata.with_metadata(new, managedFields=None)
        writer = Manager(
            options.field_manager or "unknown",
            UPDATE,
            definition.api_version,
            frozenset(),
            self.now,
            subresource,
        )
        return after_update(new, old, structure_of(definition), writer)

    def _changed(
        self,
        definition: Definition,
        strategy: Strategy,
        subresource: str,
        change: tuple[Json, Json],
    ) -> tuple[Json, tuple[str, ...]]:
        """Prepare and check a (new, old) pair as its subresource asks."""
        new, old = change
        if subresource == "binding":
            return new, ()
        if subresource == "status":
            new = self._prepared(definition, lambda: strategy.for_status(new, old))
            self._check(definition, new, metadata.problems(definition, new, old))
            self._check(definition, new, _status_problems(definition, strategy, new, old))
            return new, ()
        new = self._prepared(definition, lambda: strategy.for_update(new, old))
        if subresource == "scale":
            self._check(definition, new, strategy.validate_update(new, old))
            return new, ()
        return self._admit(definition, strategy, new, old)

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
        grace = self._strategy(definition).grace_period(old, options.grace_period_seconds)
        new = deletion.marked(definition, old, grace, options, self.clock())
        if options.dry_run:
            return Outcome(stored, removed=deletion.is_due(new))
        with self.storage.batch():
            if _is_container(definition):
                return self._delete_container(definition, stored.key, new)
            return self._store(definition, stored.key, new, old)

    def _delete_container(self, definition: Definition, key: Key, new: Json) -> Outcome:
        """Delete what contains other objects: it goes when the last of them has gone."""
        new = deletion.terminating(definition, new, self.now)
        stored = self.storage.put(key, new)
        for content in self._content(definition, key.name):
            owner = self.catalog.by_resource(content.key.resource)
            if owner is not None and "deletionTimestamp" not in content.object["metadata"]:
                self.delete(owner, content.key.namespace, content.key.name, DeleteOptions())
        remaining = self.storage.get(key)
        if remaining is not None:
            self._finish_container(definition, key)
            remaining = self.storage.get(key)
        return Outcome(remaining or stored, removed=remaining is None)

    def _content(self, definition: Definition, name: str) -> list[Stored]:
        if definition is CRDS:
            return list(self.storage.objects(name))
        return [
            stored
            for resource in self.storage.resources_in(name)
            for stored in self.storage.objects(resource, name)
        ]

    def _finish_container(self, definition: Definition, key: Key) -> None:
        """Remove a terminating namespace or definition that has become empty."""
        stored = self.storage.get(key)
        if stored is None or "deletionTimestamp" not in stored.object["metadata"]:
            return
        if not self._content(definition, key.name) and deletion.is_due(stored.object):
            self.storage.delete(key)

    def _store(
        self,
        definition: Definition,
        key: Key,
        new: Json,
        old: Json,
        dry_run: bool = False,
        warnings: tuple[str, ...] = (),
    ) -> Outcome:
        """Write `new` over `old`, or remove the object if nothing holds it any longer."""
        removed = deletion.is_due(new)
        if dry_run:
            return Outcome(_unstored(key, new), removed=removed, warnings=warnings)
        if removed and _is_container(definition):
            removed = not self._content(definition, key.name)
        if removed:
            stored = self.storage.delete(key, new)
            self._after_removal(key)
            return Outcome(stored, removed=True, warnings=warnings)
        if new == old:
            return Outcome(self.get(definition, key.namespace, key.name), warnings=warnings)
        return Outcome(self.storage.put(key, new), warnings=warnings)

    def _after_create(self, definition: Definition, key: Key) -> None:
        if definition is NAMESPACES:
            account = {"metadata": {"name": "default"}}
            self.create(SERVICEACCOUNTS, key.name, account, WriteOptions())

    def _after_removal(self, key: Key) -> None:
        self._finish_container(CRDS, Key(CRDS.resource, "", key.resource))
        if key.namespace:
            self._finish_container(NAMESPACES, Key(NAMESPACES.resource, "", key.namespace))

    def _require_namespace(self, definition: Definition, obj: Json) -> None:
        if not definition.namespaced:
            return
        name = obj["metadata"]["namespace"]
        namespace = self.storage.get(Key(NAMESPACES.resource, "", name))
        if namespace is None:
            raise not_found(NAMESPACES.plural, "", name)
        if "deletionTimestamp" in namespace.object["metadata"]:
            why = f"unable to create new content in namespace {name} because it is being terminated"
            refused = obj["metadata"].get("name", "")
            error = forbidden(definition.plural, definition.group, refused, why)
            cause = {
                "reason": "NamespaceTerminating",
                "message": why,
                "field": "metadata.namespace",
            }
            error.details = {**error.details, "causes": [cause]}
            raise error

    def _name(self, definition: Definition, obj: Json) -> Json:
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

    def _strategy(self, definition: Definition) -> Strategy:
        strategy = self._strategies.get(id(definition))
        if strategy is None or strategy.definition is not definition:
            strategy = self._strategies[id(definition)] = strategy_for(definition)
        return strategy

    def _prepared(self, definition: Definition, step: Callable[[], Json]) -> Json:
        """Run a step that may trip over values of the wrong type."""
        try:
            return step()
        except (TypeError, AttributeError, ValueError, KeyError) as error:
            raise _unreadable(definition, error) from error

    def _admit(
        self, definition: Definition, strategy: Strategy, new: Json, old: Json | None
    ) -> tuple[Json, tuple[str, ...]]:
        """Let admission change the object, then check it; returns it with admission's warnings."""
        admitted: Sequence[FieldProblem] = ()
        warnings: Sequence[str] = ()
        if definition.custom is not None and not _has_type_problem(strategy, new):
            operation = "CREATE" if old is None else "UPDATE"
            new, admitted, warnings = self._admission(definition.plural, operation, new, old)
            new = strategy.defaults(new)
        rules = strategy.validate(new) if old is None else strategy.validate_update(new, old)
        self._check(definition, new, metadata.problems(definition, new, old))
        self._check(definition, new, rules)
        self._check(definition, new, admitted)
        return new, tuple(warnings)

    def _check(self, definition: Definition, new: Json, rules: Iterable[FieldProblem]) -> None:
        try:
            problems = list(rules)
        except (TypeError, AttributeError, ValueError, KeyError) as error:
            raise _unreadable(definition, error) from error
        if problems:
            raise invalid(definition.kind, definition.group, new["metadata"]["name"], problems)


def key_of(definition: Definition, namespace: str, name: str) -> Key:
    """Return the storage key of an object."""
    return Key(definition.resource, namespace if definition.namespaced else "", name)


def _is_container(definition: Definition) -> bool:
    return definition is NAMESPACES or definition is CRDS


def _unreadable(definition: Definition, error: Exception) -> ApiError:
    return bad_request(
        f'{definition.kind} in version "{definition.version}" cannot be handled as a '
        f"{definition.kind}: {error}"
    )


def _unstored(key: Key, obj: Json) -> Stored:
    return Stored.unsaved(key, obj)


def _has_type_problem(strategy: Strategy, obj: Json) -> bool:
    return any(problem.reason == "FieldValueTypeInvalid" for problem in strategy.validate(obj))


def _status_problems(
    definition: Definition, strategy: Strategy, new: Json, old: Json
) -> Iterable[FieldProblem]:
    return strategy.validate_update(new, old) if definition.custom is not None else ()


def _check_unknown(
    definition: Definition, strategy: Strategy, obj: Json, options: WriteOptions
) -> tuple[str, ...]:
    """Refuse or report fields that the resource does not have, as the request asks."""
    if options.field_validation not in ("Strict", "Warn"):
        return ()
    found = tuple(f'unknown field "{path}"' for path in strategy.unknown(obj))
    if found and options.field_validation == "Strict":
        raise _unreadable(definition, ValueError(f"strict decoding error: {', '.join(found)}"))
    return found


def _with_generation(definition: Definition, new: Json, old: Json) -> Json:
    """Count a change of anything but metadata and status."""
    if not definition.generation or _desired(definition, new) == _desired(definition, old):
        return new
    generation = old["metadata"].get("generation", 0) + 1
    return metadata.with_metadata(new, generation=generation)


def _desired(definition: Definition, obj: Json) -> dict[str, Any]:
    ignored = ("metadata", "status") if definition.status else ("metadata",)
    return {name: value for name, value in obj.items() if name not in ignored}
