"""A PodClique's template is found by its labels and exact name."""

import pytest

from grove_tui.api import labels
from grove_tui.api.composition import (
    PodCliqueIdentity,
    group_of,
    identify,
    member_cliques,
    standalone_cliques,
    template_min_available,
    template_of,
    template_pods,
)
from grove_tui.kube.objects import ObjectMeta
from tests.api.manifests import clique, podcliqueset, scaling_group


def standalone(name: str, pcs: str, replica: int, clique_name: str) -> ObjectMeta:
    found = labels.podclique(pcs, replica, clique_name, template_labels={}, template_hash="h")
    return ObjectMeta(name=name, labels=found)


def member(pcs: str, replica: int, group: str, index: int, clique_name: str) -> ObjectMeta:
    found = labels.member_podclique(
        pcs,
        replica,
        (group, index, clique_name),
        min_available=1,
        template_labels={},
        template_hash="h",
    )
    return ObjectMeta(name=found["app.kubernetes.io/name"], labels=found)


def test_a_clique_whose_name_ends_like_another_gets_its_own_template():
    pcs = podcliqueset(clique("worker"), clique("gpu-worker"))

    found = template_of(pcs, standalone("pcs-0-gpu-worker", "pcs", 0, "gpu-worker"))

    assert found is not None
    assert found.name == "gpu-worker"


def test_a_standalone_clique_named_like_a_member_is_not_that_member():
    pcs = podcliqueset(clique("sg-0-w"), clique("w"), groups=(scaling_group("sg", ("w",)),))

    of_standalone = template_of(pcs, standalone("pcs-0-sg-0-w", "pcs", 0, "sg-0-w"))
    of_member = template_of(pcs, member("pcs", 0, "sg", 0, "w"))

    assert of_standalone is not None
    assert of_standalone.name == "sg-0-w"
    assert of_member is not None
    assert of_member.name == "w"


def test_identity_of_a_member():
    assert identify(member("pcs", 2, "sg", 1, "w")) == PodCliqueIdentity(
        "pcs", 2, "w", "pcs-2-sg", "sg", 1
    )


@pytest.mark.parametrize(
    "metadata",
    [
        ObjectMeta(name="pcs-0-w"),
        standalone("other-0-w", "pcs", 0, "w"),
        ObjectMeta(name="x", labels=member("pcs", 0, "sg", 1, "w").labels),
    ],
)
def test_labels_and_name_that_do_not_agree_identify_nothing(metadata):
    assert identify(metadata) is None
    assert template_of(podcliqueset(clique("w")), metadata) is None


def test_a_clique_that_left_its_group_has_no_template():
    pcs = podcliqueset(clique("w"))

    assert template_of(pcs, member("pcs", 0, "sg", 0, "w")) is None


def test_standalone_and_grouped_cliques():
    pcs = podcliqueset(
        clique("a"), clique("b", replicas=3), clique("c"), groups=(scaling_group("g", ("c", "b")),)
    )
    template = pcs.spec.template
    group = template.pod_clique_scaling_groups[0]

    assert [c.name for c in standalone_cliques(template)] == ["a"]
    assert [c.name for c in member_cliques(template, group)] == ["c", "b"]
    assert group_of(template, "b") is group
    assert group_of(template, "a") is None
    assert template_pods(template, group) == 5


@pytest.mark.parametrize(
    ("spec", "expected"),
    [({"replicas": 3}, 3), ({"replicas": 3, "minAvailable": 2}, 2), ({"replicas": 0}, 1)],
)
def test_minimum_defaults_to_the_templates_replicas(spec, expected):
    template = podcliqueset(clique("w", **spec)).spec.template

    assert template_min_available(template.cliques[0]) == expected
