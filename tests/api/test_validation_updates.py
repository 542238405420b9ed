"""What may change of a PodCliqueSet that exists, and what must not."""

import copy
from typing import Any

import pytest

from grove_tui.api.validation import (
    validate_update,
)
from tests.api.manifests import clique, manifest, scaling_group

CLIQUE = "spec.template.cliques[0]"
GROUP = "spec.template.podCliqueScalingGroups[0]"
TEMPLATE = {"name": "gpu", "templateSpec": {"spec": {"devices": {"requests": [{"name": "g"}]}}}}


def base() -> dict[str, Any]:
    return manifest(
        clique("a", minAvailable=1),
        clique("b"),
        groups=(scaling_group("g", ("b",), replicas=2),),
        cliqueStartupType="CliqueStartupTypeInOrder",
    )


def changed(change) -> list[tuple[str, str]]:
    new = copy.deepcopy(base())
    change(new)
    return [(e.field, e.reason.removeprefix("FieldValue")) for e in validate_update(new, base())]


def cliques_of(obj):
    return obj["spec"]["template"]["cliques"]


@pytest.mark.parametrize(
    "change",
    [
        lambda o: o["spec"].update(replicas=5),
        lambda o: o["spec"].update(updateStrategy={"type": "OnDelete"}),
        lambda o: o["spec"]["template"].update(terminationDelay="10s"),
        lambda o: o["spec"]["template"].update(priorityClassName="high"),
        lambda o: o["spec"]["template"].update(
            headlessServiceConfig={"publishNotReadyAddresses": False}
        ),
        lambda o: cliques_of(o)[0]["spec"].update(replicas=5),
        lambda o: cliques_of(o)[0]["spec"]["podSpec"]["containers"][0].update(image="other"),
        lambda o: cliques_of(o)[0].update(labels={"a": "b"}, annotations={"c": "d"}),
        lambda o: cliques_of(o)[0]["spec"].update(autoScalingConfig={"maxReplicas": 9}),
        lambda o: o["spec"]["template"]["podCliqueScalingGroups"][0].update(replicas=4),
        lambda o: o["spec"]["template"]["podCliqueScalingGroups"][0].update(annotations={"a": "b"}),
        lambda o: cliques_of(o)[0]["spec"].pop("minAvailable"),
        lambda o: cliques_of(o)[1]["spec"].update(replicas=7),
        lambda o: cliques_of(o)[0]["spec"].pop("roleName"),
    ],
)
def test_what_may_change(change):
    assert changed(change) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda o: cliques_of(o)[0]["spec"].update(minAvailable=2),
            [(f"{CLIQUE}.spec.minAvailable", "Invalid")],
        ),
        (
            lambda o: cliques_of(o)[0]["spec"].update(roleName="other"),
            [(f"{CLIQUE}.spec.roleName", "Invalid")],
        ),
        (
            lambda o: cliques_of(o)[0]["spec"].update(startsAfter=["b"]),
            [(f"{CLIQUE}.spec.startsAfter", "Invalid")],
        ),
        (
            lambda o: cliques_of(o)[0]["spec"]["podSpec"].update(schedulerName="default-scheduler"),
            [(f"{CLIQUE}.spec.podSpec.schedulerName", "Invalid")],
        ),
        (
            lambda o: cliques_of(o)[0].update(
                resourceSharing=[{"name": "x", "scope": "PerReplica"}]
            ),
            [(f"{CLIQUE}.resourceSharing", "Invalid")],
        ),
        (
            lambda o: o["spec"]["template"].update(cliqueStartupType="CliqueStartupTypeAnyOrder"),
            [("spec.template.cliqueStartupType", "Invalid")],
        ),
        (lambda o: cliques_of(o).append(clique("c")), [("spec.template.cliques", "Forbidden")]),
        (lambda o: cliques_of(o).pop(0), [("spec.template.cliques", "Forbidden")]),
        (lambda o: cliques_of(o).reverse(), [("spec.template.cliques", "Forbidden")]),
        (
            lambda o: o["spec"]["template"].pop("podCliqueScalingGroups"),
            [("spec.template.podCliqueScalingGroups", "Forbidden")],
        ),
        (
            lambda o: o["spec"]["template"]["podCliqueScalingGroups"][0].update(minAvailable=2),
            [(f"{GROUP}.minAvailable", "Invalid")],
        ),
        (
            lambda o: o["spec"]["template"]["podCliqueScalingGroups"][0].update(cliqueNames=["a"]),
            [(f"{GROUP}.cliqueNames", "Invalid")],
        ),
        (
            lambda o: o["spec"]["template"].update(topologyConstraint={"pack": {"required": "r"}}),
            [("spec.template.topologyConstraint", "Invalid")],
        ),
        (
            lambda o: o["spec"]["template"].update(resourceClaimTemplates=[TEMPLATE]),
            [("spec.template.resourceClaimTemplates", "Invalid")],
        ),
        (lambda o: o["spec"].update(replicas=-1), [("spec.replicas", "Invalid")]),
    ],
)
def test_what_must_not_change(change, expected):
    assert changed(change) == expected


def test_cliques_may_be_reordered_where_order_means_nothing():
    old = manifest(clique("a"), clique("b"))
    new = manifest(clique("b"), clique("a"))

    assert validate_update(new, old) == []


def test_an_old_topology_constraint_may_take_todays_form():
    old = manifest(topologyConstraint={"packDomain": "rack"})

    def update(**constraint):
        return validate_update(manifest(topologyConstraint=constraint), old)

    assert update(packDomain="rack", topologyName="t") == []
    assert update(pack={"required": "rack"}) == []
    assert [e.field for e in update(pack={"required": "host"})] == [
        "spec.template.topologyConstraint"
    ]


def test_an_object_that_is_being_deleted_is_not_judged():
    new = manifest(metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"}, replicas=-1)

    assert validate_update(new, manifest()) == []


# Other kinds
