"""What a deletion takes with it, and what comes back."""

from msgspec import Struct

from grove_tui.actions.target import Target
from grove_tui.api.constants import LABEL_PODCLIQUE
from grove_tui.api.objects import (
    PODCLIQUES,
    PODCLIQUESCALINGGROUPS,
    PODCLIQUESETS,
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueSet,
)
from grove_tui.kube.objects import Pod, is_true
from grove_tui.kube.resources import PODS
from grove_tui.reconcile.world import (
    INDEX_PART_OF,
    INDEX_PODCLIQUE,
    INDEX_SCALING_GROUP,
    World,
)


class Deletion(Struct, frozen=True):
    """An object that may be deleted.

    Attributes:
        target: The object.
        lines: What goes and what follows, one sentence each.
    """

    target: Target
    lines: tuple[str, ...]


def deletion(world: World, kind: str, namespace: str, name: str) -> Deletion | None:
    """Return what deleting that object means; None when there is none to delete."""
    match kind:
        case "PodCliqueSet":
            pcs = world.podcliquesets.get(namespace, name)
            return _set(world, pcs) if pcs else None
        case "PodCliqueScalingGroup":
            group = world.podcliquescalinggroups.get(namespace, name)
            return _group(world, group) if group else None
        case "PodClique":
            clique = world.podcliques.get(namespace, name)
            return _clique(world, clique) if clique else None
        case "Pod":
            pod = world.pods.get(namespace, name)
            return _pod(world, pod) if pod else None
        case _:
            return None


def _set(world: World, pcs: PodCliqueSet) -> Deletion:
    part = f"{pcs.metadata.namespace}/{pcs.metadata.name}"
    kinds = (
        (len(world.podcliquescalinggroups.by_index(INDEX_PART_OF, part)), "scaling group"),
        (len(world.podcliques.by_index(INDEX_PART_OF, part)), "PodClique"),
        (len(world.pods.by_index(INDEX_PART_OF, part)), "pod"),
        (len(world.podgangs.by_index(INDEX_PART_OF, part)), "PodGang"),
        (len(world.services.by_index(INDEX_PART_OF, part)), "Service"),
        (len(world.hpas.by_index(INDEX_PART_OF, part)), "autoscaler"),
    )
    counted = [count_of(number, word) for number, word in kinds if number]
    goes = f"With it go {_listed(counted)}." if counted else "Nothing else belongs to it."
    return Deletion(Target.of(PODCLIQUESETS, pcs), (goes, "Nothing of it comes back."))


def _group(world: World, group: PodCliqueScalingGroup) -> Deletion:
    meta = group.metadata
    members = world.podcliques.by_index(INDEX_SCALING_GROUP, f"{meta.namespace}/{meta.name}")
    pods = sum(len(_pods_of(world, member)) for member in members)
    return Deletion(
        Target.of(PODCLIQUESCALINGGROUPS, group),
        (
            f"With it go {count_of(len(members), 'PodClique')} and {count_of(pods, 'pod')}.",
            "It is then created again from the set's template, with the template's replicas.",
        ),
    )


def _clique(world: World, clique: PodClique) -> Deletion:
    pods = len(_pods_of(world, clique))
    return Deletion(
        Target.of(PODCLIQUES, clique),
        (
            f"With it {'goes' if pods == 1 else 'go'} {count_of(pods, 'pod')}.",
            "It is then created again from the set's template, with the template's replicas.",
        ),
    )


def _pod(world: World, pod: Pod) -> Deletion:
    name = pod.metadata.labels.get(LABEL_PODCLIQUE)
    clique = world.podcliques.get(pod.metadata.namespace, name) if name else None
    if clique is None:
        return Deletion(Target.of(PODS, pod), ("No PodClique will replace it.",))
    lines = [f"PodClique {clique.metadata.name} replaces it with a new pod."]
    others = [p for p in _pods_of(world, clique) if p.metadata.uid != pod.metadata.uid]
    ready = sum(is_true(p.status.conditions, "Ready") for p in others)
    minimum = clique.spec.min_available
    if minimum is not None and ready < minimum:
        lines.append(
            f"Until that one is ready, {ready} of minAvailable {minimum} are: the gang is breached."
        )
    return Deletion(Target.of(PODS, pod), tuple(lines))


def _pods_of(world: World, clique: PodClique) -> list[Pod]:
    meta = clique.metadata
    return list(world.pods.by_index(INDEX_PODCLIQUE, f"{meta.namespace}/{meta.name}"))


def count_of(number: int, word: str) -> str:
    """Return a number with its noun, in the plural where it takes one."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
