"""Namespaces and custom resource definitions: what contains other objects goes after them."""

from grove_tui.demo.builtin import CRDS, NAMESPACES
from grove_tui.demo.definition import Definition
from grove_tui.demo.registry import deletion
from grove_tui.demo.statuses import Json, forbidden, not_found
from grove_tui.demo.storage import Key, Storage, Stored


def is_container(definition: Definition) -> bool:
    """Say whether objects of this resource contain others."""
    return definition is NAMESPACES or definition is CRDS


def content(storage: Storage, container: Key) -> list[Stored]:
    """Return the objects in a namespace, or of a definition."""
    if container.resource == CRDS.resource:
        return list(storage.objects(container.name))
    return [
        stored
        for resource in storage.resources_in(container.name)
        for stored in storage.objects(resource, container.name)
    ]


def remove_if_done(storage: Storage, container: Key) -> None:
    """Remove a terminating container that has become empty."""
    stored = storage.get(container)
    if stored is None or "deletionTimestamp" not in stored.object["metadata"]:
        return
    if deletion.is_due(stored.object) and not content(storage, container):
        storage.delete(container)


def remove_what_held(storage: Storage, key: Key) -> None:
    """Remove the containers that only the object at `key`, now gone, still held."""
    remove_if_done(storage, Key(CRDS.resource, "", key.resource))
    if key.namespace:
        remove_if_done(storage, Key(NAMESPACES.resource, "", key.namespace))


def require_namespace(storage: Storage, definition: Definition, obj: Json) -> None:
    """Check that an object can be created in its namespace.

    Raises:
        NotFound: There is no such namespace.
        Forbidden: It is being deleted.
    """
    if not definition.namespaced:
        return
    name = obj["metadata"]["namespace"]
    namespace = storage.get(Key(NAMESPACES.resource, "", name))
    if namespace is None:
        raise not_found(NAMESPACES.plural, "", name)
    if "deletionTimestamp" not in namespace.object["metadata"]:
        return
    why = f"unable to create new content in namespace {name} because it is being terminated"
    error = forbidden(definition.plural, definition.group, obj["metadata"].get("name", ""), why)
    cause = {"reason": "NamespaceTerminating", "message": why, "field": "metadata.namespace"}
    error.details = {**error.details, "causes": [cause]}
    raise error
