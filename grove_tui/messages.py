"""Messages between screens and the app."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class ClusterOpened(Message):
    """A cluster is connected; its session is the app's."""


@dataclass
class ClusterFailed(Message):
    """A cluster cannot be opened at all; `sentence` says why and what to do."""

    sentence: str
