"""Gang termination: what follows from lost minimums, and when.

The one place for the rule. The reconciler acts on it and the dashboard counts down to it.

* A PodCliqueSet replica is terminated when its first counting breach (standalone PodCliques and
  scaling groups) is `terminationDelay` old. All PodCliques of the replica go.
* A scaling group with replicas to spare terminates only its broken replicas. Without slack, or once
  the group itself is breached, the PodCliqueSet replica decides: one incident has one level.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.api import labels, names
from grove_tui.api.breach import Breach, Gate, gated, group_breach, podclique_breach
from grove_tui.api.composition import standalone_cliques, termination_delay
from grove_tui.api.constants import CONDITION_BREACHED, LABEL_PCSG
from grove_tui.api.objects import PodClique, PodCliqueScalingGroup, PodCliqueSet
from grove_tui.kube.objects import find_condition


class Level(StrEnum):
    """What is terminated as a whole."""

    PODCLIQUESET = "PodCliqueSet replica"
    SCALING_GROUP = "PodCliqueScalingGroup replica"


class Termination(Struct, frozen=True, gc=False):
    """The verdict on one replica of a PodCliqueSet or of a scaling group.

    Attributes:
        level: What goes when it is due. A broken scaling-group replica without slack says
            `Level.PODCLIQUESET`: not this replica alone, the verdict on the set's replica counts.
        index: Replica index of the PodCliqueSet or scaling group that was judged.
        breaches: Everything below its minimum, counting or gated, in order of due time and name.
        due: When it is terminated; None when nothing counts or another level decides.
        expired: Whether `due` has come.
        missing: Names of standalone PodCliques that do not exist; they stop the whole replica.
    """

    level: Level
    index: int
    breaches: tuple[Breach, ...] = ()
    due: datetime | None = None
    expired: bool = False
    missing: tuple[str, ...] = ()

    @property
    def counting(self) -> tuple[Breach, ...]:
        """The breaches that no gate stops."""
        return tuple(breach for breach in self.breaches if breach.gate is None)

    def remaining(self, now: datetime) -> timedelta | None:
        """Return the time left, never negative; None when nothing is due."""
        return None if self.due is None else max(self.due - now, timedelta())


def replica_termination(
    pcs: PodCliqueSet,
    replica: int,
    podcliques: Iterable[PodClique],
    scaling_groups: Iterable[PodCliqueScalingGroup],
    now: datetime,
) -> Termination:
    """Judge one replica of a PodCliqueSet.

    Args:
        pcs: The PodCliqueSet.
        replica: The replica's index; one beyond `spec.replicas` is removed anyway and not judged.
        podcliques: PodCliques of the replica; those in scaling groups are ignored.
        scaling_groups: PodCliqueScalingGroups of the replica.
        now: Decides what has expired.
    """
    if replica >= pcs.spec.replicas or pcs.metadata.deletion_timestamp is not None:
        return Termination(Level.PODCLIQUESET, replica)
    name, template = pcs.metadata.name, pcs.spec.template
    wanted = [names.podclique_name(name, replica, c.name) for c in standalone_cliques(template)]
    groups = {
        names.scaling_group_name(name, replica, g.name) for g in template.pod_clique_scaling_groups
    }
    found = {p.metadata.name: p for p in podcliques if LABEL_PCSG not in p.metadata.labels}
    missing = tuple(podclique for podclique in wanted if podclique not in found)
    delay = termination_delay(pcs)
    breaches = [podclique_breach(found[n], delay) for n in wanted if n in found]
    breaches += [group_breach(g, delay) for g in scaling_groups if g.metadata.name in groups]
    if missing:
        breaches = [gated(breach, Gate.CLIQUE_MISSING) for breach in breaches]
    return _termination(Level.PODCLIQUESET, replica, breaches, now, missing)


def scaling_group_terminations(
    pcs: PodCliqueSet,
    group: PodCliqueScalingGroup,
    members: Iterable[PodClique],
    now: datetime,
) -> tuple[Termination, ...]:
    """Judge the replicas of a scaling group that have a member below its minimum, in order.

    Args:
        pcs: The PodCliqueSet, for its terminationDelay.
        group: The scaling group.
        members: Its PodCliques; those of other groups are ignored.
        now: Decides what has expired.
    """
    delay = termination_delay(pcs)
    by_index = _members_by_index(group, members)
    judged = {
        index: [podclique_breach(member, delay) for member in podcliques]
        for index, podcliques in sorted(by_index.items())
    }
    level = Level.SCALING_GROUP
    if _is_updating(group):
        gate = Gate.UPDATE_IN_PROGRESS
        judged = {index: [gated(b, gate) for b in found] for index, found in judged.items()}
    elif not _acts_alone(group, by_index, judged, delay):
        level = Level.PODCLIQUESET
    verdicts = (_termination(level, index, found, now) for index, found in judged.items())
    return tuple(
        replace(v, due=None, expired=False) if level is Level.PODCLIQUESET else v
        for v in verdicts
        if v.breaches
    )


def _is_updating(group: PodCliqueScalingGroup) -> bool:
    progress = group.status.update_progress
    return progress is not None and progress.update_ended_at is None


def _termination(
    level: Level,
    index: int,
    breaches: Iterable[Breach | None],
    now: datetime,
    missing: tuple[str, ...] = (),
) -> Termination:
    found = sorted(
        (breach for breach in breaches if breach is not None),
        key=lambda b: (b.due is None, b.due or now, b.name),
    )
    due = min((b.due for b in found if b.due is not None), default=None)
    return Termination(level, index, tuple(found), due, due is not None and due <= now, missing)


def _members_by_index(
    group: PodCliqueScalingGroup, members: Iterable[PodClique]
) -> dict[int, list[PodClique]]:
    by_index: dict[int, list[PodClique]] = {}
    for member in members:
        index = labels.pcsg_replica_index(member.metadata.labels)
        if index is None or index >= group.spec.replicas:
            continue
        if member.metadata.labels.get(LABEL_PCSG) == group.metadata.name:
            by_index.setdefault(index, []).append(member)
    return by_index


def _acts_alone(
    group: PodCliqueScalingGroup,
    members: Mapping[int, Sequence[PodClique]],
    judged: Mapping[int, Sequence[Breach | None]],
    delay: timedelta,
) -> bool:
    own = group_breach(group, delay)
    if own is not None and own.gate is None:
        return False
    spare = group.spec.replicas - group.spec.min_available
    for index in members:
        is_broken = any(breach is not None and breach.gate is None for breach in judged[index])
        spare -= is_broken or not _is_known(group, members[index])
    absent = group.spec.replicas - len(members)
    return spare - absent >= 0


def _is_known(group: PodCliqueScalingGroup, members: Sequence[PodClique]) -> bool:
    """Tell whether a scaling-group replica is complete and every member has reported."""
    present = [m for m in members if m.metadata.deletion_timestamp is None]
    return len(present) == len(group.spec.clique_names) and all(
        find_condition(member.status.conditions, CONDITION_BREACHED) for member in present
    )
