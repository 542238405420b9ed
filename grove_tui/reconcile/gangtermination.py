"""Which gangs are terminated now, and when to look again.

The rule is `grove_tui.api.termination`. Here its verdicts become one decision per replica of a
PodCliqueSet, made in one place so that two levels never act on one incident:

- When the set's replica is due, it goes as a whole, whatever its scaling groups say.
- A scaling group with slack gives up its broken replicas, unless the set's replica is about to be
  due as well: then that takes care of it.
- Nothing goes on the word of a stored condition alone: the breach must also be what the pods say
  at this moment, since the condition may have been written before this process was there to see.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.api.breach import Breach, has_been_scheduled
from grove_tui.api.constants import (
    CONDITION_BREACHED,
    CONDITION_GANG_TERMINATION,
    REASON_GANG_TERMINATION_ACTIVE,
)
from grove_tui.api.objects import PodClique, PodCliqueScalingGroup, PodCliqueScalingGroupStatus
from grove_tui.api.termination import (
    Termination,
    replica_termination,
    scaling_group_terminations,
)
from grove_tui.kube.objects import Condition, controller_of, find_condition, is_true
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.conditions import transition
from grove_tui.reconcile.podclique.pods import Census
from grove_tui.reconcile.podclique.status import status as podclique_status
from grove_tui.reconcile.podcliquescalinggroup.members import members_of, template_of_group
from grove_tui.reconcile.podcliquescalinggroup.status import status as group_status
from grove_tui.reconcile.world import INDEX_OWNER, INDEX_REPLICA, World, replica_value

SAME_INCIDENT = timedelta(seconds=2)
"""How much later the set's replica may be due to be the same incident as its scaling group."""
RECHECK = timedelta(seconds=1)
"""When to look again at a breach that is due by its condition but not by its pods."""


class GroupRecycle(Struct, frozen=True):
    """One replica of a scaling group that is to be terminated."""

    group: PodCliqueScalingGroup
    index: int
    members: tuple[PodClique, ...]


class Decision(Struct, frozen=True):
    """What gang termination does with one replica of a PodCliqueSet now.

    Attributes:
        recycle: PodCliques that go because the whole replica goes, those in breach last.
        flag: Scaling groups that are marked before that.
        groups: Scaling-group replicas that go alone.
        due: When to decide again; None when nothing is counting down.
        is_breached: Whether anything is counting down or due.
    """

    recycle: tuple[PodClique, ...] = ()
    flag: tuple[PodCliqueScalingGroup, ...] = ()
    groups: tuple[GroupRecycle, ...] = ()
    due: datetime | None = None
    is_breached: bool = False


def decide(world: World, blueprint: Blueprint, replica: int, now: datetime) -> Decision:
    """Decide on one replica of a PodCliqueSet."""
    value = replica_value(blueprint.namespace, blueprint.name, replica)
    podcliques = world.podcliques.by_index(INDEX_REPLICA, value)
    groups = [
        group
        for group in world.podcliquescalinggroups.by_index(INDEX_REPLICA, value)
        if _is_owned_by(group, blueprint.pcs.metadata.uid)
    ]
    owners = {blueprint.pcs.metadata.uid, *(group.metadata.uid for group in groups)}
    own = [p for p in podcliques if any(_is_owned_by(p, uid) for uid in owners)]
    unfinished = _unfinished(own, groups)
    if unfinished:
        return Decision(recycle=unfinished, is_breached=True)
    verdict = replica_termination(blueprint.pcs, replica, own, groups, now)
    if verdict.expired and _is_confirmed(world, blueprint, verdict, own, groups, now):
        return Decision(recycle=_breached_last(own, verdict), flag=tuple(groups), is_breached=True)
    alone, dues = _decide_groups(world, blueprint, groups, verdict, now)
    dues += (
        [] if verdict.due is None else [max(verdict.due, now + RECHECK if verdict.expired else now)]
    )
    return Decision(
        groups=tuple(alone), due=min(dues, default=None), is_breached=bool(dues or alone)
    )


def _decide_groups(
    world: World,
    blueprint: Blueprint,
    groups: Iterable[PodCliqueScalingGroup],
    above: Termination,
    now: datetime,
) -> tuple[list[GroupRecycle], list[datetime]]:
    recycles, dues = [], []
    for group in groups:
        if is_true(group.status.conditions, CONDITION_GANG_TERMINATION):
            continue
        by_index = members_of(world, group).by_index
        members = [p for cliques in by_index.values() for p in cliques.values()]
        for verdict in scaling_group_terminations(blueprint.pcs, group, members, now):
            if verdict.due is None:
                continue
            if above.due is not None and above.due <= verdict.due + SAME_INCIDENT:
                continue
            own = tuple(by_index.get(verdict.index, {}).values())
            if not verdict.expired:
                dues.append(verdict.due)
            elif _is_confirmed(world, blueprint, verdict, own, (), now):
                recycles.append(GroupRecycle(group, verdict.index, _breached_last(own, verdict)))
            else:
                dues.append(now + RECHECK)
    return recycles, dues


