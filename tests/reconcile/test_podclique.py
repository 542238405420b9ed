"""What a PodClique does with its pods and says about them, as tables."""

from typing import Any

import msgspec
import pytest

from grove_tui.api.objects import PodGang
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.podclique.plan import plan
from grove_tui.reconcile.podclique.pods import Census, PodTemplate
from grove_tui.reconcile.podclique.selection import scale_in_order
from grove_tui.reconcile.podclique.status import status
from tests.builders import at, condition, meta
from tests.reconcile.manifests import clique, podcliqueset
from tests.reconcile.worlds import clique_of, owned_by, pod_of, set_of, world

SET = set_of(podcliqueset(cliques=[clique("w", 3, 2)]))
CLIQUE = clique_of(SET)
HASH = CLIQUE.metadata.labels["grove.io/pod-template-hash"]
TERMINATING: Any = {"metadata": {"deletionTimestamp": "2026-01-01T00:01:00Z"}}


def planned(*pods, podclique=CLIQUE, pcs=SET, gangs=(), may_replace=True):
    here = world(podcliquesets=[pcs], podcliques=[podclique], pods=pods, podgangs=gangs)
    return plan(here, pcs, Blueprint(pcs), podclique, at(60), may_replace=may_replace)


def gang(*pods, is_initialized=True):
    references = [{"namespace": "default", "name": pod.metadata.name} for pod in pods]
    body = {
        "metadata": meta("set-0", ownerReferences=owned_by("PodCliqueSet", SET)),
        "spec": {"podgroups": [{"name": "set-0-w", "minReplicas": 2, "podReferences": references}]},
        "status": {"conditions": [condition("Initialized", is_initialized)]},
    }
    return msgspec.convert(body, PodGang)


def names(pods):
    return [pod.metadata.name for pod in pods]


@pytest.mark.parametrize(
    ("present", "created"),
    [((), (0, 1, 2)), ((0, 1, 2), ()), ((1,), (0, 2)), ((0, 5), (1,)), ((7, 8, 9), ())],
)
def test_missing_pods_take_the_lowest_free_indices(present, created):
    assert planned(*(pod_of(CLIQUE, index) for index in present)).create == created


def test_a_terminating_pod_is_replaced_at_once_under_its_own_index():
    wanted = planned(pod_of(CLIQUE, 0), pod_of(CLIQUE, 1, **TERMINATING), pod_of(CLIQUE, 2))

    assert wanted.create == (1,)
    assert wanted.delete == ()


def test_pods_of_a_former_clique_of_that_name_do_not_count():
    former = clique_of(SET, metadata={"uid": "former"})

    assert planned(*(pod_of(former, index) for index in range(3))).create == (0, 1, 2)


def test_a_failed_pod_is_deleted_and_replaced():
    wanted = planned(pod_of(CLIQUE, 0), pod_of(CLIQUE, 1, phase="Failed"), pod_of(CLIQUE, 2))

    assert names(wanted.replace) == ["set-0-w-00001"]
    assert wanted.create == (1,)


def test_a_failed_pod_that_has_to_wait_keeps_its_place():
    pods = pod_of(CLIQUE, 0), pod_of(CLIQUE, 1, phase="Failed"), pod_of(CLIQUE, 2)

    wanted = planned(*pods, may_replace=False)

    assert not wanted.changes_pods
    assert wanted.is_waiting


def test_a_succeeded_pod_keeps_its_place():
    pods = pod_of(CLIQUE, 0), pod_of(CLIQUE, 1, phase="Succeeded"), pod_of(CLIQUE, 2)

    assert not planned(*pods).changes_pods


def test_of_two_pods_with_one_index_the_one_that_got_further_stays():
    first = pod_of(CLIQUE, 0, name="pending", node="", phase="Pending")
    second = pod_of(CLIQUE, 0, name="running")

    wanted = planned(first, second, pod_of(CLIQUE, 1))

    assert names(wanted.delete) == ["pending"]
    assert wanted.create == (2,)


