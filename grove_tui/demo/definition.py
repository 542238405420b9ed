"""What the server knows about a resource that it serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grove_tui.demo.schema import Schema
from grove_tui.demo.statuses import qualify

STANDARD_VERBS = (
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
)


@dataclass(frozen=True, slots=True)
class ScalePaths:
    """Where a resource keeps what its scale subresource shows, as field names from the root."""

    spec: tuple[str, ...] = ("spec", "replicas")
    status: tuple[str, ...] = ("status", "replicas")
    selector: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrinterColumn:
    """A column that a custom resource definition asks for."""

    name: str
    type: str
    json_path: str
    priority: int = 0
    description: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class CustomResource:
    """What only custom resources have: a schema and columns from their definition."""

    schema: Schema
    source: Mapping[str, Any]
    columns: tuple[PrinterColumn, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """One served resource in one version.

    Attributes:
        status: Whether status is written through a subresource.
        generation: Whether metadata.generation counts changes of the spec.
        scale: Paths of the scale subresource, if there is one.
        actions: Further subresources that can be created, such as `binding`, or read, as `log`.
        verbs: What is served; empty for resources that only answer `create` (reviews).
        custom: Set for custom resources.
    """

    group: str
    version: str
    plural: str
    kind: str
    singular: str = ""
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    status: bool = False
    generation: bool = False
    scale: ScalePaths | None = None
    actions: Mapping[str, str] = field(default_factory=dict)
    verbs: tuple[str, ...] = STANDARD_VERBS
    custom: CustomResource | None = None

    @property
    def resource(self) -> str:
        """Group-qualified plural: the name under which its objects are stored."""
        return qualify(self.plural, self.group)

    @property
    def api_version(self) -> str:
        """The `apiVersion` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def list_kind(self) -> str:
        """The kind of its lists."""
        return f"{self.kind}List"

    @property
    def stored(self) -> bool:
        """Whether it has objects; reviews have none."""
        return "get" in self.verbs
