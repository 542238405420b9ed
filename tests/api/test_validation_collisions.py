"""Parts and sets whose objects could get one name are refused."""

import pytest

from grove_tui.api.validation import (
    name_conflicts,
    validate_create,
)
from tests.api.manifests import clique, manifest, scaling_group

CLIQUE = "spec.template.cliques[0]"
GROUP = "spec.template.podCliqueScalingGroups[0]"


def found(obj, **kwargs) -> list[tuple[str, str]]:
    return [(e.field, e.reason.removeprefix("FieldValue")) for e in validate_create(obj, **kwargs)]


@pytest.mark.parametrize(
    ("cliques", "groups", "collides"),
    [
        (("sg-0-w", "w"), (("sg", "w"),), True),
        (("sg-x-w", "w"), (("sg", "w"),), False),
        (("sg-01-w", "w"), (("sg", "w"),), False),
        (("b-1-c", "c"), (("a", "b-1-c"), ("a-0-b", "c")), True),
        (("w", "v"), (("a", "w"), ("b", "v")), False),
        (("worker", "gpu-worker"), (), False),
        (("a", "b"), (("a", "b"),), False),
    ],
)
def test_cliques_whose_objects_could_share_a_name_are_refused(cliques, groups, collides):
    obj = manifest(
        *(clique(name) for name in cliques),
        groups=tuple(scaling_group(group, (member,)) for group, member in groups),
    )

    assert bool(found(obj)) == collides
    assert all(reason == "Invalid" for _, reason in found(obj))


def test_autoscalers_of_a_clique_and_a_group_of_one_name_are_refused():
    scale = {"maxReplicas": 4}
    obj = manifest(
        clique("a", autoScalingConfig=scale),
        clique("b"),
        groups=(scaling_group("a", ("b",), scaleConfig=scale),),
    )

    (error,) = validate_create(obj)

    assert error.field == "spec.template.cliques[0].name"
    assert "HorizontalPodAutoscaler" in error.detail


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (manifest(name="p"), manifest(name="q"), []),
        (
            manifest(name="p-0-sg"),
            manifest(clique("w"), name="p", groups=(scaling_group("sg", ("w",)),)),
            [("metadata.name", "p-0-sg-0")],
        ),
        (
            manifest(clique("x-0-w"), name="a"),
            manifest(clique("w"), name="a-0-x"),
            [(f"{CLIQUE}.name", "a-0-x-0-w")],
        ),
    ],
)
def test_sets_that_could_share_a_name_are_found_by_who_sees_both(one, other, expected):
    conflicts = name_conflicts(one, other)

    assert [(e.field, e.detail.split('"')[-2]) for e in conflicts] == expected
    assert bool(name_conflicts(other, one)) == bool(expected)
