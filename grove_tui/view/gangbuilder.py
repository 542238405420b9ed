"""Putting a gang together from the objects of a World."""

from collections.abc import Callable, Sequence
from datetime import datetime

from grove_tui.api import labels, names
from grove_tui.api.composition import (
    member_cliques,
    standalone_cliques,
    template_min_available,
    template_replicas,
)
from grove_tui.api.constants import (
    CONDITION_BREACHED,
    CONDITION_GANG_TERMINATION,
    REASON_UPDATE_IN_PROGRESS,
)
from grove_tui.api.objects import (
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueSet,
    PodCliqueTemplate,
    ScalingGroupConfig,
)
from grove_tui.api.termination import (
    Level,
    Termination,
    replica_termination,
    scaling_group_terminations,
)
from grove_tui.kube.objects import Pod, find_condition, is_true
from grove_tui.reconcile.world import INDEX_PODCLIQUE, INDEX_SCALING_GROUP, World
from grove_tui.view.gangs import Clique, Gang, Group, GroupReplica
from grove_tui.view.health import Health, Tally, Word, clique_health, tally, total, worst
from grove_tui.view.keys import Key, Kind, gang_key, group_replica_key, object_key
from grove_tui.view.podstatus import PodFacts

FactsOf = Callable[[Pod], PodFacts]


