"""What holds a pod back for the sake of others: its gang, the base gang, the start-up order."""

from collections.abc import Iterator

from grove_tui.api import labels
from grove_tui.api.composition import identify
from grove_tui.api.constants import (
    CONDITION_INITIALIZED,
    EVENT_POD_CREATE_FAILED,
    LABEL_BASE_PODGANG,
    LABEL_PODCLIQUE,
    LABEL_PODGANG,
    SCHEDULING_GATE,
)
from grove_tui.api.objects import PodClique
from grove_tui.api.startup import dependencies
from grove_tui.kube.objects import Event, Pod, find_condition
from grove_tui.view.book import GangBook
from grove_tui.view.explain.causes import Cause, Reason, counted, deeper
from grove_tui.view.explain.evidence import latest_event, quoted_event
from grove_tui.view.explain.placing import placing_causes
from grove_tui.view.gangs import Clique, Gang
from grove_tui.view.keys import Key, Kind, object_key
from grove_tui.view.rows import Severity

MAX_DEPTH = 2


def gate_causes(book: GangBook, pod: Pod, depth: int) -> list[Cause]:
    """Return what has to happen before the gate of a pod is lifted."""
    gates = [gate.name for gate in pod.spec.scheduling_gates]
    if not gates:
        return []
    about, name = object_key(Kind.POD, pod), pod.metadata.name
    foreign = [gate for gate in gates if gate != SCHEDULING_GATE]
    if SCHEDULING_GATE not in gates:
        text = f"Pod {name} is held by a scheduling gate that is not Grove's: {', '.join(foreign)}."
        return [Cause(Reason.GATE, text, about=about, step="Ask whoever set that gate")]
    gate = Cause(
        Reason.GATE,
        f"Pod {name} is held by a scheduling gate until its gang may start as a whole.",
        (f"schedulingGates: {', '.join(gates)}",),
        about,
        severity=Severity.PROGRESS,
    )
    return [gate, *deeper(_behind_gate(book, pod, depth))]


def _behind_gate(book: GangBook, pod: Pod, depth: int) -> list[Cause]:
    gang = book.gang_of(pod)
    if gang is None:
        return []
    base = pod.metadata.labels.get(LABEL_BASE_PODGANG)
    if base is not None:
        waiting = list(_not_scheduled(book, pod.metadata.namespace, base))
        if waiting:
            return _base_gang_causes(book, gang, base, waiting, depth)
    return _incomplete_causes(book, gang, pod)


def _not_scheduled(book: GangBook, namespace: str, podgang: str) -> Iterator[tuple[str, int, int]]:
    """Return the cliques of a PodGang with too few scheduled pods: name, scheduled, needed."""
    found = book.world.podgangs.get(namespace, podgang)
    for group in found.spec.podgroups if found is not None else ():
        podclique = book.world.podcliques.get(namespace, group.name)
        scheduled = podclique.status.scheduled_replicas if podclique is not None else 0
        if scheduled < group.min_replicas:
            yield group.name, scheduled, group.min_replicas


def _base_gang_causes(
    book: GangBook, gang: Gang, base: str, waiting: list[tuple[str, int, int]], depth: int
) -> list[Cause]:
    evidence = tuple(f"{name}: {have} of {need} scheduled" for name, have, need in waiting)
    causes = [
        Cause(
            Reason.BASE_GANG,
            f"The base gang {base} does not have its minimum scheduled yet; scaled replicas wait.",
            evidence,
            gang.key,
        )
    ]
    if depth < MAX_DEPTH:
        names = {name for name, _, _ in waiting}
        for clique in gang.all_cliques():
            if clique.key.name in names:
                causes += deeper(_first_unplaced(book, clique, depth + 1))
                break
    return causes


def _first_unplaced(book: GangBook, clique: Clique, depth: int) -> list[Cause]:
    for key, facts in zip(clique.pods, clique.facts, strict=True):
        pod = book.object(key)
        if isinstance(pod, Pod) and not facts.is_scheduled and not facts.is_terminating:
            return gate_causes(book, pod, depth) or placing_causes(book, pod, depth)
    return creation_causes(book, clique)


