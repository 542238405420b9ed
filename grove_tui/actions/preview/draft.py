"""A cluster that exists only on paper: objects come and go as an API server would have it.

What an owner's deletion takes with it goes at once; what a plan creates is there at once. The draft
remembers what came and went, by uid.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from grove_tui.actions.preview.overlay import Overlay, overlay
from grove_tui.kube.objects import JSON, HasMetadata, Pod, key_of
from grove_tui.kube.resources import Resource
from grove_tui.reconcile.actions import Action, Create, Delete, Patch
from grove_tui.reconcile.world import INDEX_OWNER, INDEXES, RESOURCES, World

T = TypeVar("T", bound=HasMetadata)

Listener = Callable[[str, HasMetadata | None, HasMetadata | None], None]
"""Called with the field of the World and the object before and after each change."""

_FIELDS = {resource.plural: name for name, resource in RESOURCES.items()}
_TYPES = {resource.type: name for name, resource in RESOURCES.items()}
_CHILDREN = tuple(name for name, indexes in INDEXES.items() if INDEX_OWNER in indexes)
_UID = "draft-"


def is_drafted(obj: HasMetadata) -> bool:
    """Tell whether an object exists only in a draft."""
    return obj.metadata.uid.startswith(_UID)


@dataclass(slots=True)
class Trace:
    """What came and went, by field of the World and uid.

    Attributes:
        created: Drafted objects that are there.
        removed: Objects of the real cluster that are not.
    """

    created: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {name: {} for name in INDEXES}
    )
    removed: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {name: {} for name in INDEXES}
    )

    def copy(self) -> "Trace":
        """Return the trace as it is now."""
        return Trace(
            {name: dict(found) for name, found in self.created.items()},
            {name: dict(found) for name, found in self.removed.items()},
        )


class Draft:
    """A World that can be changed.

    Attributes:
        world: What it holds now.
        trace: What has come and gone.
    """

    def __init__(self, base: World, listener: Listener) -> None:
        self.world = overlay(base)
        self.trace = Trace()
        self._listener = listener
        self._count = 0

    def put(self, obj: HasMetadata) -> None:
        """Add an object, or a new version of one."""
        name = _TYPES[type(obj)]
        objects = self._objects(name)
        old = objects.get(*key_of(obj))
        objects.put(obj)
        if is_drafted(obj):
            self.trace.created[name][obj.metadata.uid] = obj
        self._listener(name, old, obj)

    def adjust(self, obj: HasMetadata) -> None:
        """Replace an object without telling anybody, as if it had always been so."""
        self._objects(_TYPES[type(obj)]).put(obj)

    def remove(self, obj: HasMetadata) -> None:
        """Remove an object and what it owns; a later object of its name stays."""
        name = _TYPES[type(obj)]
        objects = self._objects(name)
        found = objects.get(*key_of(obj))
        uid = obj.metadata.uid
        if found is None or found.metadata.uid != uid:
            return
        objects.remove(key_of(obj))
        if self.trace.created[name].pop(uid, None) is None:
            self.trace.removed[name][uid] = found
        self._listener(name, found, None)
        if uid and not isinstance(obj, Pod):
            for field_name in _CHILDREN:
                for child in list(self._objects(field_name).by_index(INDEX_OWNER, uid)):
                    self.remove(child)

    def apply(self, action: Action, now: datetime) -> None:
        """Do what a plan asks for."""
        match action:
            case Create():
                self.put(self.new(action.resource, action.body, now))
            case Patch():
                self._patch(action)
            case Delete():
                self.remove(action.of)

    def new(self, resource: Resource[T], body: JSON, now: datetime) -> T:
        """Return a new object as the API server would complete it; it is not added yet."""
        obj: Any = resource.decode(msgspec.json.encode(body))
        uid = self.next_uid()
        name = obj.metadata.name or f"{obj.metadata.generate_name}{uid}"
        metadata = replace(obj.metadata, name=name, uid=uid, generation=1, creation_timestamp=now)
        made: T = replace(obj, metadata=metadata)
        return made

    def next_uid(self) -> str:
        """Return a uid that no object has."""
        self._count += 1
        return f"{_UID}{self._count}"

    def _patch(self, action: Patch) -> None:
        name = _FIELDS[action.resource.plural]
        found = self._objects(name).get(*key_of(action.of))
        if found is None or found.metadata.uid != action.of.metadata.uid:
            return
        body = _merged(msgspec.to_builtins(found), action.patch)
        obj = action.resource.decode(msgspec.json.encode(body))
        generation = found.metadata.generation + ("spec" in action.patch)
        self.put(replace(obj, metadata=replace(obj.metadata, generation=generation)))

    def _objects(self, name: str) -> Overlay[Any]:
        objects: Overlay[Any] = getattr(self.world, name)
        return objects


def _merged(old: Any, patch: Any) -> Any:
    """Apply a JSON merge patch."""
    if not isinstance(patch, dict):
        return patch
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result
