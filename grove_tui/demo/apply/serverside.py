"""The apply verb: create what is missing, else merge, and note who owns what."""

from dataclasses import replace

from grove_tui.demo.apply.applying import applied
from grove_tui.demo.apply.fieldsets import owned_fields
from grove_tui.demo.apply.managers import APPLY, Manager, with_managers
from grove_tui.demo.apply.structure import structure_of
from grove_tui.demo.definition import Definition
from grove_tui.demo.registry.options import Outcome, WriteOptions
from grove_tui.demo.registry.registry import Registry
from grove_tui.demo.statuses import Json, bad_request
from grove_tui.demo.storage import Key


def server_side_apply(
    registry: Registry, definition: Definition, key: Key, config: Json, options: WriteOptions
) -> Outcome:
    """Apply `config` to the object at `key` in the name of the field manager.

    Raises:
        ApiError: 400, 404 (namespace), 409 for fields that others own, or 422.
    """
    if not options.field_manager:
        raise bad_request("fieldManager is required for apply patch")
    given = config.get("metadata") or {}
    if given.get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")
    options = replace(options, applying=True)
    metadata = {"name": key.name, **given}
    if definition.namespaced:
        metadata = {"namespace": key.namespace, **metadata}
    config = {**config, "metadata": metadata}
    if definition.status:
        config = {name: value for name, value in config.items() if name != "status"}
    structure = structure_of(definition)
    fields = owned_fields(config, structure)
    mine = Manager(options.field_manager, APPLY, definition.api_version, fields, registry.now)
    if registry.storage.get(key) is None:
        return registry.create(definition, key.namespace, with_managers(config, [mine]), options)
    return registry.update(
        definition, key, lambda live: applied(live, config, structure, mine, options.force), options
    )
