"""Conditions are dated by what they tell, and patches hold only what differs."""

from datetime import timedelta

import pytest

from grove_tui.api.objects import (
    LastError,
    PodCliqueSetStatus,
    PodCliqueSetUpdateProgress,
    PodCliqueStatus,
    PodCliqueUpdateProgress,
    ReplicaUpdate,
)
from grove_tui.kube.objects import Condition, ObjectMeta
from grove_tui.reconcile.conditions import (
    clipped,
    last_errors,
    next_second,
    status_patch,
    transition,
)
from tests.builders import at

METADATA = ObjectMeta(name="a", generation=3, creation_timestamp=at(0))


def moved(conditions, status, now, *, born=""):
    wanted = Condition("Breached", status, "Reason", "message")
    [condition] = transition(conditions, wanted, METADATA, at(now), born=born)
    return condition


def test_what_an_object_is_born_with_is_dated_at_its_birth_however_late_it_is_written():
    assert moved((), "True", 100, born="True").last_transition_time == at(0)


@pytest.mark.parametrize(("now", "expected"), [(0.2, 1), (0, 1), (1, 1), (1.5, 2), (60, 60)])
def test_a_first_value_of_another_kind_is_dated_after_the_birth(now, expected):
    assert moved((), "False", now, born="True").last_transition_time == at(expected)


def test_the_time_moves_with_the_status_only():
    first = moved((), "True", 10)
    same = transition((first,), Condition("Breached", "True", "Other", "new"), METADATA, at(20))
    other = transition(same, Condition("Breached", "False", "Other", "new"), METADATA, at(30))

    assert (same[0].reason, same[0].message) == ("Other", "new")
    assert same[0].last_transition_time == at(10)
    assert other[0].last_transition_time == at(30)


def test_times_are_rounded_up_so_that_delays_are_never_cut_short():
    assert next_second(at(1.000001)) == at(2)
    assert next_second(at(2)) == at(2)


def test_conditions_keep_their_order_and_others_are_untouched():
    other = Condition("Other", "True", last_transition_time=at(1))
    conditions = transition((other,), Condition("Breached", "True"), METADATA, at(2))
    conditions = transition(conditions, Condition("Other", "False"), METADATA, at(3))

    assert [c.type for c in conditions] == ["Other", "Breached"]
    assert conditions[1].observed_generation == 3


def test_equal_statuses_need_no_patch():
    status = PodCliqueStatus(replicas=2, conditions=(Condition("A", "True"),))

    assert status_patch(status, PodCliqueStatus(replicas=2, conditions=status.conditions)) is None


def test_only_what_differs_is_patched_and_zeros_are_written():
    old = PodCliqueStatus(replicas=2, ready_replicas=2, hpa_pod_selector="a=b")
    new = PodCliqueStatus(replicas=2, ready_replicas=0)

    assert status_patch(old, new) == {"status": {"readyReplicas": 0, "hpaPodSelector": None}}


def test_the_first_patch_writes_every_number():
    patch = status_patch(PodCliqueStatus(), PodCliqueStatus(observed_generation=1), complete=True)

    assert patch is not None
    assert patch["status"] == {
        "observedGeneration": 1,
        "replicas": 0,
        "readyReplicas": 0,
        "updatedReplicas": 0,
        "scheduleGatedReplicas": 0,
        "scheduledReplicas": 0,
    }


def test_what_a_new_update_leaves_out_is_removed_by_the_patch():
    old = PodCliqueStatus(
        update_progress=PodCliqueUpdateProgress(
            update_started_at=at(0), update_ended_at=at(5), pod_template_hash="old"
        )
    )
    new = PodCliqueStatus(
        update_progress=PodCliqueUpdateProgress(update_started_at=at(9), pod_template_hash="new")
    )

    patch = status_patch(old, new)

    assert patch is not None
    assert patch["status"]["updateProgress"]["updateEndedAt"] is None
    assert patch["status"]["updateProgress"]["podTemplateHash"] == "new"


def test_a_replica_with_index_zero_is_written_with_its_index():
    progress = PodCliqueSetUpdateProgress(currently_updating=(ReplicaUpdate(replica_index=0),))

    patch = status_patch(PodCliqueSetStatus(), PodCliqueSetStatus(update_progress=progress))

    assert patch is not None
    assert patch["status"]["updateProgress"]["currentlyUpdating"] == [{"replicaIndex": 0}]


def test_an_error_that_stays_keeps_its_time():
    known = (LastError("A", "a", at(0)),)

    errors = last_errors(known, [("A", "a"), ("B", "b"), ("B", "b")], at(60))

    assert errors == (LastError("A", "a", at(0)), LastError("B", "b", at(60)))


def test_errors_that_come_in_another_order_are_the_same():
    known = last_errors((), [("A", "a"), ("B", "b"), ("C", "c")], at(0))

    assert last_errors(known, [("C", "c"), ("A", "a"), ("B", "b")], at(60)) == known
    grown = last_errors(known, [("D", "d"), ("C", "c"), ("A", "a")], at(60))
    assert [error.code for error in grown] == ["A", "C", "D"]


def test_of_very_many_errors_the_first_are_listed_and_the_rest_is_counted():
    wanted = [("A", f"cannot create {number}") for number in range(1000)]
    known = last_errors((), wanted, at(0))

    assert len(known) == 21
    assert known[-1] == LastError("ERR_MORE", "980 more errors are not listed", at(0))
    assert last_errors(known, reversed(wanted), at(60)) == known


def test_a_message_is_no_longer_than_the_api_takes():
    assert clipped("short") == "short"
    assert clipped("x" * 40_000) == "x" * 32_767 + "…"


def test_a_missing_birth_is_now():
    metadata = ObjectMeta(name="a")
    [condition] = transition((), Condition("A", "True"), metadata, at(10), born="True")

    assert condition.last_transition_time == at(10)
    assert condition.observed_generation is None
    assert timedelta() == condition.last_transition_time - at(10)
