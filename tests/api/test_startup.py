"""startsAfter of each PodClique, as the start-up type says."""

import pytest

from grove_tui.api.startup import Dependency, clique_dependencies, dependencies, starts_after
from tests.api.manifests import clique, podcliqueset, scaling_group

EXPLICIT = "CliqueStartupTypeExplicit"
IN_ORDER = "CliqueStartupTypeInOrder"


def test_any_order_waits_for_nothing():
    pcs = podcliqueset(clique("a"), clique("b", startsAfter=["a"]))

    assert starts_after(pcs, 0, "b") == ()


def test_in_order_waits_for_the_previous_clique():
    pcs = podcliqueset(clique("a"), clique("b"), clique("c"), cliqueStartupType=IN_ORDER)

    assert starts_after(pcs, 1, "a") == ()
    assert starts_after(pcs, 1, "c") == ("pcs-1-b",)


def test_explicit_waits_for_what_it_names():
    pcs = podcliqueset(
        clique("a"),
        clique("b", replicas=4, minAvailable=3),
        clique("c", startsAfter=["a", "b"]),
        cliqueStartupType=EXPLICIT,
    )

    assert dependencies(pcs, 0, "c") == (Dependency("pcs-0-a", 2), Dependency("pcs-0-b", 3))
    assert starts_after(pcs, 0, "a") == ()


@pytest.fixture
def grouped():
    return podcliqueset(
        clique("front"),
        clique("leader", startsAfter=["front", "other"]),
        clique("worker", startsAfter=["leader", "front"]),
        clique("other"),
        groups=(
            scaling_group("g", ("leader", "worker"), replicas=3, minAvailable=2),
            scaling_group("h", ("other",)),
        ),
        cliqueStartupType=EXPLICIT,
    )


def test_a_dependency_in_a_group_means_its_replicas_of_the_base_gang(grouped):
    assert starts_after(grouped, 0, "leader", 1) == ("pcs-0-front", "pcs-0-h-0-other")
    assert starts_after(grouped, 0, "worker", 0) == (
        "pcs-0-g-0-leader",
        "pcs-0-g-1-leader",
        "pcs-0-front",
    )


def test_a_scaled_replica_waits_only_within_itself(grouped):
    assert starts_after(grouped, 0, "worker", 2) == ("pcs-0-g-2-leader",)
    assert starts_after(grouped, 0, "leader", 2) == ()


def test_unknown_names_are_left_out():
    pcs = podcliqueset(clique("a", startsAfter=["ghost"]), cliqueStartupType=EXPLICIT)

    assert clique_dependencies(pcs.spec.template, "a") == ("ghost",)
    assert starts_after(pcs, 0, "a") == ()
    assert starts_after(pcs, 0, "ghost") == ()
