"""A preview in words: what matters most first, every number that counts, names at the end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from grove_tui.actions.deleting import count_of
from grove_tui.actions.preview.changes import Change, Scale
from grove_tui.actions.preview.line import AGAIN, DANGER, LESS, MORE, NOTE, WARNING, Line
from grove_tui.actions.preview.listing import MOST_NAMES, listing
from grove_tui.actions.preview.model import (
    Arrival,
    Confirm,
    Opponent,
    Preview,
    Recycling,
    Shortfall,
)
from grove_tui.actions.preview.room import Lack
from grove_tui.api.duration import format_duration
from grove_tui.kube.quantity import CPU, MEMORY, format_amount


def lines(preview: Preview, now: datetime) -> tuple[Line, ...]:
    """Return a preview as lines: what happens, what goes wrong, remarks, then names."""
    found = [
        *_gone(preview),
        *_counts(preview),
        *_gangs(preview),
        *_trouble(preview, now),
        *_remarks(preview),
    ]
    names = list(listing(preview))
    if not found:
        text = "No pod comes or goes." if names else "Nothing else changes."
        found.append(Line(NOTE, "dim", text))
    return (*found, *names)


def _gone(preview: Preview) -> Iterator[Line]:
    for target in preview.gone:
        yield Line(WARNING, "warn", f"{target} is gone already.")


# What happens


def _counts(preview: Preview) -> Iterator[Line]:
    replaced = sum(arrival.replaces for arrival in preview.arrivals)
    fewer, more = len(preview.losses) - replaced, len(preview.arrivals) - replaced
    if replaced:
        text = "1 pod is replaced by a new one."
        if replaced > 1:
            text = f"{replaced} pods are replaced by new ones."
        yield Line(AGAIN, "info", text)
    if fewer:
        yield Line(LESS, "error", f"{count_of(fewer, 'pod')} {_goes(fewer)} for good.")
    if more:
        unknown = preview.unplaced or preview.is_blind
        fit = "" if unknown else "; it fits" if more == 1 else "; all of them fit"
        yield Line(MORE, "ok", f"{count_of(more, 'pod')} {_comes(more)}{fit}.")
    for verb, sign in (("Asks for", 1), ("Frees", -1)):
        amounts = {n: a * sign for n, a in preview.resources.items() if a * sign > 0}
        if amounts:
            yield Line(NOTE, "dim", f"{verb} {_resources(amounts)}.")
    if preview.relieved:
        number = len(preview.relieved)
        text = f"{count_of(number, 'waiting pod')} {'gets' if number == 1 else 'get'} a node."
        yield Line(MORE, "ok", text)


def _gangs(preview: Preview) -> Iterator[Line]:
    recycled = {recycling.gang for recycling in preview.recyclings}
    removed = [gang for gang in preview.ended if gang in preview.podgangs.removed]
    stopped = [g for g in preview.ended if g not in preview.podgangs.removed and g not in recycled]
    if removed:
        yield Line(DANGER, "error", f"Ends {_listed('gang', removed)}.")
    if stopped:
        its = "its" if len(stopped) == 1 else "their"
        yield Line(DANGER, "error", f"Stops {_listed('gang', stopped)} until {its} new pods run.")
    for name, indices in preview.dropped:
        yield Line(NOTE, "info", _dropped(name, indices))
    for scope in preview.averted:
        yield Line(MORE, "ok", f"Stops the countdown of {scope}.")


def _dropped(name: str, indices: Sequence[int]) -> str:
    first, last = indices[0], indices[-1]
    if first == last:
        return f"Replica {last} of {name} goes: the highest number goes first."
    return f"Replicas {first} to {last} of {name} go: the highest numbers go first."


# What goes wrong


def _trouble(preview: Preview, now: datetime) -> Iterator[Line]:
    for shortfall in preview.shortfalls:
        yield _shortfall(shortfall)
    for recycling in preview.recyclings:
        yield from _recycling(recycling, now)
    yield from _lacks(preview.unplaced)
    for reset in preview.resets:
        text = f"{reset.podclique} comes back with {reset.after} replicas instead of {reset.before}"
        yield Line(WARNING, "warn", f"{text}: the template's number.")


def _lacks(unplaced: Sequence[Arrival]) -> Iterator[Line]:
    alone: Counter[tuple[str, str]] = Counter()
    together: dict[Lack, list[str]] = {}
    for arrival in unplaced:
        assert arrival.lack is not None
        if arrival.lack.together:
            gangs = together.setdefault(arrival.lack, [])
            gangs += [arrival.gang] if arrival.gang not in gangs else []
        else:
            alone[arrival.podclique, arrival.lack.sentence] += 1
    for lack, gangs in together.items():
        who = _listed("Gang", gangs)
        fit = f"{lack.together} pods at once need room and {lack.fitting} of them fit"
        if lack.together == 1:
            fit = "its pod finds no node"
        yield Line(WARNING, "warn", f"{who} cannot start: {fit}; {lack.sentence}.")
    for (podclique, sentence), number in alone.items():
        pods = f"{count_of(number, 'new pod')} of {podclique}"
        yield Line(
            WARNING, "warn", f"{pods} {'gets' if number == 1 else 'get'} no node: {sentence}."
        )


def _shortfall(shortfall: Shortfall) -> Line:
    unit = "replica" if shortfall.kind == "PodCliqueScalingGroup" else "pod"
    left = f"{shortfall.name} has {count_of(shortfall.left, unit)} left"
    text = f"{left}, below its minAvailable {shortfall.minimum}"
    if shortfall.lasting:
        return Line(DANGER, "error", f"{text}.")
    return Line(WARNING, "warn", f"{text}, until the new pods have nodes.")


def _recycling(recycling: Recycling, now: datetime) -> Iterator[Line]:
    left = max(0.0, (recycling.at - now).total_seconds())
    when = f"In {_about(left)} (terminationDelay)" if left >= 1 else "At once"
    pods = f"{count_of(recycling.pods, 'pod')} of {recycling.scope}"
    are = "is" if recycling.pods == 1 else "are"
    unless = ", unless the minimum is back by then" if left >= 1 else ""
    yield Line(DANGER, "error", f"{when}, {pods} {are} deleted and started anew{unless}.")
    for reset in recycling.resets:
        again = f"{reset.podclique} then has {count_of(reset.after, 'pod')}, not {reset.before}"
        yield Line(WARNING, "warn", f"{again}: it starts from its template.")
    if recycling.waiting:
        number = recycling.waiting
        yield Line(WARNING, "warn", f"{number} of these pods would get no node then.")


# Remarks


def _remarks(preview: Preview) -> Iterator[Line]:
    for opponent in preview.opponents:
        yield _opponent(opponent)
    for podclique, group in preview.grouped:
        text = f"{podclique} belongs to scaling group {group}: scale the group to keep the number."
        yield Line(WARNING, "warn", text)
    if preview.is_blind and preview.arrivals:
        text = "Nodes cannot be listed, so whether new pods find room is unknown."
        yield Line(WARNING, "warn", text)
    for pcs in preview.updating:
        text = f"{pcs} is being updated; the pods that the update replaces are not counted here."
        yield Line(NOTE, "info", text)


def _opponent(opponent: Opponent) -> Line:
    bounds = f"between {opponent.minimum} and {opponent.maximum}"
    if opponent.wanted == 0:
        text = f"Autoscaler {opponent.name} is off while the number is 0."
        return Line(NOTE, "info", text)
    if opponent.result != opponent.wanted:
        text = f"Autoscaler {opponent.name} keeps it {bounds} and sets it to {opponent.result}."
        return Line(WARNING, "warn", text)
    text = f"Autoscaler {opponent.name} keeps it {bounds} and may change it again."
    return Line(NOTE, "info", text)


# Words


def question(preview: Preview) -> str:
    """Return what is asked of the person before the act; empty when a key is enough."""
    if preview.confirm is not Confirm.TYPED:
        return ""
    number = len(preview.ended)
    what = f"{count_of(number, 'gang')} {'ends' if number == 1 else 'end'}"
    return f"{what}. Type {quoted(preview.phrase)} to go on."


def quoted(phrase: str) -> str:
    """Return what is to be typed so that one sees where it begins and ends."""
    return f'"{phrase}"' if " " in phrase else phrase


def subjects(changes: Iterable[Change]) -> str:
    """Say in a few words what is changed: the objects and their new numbers."""
    words = []
    for change in changes:
        number = f" to {change.replicas}" if isinstance(change, Scale) else ""
        words.append(f"{change.target}{number}")
    return ", ".join(words)


def _resources(amounts: dict[str, int]) -> str:
    order = sorted(amounts, key=lambda name: (name in (CPU, MEMORY), name))
    return ", ".join(f"{format_amount(name, amounts[name])} {name}" for name in order)


def _listed(word: str, found: Sequence[str]) -> str:
    shown = ", ".join(found[:MOST_NAMES])
    more = f" and {len(found) - MOST_NAMES} more" if len(found) > MOST_NAMES else ""
    return f"{word}{'' if len(found) == 1 else 's'} {shown}{more}"


def _about(seconds: float) -> str:
    """Return a length of time; whole minutes are enough for hours."""
    whole = round(seconds)
    return format_duration(whole if whole < 3600 else whole - whole % 60)


def _goes(number: int) -> str:
    return "goes" if number == 1 else "go"


def _comes(number: int) -> str:
    return "comes" if number == 1 else "come"
