"""Watches every write as it happens and tells what should not have happened.

A look at the cluster at rest cannot tell whether a gang was terminated in vain and came back, or
why a pod was replaced. The ledger can: it sees each deletion at the moment the API server accepts
it, with the true state of everything else, and asks what could have justified it.

The reconciler sees the world late, so a reason holds for a while after it has gone.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from grove_tui.api.objects import (
    PODCLIQUES,
    PODCLIQUESCALINGGROUPS,
    PODCLIQUESETS,
    PODGANGS,
)
from grove_tui.demo.storage import Event, Storage
from grove_tui.kube.resources import PODS
from tests.contract import identities, pods
from tests.contract.identities import Group
from tests.contract.objects import HASH, template_hash
from tests.contract.snapshot import (
    Json,
    Snapshot,
    condition,
    controller,
    is_terminating,
    labels_of,
    of_storage,
)
from tests.simulation.breaches import BREACHED, LAG, Breaches, time_of
from tests.simulation.gates import Gates

RECONCILER = "reconciler"
HANDOVER = timedelta(seconds=2)
"""How long requests of a reconciler that was stopped may still be on their way."""
RETRY = timedelta(seconds=3)
"""How far from the truth a condition may be dated because of requests that failed."""


@dataclass
class Seen:
    """What was true of a PodClique at some time.

    Attributes:
        surplus: When it was last beyond the size of its set or group.
        outdated: When an update was last to replace it.
        crowded: When it last had more pods than it should, or two of one name.
        sizes: (until when, replicas) that it was asked to have.
    """

    surplus: datetime | None = None
    outdated: datetime | None = None
    crowded: datetime | None = None
    sizes: deque[tuple[datetime, int]] = field(default_factory=lambda: deque(maxlen=8))


class Ledger:
    """Problems that only the course of events shows."""

    def __init__(self, storage: Storage, namespace: str, clock: Callable[[], datetime]) -> None:
        self.problems: list[str] = []
        self.actor = ""
        self.updated_on_delete: set[str] = set()
        self._storage = storage
        self._namespace = namespace
        self._clock = clock
        self._seen: dict[str, Seen] = {}
        self._handover: datetime | None = None
        self._looked_at = storage.revision
        self._last = of_storage(storage, namespace)
        self.breaches = Breaches()
        self._gates = Gates()
        for resource, observe in (
            (PODCLIQUESETS, self._set),
            (PODCLIQUESCALINGGROUPS, self._group),
            (PODCLIQUES, self._clique),
            (PODGANGS, lambda event: self._gates.observe(event.stored.object)),
            (PODS, self._pod),
        ):
            storage.subscribe(resource.qualified_name, storage.revision, observe)

    def snapshot(self) -> Snapshot:
        """Return the cluster as it is; the same one again while nothing is written."""
        if self._looked_at != self._storage.revision:
            self._looked_at = self._storage.revision
            self._last = of_storage(self._storage, self._namespace)
        return self._last

    def note_restart(self) -> None:
        """Remember that another reconciler has taken over."""
        self._handover = self._clock()

    def _blame(self, text: str) -> None:
        self.problems.append(f"at {self._clock():%H:%M:%S.%f}: {text}")

    # What happens

    def _set(self, event: Event) -> None:
        self._note_reasons()
        strategy = event.stored.object["spec"].get("updateStrategy") or {}
        if event.type == "ADDED":
            self.updated_on_delete.discard(event.stored.key.name)
        elif strategy.get("type") == "OnDelete":
            self.updated_on_delete.add(event.stored.key.name)
        if event.type == "MODIFIED":
            self._note_delay(event)

    def _note_delay(self, event: Event) -> None:
        assert event.previous is not None
        self.breaches.note_delay(event.previous.object, self._clock())

    def _group(self, event: Event) -> None:
        self._note_reasons()
        self._check_size(event, "podcliquescalinggroup")
        self.breaches.observe(event, self._clock())
        self._check_dating(event)

    def _clique(self, event: Event) -> None:
        obj = event.stored.object
        if _begins_to_leave(event) and self.actor == RECONCILER:
            self._judge_clique(obj)
        self._note_reasons()
        self._check_size(event, "podclique")
        self._note_crowd(obj["metadata"]["name"])
        self.breaches.observe(event, self._clock())
        self._check_dating(event)

    def _pod(self, event: Event) -> None:
        self._note_crowd((controller(event.stored.object) or {}).get("name", ""))
        if event.type == "ADDED":
            self._check_twin(event.stored.object)
        if event.type != "DELETED" and self.actor == RECONCILER:
            before = event.previous.object if event.previous else None
            for problem in self._gates.problems(before, event.stored.object):
                self._blame(problem)
        if _begins_to_leave(event) and self.actor == RECONCILER:
            self._judge_pod(event.previous.object if event.previous else event.stored.object)

    def _note_reasons(self) -> None:
        """Note for each PodClique what would justify its deletion at this moment."""
        snapshot, now = self.snapshot(), self._clock()
        self.breaches.look(snapshot, now)
        for clique in snapshot.cliques.values():
            seen = self._seen.setdefault(clique["metadata"]["uid"], Seen())
            if _is_surplus(clique, snapshot):
                seen.surplus = now
            if _is_outdated(clique, snapshot):
                seen.outdated = now

    def _note_crowd(self, name: str) -> None:
        """Note when a PodClique has more pods than it should, or two for one index."""
        snapshot = self.snapshot()
        clique = snapshot.cliques.get(name)
        if clique is None:
            return
        own = [p for p in snapshot.pods_of(name) if pods.is_live(p)]
        if self._is_crowded(clique, own):
            self._seen.setdefault(clique["metadata"]["uid"], Seen()).crowded = self._clock()

    def _is_crowded(self, clique: Json, own: list[Json]) -> bool:
        hostnames = {p["spec"].get("hostname") for p in own}
        return len(own) > self._smallest_size(clique) or len(hostnames) < len(own)

    def _is_recent(self, moment: datetime | None) -> bool:
        return moment is not None and self._clock() - moment <= LAG

    # PodCliques

    def _judge_clique(self, clique: Json) -> None:
        name, uid = clique["metadata"]["name"], clique["metadata"]["uid"]
        seen = self._seen.get(uid, Seen())
        if self._is_recent(seen.surplus) or self._is_recent(seen.outdated):
            return
        if self.breaches.justify(clique, self._clock()):
            return
        found = condition(clique, BREACHED)
        self._blame(f"podclique {name} was deleted for no reason; it says {found}")

    def _check_size(self, event: Event, what: str) -> None:
        if event.previous is None or event.type != "MODIFIED":
            return
        before, after = (o.object["spec"]["replicas"] for o in (event.previous, event.stored))
        if before == after:
            return
        uid = event.stored.object["metadata"]["uid"]
        self._seen.setdefault(uid, Seen()).sizes.append((self._clock(), before))
        if self.actor == RECONCILER:
            name = event.stored.key.name
            self._blame(f"{what} {name} was resized from {before} to {after} by the reconciler")

    def _check_dating(self, event: Event) -> None:
        """Blame conditions whose time moved without their status, or that were dated wrongly."""
        if event.type != "MODIFIED" or event.previous is None or self.actor != RECONCILER:
            return
        before = condition(event.previous.object, BREACHED)
        after = condition(event.stored.object, BREACHED)
        if before is None or after is None:
            return
        then, now = time_of(before["lastTransitionTime"]), time_of(after["lastTransitionTime"])
        if before["status"] == after["status"]:
            # When the answer to a write is lost, the same is written again a moment later.
            if abs(now - then) > RETRY:
                self._blame(f"{event.stored.key.name}: the time of {BREACHED} moved from {then}")
        elif abs(now - self._clock()) > RETRY and now != time_of(
            event.stored.object["metadata"]["creationTimestamp"]
        ):
            # What was never otherwise stays dated at the birth, whatever it is called meanwhile.
            self._blame(f"{event.stored.key.name}: {BREACHED} turned at {now}")

    # Pods

    def _check_twin(self, pod: Json) -> None:
        """Blame a pod that was made though another one has its index."""
        if self._handover is not None and self._clock() - self._handover <= HANDOVER:
            return
        own = self.snapshot().pods_of((controller(pod) or {}).get("name", ""))
        hostname = pod["spec"].get("hostname")
        if sum(pods.is_live(p) and p["spec"].get("hostname") == hostname for p in own) > 1:
            self._blame(f"pod {pod['metadata']['name']} is the second one of {hostname}")

    def _judge_pod(self, pod: Json) -> None:
        if any(True for _ in self._pod_reasons(pod)):
            return
        self._blame(f"pod {pod['metadata']['name']} was deleted for no reason")

    def _pod_reasons(self, pod: Json) -> Iterator[str]:
        if pod.get("status", {}).get("phase") == "Failed":
            yield "failed"
        owner = controller(pod) or {}
        snapshot = self.snapshot()
        clique = snapshot.cliques.get(owner.get("name", ""))
        if clique is None or clique["metadata"]["uid"] != owner.get("uid"):
            yield "its PodClique is gone"
            return
        own = {p["metadata"]["uid"]: p for p in snapshot.pods_of(owner["name"]) if pods.is_live(p)}
        own[pod["metadata"]["uid"]] = pod
        if self._is_crowded(clique, list(own.values())):
            yield "surplus or twin"
        if self._is_recent(self._seen.get(clique["metadata"]["uid"], Seen()).crowded):
            yield "surplus or twin a moment ago"
        if labels_of(pod).get(HASH) != labels_of(clique).get(HASH):
            yield "outdated"

    def _smallest_size(self, clique: Json) -> int:
        """Return the least number of pods that a PodClique was to have lately."""
        seen = self._seen.get(clique["metadata"]["uid"], Seen())
        lately = [size for moment, size in seen.sizes if self._is_recent(moment)]
        return int(min([*lately, clique["spec"]["replicas"]]))


def _begins_to_leave(event: Event) -> bool:
    if event.type == "ADDED":
        return False
    if event.type == "DELETED":
        return event.previous is None or not is_terminating(event.previous.object)
    assert event.previous is not None
    return is_terminating(event.stored.object) and not is_terminating(event.previous.object)


def _is_surplus(clique: Json, snapshot: Snapshot) -> bool:
    labels = labels_of(clique)
    pcs = snapshot.sets.get(labels.get("app.kubernetes.io/part-of", ""))
    if pcs is None:
        return True
    if int(labels["grove.io/podcliqueset-replica-index"]) >= pcs["spec"].get("replicas", 0):
        return True
    group = snapshot.groups.get(labels.get("grove.io/podcliquescalinggroup", ""))
    if "grove.io/podcliquescalinggroup" not in labels:
        return False
    if group is None:
        return True
    index = int(labels["grove.io/podcliquescalinggroup-replica-index"])
    return bool(index >= group["spec"]["replicas"])


def _is_outdated(clique: Json, snapshot: Snapshot) -> bool:
    """Tell whether a member of a scaling group goes with its replica because of an update."""
    labels = labels_of(clique)
    group = snapshot.groups.get(labels.get("grove.io/podcliquescalinggroup", ""))
    pcs = snapshot.sets.get(labels.get("app.kubernetes.io/part-of", ""))
    if group is None or pcs is None:
        return False
    config = next(
        c for c in identities.configs(pcs) if group["metadata"]["name"].endswith(c["name"])
    )
    replica = int(labels["grove.io/podcliqueset-replica-index"])
    index = int(labels["grove.io/podcliquescalinggroup-replica-index"])
    siblings = identities.members(Group(pcs, replica, config), index)
    return any(
        labels_of(snapshot.cliques[s.name]).get(HASH) != template_hash(s)
        for s in siblings
        if s.name in snapshot.cliques
    )
