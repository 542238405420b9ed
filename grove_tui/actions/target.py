"""Which object an action is for, as it was when the key was pressed."""

from typing import Any, Self

from msgspec import Struct

from grove_tui.kube.objects import HasMetadata
from grove_tui.kube.resources import Resource


class Target(Struct, frozen=True):
    """The identity of one object; a later object of the same name is another one."""

    resource: Resource[Any]
    namespace: str
    name: str
    uid: str

    @classmethod
    def of(cls, resource: Resource[Any], obj: HasMetadata) -> Self:
        """Return the identity of `obj`."""
        meta = obj.metadata
        return cls(resource, meta.namespace, meta.name, meta.uid)

    def __str__(self) -> str:
        return f"{self.resource.kind} {self.name}"