SCALE_IN = [
    ("without a node", {"node": "", "phase": "Pending"}, {}),
    ("pending before running", {"phase": "Pending"}, {}),
    ("unknown before running", {"phase": "Unknown"}, {}),
    ("pending before unknown", {"phase": "Pending"}, {"phase": "Unknown"}),
    ("not ready", {"ready": False}, {}),
    ("outdated", {"template": "old"}, {"template": HASH}),
    ("newer", {"metadata": {"creationTimestamp": "2026-01-01T00:00:09Z"}}, {}),
    ("no node wins over phase", {"node": "", "phase": "Unknown"}, {"phase": "Pending"}),
    ("phase wins over age", {"phase": "Pending"},
     {"metadata": {"creationTimestamp": "2026-01-01T00:00:09Z"}}),
    ("readiness wins over template", {"ready": False, "template": HASH}, {"template": "old"}),
    ("template wins over age", {"template": "old"},
     {"metadata": {"creationTimestamp": "2026-01-01T00:00:09Z"}, "template": HASH}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"), [s[1:] for s in SCALE_IN], ids=[s[0] for s in SCALE_IN]
)
def test_scale_in_order(first, second):
    pods = [pod_of(CLIQUE, 0, name="first", **first), pod_of(CLIQUE, 5, name="second", **second)]

    for order in (pods, pods[::-1]):
        assert names(scale_in_order(order, "set-0-w", HASH)) == ["first", "second"]


def test_among_equals_the_higher_index_goes_first():
    pods = [pod_of(CLIQUE, index) for index in (0, 2, 1)]

    assert names(scale_in_order(pods, "set-0-w", HASH)) == [
        "set-0-w-00002",
        "set-0-w-00001",
        "set-0-w-00000",
    ]


def test_gates_stay_until_the_gang_lists_the_pod_and_is_initialized():
    pods = [pod_of(CLIQUE, i, node="", phase="Pending", is_gated=True) for i in range(3)]

    assert planned(*pods).release == ()
    assert planned(*pods, gangs=[gang(*pods, is_initialized=False)]).release == ()
    assert names(planned(*pods, gangs=[gang(*pods[:2])]).release) == names(pods[:2])
    assert names(planned(*pods, gangs=[gang(*pods)]).release) == names(pods)


def test_a_pod_that_is_to_go_is_not_released():
    pods = [pod_of(CLIQUE, i, node="", phase="Pending", is_gated=True) for i in range(4)]

    wanted = planned(*pods, gangs=[gang(*pods)])

    assert names(wanted.delete) == ["set-0-w-00003"]
    assert names(wanted.release) == names(pods[:3])


def computed(*pods, podclique=CLIQUE, pcs=SET):
    census = Census.of(pods, podclique.metadata.name)
    return status(podclique, pcs, Blueprint(pcs), census, None, at(60))


RAN = clique_of(SET, status={"conditions": [condition("PodCliqueScheduled")]})


def verdicts(*pods, podclique=RAN):
    found = computed(*pods, podclique=podclique)
    return {c.type: (c.status, c.reason) for c in found.conditions}


CRASHED: Any = {"status": {"containerStatuses": [{"lastState": {"terminated": {"exitCode": 1}}}]}}
UNREADY: Any = {"status": {"containerStatuses": [{"started": True, "ready": False}]}}
STARTING: Any = {"status": {"containerStatuses": [{"started": False, "ready": False}]}}
ENDED_WELL: Any = {
    "status": {"containerStatuses": [{"lastState": {"terminated": {"exitCode": 0}}}]}
}


@pytest.mark.parametrize(
    ("pods", "scheduled", "breached"),
    [
        ((), "False", ("True", "ScheduledReplicasBelowMinAvailable")),
        (({},), "False", ("True", "ScheduledReplicasBelowMinAvailable")),
        (({}, {}), "True", ("False", "SufficientReadyPods")),
        (({}, dict(ready=False, **CRASHED)), "True", ("True", "InsufficientReadyPods")),
        (({}, dict(ready=False, **UNREADY)), "True", ("True", "InsufficientReadyPods")),
        (({}, dict(ready=False, **STARTING)), "True", ("False", "SufficientReadyPods")),
        (({}, dict(ready=False, **ENDED_WELL)), "True", ("False", "SufficientReadyPods")),
        (({}, dict(ready=True, **CRASHED)), "True", ("False", "SufficientReadyPods")),
        (({}, {}, dict(ready=False, **CRASHED)), "True", ("False", "SufficientReadyPods")),
        (({}, {"node": "", "phase": "Pending"}), "False", (
            "True", "ScheduledReplicasBelowMinAvailable")),
        (({}, {"phase": "Failed"}), "False", ("True", "ScheduledReplicasBelowMinAvailable")),
        (({}, {"phase": "Succeeded"}), "True", ("False", "SufficientReadyPods")),
    ],
)  # fmt: skip
def test_conditions(pods, scheduled, breached):
    found = verdicts(*(pod_of(CLIQUE, index, **pod) for index, pod in enumerate(pods)))

    assert found["PodCliqueScheduled"][0] == scheduled
    assert found["MinAvailableBreached"] == breached


def test_what_has_just_been_scheduled_was_well_for_a_moment():
    pods = pod_of(CLIQUE, 0), pod_of(CLIQUE, 1, ready=False, **CRASHED)

    first = computed(*pods)
    then = clique_of(SET, status=msgspec.to_builtins(first))

    assert verdicts(*pods, podclique=CLIQUE)["MinAvailableBreached"][0] == "False"
    assert verdicts(*pods, podclique=then)["MinAvailableBreached"][0] == "True"


def test_terminating_pods_are_no_replicas_but_still_count_as_ready_and_scheduled():
    found = computed(pod_of(CLIQUE, 0), pod_of(CLIQUE, 1, **TERMINATING))

    assert (found.replicas, found.ready_replicas, found.scheduled_replicas) == (1, 2, 2)


def test_the_template_counts_as_reached_when_outdated_pods_are_gone():
    current = [pod_of(CLIQUE, index) for index in range(3)]
    leaving = pod_of(CLIQUE, 3, template="old", **TERMINATING)

    assert computed(*current, leaving).current_pod_template_hash is None
    assert computed(*current).current_pod_template_hash == HASH


def test_a_pod_has_the_names_labels_and_environment_of_its_place():
    pcs = set_of(podcliqueset("p", cliques=[clique("w", 2)]))
    podclique = clique_of(pcs, replica=1)

    body = PodTemplate(pcs, podclique).body(4)

    spec = body["spec"]
    assert body["metadata"]["generateName"] == "p-1-w-"
    assert body["metadata"]["labels"]["grove.io/podclique-pod-index"] == "4"
    assert (spec["hostname"], spec["subdomain"]) == ("p-1-w-4", "p-1")
    assert spec["schedulerName"] == "default-scheduler"
    assert spec["schedulingGates"] == [{"name": "grove.io/podgang-pending-creation"}]
    assert spec["containers"][0]["env"][:4] == [
        {"name": "GROVE_PCS_NAME", "value": "p"},
        {"name": "GROVE_PCS_INDEX", "value": "1"},
        {"name": "GROVE_PCLQ_NAME", "value": "p-1-w"},
        {"name": "GROVE_HEADLESS_SERVICE", "value": "p-1.default.svc.cluster.local"},
    ]
    assert "initContainers" not in spec


def test_groves_environment_wins_over_a_variable_of_the_same_name():
    entry = clique("w", 1)
    mine = [{"name": "GROVE_PCS_NAME", "value": "mine"}, {"name": "MINE", "value": "1"}]
    entry["spec"]["podSpec"]["containers"][0]["env"] = mine
    entry["spec"]["podSpec"]["initContainers"] = [{"name": "init", "image": "i"}]
    pcs = set_of(podcliqueset("p", cliques=[entry]))

    spec = PodTemplate(pcs, clique_of(pcs)).body(0)["spec"]

    found = [v["name"] for v in spec["containers"][0]["env"]]
    assert found.count("GROVE_PCS_NAME") == 1
    assert found[-1] == "MINE"
    assert spec["initContainers"][0]["env"][0] == {"name": "GROVE_PCS_NAME", "value": "p"}


def test_a_clique_that_waits_gets_the_init_container_last():
    first, second = clique("a", 1), clique("b", 1)
    second["spec"]["podSpec"]["initContainers"] = [{"name": "mine", "image": "i"}]
    manifest = podcliqueset(
        "p", cliques=[first, second], cliqueStartupType="CliqueStartupTypeInOrder"
    )
    pcs = set_of(manifest)

    spec = PodTemplate(pcs, clique_of(pcs, "b")).body(0)["spec"]

    mine, init = spec["initContainers"]
    assert mine["name"] == "mine"
    assert init["name"] == "grove-initc"
    assert init["args"] == ["--podcliques=p-0-a:1"]
    assert "env" not in init
    assert spec["volumes"][0]["secret"]["secretName"] == "p-ic-sat"
    assert "initContainers" not in PodTemplate(pcs, clique_of(pcs, "a")).body(0)["spec"]


def test_the_init_containers_image_can_be_set(monkeypatch):
    monkeypatch.setenv("GROVE_INIT_CONTAINER_IMAGE", "example.com/initc:1")
    manifest = podcliqueset(
        cliques=[clique("a", 1), clique("b", 1)], cliqueStartupType="CliqueStartupTypeInOrder"
    )
    pcs = set_of(manifest)

    spec = PodTemplate(pcs, clique_of(pcs, "b")).body(0)["spec"]

    assert spec["initContainers"][0]["image"] == "example.com/initc:1"
