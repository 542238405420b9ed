"""What texts are found in: a row's words, and all of a gang's at once.

Asking each of ten thousand rows takes longer than a person's next key. A gang in whose words a text
is not found has no row with it, so most gangs are passed over with one search: in the words of a
whole set where the text is plain, else in those of each gang.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import is_

from msgspec import Struct

from grove_tui.kube.objects import Event
from grove_tui.view.gangs import Gang
from grove_tui.view.keys import Key
from grove_tui.view.podstatus import PodFacts
from grove_tui.view.subject import Node, Subject


def row_text(subject: Subject) -> str:
    """Return the words of one row: name, status, node, namespace; of an event its message, too."""
    key, node = subject.key, subject.node
    if isinstance(node, PodFacts):
        return f"{key.name} {node.word} {node.node} {key.namespace}"
    if isinstance(node, Event):
        about = f"{node.involved_object.kind}/{node.involved_object.name}"
        return f"{node.type} {node.reason} {about} {node.message} {key.namespace}"
    return f"{key} {subject.status} {key.namespace}"


class Text(Struct, frozen=True):
    """A text that is looked for.

    Attributes:
        pattern: What finds it among lines.
        part: What is in it literally, in small letters; empty where nothing is known to be.
    """

    pattern: re.Pattern[str]
    part: str = ""


class _Words(Struct):
    """The words of a set's gangs, one after the other.

    Attributes:
        gangs: The gangs.
        lines: The words of each.
        small: All of them in small letters; empty where that is not the same to a search.
        starts: Where each gang's words begin in it.
    """

    gangs: list[Gang]
    lines: list[str]
    small: str
    starts: list[int]

    def holding(self, text: Text) -> set[int]:
        """Return the positions of the gangs in whose words a text may be."""
        if not text.part or not self.small:
            search = text.pattern.search
            return {index for index, line in enumerate(self.lines) if search(line) is not None}
        found: set[int] = set()
        place = self.small.find(text.part)
        while place >= 0:
            index = bisect_right(self.starts, place) - 1
            found.add(index)
            if index + 1 == len(self.starts):
                break
            place = self.small.find(text.part, self.starts[index + 1])
        return found


class Haystack:
    """The words of gangs, gathered when somebody searches them."""

    def __init__(self) -> None:
        self._lines: dict[Key, tuple[Gang, str]] = {}
        self._words: dict[tuple[str, str], _Words] = {}

    def holding(self, gangs: Sequence[Gang], texts: Sequence[Text]) -> list[Gang]:
        """Return those of a set's gangs in whose words all texts may be."""
        if not gangs:
            return []
        words = self._words_of(gangs)
        found = set.intersection(*(words.holding(text) for text in texts))
        return [gangs[index] for index in sorted(found)]

    def _words_of(self, gangs: Sequence[Gang]) -> _Words:
        pcs = gangs[0].key.namespace, gangs[0].key.name
        known = self._words.get(pcs)
        if known is None or len(known.gangs) != len(gangs) or not all(map(is_, known.gangs, gangs)):
            known = self._words[pcs] = self._gather(gangs)
        return known

    def _gather(self, gangs: Sequence[Gang]) -> _Words:
        lines = [self._line(gang) for gang in gangs]
        joined = "\n".join(lines)
        # Other alphabets have letters that a search takes for one another and `lower` does not.
        small = joined.lower() if joined.isascii() else ""
        starts = accumulate((len(line) + 1 for line in lines[:-1]), initial=0)
        return _Words(list(gangs), lines, small, list(starts))

    def _line(self, gang: Gang) -> str:
        known = self._lines.get(gang.key)
        if known is not None and known[0] is gang:
            return known[1]
        text = "\n".join(row_text(Subject(key, node, gang)) for key, node in _rows(gang))
        self._lines[gang.key] = gang, text
        return text


def _rows(gang: Gang) -> Iterator[tuple[Key, Node]]:
    yield gang.key, gang
    for group in gang.groups:
        yield group.key, group
        for replica in group.replicas:
            yield replica.key, replica
    for clique in gang.all_cliques():
        yield clique.key, clique
        yield from zip(clique.pods, clique.facts, strict=True)
