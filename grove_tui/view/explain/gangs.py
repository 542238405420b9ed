"""Why a clique, a scaling group, a gang or a set is not healthy."""

from collections.abc import Iterable
from datetime import datetime

from grove_tui.api.breach import Breach
from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import Pod
from grove_tui.view.ages import age, countdown
from grove_tui.view.book import GangBook
from grove_tui.view.explain.causes import Cause, Reason, counted, deeper
from grove_tui.view.explain.evidence import quote
from grove_tui.view.explain.gates import creation_causes
from grove_tui.view.explain.pods import pod_causes
from grove_tui.view.gangs import Clique, Gang
from grove_tui.view.health import Word
from grove_tui.view.keys import Key, Kind
from grove_tui.view.lineage import lineage
from grove_tui.view.podstatus import PodFacts
from grove_tui.view.rows import Severity
from grove_tui.view.treerows import is_wedged

MOST = 4
"""How many different troubles of one thing are told; the rest is counted."""
_STATES = {
    Word.UPDATING: (
        Reason.UPDATE,
        "An update is replacing its pods; terminations wait until it is done.",
    ),
    Word.RECYCLING: (
        Reason.RECYCLING,
        "It was terminated after a breach and is being built anew.",
    ),
    Word.TERMINATING: (Reason.TERMINATING, "It is being removed."),
    Word.SCALED_TO_ZERO: (Reason.SCALED_TO_ZERO, "It is scaled to 0: no pods are wanted."),
}


def clique_causes(book: GangBook, clique: Clique) -> list[Cause]:
    """Return why a clique is not healthy; nothing when it is."""
    if clique.health.word is Word.HEALTHY:
        return []
    causes = _state(clique.key, clique.health.word)
    if clique.breach is not None:
        causes += _breach_causes(clique.breach, clique.health.due, clique.key, book.clock())
    short = clique.tally.minimum - clique.tally.ready
    if short > 0 and clique.tally.desired:
        causes.append(_short(clique, short))
    behind = creation_causes(book, clique) + _pods(book, clique)
    return [*causes, *deeper(behind, 1 if causes else 0)]


def gang_causes(book: GangBook, gang: Gang) -> list[Cause]:
    """Return why a gang is not healthy; nothing when it is."""
    if gang.health.word is Word.HEALTHY:
        return []
    causes = _state(gang.key, gang.health.word)
    if gang.termination.due is not None:
        causes.append(_termination(gang, gang.termination.due, book.clock()))
    if gang.health.word is not Word.TERMINATING:
        causes += deeper(cliques_causes(book, gang.all_cliques()), 1 if causes else 0)
    return causes + deeper(_stuck(book, gang), 1 if causes else 0)


def _stuck(book: GangBook, gang: Gang) -> list[Cause]:
    """Return what holds up the removal of a gang: pods that should long be gone."""
    if gang.health.word is not Word.TERMINATING:
        return []
    pods = [book.object(key) for clique in gang.all_cliques() for key in clique.pods]
    stuck = [pod for pod in pods if isinstance(pod, Pod) and is_wedged(pod, book.clock())]
    causes = [cause for pod in stuck[:1] for cause in pod_causes(book, pod)]
    return causes + _rest(len(stuck) - 1, "pod", "like it")


def fate(book: GangBook, key: Key) -> tuple[str, list[Cause]]:
    """Return what its gang's termination means for a part that is well itself, if one is due."""
    above = next((found for found in lineage(book, key) if found.kind is Kind.GANG), None)
    gang = book.gang(above) if above is not None else None
    if gang is None or gang.termination.due is None:
        return "", []
    now = book.clock()
    text = f"its gang {gang.name} is {gang.health.text(now)}"
    return text, [_termination(gang, gang.termination.due, now)]


def cliques_causes(book: GangBook, cliques: Iterable[Clique]) -> list[Cause]:
    """Return the causes of several cliques, those in most trouble first."""
    troubled = sorted(
        (clique for clique in cliques if clique.health.word is not Word.HEALTHY),
        key=lambda clique: clique.health.order,
    )
    causes = [cause for clique in troubled[:MOST] for cause in clique_causes(book, clique)]
    return causes + _rest(len(troubled) - MOST, "clique")


