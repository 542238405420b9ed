"""What is to be done about the PodCliques of one scaling group."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from grove_tui.api.names import member_podclique_name
from grove_tui.api.objects import (
    PODCLIQUES,
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueScalingGroupUpdateProgress,
    PodCliqueSet,
)
from grove_tui.kube.objects import controller_of
from grove_tui.reconcile.actions import Create, Patch
from grove_tui.reconcile.drift import podclique_patch
from grove_tui.reconcile.podcliquescalinggroup import update
from grove_tui.reconcile.podcliquescalinggroup.members import GroupTemplate, Members
from grove_tui.reconcile.updates import is_on_delete
from grove_tui.reconcile.world import World


class Plan(Struct, frozen=True):
    """PodCliques to create, change and delete.

    Attributes:
        create: Missing members.
        patch: Members whose spec follows the template in place (OnDelete).
        surplus: Members of replicas that the group should not have.
        outdated: Members that an update replaces now.
        foreign: Names that another object has.
        progress: The update that the group is in.
    """

    create: tuple[Create, ...] = ()
    patch: tuple[Patch, ...] = ()
    surplus: tuple[PodClique, ...] = ()
    outdated: tuple[PodClique, ...] = ()
    foreign: tuple[str, ...] = ()
    progress: PodCliqueScalingGroupUpdateProgress | None = None


def plan(
    world: World, pcs: PodCliqueSet, template: GroupTemplate, members: Members, now: datetime
) -> Plan:
    """Return what is to be done now.

    Surplus replicas are told by their indices, never by counting: with a gap in the indices a
    count would spare the wrong one.
    """
    progress = update.begin(template, pcs, now)
    outdated: tuple[int, ...] = ()
    if update.is_in_progress(progress) and progress is not None:
        outdated, progress = update.rolling_step(template, members, progress)
    surplus = [p for index, cliques in members.by_index.items()
               if index >= template.group.spec.replicas for p in cliques.values()]  # fmt: skip
    create, foreign = _missing(world, template, members)
    return Plan(
        create=tuple(create),
        patch=tuple(_drifted(template, members)) if is_on_delete(pcs) else (),
        surplus=(*surplus, *members.unknown),
        outdated=tuple(p for index in outdated for p in members.by_index[index].values()),
        foreign=tuple(foreign),
        progress=progress,
    )


def _missing(
    world: World, template: GroupTemplate, members: Members
) -> tuple[list[Create], list[str]]:
    create, foreign = [], []
    namespace, blocked = template.blueprint.namespace, members.blocked
    for index in template.indices():
        present = members.by_index.get(index, {})
        for clique in template.cliques:
            if clique.name in present:
                continue
            name = member_podclique_name(
                template.blueprint.name, template.replica, template.config.name, index, clique.name
            )
            other = world.podcliques.get(namespace, name)
            if name in blocked or other is not None:
                if other is not None and not _is_leaving(other, template.group):
                    foreign.append(name)
                continue
            body = template.blueprint.member(
                template.group, template.replica, template.config, index, clique
            )
            create.append(Create(PODCLIQUES, namespace, body))
    return create, foreign


def _is_leaving(podclique: PodClique, group: PodCliqueScalingGroup) -> bool:
    """Tell whether a PodClique is being deleted or belongs to a former group of that name."""
    owner = controller_of(podclique)
    return podclique.metadata.deletion_timestamp is not None or (
        owner is not None and owner.kind == "PodCliqueScalingGroup"
        and owner.name == group.metadata.name
    )  # fmt: skip


def _drifted(template: GroupTemplate, members: Members) -> Iterator[Patch]:
    by_name = {clique.name: clique for clique in template.cliques}
    for index, cliques in members.by_index.items():
        for name, podclique in cliques.items():
            if index >= template.group.spec.replicas:
                continue
            body = template.blueprint.member(
                template.group, template.replica, template.config, index, by_name[name]
            )
            patch = podclique_patch(podclique, body)
            if patch is not None:
                yield Patch(PODCLIQUES, podclique, patch)
