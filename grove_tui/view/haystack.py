"""What texts are found in: a row's words, and all of a gang's at once.

Asking each of ten thousand rows takes longer than a person's next key. A gang in whose words a text
is not found has no row with it, so most gangs are passed over with one search.
"""

from collections.abc import Iterator

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


class Haystack:
    """The words of gangs, gathered when somebody searches them."""

    def __init__(self) -> None:
        self._texts: dict[Key, tuple[Gang, str]] = {}

    def of(self, gang: Gang) -> str:
        """Return the words of all rows of a gang, a line for each."""
        known = self._texts.get(gang.key)
        if known is not None and known[0] is gang:
            return known[1]
        text = "\n".join(row_text(Subject(key, node, gang)) for key, node in _rows(gang))
        self._texts[gang.key] = gang, text
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
