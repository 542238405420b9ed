"""CustomResourceDefinition objects: accepted when they describe something that can be served."""

import re
from collections.abc import Iterator
from typing import Any

from grove_tui.demo.registry.catalog import custom_definition
from grove_tui.demo.registry.strategy import Strategy
from grove_tui.demo.statuses import Json, Violation

_IMMUTABLE = (("group",), ("names", "plural"), ("names", "kind"), ("scope",))


class CustomResourceDefinitions(Strategy):
    """A definition is established as soon as it is stored; there is no controller to wait for."""

    def defaults(self, obj: Json) -> Json:
        """See `Strategy`."""
        spec = obj.get("spec") or {}
        names = spec.get("names") or {}
        kind = str(names.get("kind", ""))
        names = {"singular": kind.lower(), "listKind": f"{kind}List", **names}
        return {**obj, "spec": {"conversion": {"strategy": "None"}, **spec, "names": names}}

    def for_create(self, obj: Json, now: str) -> Json:
        """See `Strategy`."""
        obj = super().for_create(obj, now)
        versions = obj["spec"].get("versions") or []
        status = {
            "acceptedNames": obj["spec"]["names"],
            "conditions": [
                _condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                _condition(
                    "Established",
                    "InitialNamesAccepted",
                    "the initial names have been accepted",
                    now,
                ),
            ],
            "storedVersions": [v["name"] for v in versions if _is_storage(v)],
        }
        return {**obj, "status": status}

    def validate(self, obj: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        spec = obj["spec"]
        expected = f"{spec['names'].get('plural')}.{spec.get('group')}"
        if obj["metadata"]["name"] != expected:
            detail = 'must be spec.names.plural+"."+spec.group'
            yield Violation("metadata.name", detail, value=obj["metadata"]["name"])
        if spec.get("scope") not in ("Namespaced", "Cluster"):
            detail = 'supported values: "Cluster", "Namespaced"'
            yield Violation("spec.scope", detail, "FieldValueNotSupported", spec.get("scope"))
        for name in ("plural", "kind"):
            if not spec["names"].get(name):
                yield Violation(f"spec.names.{name}", "", "FieldValueRequired")
        yield from _version_problems(spec)

    def validate_update(self, new: Json, old: Json) -> Iterator[Violation]:
        """See `Strategy`."""
        yield from self.validate(new)
        for path in _IMMUTABLE:
            before, after = _at(old["spec"], path), _at(new["spec"], path)
            if before != after:
                yield Violation(f"spec.{'.'.join(path)}", "field is immutable", value=after)


def _version_problems(spec: Json) -> Iterator[Violation]:
    versions = spec.get("versions")
    if not isinstance(versions, list) or sum(map(_is_storage, versions)) != 1:
        detail = "must have exactly one version marked as storage version"
        yield Violation("spec.versions", detail, value=versions)
        return
    for index, version in enumerate(versions):
        path = f"spec.versions[{index}]"
        if not version.get("name"):
            yield Violation(f"{path}.name", "", "FieldValueRequired")
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        if not isinstance(schema, dict):
            detail = "schemas are required"
            yield Violation(f"{path}.schema.openAPIV3Schema", detail, "FieldValueRequired")
            continue
        try:
            custom_definition(spec, version)
        except (re.error, TypeError, AttributeError, KeyError, ValueError) as error:
            where = f"{path}.schema.openAPIV3Schema"
            yield Violation(where, f"the version cannot be served: {error!r}")


def _is_storage(version: Any) -> bool:
    return isinstance(version, dict) and bool(version.get("storage"))


def _condition(kind: str, reason: str, message: str, now: str) -> Json:
    return {
        "type": kind,
        "status": "True",
        "lastTransitionTime": now,
        "reason": reason,
        "message": message,
    }


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
