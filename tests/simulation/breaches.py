"""The rule of gang termination once more, from what was really written and when.

It remembers what the stored conditions only hint at: whether a clique was ever scheduled, whether a
scaling group was ever healthy, and since when something has been broken.
"""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from grove_tui.api.duration import parse_duration
from grove_tui.demo.storage import Event
from tests.contract import identities
from tests.contract.identities import Group
from tests.contract.snapshot import (
    Json,
    Snapshot,
    condition,
    condition_status,
    is_terminating,
    labels_of,
)

BREACHED, SCHEDULED = "MinAvailableBreached", "PodCliqueScheduled"
FLAG = "GangTerminationInProgress"
LAG = timedelta(seconds=20)
"""How long the reconciler may act on what it saw, while its watches are cut or delayed."""


def time_of(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


@dataclass
class Due:
    """Something that was to be terminated: since when it was due, and until when that held."""

    moment: datetime
    until: datetime
    uids: frozenset[str]


class Breaches:
    """Which PodCliques may be deleted because a gang is terminated."""

    def __init__(self) -> None:
        self._worked: set[str] = set()
        self._delays: dict[str, deque[tuple[datetime, timedelta]]] = {}
        self._due: dict[tuple[str, ...], deque[Due]] = {}
        self._current: list[Due] = []

    def observe(self, event: Event, now: datetime) -> None:
        """Remember that an object has worked."""
        obj = event.stored.object
        if condition_status(obj, SCHEDULED) == "True":
            self._worked.add(obj["metadata"]["uid"])
        is_group = event.stored.key.resource.startswith("podcliquescalinggroups")
        if is_group and condition_status(obj, BREACHED) == "False":
            self._worked.add(obj["metadata"]["uid"])

    def note_delay(self, pcs: Json, now: datetime) -> None:
        """Remember a terminationDelay that was in force until now."""
        known = self._delays.setdefault(pcs["metadata"]["uid"], deque(maxlen=8))
        known.append((now, delay_of(pcs)))

    def look(self, snapshot: Snapshot, now: datetime) -> None:
        """Note what is due, or will be, if it stays as it is."""
        self._held_until(now)
        self._current = []
        for pcs in snapshot.sets.values():
            for replica in identities.replicas(pcs):
                self._look_at_replica(pcs, replica, snapshot, now)

    def _look_at_replica(self, pcs: Json, replica: int, snapshot: Snapshot, now: datetime) -> None:
        name = pcs["metadata"]["name"]
        own = _cliques_of(name, replica, snapshot)
        moment = self.set_due(pcs, replica, snapshot, self._shortest(pcs, now))
        if moment is not None:
            uids = frozenset(c["metadata"]["uid"] for c in own)
            self._note((name, str(replica)), Due(moment, now, uids))
        for config in identities.configs(pcs):
            group = Group(pcs, replica, config)
            for index, due in self.group_dues(group, snapshot, self._shortest(pcs, now)).items():
                members = [m.name for m in identities.members(group, index)]
                found = [snapshot.cliques[n] for n in members if n in snapshot.cliques]
                uids = frozenset(c["metadata"]["uid"] for c in found)
                self._note((group.name, str(index)), Due(due, now, uids))

    def _note(self, key: tuple[str, ...], due: Due) -> None:
        known = self._due.setdefault(key, deque(maxlen=16))
        if known and known[-1].moment == due.moment:
            # What existed at any time of one incident goes with it.
            due.uids |= known[-1].uids
            known[-1] = due
        else:
            known.append(due)
        self._current.append(known[-1])

    def _held_until(self, now: datetime) -> None:
        """Note that what was due at the last look stayed so: nothing has changed since."""
        for due in self._current:
            due.until = now

    def _shortest(self, pcs: Json, now: datetime) -> timedelta:
        lately = [
            delay
            for until, delay in self._delays.get(pcs["metadata"]["uid"], ())
            if now - until <= LAG
        ]
        return min([*lately, delay_of(pcs)])

    def justify(self, clique: Json, now: datetime) -> bool:
        """Tell whether a PodClique may go now because its gang is terminated."""
        self._held_until(now)
        uid = clique["metadata"]["uid"]
        return any(
            uid in due.uids and due.moment <= now + timedelta(seconds=1) and now - due.until <= LAG
            for known in self._due.values()
            for due in known
        )

    def set_due(
        self, pcs: Json, replica: int, snapshot: Snapshot, delay: timedelta
    ) -> datetime | None:
        """Return when a whole replica of a set is due; None when nothing counts."""
        cliques = [c.name for c in identities.standalone(pcs, replica)]
        if any(name not in snapshot.cliques for name in cliques):
            return None
        moments = [self._clique_since(snapshot.cliques[name]) for name in cliques]
        for config in identities.configs(pcs):
            found = snapshot.groups.get(Group(pcs, replica, config).name)
            moments.append(self._group_since(found) if found else None)
        return min((m + delay for m in moments if m is not None), default=None)

    def group_dues(self, group: Group, snapshot: Snapshot, delay: timedelta) -> dict[int, datetime]:
        """Return when replicas of a scaling group are due that go alone."""
        found = snapshot.groups.get(group.name)
        if found is None or condition_status(found, BREACHED) == "Unknown":
            return {}
        dues: dict[int, datetime] = {}
        for index in range(found["spec"]["replicas"]):
            members = [m.name for m in identities.members(group, index)]
            moments = [
                self._clique_since(snapshot.cliques[n]) for n in members if n in snapshot.cliques
            ]
            since = min((m for m in moments if m is not None), default=None)
            if since is not None:
                dues[index] = since + delay
        slack = found["spec"]["replicas"] - identities.group_minimum(group.config)
        return dues if len(dues) <= slack else {}

    def _clique_since(self, clique: Json) -> datetime | None:
        found = condition(clique, BREACHED)
        if found is None or found["status"] != "True" or is_terminating(clique):
            return None
        if clique["metadata"]["uid"] not in self._worked:
            return None
        return time_of(found["lastTransitionTime"])

    def _group_since(self, group: Json) -> datetime | None:
        found = condition(group, BREACHED)
        if found is None or found["status"] != "True" or is_terminating(group):
            return None
        if group["metadata"]["uid"] not in self._worked:
            return None
        if condition_status(group, FLAG) == "True":
            return None
        return time_of(found["lastTransitionTime"])

    def _goes_alone(self, group: Group, snapshot: Snapshot) -> bool:
        """Tell whether a scaling group gives up replicas on its own.

        Once the group itself is in breach, or would be if replicas that say nothing yet turned out
        bad, the set's replica decides: one incident has one level.
        """
        found = snapshot.groups.get(group.name)
        if found is None or self._group_since(found) is not None:
            return False
        spare = found["spec"]["replicas"] - identities.group_minimum(group.config)
        for index in range(found["spec"]["replicas"]):
            members = [snapshot.cliques.get(m.name) for m in identities.members(group, index)]
            known = [m for m in members if m is not None and condition(m, BREACHED)]
            broken = any(self._clique_since(m) is not None for m in known)
            spare -= broken or len(known) < len(members)
        return bool(spare >= 0)

    def overdue(self, snapshot: Snapshot, now: datetime, slack: timedelta) -> list[str]:
        """Return what should have been terminated by now."""
        late = []
        for pcs in snapshot.sets.values():
            delay = delay_of(pcs)
            for replica in identities.replicas(pcs):
                due = self.set_due(pcs, replica, snapshot, delay)
                name = pcs["metadata"]["name"]
                if due is not None and due + slack < now:
                    late.append(f"replica {replica} of {name} was due at {due}")
                for config in identities.configs(pcs):
                    group = Group(pcs, replica, config)
                    if not self._goes_alone(group, snapshot):
                        continue
                    for index, moment in self.group_dues(group, snapshot, delay).items():
                        if moment + slack < now:
                            late.append(f"replica {index} of {group.name} was due at {moment}")
        return late


def delay_of(pcs: Json) -> timedelta:
    return timedelta(seconds=parse_duration(pcs["spec"]["template"]["terminationDelay"]))


def _cliques_of(pcs: str, replica: int, snapshot: Snapshot) -> list[Json]:
    return [
        clique
        for clique in snapshot.cliques.values()
        if labels_of(clique).get("app.kubernetes.io/part-of") == pcs
        and labels_of(clique).get("grove.io/podcliqueset-replica-index") == str(replica)
    ]
