"""CRDs generated from the models: structural schemas that every Kubernetes since v1.20 accepts.

The result is checked in as `crds.json`, because building it costs a noticeable part of a start-up;
a test compares the two. After a change of the models run

    python -c "from grove_tui.api.schemas import write; write()"
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from pydantic import BaseModel

from grove_tui.api import models
from grove_tui.api.constants import CONDITION_BREACHED
from grove_tui.api.crds import PATH
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.kube.resources import Resource

JSON = dict[str, Any]

_BREACHED = f'.status.conditions[?(@.type=="{CONDITION_BREACHED}")].status'
_AGE = ("Age", "date", ".metadata.creationTimestamp", 0)
_PROGRESS = ".status.updateProgress"
_FORMAT_BOUNDS = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
}
_TYPE_META = {
    "apiVersion": "Group and version of this representation of the object.",
    "kind": "Kind of the object.",
}


class _Kind(Struct, frozen=True):
    """What a CRD says besides its schema.

    Attributes:
        resource: Names of the kind.
        model: Model of its objects.
        columns: kubectl's columns as (name, type, path, priority); 1 is for `-o wide`.
        selector_path: Where the status keeps the selector for autoscalers; without one the kind
            has no scale subresource.
    """

    resource: Resource[Any]
    model: type[BaseModel]
    columns: tuple[tuple[str, str, str, int], ...]
    selector_path: str = ""


def _integers(**paths: str) -> tuple[tuple[str, str, str, int], ...]:
    return tuple((name.replace("_", "-"), "integer", path, 0) for name, path in paths.items())


_KINDS = (
    _Kind(
        PODCLIQUESETS,
        models.PodCliqueSet,
        (
            *_integers(
                Replicas=".spec.replicas",
                Available=".status.availableReplicas",
                Updated=".status.updatedReplicas",
                PCLQs_Updated=f"{_PROGRESS}.updatedPodCliquesCount",
                PCLQs_Total=f"{_PROGRESS}.totalPodCliquesCount",
                PCSGs_Updated=f"{_PROGRESS}.updatedPodCliqueScalingGroupsCount",
                PCSGs_Total=f"{_PROGRESS}.totalPodCliqueScalingGroupsCount",
            ),
            _AGE,
        ),
        ".status.hpaPodSelector",
    ),
    _Kind(
        PODCLIQUES,
        models.PodClique,
        (
            *_integers(
                MinAvail=".spec.minAvailable",
                Replicas=".spec.replicas",
                Ready=".status.readyReplicas",
                Scheduled=".status.scheduledReplicas",
                Updated=".status.updatedReplicas",
            ),
            ("Gated", "integer", ".status.scheduleGatedReplicas", 1),
            ("MinBreached", "string", _BREACHED, 1),
            _AGE,
        ),
        ".status.hpaPodSelector",
    ),
    _Kind(
        PODCLIQUESCALINGGROUPS,
        models.PodCliqueScalingGroup,
        (
            *_integers(
                MinAvail=".spec.minAvailable",
                Replicas=".spec.replicas",
                Available=".status.availableReplicas",
                Scheduled=".status.scheduledReplicas",
                Updated=".status.updatedReplicas",
                PCLQs_Updated=f"{_PROGRESS}.updatedPodCliquesCount",
                PCLQs_Total=f"{_PROGRESS}.totalPodCliquesCount",
            ),
            ("MinBreached", "string", _BREACHED, 1),
            _AGE,
        ),
        ".status.selector",
    ),
    _Kind(PODGANGS, models.PodGang, (("Phase", "string", ".status.phase", 0), _AGE)),
)


def generate() -> list[JSON]:
    """Return the CRDs as the models have them."""
    return [_crd(kind) for kind in _KINDS]


def write() -> None:
    """Write `crds.json` anew."""
    PATH.write_bytes(msgspec.json.format(msgspec.json.encode(generate()), indent=1) + b"\n")


def _crd(kind: _Kind) -> JSON:
    resource = kind.resource
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": resource.qualified_name},
        "spec": {
            "group": resource.group,
            "names": {
                "kind": resource.kind,
                "listKind": f"{resource.kind}List",
                "plural": resource.plural,
                "singular": resource.kind.lower(),
                "shortNames": list(resource.short_names),
            },
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "versions": [_version(kind)],
        },
    }


def _version(kind: _Kind) -> JSON:
    subresources: JSON = {"status": {}}
    if kind.selector_path:
        subresources["scale"] = {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": kind.selector_path,
        }
    return {
        "name": kind.resource.version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _root_schema(kind.model)},
        "subresources": subresources,
        "additionalPrinterColumns": [
            {"name": name, "type": type_, "jsonPath": path} | ({"priority": 1} if priority else {})
            for name, type_, path, priority in kind.columns
        ],
    }


def _root_schema(model: type[BaseModel]) -> JSON:
    schema = model.model_json_schema(by_alias=True)
    root = structural(schema, schema.get("$defs", {}))
    types = {name: {"description": text, "type": "string"} for name, text in _TYPE_META.items()}
    root["properties"] = types | root["properties"] | {"metadata": {"type": "object"}}
    return root


def structural(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> JSON:
    """Return a JSON schema as Kubernetes wants it: in one piece, every node with a type.

    A reference is replaced by what it names. A field that may be null is an optional field. What
    only repeats the format's own bounds or is no word of OpenAPI v3 is left out.
    """
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        schema = {**target, **{k: v for k, v in schema.items() if k != "$ref"}}
        return structural(schema, definitions)
    if "anyOf" in schema:
        (given,) = (option for option in schema["anyOf"] if option != {"type": "null"})
        schema = {**given, **{k: v for k, v in schema.items() if k != "anyOf"}}
        return structural(schema, definitions)
    result = {key: value for key, value in schema.items() if _is_kept(key, value, schema)}
    if "description" in result:
        result["description"] = " ".join(result["description"].split())
    if "properties" in result:
        result["properties"] = {
            name: structural(value, definitions) for name, value in result["properties"].items()
        }
    for key in ("items", "additionalProperties"):
        if key in result:
            result[key] = structural(result[key], definitions)
    return result


def _is_kept(key: str, value: Any, schema: Mapping[str, Any]) -> bool:
    least, most = _FORMAT_BOUNDS.get(schema.get("format", ""), (None, None))
    left_out = {
        "title": True,
        "$defs": True,
        "additionalProperties": isinstance(value, bool),
        "default": value is None,
        "minimum": value == least,
        "maximum": value == most,
    }
    return not left_out.get(key, False) and value != {}
