"""The gang-termination rule, situation by situation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from grove_tui.api import labels, names
from grove_tui.api.breach import Gate
from grove_tui.api.composition import termination_delay
from grove_tui.api.objects import (
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueScalingGroupSpec,
    PodCliqueScalingGroupStatus,
    PodCliqueScalingGroupUpdateProgress,
    PodCliqueSpec,
    PodCliqueStatus,
)
from grove_tui.api.termination import Level, replica_termination, scaling_group_terminations
from grove_tui.kube.objects import Condition, ObjectMeta
from tests.api.manifests import clique, podcliqueset, scaling_group

T0 = datetime(2026, 1, 1, tzinfo=UTC)
DELAY = timedelta(seconds=30)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def conditions(**statuses: tuple[str, float] | None) -> tuple[Condition, ...]:
    types = {
        "breached": "MinAvailableBreached",
        "scheduled": "PodCliqueScheduled",
        "recycling": "GangTerminationInProgress",
    }
    return tuple(
        Condition(type=types[key], status=value[0], last_transition_time=at(value[1]))
        for key, value in statuses.items()
        if value is not None
    )


def broken(since: float) -> dict[str, Any]:
    """A clique that worked and fell below its minimum."""
    return {"breached": ("True", since), "scheduled": ("False", since)}


HEALTHY: dict[str, Any] = {"breached": ("False", 10), "scheduled": ("True", 10)}


def standalone(name: str = "w", replica: int = 0, terminating: bool = False, **statuses):
    found = labels.podclique("pcs", replica, name, template_labels={}, template_hash="h")
    return PodClique(
        metadata=ObjectMeta(
            name=names.podclique_name("pcs", replica, name),
            uid=f"uid-{name}",
            labels=found,
            creation_timestamp=T0,
            deletion_timestamp=T0 if terminating else None,
        ),
        spec=PodCliqueSpec(replicas=2, min_available=2),
        status=PodCliqueStatus(
            conditions=conditions(**(statuses or HEALTHY)), scheduled_replicas=1, ready_replicas=1
        ),
    )


def member(name: str, index: int, terminating: bool = False, **statuses):
    of_group = labels.member_podclique(
        "pcs", 0, ("g", index, name), min_available=1, template_labels={}, template_hash="h"
    )
    plain = standalone(name, 0, terminating, **(statuses or HEALTHY))
    metadata = ObjectMeta(
        name=of_group["app.kubernetes.io/name"],
        labels=of_group,
        creation_timestamp=T0,
        deletion_timestamp=T0 if terminating else None,
    )
    return PodClique(metadata=metadata, spec=plain.spec, status=plain.status)


def group(
    replicas: int = 2,
    min_available: int = 1,
    updating: bool = False,
    available: int = 0,
    **statuses,
):
    progress = PodCliqueScalingGroupUpdateProgress(update_started_at=T0) if updating else None
    return PodCliqueScalingGroup(
        metadata=ObjectMeta(
            name="pcs-0-g",
            labels=labels.scaling_group("pcs", 0, "g"),
            creation_timestamp=T0,
        ),
        spec=PodCliqueScalingGroupSpec(
            replicas=replicas, min_available=min_available, clique_names=("m",)
        ),
        status=PodCliqueScalingGroupStatus(
            conditions=conditions(**(statuses or {"breached": ("False", 10)})),
            available_replicas=available,
            update_progress=progress,
        ),
    )


def pcs(replicas: int = 1, **template):
    cliques = clique("w"), clique("x"), clique("m")
    groups = (scaling_group("g", ("m",), replicas=2),)
    return podcliqueset(
        *cliques, groups=groups, replicas=replicas, **{"terminationDelay": "30s", **template}
    )


def judge(*podcliques, groups=(), now: float = 100, of=None, replica: int = 0):
    found = {"pcs-0-x": standalone("x")} | {p.metadata.name: p for p in podcliques}
    return replica_termination(of or pcs(), replica, found.values(), groups, at(now))


# The replica of a PodCliqueSet


def test_a_clique_below_its_minimum_ends_the_replica_after_the_delay():
    before = judge(standalone(**broken(60)), now=89)
    after = judge(standalone(**broken(60)), now=90)

    assert before.due == after.due == at(90)
    assert (before.expired, after.expired) == (False, True)
    assert before.remaining(at(89)) == timedelta(seconds=1)
    assert after.remaining(at(99)) == timedelta()
    assert after.level is Level.PODCLIQUESET
    (breach,) = after.breaches
    assert (breach.kind, breach.name, breach.uid) == ("PodClique", "pcs-0-w", "uid-w")
    assert (breach.since, breach.due, breach.gate) == (at(60), at(90), None)


def test_healthy_cliques_end_nothing():
    verdict = judge(standalone(), groups=[group()])

    assert verdict.breaches == ()
    assert verdict.due is None
    assert not verdict.expired
    assert verdict.remaining(at(0)) is None


def test_the_first_of_several_breaches_decides():
    verdict = judge(
        standalone("w", **broken(70)), standalone("x", **broken(60)), groups=[breached_group(65)]
    )

    assert verdict.due == at(90)
    assert [b.name for b in verdict.breaches] == ["pcs-0-x", "pcs-0-g", "pcs-0-w"]
    assert verdict.counting == verdict.breaches


def breached_group(since: float, **kwargs):
    return group(breached=("True", since), **kwargs)


def test_a_breached_scaling_group_ends_the_replica_by_its_own_clock():
    verdict = judge(standalone(), groups=[breached_group(60)], now=95)

    assert verdict.due == at(90)
    assert verdict.expired
    assert [b.kind for b in verdict.breaches] == ["PodCliqueScalingGroup"]


@pytest.mark.parametrize(
    ("statuses", "gate"),
    [
        ({"breached": ("True", 60), "scheduled": ("False", 0)}, Gate.NEVER_SCHEDULED),
        ({"breached": ("True", 60), "scheduled": ("False", 5)}, Gate.NEVER_SCHEDULED),
        ({"breached": ("True", 60), "scheduled": ("False", 6)}, None),
        ({"breached": ("True", 3), "scheduled": ("True", 3)}, None),
        ({"breached": ("True", 60), "scheduled": ("Unknown", 6)}, None),
        ({"breached": ("True", 60), "scheduled": None}, Gate.NEVER_SCHEDULED),
        ({"breached": ("Unknown", 60), "scheduled": ("True", 6)}, Gate.UPDATE_IN_PROGRESS),
    ],
)
def test_a_clique_counts_once_it_was_scheduled(statuses, gate):
    verdict = judge(standalone(**statuses))

    assert [b.gate for b in verdict.breaches] == [gate]
    assert (verdict.due is None) == (gate is not None)


@pytest.mark.parametrize(
    ("statuses", "gate"),
    [
        ({"breached": ("True", 0)}, Gate.NEVER_HEALTHY),
        ({"breached": ("True", 5)}, Gate.NEVER_HEALTHY),
        ({"breached": ("True", 6)}, None),
        ({"breached": ("Unknown", 60)}, Gate.UPDATE_IN_PROGRESS),
        ({"breached": ("True", 60), "recycling": ("True", 90)}, Gate.RECYCLE_IN_FLIGHT),
        ({"breached": ("True", 60), "recycling": ("False", 90)}, None),
    ],
)
def test_a_scaling_group_counts_once_it_was_healthy(statuses, gate):
    verdict = judge(standalone(), groups=[group(**statuses)])

    assert [b.gate for b in verdict.breaches] == [gate]
    assert (verdict.due is None) == (gate is not None)


def test_objects_without_conditions_are_unknown_and_count_for_nothing():
    fresh = PodClique(metadata=standalone().metadata, spec=PodCliqueSpec(min_available=2))
    fresh_group = PodCliqueScalingGroup(metadata=group().metadata, spec=group().spec)

    assert judge(fresh, groups=[fresh_group]).breaches == ()


def test_a_condition_without_a_time_does_not_count():
    timeless = (
        Condition(type="MinAvailableBreached", status="True"),
        Condition(type="PodCliqueScheduled", status="True"),
    )
    podclique = PodClique(
        metadata=standalone().metadata, status=PodCliqueStatus(conditions=timeless)
    )

    assert [b.gate for b in judge(podclique).breaches] == [Gate.NEVER_SCHEDULED]


def test_a_terminating_clique_is_in_flight():
    verdict = judge(standalone(terminating=True, **broken(60)))

    assert [b.gate for b in verdict.breaches] == [Gate.RECYCLE_IN_FLIGHT]
    assert verdict.due is None


def test_a_missing_clique_stops_the_whole_replica():
    verdict = replica_termination(
        pcs(), 0, [standalone("w", **broken(60))], [breached_group(60)], at(100)
    )

    assert verdict.missing == ("pcs-0-x",)
    assert {b.gate for b in verdict.breaches} == {Gate.CLIQUE_MISSING}
    assert verdict.due is None


def test_members_of_scaling_groups_are_judged_with_their_group():
    assert judge(standalone(), member("m", 0, **broken(60))).breaches == ()


def test_groups_that_are_not_in_the_template_are_ignored():
    stray = PodCliqueScalingGroup(
        metadata=ObjectMeta(name="pcs-0-old", creation_timestamp=T0),
        status=PodCliqueScalingGroupStatus(conditions=conditions(breached=("True", 60))),
    )

    assert judge(standalone(), groups=[stray]).breaches == ()


def test_a_replica_that_is_being_removed_is_not_judged():
    gone = judge(standalone(replica=1, **broken(60)), replica=1)

    assert (gone.breaches, gone.missing, gone.due) == ((), (), None)


def test_only_the_broken_replica_is_terminated():
    two = pcs(replicas=2)
    ones = [standalone("w", 1), standalone("x", 1)]

    assert judge(standalone(**broken(60)), of=two).expired
    assert not replica_termination(two, 1, ones, [], at(100)).expired


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        (None, timedelta(hours=4)),
        ("10s", timedelta(seconds=10)),
        ("0s", timedelta(hours=4)),
        ("-5s", timedelta(hours=4)),
        ("soon", timedelta(hours=4)),
    ],
)
def test_delay_is_read_from_the_template(delay, expected):
    assert termination_delay(podcliqueset(terminationDelay=delay)) == expected


def test_lowering_the_delay_shortens_a_running_countdown():
    slow = judge(standalone(**broken(60)), of=pcs(terminationDelay="4h"))
    fast = judge(standalone(**broken(60)), of=pcs(terminationDelay="10s"))

    assert not slow.expired
    assert fast.expired


# The replica of a scaling group


def judge_group(*members, of=None, now: float = 100):
    return scaling_group_terminations(pcs(), of or group(), members, at(now))


def test_with_slack_only_the_broken_replica_goes():
    (verdict,) = judge_group(member("m", 0), member("m", 1, **broken(60)))

    assert verdict.level is Level.SCALING_GROUP
    assert verdict.index == 1
    assert verdict.due == at(90)
    assert verdict.expired
    assert [b.name for b in verdict.breaches] == ["pcs-0-g-1-m"]


def test_without_slack_the_replica_of_the_set_decides():
    verdicts = judge_group(member("m", 0, **broken(50)), member("m", 1, **broken(60)))

    assert [v.index for v in verdicts] == [0, 1]
    assert {v.level for v in verdicts} == {Level.PODCLIQUESET}
    assert {v.due for v in verdicts} == {None}
    assert not any(v.expired for v in verdicts)
    assert verdicts[0].breaches[0].due == at(80)


@pytest.mark.parametrize(("replicas", "level"), [(3, Level.SCALING_GROUP), (2, Level.PODCLIQUESET)])
def test_slack_is_what_remains_above_the_minimum(replicas, level):
    members = [member("m", j) for j in range(1, replicas)]

    (verdict,) = judge_group(
        member("m", 0, **broken(60)), *members, of=group(replicas=replicas, min_available=2)
    )

    assert verdict.level is level


def test_a_never_scheduled_member_breaks_nothing():
    never: dict[str, Any] = {"breached": ("True", 1), "scheduled": ("False", 1)}

    (verdict,) = judge_group(member("m", 0), member("m", 1, **never))

    assert verdict.breaches[0].gate is Gate.NEVER_SCHEDULED
    assert verdict.due is None
    assert verdict.level is Level.SCALING_GROUP


def test_a_replica_without_conditions_is_no_slack():
    fresh = PodClique(metadata=member("m", 1).metadata)

    (verdict,) = judge_group(member("m", 0, **broken(60)), fresh)

    assert verdict.level is Level.PODCLIQUESET
    assert verdict.due is None


@pytest.mark.parametrize("others", [(), (member("m", 1, terminating=True),)])
def test_a_replica_that_is_being_recreated_is_no_slack(others):
    (verdict, *_) = judge_group(member("m", 0, **broken(60)), *others)

    assert verdict.level is Level.PODCLIQUESET


def test_one_incident_has_one_level():
    of = breached_group(60)
    members = member("m", 0), member("m", 1, **broken(60))

    verdicts = judge_group(*members, of=of)
    replica = judge(standalone(), groups=[of])

    assert [v.level for v in verdicts] == [Level.PODCLIQUESET]
    assert replica.due == at(90)


def test_a_group_that_never_was_healthy_still_recycles_single_replicas():
    of = breached_group(0)

    (verdict,) = judge_group(member("m", 0), member("m", 1, **broken(60)), of=of)

    assert verdict.level is Level.SCALING_GROUP
    assert verdict.expired


def test_an_update_stops_the_groups_terminations():
    (verdict,) = judge_group(member("m", 0), member("m", 1, **broken(60)), of=group(updating=True))

    assert verdict.breaches[0].gate is Gate.UPDATE_IN_PROGRESS
    assert verdict.due is None


def test_members_beyond_the_replicas_or_of_other_groups_are_ignored():
    stray = PodClique(
        metadata=ObjectMeta(name="x", labels={"grove.io/podcliquescalinggroup": "pcs-0-other"})
    )

    assert judge_group(member("m", 0), member("m", 1), member("m", 2, **broken(60)), stray) == ()


def test_a_huge_replica_count_costs_nothing():
    of = group(replicas=2**31 - 1)

    (verdict,) = judge_group(member("m", 0, **broken(60)), of=of)

    assert verdict.index == 0


# Whatever the conditions say

statuses = st.sampled_from(["True", "False", "Unknown"])
moments = st.floats(0, 200, allow_nan=False)
maybe = st.none() | st.tuples(statuses, moments)


@given(breached=maybe, scheduled=maybe, of_group=maybe, recycling=maybe, now=moments)
def test_nothing_ends_before_a_counting_breach_is_as_old_as_the_delay(
    breached, scheduled, of_group, recycling, now
):
    verdict = judge(
        standalone(breached=breached, scheduled=scheduled),
        groups=[group(breached=of_group, recycling=recycling)],
        now=now,
    )

    oldest = min((b.since for b in verdict.counting if b.since), default=None)
    assert verdict.expired == (oldest is not None and oldest + DELAY <= at(now))
    assert verdict.due == (oldest + DELAY if oldest else None)
    assert all(b.condition.status == "True" for b in verdict.counting)


@given(first=maybe, second=maybe, scheduled=maybe, of_group=maybe, now=moments)
def test_a_breach_never_ends_both_the_group_replica_and_the_whole(
    first, second, scheduled, of_group, now
):
    scaled = group(breached=of_group)
    members = member("m", 0, breached=first), member("m", 1, breached=second, scheduled=scheduled)

    alone = judge_group(*members, of=scaled, now=now)
    whole = judge(standalone(), groups=[scaled], now=now)

    assert not (whole.due and any(verdict.due for verdict in alone))
