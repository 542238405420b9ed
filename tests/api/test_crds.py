"""The CRDs are what the models say, structural, and complete."""

import re
import subprocess
import sys
from typing import Any

import pytest

from grove_tui.api.crds import crds
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.api.schemas import generate
from tests.api.structural import violations

RESOURCES = (PODCLIQUESETS, PODCLIQUES, PODCLIQUESCALINGGROUPS, PODGANGS)


def version(plural: str) -> dict[str, Any]:
    (crd,) = (c for c in crds() if c["spec"]["names"]["plural"] == plural)
    found: dict[str, Any] = crd["spec"]["versions"][0]
    return found


def schema(plural: str, path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = version(plural)["schema"]["openAPIV3Schema"]
    for name in filter(None, path.split(".")):
        found = found["items"] if name == "[]" else found["properties"][name]
    return found


def nodes(found: dict[str, Any]):
    yield found
    for child in found.get("properties", {}).values():
        yield from nodes(child)
    for key in ("items", "additionalProperties"):
        if key in found:
            yield from nodes(found[key])


def test_the_file_is_what_the_models_generate():
    assert crds() == generate()


def test_a_caller_may_change_what_it_gets():
    crds()[0]["spec"]["group"] = "changed"

    assert crds()[0]["spec"]["group"] == "grove.io"


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.kind)
def test_schemas_are_structural(resource):
    assert list(violations(schema(resource.plural))) == []


def test_the_checker_finds_what_is_not_structural():
    bad = {
        "type": "object",
        "required": ["x"],
        "properties": {
            "a": {"$ref": "#/x"},
            "b": {"type": "array"},
            "c": {"type": "integer", "default": "1"},
            "d": {
                "type": "array",
                "items": {"type": "object", "required": [], "properties": {}},
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
            },
        },
    }

    assert len(list(violations(bad))) == 6


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.kind)
def test_names_are_those_of_the_resource(resource):
    (crd,) = (c for c in crds() if c["spec"]["names"]["kind"] == resource.kind)

    assert crd["metadata"]["name"] == resource.qualified_name
    assert crd["spec"]["group"] == resource.group
    assert crd["spec"]["names"]["shortNames"] == list(resource.short_names)
    assert version(resource.plural)["name"] == resource.version
    assert version(resource.plural)["subresources"]["status"] == {}


@pytest.mark.parametrize(
    ("plural", "selector"),
    [
        ("podcliquesets", ".status.hpaPodSelector"),
        ("podcliques", ".status.hpaPodSelector"),
        ("podcliquescalinggroups", ".status.selector"),
    ],
)
def test_scale_paths_exist(plural, selector):
    scale = version(plural)["subresources"]["scale"]

    assert scale == {
        "specReplicasPath": ".spec.replicas",
        "statusReplicasPath": ".status.replicas",
        "labelSelectorPath": selector,
    }
    for path in scale.values():
        assert schema(plural, path)["type"] in {"integer", "string"}


def test_gangs_do_not_scale():
    assert "scale" not in version("podgangs")["subresources"]


@pytest.mark.parametrize(
    ("plural", "columns", "wide"),
    [
        (
            "podcliquesets",
            "Replicas Available Updated PCLQs-Updated PCLQs-Total PCSGs-Updated PCSGs-Total Age",
            "",
        ),
        (
            "podcliques",
            "MinAvail Replicas Ready Scheduled Updated Gated MinBreached Age",
            "Gated MinBreached",
        ),
        (
            "podcliquescalinggroups",
            """MinAvail Replicas Available Scheduled Updated PCLQs-Updated PCLQs-Total MinBreached
            Age""",
            "MinBreached",
        ),
        ("podgangs", "Phase Age", ""),
    ],
)
def test_columns(plural, columns, wide):
    found = version(plural)["additionalPrinterColumns"]

    assert [c["name"] for c in found] == columns.split()
    assert [c["name"] for c in found if c.get("priority")] == wide.split()
    for column in found:
        if re.fullmatch(r"[.\w]+", column["jsonPath"]) and "metadata" not in column["jsonPath"]:
            assert schema(plural, column["jsonPath"])


def test_defaults_of_the_api():
    template = "spec.template"

    assert schema("podcliquesets", "spec.replicas")["default"] == 0
    assert schema("podcliquesets", "spec.updateStrategy.type")["default"] == "RollingRecreate"
    assert schema("podcliquesets", f"{template}.cliqueStartupType")["default"] == (
        "CliqueStartupTypeAnyOrder"
    )
    for field in ("replicas", "minAvailable"):
        group = schema("podcliquesets", f"{template}.podCliqueScalingGroups.[].{field}")
        assert group["default"] == 1
        assert schema("podcliquescalinggroups", f"spec.{field}")["default"] == 1
    config = schema("podcliquesets", f"{template}.headlessServiceConfig")
    assert config["properties"]["publishNotReadyAddresses"]["default"] is True


def test_required_fields():
    assert schema("podcliquesets", "spec")["required"] == ["template"]
    assert schema("podcliquesets", "spec.template")["required"] == ["cliques"]
    assert schema("podcliquesets", "spec.template.cliques.[]")["required"] == ["name", "spec"]
    assert schema("podcliquesets", "spec.template.cliques.[].spec")["required"] == ["podSpec"]
    assert schema("podcliques", "spec")["required"] == ["podSpec", "replicas"]
    assert schema("podgangs", "spec")["required"] == ["podgroups"]
    assert schema("podgangs", "status")["required"] == ["phase"]


def test_pod_specs_keep_what_they_do_not_know():
    spec = schema("podcliques", "spec.podSpec")

    assert spec["x-kubernetes-preserve-unknown-fields"] is True
    assert spec["required"] == ["containers"]
    assert spec["properties"]["containers"]["items"]["required"] == ["name"]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.kind)
def test_every_field_is_explained(resource):
    for field in ("spec", "status"):
        for node in nodes(schema(resource.plural, field)):
            for name, child in node.get("properties", {}).items():
                assert child.get("description"), name


def test_rules_compare_with_the_old_object_only_where_it_can_be_found():
    found = schema("podcliquesets", "spec.template")
    for path in ("cliques", "podCliqueScalingGroups"):
        assert found["properties"][path]["x-kubernetes-list-type"] == "map"
    rules = [r["rule"] for node in nodes(found) for r in node.get("x-kubernetes-validations", ())]
    for field in ("roleName", "minAvailable", "startsAfter", "cliqueStartupType", "cliqueNames"):
        assert any(f"oldSelf.{field}" in rule for rule in rules)


def test_start_up_needs_no_pydantic():
    modules = "names, labels, hashes, breach, composition, crds, defaults, admission, startup"
    code = f"import sys; from grove_tui.api import {modules}; print('pydantic' in sys.modules)"

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "False"
