"""What is served, for clients that ask: the two forms of discovery, and the version."""

from collections.abc import Iterable

from grove_tui.demo.answers import answer_json
from grove_tui.demo.definition import Definition
from grove_tui.demo.registry.catalog import Catalog
from grove_tui.demo.statuses import Json
from grove_tui.kube.transport import Response

VERSION = {
    "major": "1",
    "minor": "32",
    "gitVersion": "v1.32.0+grove-tui",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "",
    "platform": "linux/amd64",
}
_STATIC: dict[str, Json] = {
    "/": {"paths": ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/version": VERSION,
}
_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def answer(catalog: Catalog, path: str, accept: str) -> Response | None:
    """Return the answer to a discovery path; None if `path` is none."""
    parts = path.strip("/").split("/")
    if path in ("/api", "/apis") and _wants_aggregated(accept):
        return _aggregated_answer(catalog, core=path == "/api")
    body = _STATIC.get(path) or _discovered(catalog, parts)
    return None if body is None else answer_json(body)


def _discovered(catalog: Catalog, parts: list[str]) -> Json | None:
    match parts:
        case ["apis"]:
            groups = [_group(catalog, name) for name in _groups(catalog) if name]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        case ["api", version]:
            return _resource_list(catalog, "", version)
        case ["apis", group] if group in _groups(catalog):
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(catalog, group)}
        case ["apis", group, version]:
            return _resource_list(catalog, group, version)
    return None


def _groups(catalog: Catalog) -> list[str]:
    return sorted({group for group, _ in catalog.group_versions()})


def _versions(catalog: Catalog, group: str) -> list[str]:
    return [version for name, version in catalog.group_versions() if name == group]


def _group(catalog: Catalog, group: str) -> Json:
    versions = [
        {"groupVersion": f"{group}/{version}", "version": version}
        for version in _versions(catalog, group)
    ]
    return {"name": group, "versions": versions, "preferredVersion": versions[0]}


def _resource_list(catalog: Catalog, group: str, version: str) -> Json | None:
    served = catalog.in_group_version(group, version)
    if not served:
        return None
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{version}" if group else version,
        "resources": [entry for definition in served for entry in _entries(definition)],
    }


def _entries(definition: Definition) -> Iterable[Json]:
    """Yield the entries of a resource and of its subresources."""
    entry: Json = {
        "name": definition.plural,
        "singularName": definition.singular or definition.kind.lower(),
        "namespaced": definition.namespaced,
        "kind": definition.kind,
        "verbs": list(definition.verbs),
    }
    if definition.short_names:
        entry["shortNames"] = list(definition.short_names)
    if definition.categories:
        entry["categories"] = list(definition.categories)
    yield entry
    for name, kind, group_version, verbs in _subresources(definition):
        yield {
            "name": f"{definition.plural}/{name}",
            "singularName": "",
            "namespaced": definition.namespaced,
            **({"group": group_version[0], "version": group_version[1]} if group_version else {}),
            "kind": kind,
            "verbs": verbs,
        }


_Subresource = tuple[str, str, tuple[str, str] | None, list[str]]


def _subresources(definition: Definition) -> Iterable[_Subresource]:
    changing = ["get", "patch", "update"]
    if definition.status:
        yield "status", definition.kind, None, changing
    if definition.scale is not None:
        yield "scale", "Scale", ("autoscaling", "v1"), changing
    for name, kind in sorted(definition.actions.items()):
        group_version = ("policy", "v1") if kind == "Eviction" else None
        yield name, kind, group_version, ["get"] if name == "log" else ["create"]


def _wants_aggregated(accept: str) -> bool:
    return any(
        "as=APIGroupDiscoveryList" in choice and "v=v2" in choice.split(";")
        for choice in accept.replace(" ", "").split(",")
    )


def _aggregated_answer(catalog: Catalog, *, core: bool) -> Response:
    groups = [name for name in _groups(catalog) if (name == "") is core]
    body: Json = {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [_aggregated_group(catalog, group) for group in groups],
    }
    response = answer_json(body)
    return Response(response.status, {"content-type": _AGGREGATED}, response.body)


def _aggregated_group(catalog: Catalog, group: str) -> Json:
    versions = [
        {
            "version": version,
            "freshness": "Current",
            "resources": [_aggregated(d) for d in catalog.in_group_version(group, version)],
        }
        for version in _versions(catalog, group)
    ]
    return {"metadata": {"name": group} if group else {}, "versions": versions}


def _aggregated(definition: Definition) -> Json:
    return {
        "resource": definition.plural,
        "responseKind": _response_kind(definition, None, definition.kind),
        "scope": "Namespaced" if definition.namespaced else "Cluster",
        "singularResource": definition.singular or definition.kind.lower(),
        "verbs": list(definition.verbs),
        "shortNames": list(definition.short_names),
        "categories": list(definition.categories),
        "subresources": [
            {
                "subresource": name,
                "responseKind": _response_kind(definition, group_version, kind),
                "verbs": verbs,
            }
            for name, kind, group_version, verbs in _subresources(definition)
        ],
    }


def _response_kind(
    definition: Definition, group_version: tuple[str, str] | None, kind: str
) -> Json:
    group, version = group_version or (definition.group, definition.version)
    return {"group": group, "version": version, "kind": kind}
