"""What admission fills in."""

import pytest

from grove_tui.api.defaults import default, default_podcliquescalinggroup, keep_immutable
from tests.api.manifests import clique, manifest, scaling_group


def template(obj):
    return obj["spec"]["template"]


def test_the_set_itself():
    obj = manifest()
    del obj["spec"]["replicas"], obj["metadata"]["namespace"]

    result = default(obj)

    assert result["metadata"]["namespace"] == "default"
    assert result["spec"]["replicas"] == 0
    assert template(result)["terminationDelay"] == "4h"
    assert template(result)["cliqueStartupType"] == "CliqueStartupTypeAnyOrder"
    assert template(result)["headlessServiceConfig"] == {"publishNotReadyAddresses": True}
    assert "updateStrategy" not in result["spec"]


def test_an_empty_update_strategy_is_rolling():
    obj = manifest()
    obj["spec"]["updateStrategy"] = {}

    assert default(obj)["spec"]["updateStrategy"] == {"type": "RollingRecreate"}


@pytest.mark.parametrize(
    ("spec", "replicas", "minimum"),
    [
        ({"replicas": 3}, 3, 3),
        ({"replicas": 3, "minAvailable": 1}, 3, 1),
        ({"replicas": 0}, 1, 1),
        ({"replicas": None}, 1, 1),
    ],
)
def test_minimum_is_the_replicas_as_written(spec, replicas, minimum):
    result = template(default(manifest(clique(**spec))))["cliques"][0]["spec"]

    assert (result["replicas"], result["minAvailable"]) == (replicas, minimum)


def test_a_clique_without_role_name_gets_its_name():
    one, two = clique("a"), clique("b", roleName="")
    del one["spec"]["roleName"]

    cliques = template(default(manifest(one, two)))["cliques"]

    assert [c["spec"]["roleName"] for c in cliques] == ["a", "b"]


def test_pods_and_autoscaling():
    result = template(default(manifest(clique(autoScalingConfig={"maxReplicas": 5}))))
    spec = result["cliques"][0]["spec"]

    assert spec["autoScalingConfig"] == {"maxReplicas": 5, "minReplicas": 2}
    assert spec["podSpec"]["restartPolicy"] == "Always"
    assert spec["podSpec"]["terminationGracePeriodSeconds"] == 30


def test_scaling_groups():
    group = scaling_group("g", ("worker",), scaleConfig={"maxReplicas": 5})

    (result,) = template(default(manifest(groups=(group,))))["podCliqueScalingGroups"]

    assert (result["replicas"], result["minAvailable"]) == (1, 1)
    assert result["scaleConfig"]["minReplicas"] == 1


def test_what_is_given_stays():
    obj = manifest(
        clique(podSpec={"containers": [], "restartPolicy": "Never"}),
        terminationDelay="10s",
        headlessServiceConfig={"publishNotReadyAddresses": False},
    )

    result = template(default(obj))

    assert result["terminationDelay"] == "10s"
    assert result["headlessServiceConfig"] == {"publishNotReadyAddresses": False}
    assert result["cliques"][0]["spec"]["podSpec"]["restartPolicy"] == "Never"


def test_left_out_immutable_fields_are_kept():
    group = scaling_group("g", ("a",), minAvailable=2, replicas=3)
    old = default(manifest(clique("a", replicas=2, roleName="r"), groups=(group,)))
    new = manifest(clique("a", replicas=5), groups=(scaling_group("g", ("a",), replicas=3),))
    del template(new)["cliques"][0]["spec"]["roleName"]

    result = template(keep_immutable(new, old))

    assert result["cliques"][0]["spec"]["minAvailable"] == 2
    assert result["cliques"][0]["spec"]["roleName"] == "r"
    assert result["podCliqueScalingGroups"][0]["minAvailable"] == 2


def test_a_scaling_group_object():
    assert default_podcliquescalinggroup({"spec": {"cliqueNames": ["a"]}}) == {
        "spec": {"cliqueNames": ["a"], "replicas": 1, "minAvailable": 1}
    }
