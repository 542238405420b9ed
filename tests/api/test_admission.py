"""Admission returns the object to store, the violations and the warnings."""

from pathlib import Path

import pytest
import yaml

from grove_tui.api.admission import admit
from tests.api.manifests import clique, manifest

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_smallest_guide_example_is_admitted_without_a_role_name():
    text = (EXAMPLES / "single-node-aggregated.yaml").read_text()

    admitted = admit("podcliquesets", "CREATE", yaml.load(text, yaml.CSafeLoader), None)

    spec = admitted.obj["spec"]["template"]["cliques"][0]["spec"]
    assert "roleName" not in text
    assert admitted.errors == []
    assert admitted.warnings == []
    assert spec["roleName"] == "model-worker"
    assert spec["minAvailable"] == 2


def test_an_update_is_compared_with_what_is_stored():
    stored = admit("podcliquesets", "CREATE", manifest(clique(replicas=2)), None).obj

    scaled = admit("podcliquesets", "UPDATE", manifest(clique(replicas=4)), stored)
    shrunk = admit("podcliquesets", "UPDATE", manifest(clique(minAvailable=1)), stored)

    assert scaled.errors == []
    assert scaled.obj["spec"]["template"]["cliques"][0]["spec"]["minAvailable"] == 2
    assert [str(e) for e in shrunk.errors] == [
        "spec.template.cliques[0].spec.minAvailable: Invalid value: 1: field is immutable"
    ]


def test_children_get_their_defaults():
    obj = {
        "apiVersion": "grove.io/v1alpha1",
        "kind": "PodCliqueScalingGroup",
        "spec": {"cliqueNames": ["a"]},
    }

    admitted = admit("podcliquescalinggroups", "CREATE", obj, None)

    assert admitted.errors == []
    assert admitted.obj["spec"]["replicas"] == 1


def test_a_child_with_a_negative_size_is_refused():
    obj = {
        "apiVersion": "grove.io/v1alpha1",
        "kind": "PodClique",
        "spec": {"replicas": -1, "podSpec": {"containers": []}},
    }

    assert [e.field for e in admit("podcliques", "UPDATE", obj, obj).errors] == ["spec.replicas"]


def test_other_resources_pass_as_they_are():
    pod = {"kind": "Pod"}

    assert admit("pods", "CREATE", pod, None) == (pod, [], [])


@pytest.mark.parametrize(
    ("obj", "start"),
    [
        (manifest(replicas=0), "spec.replicas"),
        (
            manifest(clique("a"), clique("b", startsAfter=["a"])),
            "spec.template.cliques[1].spec.startsAfter",
        ),
        (
            manifest(clique(podSpec={"containers": [], "schedulingGates": [{"name": "x"}]})),
            "spec.template.cliques[0].spec.podSpec.schedulingGates",
        ),
        (
            manifest(
                clique(podSpec={"containers": [{"name": "a", "env": [{"name": "GROVE_PCS_NAME"}]}]})
            ),
            "spec.template.cliques[0].spec.podSpec.containers[0].env",
        ),
    ],
)
def test_what_will_not_do_what_it_says_is_a_warning(obj, start):
    (warning,) = admit("podcliquesets", "CREATE", obj, None).warnings

    assert warning.startswith(f"{start}: ")
