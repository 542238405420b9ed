"""Labels and selectors are those of the Grove API."""

from grove_tui.api import labels


def test_standalone_podclique():
    assert labels.podclique(
        "p", 1, "w", template_labels={"team": "a", "grove.io/podgang": "x"}, template_hash="h"
    ) == {
        "team": "a",
        "app.kubernetes.io/managed-by": "grove-operator",
        "app.kubernetes.io/part-of": "p",
        "app.kubernetes.io/name": "p-1-w",
        "app.kubernetes.io/component": "pcs-podclique",
        "grove.io/podcliqueset-replica-index": "1",
        "grove.io/podgang": "p-1",
        "grove.io/pod-template-hash": "h",
    }


def test_member_podclique_of_the_base_gang():
    found = labels.member_podclique(
        "p", 0, ("sg", 0, "w"), min_available=1, template_labels={}, template_hash="h"
    )

    assert found == {
        "app.kubernetes.io/managed-by": "grove-operator",
        "app.kubernetes.io/part-of": "p",
        "app.kubernetes.io/name": "p-0-sg-0-w",
        "app.kubernetes.io/component": "pcsg-podclique",
        "grove.io/podcliqueset-replica-index": "0",
        "grove.io/podcliquescalinggroup": "p-0-sg",
        "grove.io/podcliquescalinggroup-replica-index": "0",
        "grove.io/podgang": "p-0",
        "grove.io/pod-template-hash": "h",
    }


def test_member_podclique_of_a_scaled_gang_names_its_base_gang():
    found = labels.member_podclique(
        "p", 0, ("sg", 1, "w"), min_available=1, template_labels={}, template_hash="h"
    )

    assert found["grove.io/podgang"] == "p-0-sg-0"
    assert found["grove.io/base-podgang"] == "p-0"


def test_pod_has_what_its_podclique_has():
    of_clique = labels.podclique("p", 0, "w", template_labels={}, template_hash="h")

    of_pod = labels.pod("p-0-w", of_clique, 3)

    assert of_pod == of_clique | {
        "grove.io/podclique": "p-0-w",
        "grove.io/podclique-pod-index": "3",
    }


def test_scaling_group_and_service_and_hpa():
    assert labels.scaling_group("p", 0, "sg") == {
        "app.kubernetes.io/managed-by": "grove-operator",
        "app.kubernetes.io/part-of": "p",
        "app.kubernetes.io/name": "p-0-sg",
        "app.kubernetes.io/component": "pcs-podcliquescalinggroup",
        "grove.io/podcliqueset-replica-index": "0",
    }
    assert labels.service("p", 2)["app.kubernetes.io/name"] == "p-2"
    assert labels.service("p", 2)["grove.io/podcliqueset-replica-index"] == "2"
    assert labels.hpa("p", "p-0-w")["app.kubernetes.io/component"] == "pcs-hpa"


def test_podgang_inherits_all_but_groves_own_keys():
    assert labels.podgang("p", {"team": "a", "grove.io/x": "y"}) == {
        "team": "a",
        "app.kubernetes.io/managed-by": "grove-operator",
        "app.kubernetes.io/part-of": "p",
        "app.kubernetes.io/component": "podgang",
        "grove.io/scheduler-name": "default-scheduler",
    }
    assert labels.podgang_annotations({"note": "a", "grove.io/reconcile-trigger": "1"}) == {
        "note": "a"
    }


def test_selectors_are_in_query_form():
    assert labels.selector(labels.podcliqueset_selector("p")) == (
        "app.kubernetes.io/managed-by=grove-operator,app.kubernetes.io/part-of=p"
    )
    assert labels.selector(labels.podclique_selector("p", "p-0-w")).endswith(
        ",grove.io/podclique=p-0-w"
    )
    assert labels.selector(labels.scaling_group_replica_selector("p", "p-0-sg", 1)).endswith(
        ",grove.io/podcliquescalinggroup=p-0-sg,grove.io/podcliquescalinggroup-replica-index=1"
    )
    assert labels.selector(labels.replica_selector("p", 0)).endswith("replica-index=0")


def test_labels_are_read_back():
    found = labels.pod(
        "p-3-sg-1-w",
        labels.member_podclique(
            "p", 3, ("sg", 1, "w"), min_available=1, template_labels={}, template_hash="h"
        ),
        7,
    )

    assert labels.is_managed(found)
    assert labels.part_of(found) == "p"
    assert labels.pcs_replica_index(found) == 3
    assert labels.pcsg_replica_index(found) == 1
    assert labels.pod_index(found) == 7


def test_a_foreign_object_belongs_to_nothing():
    assert labels.part_of({"app.kubernetes.io/part-of": "p"}) == ""
    assert labels.pcs_replica_index({"grove.io/podcliqueset-replica-index": "x"}) is None
