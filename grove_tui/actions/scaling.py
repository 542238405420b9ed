"""What a number of replicas means for the object that a key was pressed on."""

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.actions.target import Target
from grove_tui.api.constants import LABEL_PCSG, LABEL_PODCLIQUE
from grove_tui.api.objects import (
    PODCLIQUES,
    PODCLIQUESCALINGGROUPS,
    PODCLIQUESETS,
    PodClique,
    PodCliqueScalingGroup,
    PodCliqueSet,
    PodCliqueSetTemplate,
)
from grove_tui.kube.objects import Pod
from grove_tui.reconcile.world import INDEX_SCALING_GROUP, World

MAX_REPLICAS = 2**31 - 1
"""The API's type for replicas is a 32-bit integer."""


class Scalable(Struct, frozen=True):
    """An object with replicas, and what one more of them is.

    Attributes:
        target: The object.
        current: Its replicas now.
        pods_each: Pods in one replica.
        min_available: Replicas below which its gang counts as broken; None where it has none.
        unit: What one replica is, in words.
        note: Why this object is offered in place of the one that was selected; may be empty.
    """

    target: Target
    current: int
    pods_each: int
    min_available: int | None
    unit: str
    note: str = ""

    def effect(self, replicas: int) -> str:
        """Say in one sentence what another number of replicas does."""
        change = replicas - self.current
        if change == 0:
            return f"{self.target.resource.kind} keeps its {_count(replicas, 'replica')}."
        pods = abs(change) * self.pods_each
        verb = "more" if change > 0 else "fewer"
        text = f"{_count(abs(change), self.unit)} {verb}"
        if self.unit != "pod":
            text += f", which is {_count(pods, 'pod')}"
        return f"{text}."

    def warning(self, replicas: int) -> str:
        """Say what breaks with that many replicas; empty when nothing does."""
        if self.min_available is None or replicas >= self.min_available:
            return ""
        return (
            f"Below minAvailable {self.min_available}: the gang is breached, and its whole replica "
            "is recycled when terminationDelay is over."
        )


def parse_replicas(text: str) -> int | str:
    """Return the number a person typed, or one sentence that says what is wrong with it."""
    text = text.strip()
    if not text:
        return "Type the number of replicas."
    try:
        number = int(text)
    except ValueError:
        return f"{text!r} is not a whole number."
    if number < 0:
        return "There cannot be fewer than 0 replicas."
    if number > MAX_REPLICAS:
        return f"{number} is more than Kubernetes can count ({MAX_REPLICAS})."
    return number


def parse_step(text: str) -> int | str:
    """Return the step a person typed (`+2`, `-1`), or one sentence that says what is wrong."""
    text = text.strip()
    sign, digits = text[:1], text[1:]
    if text.isdecimal():
        return f"Several objects are scaled by a step: type +{int(text)} or -{int(text)}."
    if sign not in ("+", "-") or not digits.isdecimal():
        return f"{text!r} is no step such as +2 or -1." if digits else "Type a step: +2 or -1."
    step = int(text)
    if abs(step) > MAX_REPLICAS:
        return f"{text} is more than Kubernetes can count ({MAX_REPLICAS})."
    return step or f"A step of {text} changes nothing."


def scalable(world: World, kind: str, namespace: str, name: str) -> Scalable | None:
    """Return what `s` scales when that object is selected; None where nothing can be.

    A pod stands for its clique, and a clique that belongs to a scaling group for that group.
    """
    match kind:
        case "PodCliqueSet":
            pcs = world.podcliquesets.get(namespace, name)
            return _set(pcs) if pcs else None
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


def _set(pcs: PodCliqueSet) -> Scalable:
    pods = pods_per_replica(pcs.spec.template)
    return Scalable(
        Target.of(PODCLIQUESETS, pcs), pcs.spec.replicas, pods, None, "copy of the whole set"
    )


def _group(world: World, group: PodCliqueScalingGroup) -> Scalable:
    meta = group.metadata
    members = world.podcliques.by_index(INDEX_SCALING_GROUP, f"{meta.namespace}/{meta.name}")
    replicas = max(group.spec.replicas, 1)
    pods = sum(member.spec.replicas for member in members)
    return Scalable(
        Target.of(PODCLIQUESCALINGGROUPS, group),
        group.spec.replicas,
        round(pods / replicas),
        group.spec.min_available,
        "group of " + " + ".join(group.spec.clique_names),
    )


def _clique(world: World, clique: PodClique) -> Scalable:
    meta = clique.metadata
    group_name = meta.labels.get(LABEL_PCSG)
    group = world.podcliquescalinggroups.get(meta.namespace, group_name) if group_name else None
    if group is not None:
        note = f"{meta.name} belongs to this scaling group and is scaled with it."
        return replace(_group(world, group), note=note)
    return Scalable(
        Target.of(PODCLIQUES, clique),
        clique.spec.replicas,
        1,
        clique.spec.min_available,
        "pod",
    )


def _pod(world: World, pod: Pod) -> Scalable | None:
    name = pod.metadata.labels.get(LABEL_PODCLIQUE)
    clique = world.podcliques.get(pod.metadata.namespace, name) if name else None
    if clique is None:
        return None
    found = _clique(world, clique)
    return found if found.note else replace(found, note=f"The clique of pod {pod.metadata.name}.")


def pods_per_replica(template: PodCliqueSetTemplate) -> int:
    """Return how many pods one copy of a set has, by its template."""
    times = dict.fromkeys((clique.name for clique in template.cliques), 1)
    for group in template.pod_clique_scaling_groups:
        times |= dict.fromkeys(group.clique_names, group.replicas)
    return sum(clique.spec.replicas * times[clique.name] for clique in template.cliques)


def _count(number: int, unit: str) -> str:
    first, _, rest = unit.partition(" ")
    if number != 1:
        first = first[:-1] + "ies" if first.endswith("y") else first + "s"
    return f"{number} {first} {rest}".rstrip()