def set_causes(book: GangBook, pcs: PodCliqueSet) -> list[Cause]:
    """Return why a set is not healthy; nothing when it is."""
    gangs = sorted(
        (gang for gang in book.gangs(pcs) if gang.health.word is not Word.HEALTHY),
        key=lambda gang: gang.health.order,
    )
    causes: list[Cause] = []
    for gang in gangs[:MOST]:
        text = f"Gang {gang.name} is {gang.health.text(book.clock())}."
        causes.append(Cause(_reason(gang), text, about=gang.key, severity=gang.health.severity))
        causes += deeper(gang_causes(book, gang))
    return causes + _rest(len(gangs) - MOST, "gang")


def _reason(gang: Gang) -> Reason:
    if gang.health.word is Word.BREACHED:
        return Reason.BREACH
    return _STATES[gang.health.word][0] if gang.health.word in _STATES else Reason.SHORT


def _state(key: Key, word: Word) -> list[Cause]:
    if word not in _STATES:
        return []
    reason, text = _STATES[word]
    return [Cause(reason, text, about=key, severity=word.severity)]


def _termination(gang: Gang, due: datetime, now: datetime) -> Cause:
    when = "now" if due <= now else f"in {countdown(due, now)}"
    pods = counted(gang.tally.pods, "pod")
    breaches = gang.termination.counting
    evidence = tuple(
        f"{breach.kind} {breach.name}: below its minimum for {age(breach.since, now)}"
        for breach in breaches
    )
    text = f"The whole gang with its {pods} is terminated {when} and then built anew."
    step = f"Bring {breaches[0].name} back to its minimum before that" if breaches else ""
    return Cause(Reason.BREACH, text, evidence, gang.key, step, severity=Severity.ERROR)


def _breach_causes(breach: Breach, due: datetime | None, key: Key, now: datetime) -> list[Cause]:
    condition = breach.condition
    said = (f"MinAvailableBreached={condition.status}, {condition.reason}",)
    if condition.message:
        said = (f"{said[0]}: {quote(condition.message)}",)
    if breach.gate is not None:
        text = f"It is below its minimum, which does not count towards termination: {breach.gate}."
        return [Cause(Reason.BREACH, text, said, key, severity=Severity.PROGRESS)]
    lasted = age(breach.since, now)
    ends = f"; termination is due in {countdown(due, now)}" if due is not None else ""
    text = f"It has been below its minimum for {lasted}{ends}."
    step = f"Bring {key} back to its minimum before that" if due is not None else ""
    return [Cause(Reason.BREACH, text, said, key, step, severity=Severity.ERROR)]


def _short(clique: Clique, short: int) -> Cause:
    counts = clique.tally
    text = (
        f"Clique {clique.key.name} is short of minAvailable by {short}: "
        f"{counts.ready} of {counts.minimum} needed pods are ready."
    )
    step = ""
    if counts.desired < counts.minimum:
        step = f"Scale {clique.key.name} to at least {counts.minimum}: only {counts.desired} wanted"
    return Cause(Reason.SHORT, text, about=clique.key, step=step, severity=clique.health.severity)


def _pods(book: GangBook, clique: Clique) -> list[Cause]:
    """Explain the pods that are not ready, alike ones together."""
    chains: dict[tuple[str, ...], tuple[list[Cause], int]] = {}
    for key, facts in zip(clique.pods, clique.facts, strict=True):
        pod = book.object(key)
        if not isinstance(pod, Pod) or not _is_wanting(facts):
            continue
        chain = pod_causes(book, pod)
        alike = tuple(cause.reason for cause in chain)
        first, count = chains.get(alike, (chain, 0))
        chains[alike] = first, count + 1
    causes: list[Cause] = []
    for chain, count in list(chains.values())[:MOST]:
        causes += chain
        causes += _rest(count - 1, "pod", "like it")
    return causes


def _is_wanting(facts: PodFacts) -> bool:
    return not facts.is_ready and not (facts.is_terminating and not facts.is_failing)


def _rest(count: int, what: str, how: str = "in trouble") -> list[Cause]:
    if count <= 0:
        return []
    text = f"and {count} more {what if count == 1 else what + 's'} {how}"
    return [Cause(Reason.SHORT, text, depth=1, severity=Severity.NONE)]