class GangBuilder:
    """Puts one gang together; used once."""

    def __init__(
        self, world: World, pcs: PodCliqueSet, index: int, facts: FactsOf, now: datetime
    ) -> None:
        self._world = world
        self._pcs = pcs
        self._index = index
        self._facts = facts
        self._now = now
        self._namespace = pcs.metadata.namespace
        self._is_leaving = index >= pcs.spec.replicas or pcs.metadata.deletion_timestamp is not None
        self._termination = self._judge()
        self._breaches = {breach.name: breach for breach in self._termination.breaches}

    def build(self) -> Gang:
        """Return the gang."""
        template, name = self._pcs.spec.template, self._pcs.metadata.name
        cliques = tuple(
            self._clique(clique, names.podclique_name(name, self._index, clique.name), self._due)
            for clique in standalone_cliques(template)
        )
        groups = tuple(self._group(config) for config in template.pod_clique_scaling_groups)
        everything = [*cliques, *(c for g in groups for r in g.replicas for c in r.cliques)]
        counts = total(clique.tally for clique in everything)
        return Gang(
            key=gang_key(self._namespace, name, self._index),
            pcs=self._pcs,
            index=self._index,
            cliques=cliques,
            groups=groups,
            tally=counts,
            health=self._health(cliques, groups),
            termination=self._termination,
            nodes=frozenset(
                facts.node for clique in everything for facts in clique.facts if facts.node
            ),
        )

    @property
    def _due(self) -> datetime | None:
        return self._termination.due

    def _judge(self) -> Termination:
        template, name = self._pcs.spec.template, self._pcs.metadata.name
        cliques = (
            self._world.podcliques.get(
                self._namespace, names.podclique_name(name, self._index, clique.name)
            )
            for clique in standalone_cliques(template)
        )
        groups = (self._scaling_group(config) for config in template.pod_clique_scaling_groups)
        return replica_termination(
            self._pcs,
            self._index,
            [clique for clique in cliques if clique is not None],
            [group for group in groups if group is not None],
            self._now,
        )

    def _scaling_group(self, config: ScalingGroupConfig) -> PodCliqueScalingGroup | None:
        name = names.scaling_group_name(self._pcs.metadata.name, self._index, config.name)
        return self._world.podcliquescalinggroups.get(self._namespace, name)

    def _health(self, cliques: Sequence[Clique], groups: Sequence[Group]) -> Health:
        if self._is_leaving:
            return Health(Word.TERMINATING)
        if any(group.group and _is_recycling(group.group) for group in groups) or any(
            clique.health.word is Word.RECYCLING for clique in cliques
        ):
            return Health(Word.RECYCLING)
        overall = worst([*(c.health for c in cliques), *(g.health for g in groups)])
        if self._due is not None:
            word = Word.STARTING if overall.word is Word.STARTING else Word.BREACHED
            return Health(word, due=self._due)
        is_updating = self._is_updating() and overall.word is not Word.UNSCHEDULABLE
        return Health(Word.UPDATING) if is_updating else overall

    def _is_updating(self) -> bool:
        progress = self._pcs.status.update_progress
        return progress is not None and any(
            update.replica_index == self._index and update.update_ended_at is None
            for update in progress.currently_updating
        )

    def _group(self, config: ScalingGroupConfig) -> Group:
        fqn = names.scaling_group_name(self._pcs.metadata.name, self._index, config.name)
        group = self._scaling_group(config)
        desired = group.spec.replicas if group else config.replicas
        minimum = group.spec.min_available if group else config.min_available
        replicas = self._replicas(config, fqn, group, desired)
        key = (
            object_key(Kind.SCALING_GROUP, group)
            if group
            else Key(Kind.SCALING_GROUP, self._namespace, fqn)
        )
        return Group(
            key=key,
            title=config.name,
            group=group,
            desired=desired,
            minimum=minimum,
            replicas=replicas,
            tally=total(replica.tally for replica in replicas),
            health=self._group_health(fqn, replicas, desired),
        )

    def _replicas(
        self,
        config: ScalingGroupConfig,
        fqn: str,
        group: PodCliqueScalingGroup | None,
        desired: int,
    ) -> tuple[GroupReplica, ...]:
        members = self._world.podcliques.by_index(INDEX_SCALING_GROUP, f"{self._namespace}/{fqn}")
        verdicts = (
            {t.index: t for t in scaling_group_terminations(self._pcs, group, members, self._now)}
            if group
            else {}
        )
        present = (labels.pcsg_replica_index(member.metadata.labels) for member in members)
        count = max([desired, *(index + 1 for index in present if index is not None)])
        return tuple(
            self._replica(config, fqn, index, verdicts.get(index), is_surplus=index >= desired)
            for index in range(count)
        )

    def _replica(
        self,
        config: ScalingGroupConfig,
        fqn: str,
        index: int,
        verdict: Termination | None,
        *,
        is_surplus: bool,
    ) -> GroupReplica:
        due = self._due
        if verdict is not None:
            self._breaches |= {breach.name: breach for breach in verdict.breaches}
            due = verdict.due if verdict.level is Level.SCALING_GROUP else self._due
        cliques = tuple(
            self._clique(clique, f"{fqn}-{index}-{clique.name}", due, is_surplus=is_surplus)
            for clique in member_cliques(self._pcs.spec.template, config)
        )
        return GroupReplica(
            key=group_replica_key(self._namespace, fqn, index),
            index=index,
            cliques=cliques,
            tally=total(clique.tally for clique in cliques),
            health=worst(clique.health for clique in cliques),
        )

    def _group_health(self, fqn: str, replicas: Sequence[GroupReplica], desired: int) -> Health:
        breach = self._breaches.get(fqn)
        health = worst(replica.health for replica in replicas)
        if breach is not None and breach.gate is None:
            word = Word.STARTING if health.word is Word.STARTING else Word.BREACHED
            return Health(word, due=self._due)
        if desired == 0:
            return Health(Word.SCALED_TO_ZERO)
        if health.word is Word.BREACHED and health.due != self._due:
            # Only the broken replica goes; the group and its gang stay.
            broken = next(replica for replica in replicas if replica.health == health)
            return Health(Word.DEGRADED, f"replica {broken.index}", due=health.due)
        if health.word is Word.TERMINATING:
            return worst(replica.health for replica in replicas[:desired])
        return health

    def _clique(
        self,
        template: PodCliqueTemplate,
        fqn: str,
        due: datetime | None,
        *,
        is_surplus: bool = False,
    ) -> Clique:
        podclique = self._world.podcliques.get(self._namespace, fqn)
        found = self._world.pods.by_index(INDEX_PODCLIQUE, f"{self._namespace}/{fqn}")
        pods = tuple(sorted(found, key=_pod_order))
        facts = tuple(self._facts(pod) for pod in pods)
        minimum = template_min_available(template)
        desired = podclique.spec.replicas if podclique else template_replicas(template)
        counts = tally(facts, desired, minimum)
        breach = self._breaches.get(fqn)
        leaving = self._leaving(podclique, facts, counts, is_surplus=is_surplus)
        return Clique(
            key=object_key(Kind.PODCLIQUE, podclique)
            if podclique
            else Key(Kind.PODCLIQUE, self._namespace, fqn),
            title=template.name,
            podclique=podclique,
            pods=tuple(object_key(Kind.POD, pod) for pod in pods),
            facts=facts,
            tally=counts,
            health=leaving
            or clique_health(counts, breach, due, is_updating=_is_updating(podclique)),
            breach=breach,
        )

    def _leaving(
        self,
        podclique: PodClique | None,
        facts: Sequence[PodFacts],
        counts: Tally,
        *,
        is_surplus: bool,
    ) -> Health | None:
        """Return the health of a clique that goes away, or whose earlier self still does."""
        if self._is_leaving or is_surplus:
            return Health(Word.TERMINATING)
        if podclique is not None and podclique.metadata.deletion_timestamp is not None:
            return Health(Word.RECYCLING)
        uid = podclique.metadata.uid if podclique else ""
        has_earlier = any(pod.is_terminating and pod.owner_uid != uid for pod in facts)
        if has_earlier and counts.ready < counts.minimum:
            return Health(Word.RECYCLING)
        return None


def _pod_order(pod: Pod) -> tuple[int, str]:
    index = labels.pod_index(pod.metadata.labels)
    return (1 << 30 if index is None else index), pod.metadata.name


def _is_updating(podclique: PodClique | None) -> bool:
    if podclique is None:
        return False
    progress = podclique.status.update_progress
    if progress is not None and progress.update_ended_at is None:
        return True
    condition = find_condition(podclique.status.conditions, CONDITION_BREACHED)
    return condition is not None and condition.reason == REASON_UPDATE_IN_PROGRESS


def _is_recycling(group: PodCliqueScalingGroup) -> bool:
    return is_true(group.status.conditions, CONDITION_GANG_TERMINATION)
