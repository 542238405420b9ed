"""The served resources: the built-in ones, and one for each version of each definition object."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from grove_tui.demo.builtin import BUILTIN, CRDS
from grove_tui.demo.definition import CustomResource, Definition, PrinterColumn, ScalePaths
from grove_tui.demo.schema import Schema
from grove_tui.demo.statuses import Json
from grove_tui.demo.storage import Event, Storage

GroupVersion = tuple[str, str]
_VERSION = re.compile(r"v(?P<major>\d+)((?P<stability>alpha|beta)(?P<minor>\d+))?")


class Catalog:
    """Definitions by group, version and plural; follows the CustomResourceDefinitions."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._served: dict[GroupVersion, dict[str, Definition]] = {}
        self._by_resource: dict[str, Definition] = {}
        self.version = 0
        """Counts changes, for caches of what is derived from the catalog."""
        self.on_removal: list[Callable[[str], None]] = []
        """Called with the group-qualified plural of a custom resource that ceased to exist."""
        for definition in BUILTIN:
            self._serve(definition)
        for stored in storage.objects(CRDS.resource):
            self._serve_custom(stored.object)
        storage.subscribe(CRDS.resource, storage.revision, self._follow)

    def find(self, group: str, version: str, plural: str) -> Definition | None:
        """Return the definition served under these names."""
        return self._served.get((group, version), {}).get(plural)

    def by_resource(self, resource: str) -> Definition | None:
        """Return a definition by its group-qualified plural."""
        return self._by_resource.get(resource)

    def group_versions(self) -> list[GroupVersion]:
        """Return every served group and version: the core group first, the best version first."""
        served = (group_version for group_version, found in self._served.items() if found)
        return sorted(served, key=lambda gv: (gv[0], _preference(gv[1])))

    def in_group_version(self, group: str, version: str) -> list[Definition]:
        """Return what is served in one version, sorted by plural."""
        served = self._served.get((group, version), {})
        return [served[plural] for plural in sorted(served)]

    def __iter__(self) -> Iterator[Definition]:
        for group, version in self.group_versions():
            yield from self.in_group_version(group, version)

    def _serve(self, definition: Definition) -> None:
        versions = self._served.setdefault((definition.group, definition.version), {})
        versions[definition.plural] = definition
        self._by_resource[definition.resource] = definition
        self.version += 1

    def _follow(self, event: Event) -> None:
        crd = event.stored.object
        self._withdraw(crd["metadata"]["name"])
        if event.type != "DELETED":
            self._serve_custom(crd)
            return
        for notify in self.on_removal:
            notify(crd["metadata"]["name"])

    def _withdraw(self, resource: str) -> None:
        self._by_resource.pop(resource, None)
        for served in self._served.values():
            for plural in [p for p, d in served.items() if d.resource == resource]:
                del served[plural]
        self.version += 1

    def _serve_custom(self, crd: Json) -> None:
        for version in crd["spec"]["versions"]:
            if version.get("served"):
                self._serve(custom_definition(crd["spec"], version))


def _preference(version: str) -> tuple[int, int, int, str]:
    """Order versions as Kubernetes prefers them: v2, v1, v1beta1, v1alpha1, then other names."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return (3, 0, 0, version)
    stability = {None: 0, "beta": 1, "alpha": 2}[found["stability"]]
    return (stability, -int(found["major"]), -int(found["minor"] or 0), version)


def custom_definition(spec: Mapping[str, Any], version: Mapping[str, Any]) -> Definition:
    """Return the definition for one version of a CustomResourceDefinition's spec."""
    names = spec["names"]
    subresources = version.get("subresources") or {}
    source = (version.get("schema") or {}).get("openAPIV3Schema") or {}
    return Definition(
        spec["group"],
        version["name"],
        names["plural"],
        names["kind"],
        singular=names.get("singular") or names["kind"].lower(),
        namespaced=spec.get("scope") == "Namespaced",
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        status="status" in subresources,
        generation=True,
        scale=_scale_paths(subresources.get("scale")),
        custom=CustomResource(_root_schema(source), source, _columns(version)),
    )


def _root_schema(source: Mapping[str, Any]) -> Schema:
    root = {**source, "type": "object", "x-kubernetes-embedded-resource": True}
    # apiVersion, kind and metadata are the server's business, whatever the schema says of them.
    properties = source.get("properties") or {}
    root["properties"] = {
        name: part
        for name, part in properties.items()
        if name not in ("apiVersion", "kind", "metadata")
    }
    required = source.get("required") or ()
    root["required"] = [n for n in required if n in root["properties"]]
    return Schema(root)


def _scale_paths(scale: Mapping[str, str] | None) -> ScalePaths | None:
    if scale is None:
        return None
    return ScalePaths(
        _names(scale.get("specReplicasPath", "")),
        _names(scale.get("statusReplicasPath", "")),
        _names(scale.get("labelSelectorPath", "")),
    )


def _names(path: str) -> tuple[str, ...]:
    return tuple(name for name in path.split(".") if name)


def _columns(version: Mapping[str, Any]) -> tuple[PrinterColumn, ...]:
    asked = version.get("additionalPrinterColumns")
    if asked is None:
        return (PrinterColumn("Age", "date", ".metadata.creationTimestamp"),)
    return tuple(
        PrinterColumn(
            column["name"],
            column.get("type", "string"),
            column["jsonPath"],
            column.get("priority") or 0,
            column.get("description", ""),
            column.get("format", ""),
        )
        for column in asked
    )