def flagged(group: PodCliqueScalingGroup, now: datetime) -> PodCliqueScalingGroupStatus:
    """Return the status of a scaling group whose set's replica is being terminated."""
    condition = Condition(
        type=CONDITION_GANG_TERMINATION,
        status="True",
        reason=REASON_GANG_TERMINATION_ACTIVE,
        message="the PodCliqueSet replica has been terminated and is being recreated",
    )
    conditions = transition(group.status.conditions, condition, group.metadata, now)
    return replace(group.status, conditions=conditions)


def _is_owned_by(obj: PodClique | PodCliqueScalingGroup, uid: str) -> bool:
    owner = controller_of(obj)
    return owner is not None and owner.uid == uid


def _unfinished(
    podcliques: Collection[PodClique], groups: Collection[PodCliqueScalingGroup]
) -> tuple[PodClique, ...]:
    """Return what a termination that was cut off in the middle has left, the evidence last.

    Its mark is on the scaling groups, and something is in breach since before the mark. A recreated
    PodClique cannot be: its breach is as old as itself, or younger than the mark. What was not
    in breach may not have been deleted yet either, where it is older than the mark.
    """
    found = (find_condition(g.status.conditions, CONDITION_GANG_TERMINATION) for g in groups)
    marks = [c.last_transition_time for c in found if c is not None and c.is_true]
    since = min((mark for mark in marks if mark is not None), default=None)
    if since is None:
        return ()
    evidence = {p.metadata.uid for p in podcliques if _broke_before(p, since)}
    if not evidence:
        return ()
    left = [p for p in podcliques if _is_older(p, since)]
    return tuple(sorted(left, key=lambda p: (p.metadata.uid in evidence, p.metadata.name)))


def _is_older(podclique: PodClique, moment: datetime) -> bool:
    metadata = podclique.metadata
    created = metadata.creation_timestamp
    return metadata.deletion_timestamp is None and created is not None and created < moment


def _broke_before(podclique: PodClique, moment: datetime) -> bool:
    breach = find_condition(podclique.status.conditions, CONDITION_BREACHED)
    metadata = podclique.metadata
    if breach is None or not breach.is_true or metadata.deletion_timestamp is not None:
        return False
    broke, created = breach.last_transition_time, metadata.creation_timestamp
    if broke is None or created is None:
        return False
    return created < broke < moment and has_been_scheduled(podclique)


def _breached_last(podcliques: Iterable[PodClique], verdict: Termination) -> tuple[PodClique, ...]:
    """Order PodCliques so that the evidence goes last, should the deletion be cut off."""
    culprits = {breach.uid for breach in verdict.counting}
    live = (p for p in podcliques if p.metadata.deletion_timestamp is None)
    return tuple(sorted(live, key=lambda p: (p.metadata.uid in culprits, p.metadata.name)))


def _is_confirmed(
    world: World,
    blueprint: Blueprint,
    verdict: Termination,
    podcliques: Iterable[PodClique],
    groups: Iterable[PodCliqueScalingGroup],
    now: datetime,
) -> bool:
    by_uid = {p.metadata.uid: p for p in podcliques}
    groups_by_uid = {g.metadata.uid: g for g in groups}
    return any(
        _is_breached_now(world, blueprint, breach, by_uid, groups_by_uid, now)
        for breach in verdict.counting
        if breach.due is not None and breach.due <= now
    )


def _is_breached_now(
    world: World,
    blueprint: Blueprint,
    breach: Breach,
    podcliques: dict[str, PodClique],
    groups: dict[str, PodCliqueScalingGroup],
    now: datetime,
) -> bool:
    podclique, group = podcliques.get(breach.uid), groups.get(breach.uid)
    if podclique is not None:
        return is_true(_podclique_now(world, blueprint, podclique, now), CONDITION_BREACHED)
    template = template_of_group(group, blueprint.pcs, blueprint) if group is not None else None
    if group is None or template is None:
        return False
    progress = group.status.update_progress
    members = members_of(world, group)
    computed = group_status(blueprint.pcs, template, members, progress, now)
    return is_true(computed.conditions, CONDITION_BREACHED)


def _podclique_now(
    world: World, blueprint: Blueprint, podclique: PodClique, now: datetime
) -> tuple[Condition, ...]:
    pods = world.pods.by_index(INDEX_OWNER, podclique.metadata.uid)
    census = Census.of(pods, podclique.metadata.name)
    progress = podclique.status.update_progress
    computed = podclique_status(podclique, blueprint.pcs, blueprint, census, progress, now)
    return computed.conditions
