"""Messages between screens and the app."""

from dataclasses import dataclass, field

from textual.message import Message


@dataclass
class ClusterOpened(Message):
    """A cluster is connected; its session is the app's."""


@dataclass
class ClusterFailed(Message):
    """A cluster cannot be opened at all; `sentence` says why and what to do."""

    sentence: str


@dataclass
class CrdsMissing(Message):
    """The cluster does not serve Grove's kinds."""

    names: tuple[str, ...] = field(default_factory=tuple)
