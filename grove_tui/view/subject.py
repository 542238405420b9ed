"""What a filter looks at: any row of the tree or of a list, with the same few questions."""

from collections.abc import Callable
from dataclasses import dataclass

from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import Event
from grove_tui.view.gangs import Clique, Gang, Group, GroupReplica
from grove_tui.view.keys import Key
from grove_tui.view.podstatus import PodFacts
from grove_tui.view.rows import Severity

Node = PodCliqueSet | Gang | Group | GroupReplica | Clique | PodFacts


@dataclass(slots=True)
class Subject:
    """A row as filters see it; made by the thousand while a filter is typed.

    Attributes:
        key: Its key.
        node: What it shows; for a pod its facts, and an event itself.
        gang: The gang that it belongs to; None for whole sets.
    """

    key: Key
    node: Node | Event
    gang: Gang | None = None

    @property
    def status(self) -> str:
        """The status or health word; empty for sets."""
        if isinstance(self.node, PodFacts):
            return self.node.word
        if isinstance(self.node, Event):
            return self.node.reason
        return "" if isinstance(self.node, PodCliqueSet) else str(self.node.health.word)

    @property
    def severity(self) -> Severity:
        """How much attention it deserves."""
        if isinstance(self.node, PodFacts):
            return self.node.severity
        if isinstance(self.node, Event):
            return Severity.WARN if self.node.type == "Warning" else Severity.NONE
        return Severity.NONE if isinstance(self.node, PodCliqueSet) else self.node.health.severity

    @property
    def node_name(self) -> str:
        """The node of a pod."""
        return self.node.node if isinstance(self.node, PodFacts) else ""


Filter = Callable[[Subject], bool]
"""Tells whether a row is wanted."""