def _incomplete_causes(book: GangBook, gang: Gang, pod: Pod) -> list[Cause]:
    """Explain a gate by the gang's own pods: they must all exist first."""
    podgang = pod.metadata.labels.get(LABEL_PODGANG, gang.name)
    lacking = [clique for clique in gang.all_cliques() if _lacks_pods(clique, podgang)]
    if lacking:
        return [cause for clique in lacking for cause in creation_causes(book, clique)]
    found = book.world.podgangs.get(gang.key.namespace, podgang)
    initialized = find_condition(found.status.conditions, CONDITION_INITIALIZED) if found else None
    said = f"PodGang {podgang} does not exist"
    if initialized is not None:
        said = f"PodGang {podgang}: Initialized={initialized.status}, {initialized.message}"
    elif found is not None:
        said = f"PodGang {podgang} has no conditions yet"
    return [
        Cause(
            Reason.GANG_INCOMPLETE,
            "All pods of the gang exist; the reconciler lifts the gates next.",
            (said,),
            gang.key,
            "If it stays so, see in the status bar who reconciles this cluster",
            severity=Severity.PROGRESS,
        )
    ]


def _lacks_pods(clique: Clique, podgang: str) -> bool:
    if clique.tally.pods >= clique.tally.desired:
        return False
    podclique = clique.podclique
    return podclique is None or podclique.metadata.labels.get(LABEL_PODGANG, podgang) == podgang


def creation_causes(book: GangBook, clique: Clique) -> list[Cause]:
    """Return why a clique has fewer pods than it shall have."""
    missing = clique.tally.desired - clique.tally.pods
    if missing <= 0:
        return []
    namespace, name = clique.key.namespace, clique.key.name
    if clique.podclique is None:
        text = f"PodClique {name} is not created yet."
        step = "See in the status line who reconciles, and the events of its PodCliqueSet"
        return [Cause(Reason.MISSING, text, about=clique.key, step=step, severity=Severity.WARN)]
    failed = latest_event(book, "PodClique", namespace, name, _FAILURES)
    text = f"{counted(missing, 'pod')} of {name} {'does' if missing == 1 else 'do'} not exist yet."
    if failed is None:
        return [Cause(Reason.CREATION, text, about=clique.key, severity=Severity.PROGRESS)]
    return [_failed_creation(book, clique, text, failed)]


def _failed_creation(book: GangBook, clique: Clique, text: str, failed: Event) -> Cause:
    is_quota = "exceeded quota" in failed.message
    step = "Raise the namespace's quota, or ask for less" if is_quota else "See the event"
    return Cause(
        Reason.QUOTA if is_quota else Reason.CREATION,
        text,
        quoted_event(book, failed),
        clique.key,
        step,
        severity=Severity.ERROR,
    )


_FAILURES = (EVENT_POD_CREATE_FAILED, "FailedCreate")


def startup_causes(book: GangBook, pod: Pod, depth: int) -> list[Cause]:
    """Return which cliques must be ready before a pod's containers start."""
    del depth
    namespace = pod.metadata.namespace
    podclique = book.world.podcliques.get(namespace, pod.metadata.labels.get(LABEL_PODCLIQUE, ""))
    waits = list(_waits(book, podclique)) if podclique is not None else []
    first = Cause(
        Reason.STARTUP_ORDER,
        f"Pod {pod.metadata.name} waits for its turn in the start-up order.",
        about=object_key(Kind.POD, pod),
        severity=Severity.PROGRESS,
    )
    return [first, *deeper(waits)]


def _waits(book: GangBook, podclique: PodClique) -> Iterator[Cause]:
    namespace, identity = podclique.metadata.namespace, identify(podclique.metadata)
    pcs = (
        book.world.podcliquesets.get(namespace, labels.part_of(podclique.metadata.labels))
        if identity
        else None
    )
    gang = book.gang_of(podclique)
    if identity is None or pcs is None or gang is None:
        return
    by_name = {clique.key.name: clique for clique in gang.all_cliques()}
    for name, minimum in dependencies(pcs, identity.replica, identity.clique, identity.index):
        clique = by_name.get(name)
        ready = clique.tally.ready if clique is not None else 0
        if ready < minimum:
            key = clique.key if clique is not None else Key(Kind.PODCLIQUE, namespace, name)
            text = f"{name} must have {minimum} ready first, and has {ready}."
            step = f"See why {name} is not ready (X on it)"
            yield Cause(Reason.STARTUP_ORDER, text, about=key, step=step)
