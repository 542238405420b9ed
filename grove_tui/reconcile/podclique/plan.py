"""What is to be done about the pods of one PodClique."""

from datetime import datetime
from itertools import count, islice

from msgspec import Struct

from grove_tui.api.constants import (
    CONDITION_INITIALIZED,
    LABEL_BASE_PODGANG,
    LABEL_PODGANG,
)
from grove_tui.api.objects import (
    PodClique,
    PodCliqueSet,
    PodCliqueUpdateProgress,
    PodGang,
)
from grove_tui.kube.objects import Pod, controller_of, is_true
from grove_tui.reconcile.blueprint import Blueprint
from grove_tui.reconcile.podclique import update
from grove_tui.reconcile.podclique.pods import Census, is_gated
from grove_tui.reconcile.podclique.selection import scale_in_order
from grove_tui.reconcile.world import INDEX_OWNER, World


class Plan(Struct, frozen=True):
    """Pods to create, delete and release.

    Attributes:
        create: Indices of new pods.
        delete: Surplus, duplicate and outdated pods.
        replace: Failed pods; they are deleted, and their replicas are among those created.
        release: Pods whose scheduling gate is to be removed.
        progress: The update that the PodClique is in.
        is_waiting: Whether failed pods are left alone for now.
    """

    create: tuple[int, ...] = ()
    delete: tuple[Pod, ...] = ()
    replace: tuple[Pod, ...] = ()
    release: tuple[Pod, ...] = ()
    progress: PodCliqueUpdateProgress | None = None
    is_waiting: bool = False

    @property
    def changes_pods(self) -> bool:
        """Whether pods come or go."""
        return bool(self.create or self.delete or self.replace)


def plan(
    world: World,
    pcs: PodCliqueSet,
    blueprint: Blueprint,
    podclique: PodClique,
    now: datetime,
    *,
    may_replace: bool = True,
) -> Plan:
    """Return what is to be done now.

    Args:
        world: The cluster.
        pcs: The PodCliqueSet that the PodClique belongs to.
        blueprint: The set's blueprint.
        podclique: The PodClique.
        now: The current time.
        may_replace: Whether failed pods are replaced already, or left for a later call.
    """
    pods = world.pods.by_index(INDEX_OWNER, podclique.metadata.uid)
    census = Census.of(pods, podclique.metadata.name)
    progress = update.progress(pcs, blueprint, podclique, now)
    delete = list(census.duplicates)
    if update.is_in_progress(progress):
        assert progress is not None
        step = update.rolling_step(podclique, census, progress)
        progress = step.progress
        delete += step.delete
    staying = _without(census.active, delete)
    missing = podclique.spec.replicas - len(staying)
    if missing < 0:
        surplus = _surplus(podclique, staying, -missing)
        delete += surplus
        staying = _without(staying, surplus)
    # A failed pod keeps its place while replacements wait, unless another pod has it already.
    held = 0 if may_replace else min(len(census.failed), max(missing, 0))
    return Plan(
        create=_free_indices(podclique, census, staying, max(missing - held, 0)),
        delete=tuple(delete),
        replace=tuple(census.failed[held:]),
        release=releasable(world, podclique, staying),
        progress=progress,
        is_waiting=held > 0,
    )


def _without(pods: list[Pod], gone: list[Pod]) -> list[Pod]:
    uids = {pod.metadata.uid for pod in gone}
    return [pod for pod in pods if pod.metadata.uid not in uids]


def _surplus(podclique: PodClique, staying: list[Pod], surplus: int) -> list[Pod]:
    name = podclique.metadata.name
    return scale_in_order(staying, name, update.wanted_hash(podclique))[:surplus]


def _free_indices(
    podclique: PodClique, census: Census, staying: list[Pod], missing: int
) -> tuple[int, ...]:
    if not missing:
        return ()
    taken = census.indices
    if len(staying) != len(census.active):
        taken = Census.of(staying, podclique.metadata.name).indices
    return tuple(islice((index for index in count() if index not in taken), missing))


def releasable(world: World, podclique: PodClique, pods: list[Pod]) -> tuple[Pod, ...]:
    """Return the gated pods that their gang may go on with.

    Grove API: a pod is released once its PodGang lists it; in a gang beyond the minimum, once the
    base gang is scheduled as well. A gang begins only when all of its pods exist, so that the
    scheduler can place its minimum as a whole.
    """
    gated = [pod for pod in pods if is_gated(pod)]
    if not gated:
        return ()
    metadata = podclique.metadata
    gang = world.podgangs.get(metadata.namespace, metadata.labels.get(LABEL_PODGANG, ""))
    if gang is None or not is_true(gang.status.conditions, CONDITION_INITIALIZED):
        return ()
    base = metadata.labels.get(LABEL_BASE_PODGANG)
    if base and not is_gang_scheduled(world, world.podgangs.get(metadata.namespace, base)):
        return ()
    group = next((g for g in gang.spec.podgroups if g.name == metadata.name), None)
    listed = {reference.name for reference in group.pod_references} if group is not None else set()
    return tuple(pod for pod in gated if pod.metadata.name in listed)


def is_gang_scheduled(world: World, gang: PodGang | None) -> bool:
    """Tell whether every group of a gang has its minimum of pods scheduled."""
    if gang is None:
        return False
    for group in gang.spec.podgroups:
        podclique = world.podcliques.get(gang.metadata.namespace, group.name)
        if podclique is None or podclique.status.scheduled_replicas < group.min_replicas:
            return False
    return True


def owning_set(world: World, podclique: PodClique) -> PodCliqueSet | None:
    """Return the PodCliqueSet that a PodClique belongs to, through its scaling group if need be.

    Owners are compared by uid: children of a set or group that was deleted and created again
    under the same name belong to nobody and are left to the garbage collector.
    """
    owner = controller_of(podclique)
    if owner is None:
        return None
    namespace = podclique.metadata.namespace
    if owner.kind == "PodCliqueScalingGroup":
        group = world.podcliquescalinggroups.get(namespace, owner.name)
        if group is None or group.metadata.uid != owner.uid:
            return None
        owner = controller_of(group)
    if owner is None or owner.kind != "PodCliqueSet":
        return None
    pcs = world.podcliquesets.get(namespace, owner.name)
    if pcs is None or pcs.metadata.uid != owner.uid or pcs.metadata.deletion_timestamp is not None:
        return None
    return pcs
