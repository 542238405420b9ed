"""Every rule of admission, by the field it blames; and that nothing given can break it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from grove_tui.api.validation import (
    Features,
    Reason,
    validate_child,
    validate_create,
)
from tests.api.manifests import clique, manifest, scaling_group

EXPLICIT = "CliqueStartupTypeExplicit"
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
CLIQUE = "spec.template.cliques[0]"
GROUP = "spec.template.podCliqueScalingGroups[0]"


def found(obj, **kwargs) -> list[tuple[str, str]]:
    return [(e.field, e.reason.removeprefix("FieldValue")) for e in validate_create(obj, **kwargs)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_valid(path):
    assert validate_create(yaml.load(path.read_text(), yaml.CSafeLoader)) == []


def test_smallest_manifest_is_valid():
    assert validate_create(manifest()) == []


def with_containers(*containers: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return clique(podSpec={"containers": list(containers), **rest})


MAIN = {"name": "main", "image": "i"}
TEMPLATE = {"name": "gpu", "templateSpec": {"spec": {"devices": {"requests": [{"name": "g"}]}}}}


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        # metadata
        (manifest(name="Upper"), [("metadata.name", "Invalid")]),
        (manifest(name="1abc"), [("metadata.name", "Invalid")]),
        (manifest(name="a.b"), [("metadata.name", "Invalid")]),
        (manifest(name=""), [("metadata.name", "Required")]),
        (manifest(metadata={"labels": {"a": "-"}}), [("metadata.labels[a]", "Invalid")]),
        (manifest(metadata={"labels": {"/a": "x"}}), [("metadata.labels", "Invalid")]),
        (manifest(metadata={"annotations": {"a b": "x"}}), [("metadata.annotations", "Invalid")]),
        # set
        (manifest(replicas=-1), [("spec.replicas", "Invalid")]),
        (
            manifest(cliqueStartupType="Random"),
            [("spec.template.cliqueStartupType", "NotSupported")],
        ),
        (manifest(terminationDelay="0s"), [("spec.template.terminationDelay", "Invalid")]),
        (manifest(terminationDelay="-1h"), [("spec.template.terminationDelay", "Invalid")]),
        (manifest(terminationDelay="soon"), [("spec.template.terminationDelay", "Invalid")]),
        (manifest(terminationDelay=30), [("spec.template.terminationDelay", "TypeInvalid")]),
        # names
        (manifest(clique("a.b")), [(f"{CLIQUE}.name", "Invalid")]),
        (manifest(clique("")), [(f"{CLIQUE}.name", "Required")]),
        (
            manifest(clique("a", roleName="x"), clique("a", roleName="y")),
            [("spec.template.cliques[1].name", "Duplicate")],
        ),
        (
            manifest(clique("a", roleName="x"), clique("b", roleName="x")),
            [("spec.template.cliques[1].spec.roleName", "Duplicate")],
        ),
        (
            manifest(clique("c" * 22), name="p" * 24),
            [(f"{CLIQUE}.name", "Invalid"), ("metadata.name", "Invalid")],
        ),
        (manifest(clique("c" * 22), name="p" * 23), []),
        (
            manifest(
                clique("c" * 15), name="p" * 16, groups=(scaling_group("g" * 15, ("c" * 15,)),)
            ),
            [(f"{CLIQUE}.name", "Invalid"), ("metadata.name", "Invalid")],
        ),
        # sizes
        (manifest(clique(replicas=-1, minAvailable=1)), [(f"{CLIQUE}.spec.replicas", "Invalid")]),
        (manifest(clique(replicas=0)), []),
        (manifest(clique(minAvailable=3)), [(f"{CLIQUE}.spec.minAvailable", "Invalid")]),
        (manifest(clique(minAvailable=0)), [(f"{CLIQUE}.spec.minAvailable", "Invalid")]),
        (manifest(clique(minAvailable="1")), [(f"{CLIQUE}.spec.minAvailable", "TypeInvalid")]),
        (manifest(clique(minAvailable=True)), [(f"{CLIQUE}.spec.minAvailable", "TypeInvalid")]),
        (
            manifest(clique(replicas=2**31, minAvailable=1)),
            [(f"{CLIQUE}.spec.replicas", "Invalid")],
        ),
        # autoscaling
        (
            manifest(
                clique(minAvailable=2, autoScalingConfig={"minReplicas": 1, "maxReplicas": 3})
            ),
            [(f"{CLIQUE}.spec.autoScalingConfig.minReplicas", "Invalid")],
        ),
        (
            manifest(clique(replicas=1, autoScalingConfig={"minReplicas": 3, "maxReplicas": 2})),
            [(f"{CLIQUE}.spec.autoScalingConfig.maxReplicas", "Invalid")],
        ),
        (
            manifest(
                clique(minAvailable=1, autoScalingConfig={"minReplicas": 1, "maxReplicas": 1})
            ),
            [(f"{CLIQUE}.spec.autoScalingConfig.maxReplicas", "Invalid")],
        ),
        (
            manifest(clique(autoScalingConfig={})),
            [(f"{CLIQUE}.spec.autoScalingConfig.maxReplicas", "Required")],
        ),
        # pods
        (manifest(clique(podSpec={})), [(f"{CLIQUE}.spec.podSpec.containers", "Required")]),
        (
            manifest(with_containers()),
            [(f"{CLIQUE}.spec.podSpec.containers", "Required")],
        ),
        (
            manifest(with_containers(MAIN, MAIN)),
            [(f"{CLIQUE}.spec.podSpec.containers[1].name", "Duplicate")],
        ),
        (
            manifest(with_containers({"image": "i"})),
            [(f"{CLIQUE}.spec.podSpec.containers[0].name", "Required")],
        ),
        (
            manifest(
                with_containers(MAIN | {"env": [{"name": "1A"}, {"name": "B"}, {"name": "B"}]})
            ),
            [
                (f"{CLIQUE}.spec.podSpec.containers[0].env[0].name", "Invalid"),
                (f"{CLIQUE}.spec.podSpec.containers[0].env[2].name", "Duplicate"),
            ],
        ),
        (
            manifest(with_containers(MAIN, initContainers=[{"name": "i", "env": [{"name": "="}]}])),
            [(f"{CLIQUE}.spec.podSpec.initContainers[0].env[0].name", "Invalid")],
        ),
        (
            manifest(with_containers(MAIN, nodeName="n")),
            [(f"{CLIQUE}.spec.podSpec.nodeName", "Forbidden")],
        ),
        (
            manifest(with_containers(MAIN, topologySpreadConstraints=[{}])),
            [(f"{CLIQUE}.spec.podSpec.topologySpreadConstraints", "Forbidden")],
        ),
        (
            manifest(with_containers(MAIN, schedulerName="mine")),
            [(f"{CLIQUE}.spec.podSpec.schedulerName", "NotSupported")],
        ),
        (manifest(with_containers(MAIN, schedulerName="default-scheduler")), []),
        # start-up
        (
            manifest(
                clique("a", startsAfter=["", "a", "x", "b", "b"]),
                clique("b"),
                cliqueStartupType=EXPLICIT,
            ),
            [
                (f"{CLIQUE}.spec.startsAfter[0]", "Required"),
                (f"{CLIQUE}.spec.startsAfter[1]", "Invalid"),
                (f"{CLIQUE}.spec.startsAfter[2]", "Invalid"),
                (f"{CLIQUE}.spec.startsAfter[4]", "Duplicate"),
            ],
        ),
        (manifest(clique("a", startsAfter=["x"])), []),
        # scaling groups
        (
            manifest(clique("a"), groups=(scaling_group("g", ("a", "x")),)),
            [(f"{GROUP}.cliqueNames[1]", "Invalid")],
        ),
        (
            manifest(clique("a"), groups=(scaling_group("g", ("a", "a")),)),
            [(f"{GROUP}.cliqueNames[1]", "Duplicate")],
        ),
        (
            manifest(clique("a"), groups=(scaling_group("g", ("a",)), scaling_group("h", ("a",)))),
            [("spec.template.podCliqueScalingGroups[1].cliqueNames[0]", "Invalid")],
        ),
        (manifest(groups=(scaling_group("g", ()),)), [(f"{GROUP}.cliqueNames", "Required")]),
        (
            manifest(clique("a"), groups=(scaling_group("g", ("a",), replicas=2, minAvailable=3),)),
            [(f"{GROUP}.minAvailable", "Invalid")],
        ),
        (
            manifest(clique("a"), groups=(scaling_group("g", ("a",), replicas=0),)),
            [(f"{GROUP}.replicas", "Invalid")],
        ),
        (
            manifest(
                clique("a"),
                groups=(
                    scaling_group(
                        "g",
                        ("a",),
                        replicas=2,
                        minAvailable=2,
                        scaleConfig={"minReplicas": 1, "maxReplicas": 4},
                    ),
                ),
            ),
            [(f"{GROUP}.scaleConfig.minReplicas", "Invalid")],
        ),
        (
            manifest(
                clique("a", autoScalingConfig={"maxReplicas": 4}),
                groups=(scaling_group("g", ("a",)),),
            ),
            [(f"{CLIQUE}.spec.autoScalingConfig", "Forbidden")],
        ),
        (
            manifest(clique("a"), clique("b"), groups=(scaling_group("g", ("a",)),) * 2),
            [
                ("spec.template.podCliqueScalingGroups[1].name", "Duplicate"),
                ("spec.template.podCliqueScalingGroups[1].cliqueNames[0]", "Invalid"),
            ],
        ),
        # resource claims
        (manifest(resourceClaimTemplates=[TEMPLATE]), []),
        (
            manifest(resourceClaimTemplates=[TEMPLATE, TEMPLATE]),
            [("spec.template.resourceClaimTemplates[1].name", "Duplicate")],
        ),
        (
            manifest(resourceClaimTemplates=[{"name": "x", "templateSpec": {}}]),
            [
                (
                    "spec.template.resourceClaimTemplates[0].templateSpec.spec.devices.requests",
                    "Required",
                )
            ],
        ),
        (
            manifest(
                resourceClaimTemplates=[TEMPLATE],
                resourceSharing=[{"name": "gpu", "namespace": "other", "scope": "Nobody"}],
            ),
            [
                ("spec.template.resourceSharing[0].scope", "NotSupported"),
                ("spec.template.resourceSharing[0].namespace", "Forbidden"),
            ],
        ),
        (
            manifest(
                resourceSharing=[
                    {"name": "a", "scope": "PerReplica", "filter": {}},
                    {"name": "b", "scope": "PerReplica", "filter": {"childCliqueNames": ["x"]}},
                    {"name": "b", "scope": "PerReplica"},
                ]
            ),
            [
                ("spec.template.resourceSharing[0].filter", "Required"),
                ("spec.template.resourceSharing[1].filter.childCliqueNames[0]", "Invalid"),
                ("spec.template.resourceSharing[2].name", "Duplicate"),
            ],
        ),
        # features that are off
        (
            manifest(topologyConstraint={"pack": {"required": "rack"}}),
            [("spec.template.topologyConstraint", "Forbidden")],
        ),
        (
            manifest(metadata={"annotations": {"grove.io/mnnvl-group": "a"}}),
            [("metadata.annotations[grove.io/mnnvl-group]", "Forbidden")],
        ),
        (manifest(metadata={"annotations": {"grove.io/mnnvl-group": "none"}}), []),
    ],
)
def test_violation_names_its_field(obj, expected):
    assert found(obj) == expected


def test_no_cliques_is_one_violation():
    obj = manifest()
    obj["spec"]["template"]["cliques"] = []

    assert found(obj) == [("spec.template.cliques", "Required")]


def test_another_kind_is_refused():
    assert found(manifest() | {"kind": "PodClique", "apiVersion": "v1"}) == [
        ("apiVersion", "Invalid"),
        ("kind", "Invalid"),
    ]


def test_every_violation_is_reported_at_once():
    obj = manifest(
        clique("A", minAvailable=5, startsAfter=["x"]),
        clique("b", replicas="two"),
        replicas=-1,
        terminationDelay="x",
        cliqueStartupType=EXPLICIT,
    )

    assert {field for field, _ in found(obj)} == {
        "spec.template.cliques[0].name",
        "spec.template.cliques[0].spec.minAvailable",
        "spec.template.cliques[0].spec.startsAfter[0]",
        "spec.template.cliques[1].spec.replicas",
        "spec.template.cliques[1].spec.minAvailable",
        "spec.replicas",
        "spec.template.terminationDelay",
    }


def test_circles_are_listed_one_by_one():
    obj = manifest(
        clique("a", startsAfter=["b"]),
        clique("b", startsAfter=["a"]),
        clique("c", startsAfter=["d", "a"]),
        clique("d", startsAfter=["e"]),
        clique("e", startsAfter=["c"]),
        clique("f", startsAfter=["e"]),
        cliqueStartupType=EXPLICIT,
    )

    errors = validate_create(obj)

    assert {(e.field, e.value) for e in errors} == {
        ("spec.template.cliques", "a, b"),
        ("spec.template.cliques", "c, d, e"),
    }


def test_messages_are_those_of_kubernetes():
    errors = validate_create(
        manifest(
            clique(minAvailable=3), cliqueStartupType="x", name="", topologyConstraint={"pack": {}}
        )
    )

    types = '"CliqueStartupTypeAnyOrder", "CliqueStartupTypeInOrder", "CliqueStartupTypeExplicit"'
    assert [str(error) for error in errors] == [
        "metadata.name: Required value: name or generateName is required",
        f"{CLIQUE}.spec.minAvailable: Invalid value: 3: must not be greater than replicas",
        f'spec.template.cliqueStartupType: Unsupported value: "x": supported values: {types}',
        "spec.template.topologyConstraint: Forbidden: topology-aware scheduling is not enabled",
    ]


def test_a_generated_name_is_as_good_as_a_name():
    obj = manifest()
    obj["metadata"] = {"generateName": "pcs-"}

    assert found(obj) == []


# What a cluster may offer


@pytest.mark.parametrize(
    ("set_level", "clique_level", "expected"),
    [
        ({"topologyName": "t", "pack": {"required": "rack"}}, {"pack": {"preferred": "host"}}, []),
        (
            {"pack": {"required": "rack"}},
            None,
            [("spec.template.topologyConstraint.topologyName", "Required")],
        ),
        (
            {"topologyName": "t", "packDomain": "rack"},
            None,
            [("spec.template.topologyConstraint.packDomain", "Forbidden")],
        ),
        (
            {"topologyName": "t", "pack": {"required": "rack"}},
            {"topologyName": "u", "pack": {"required": "host"}},
            [(f"{CLIQUE}.topologyConstraint.topologyName", "Invalid")],
        ),
        (
            {"topologyName": "t"},
            None,
            [("spec.template.topologyConstraint.pack", "Required")],
        ),
    ],
)
def test_topology_constraints_where_they_are_enabled(set_level, clique_level, expected):
    one = clique("a") | ({"topologyConstraint": clique_level} if clique_level else {})
    obj = manifest(one, topologyConstraint=set_level)

    assert found(obj, features_=Features(topology=True)) == expected


def test_schedulers_of_one_set_must_not_differ():
    one = clique("a", podSpec={"containers": [MAIN], "schedulerName": "kai-scheduler"})
    enabled = Features(schedulers=("default-scheduler", "kai-scheduler"))

    assert found(manifest(one), features_=enabled) == []
    assert found(manifest(one, clique("b")), features_=enabled) == [
        ("spec.template.cliques[1].spec.podSpec.schedulerName", "Invalid")
    ]


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("PodClique", {"replicas": 0, "podSpec": {"containers": []}}, []),
        ("PodClique", {"podSpec": {"containers": []}}, [("spec.replicas", Reason.REQUIRED)]),
        (
            "PodClique",
            {"replicas": -1, "podSpec": {"containers": []}},
            [("spec.replicas", Reason.INVALID)],
        ),
        ("PodCliqueScalingGroup", {"cliqueNames": ["a"]}, []),
        ("PodCliqueScalingGroup", {"replicas": 1}, [("spec.cliqueNames", Reason.REQUIRED)]),
        (
            "PodCliqueScalingGroup",
            {"replicas": "2", "cliqueNames": ["a"]},
            [("spec.replicas", Reason.TYPE_INVALID)],
        ),
    ],
)
def test_children_are_judged_by_their_schema(kind, spec, expected):
    obj = {"apiVersion": "grove.io/v1alpha1", "kind": kind, "metadata": {"name": "x"}, "spec": spec}

    assert [(e.field, e.reason) for e in validate_child(kind, obj)] == expected
