"""Identities of what rows show.

A key names one object for good: a deleted and recreated object has another uid and so another key.
Replicas are not objects but places, identified by their index; they outlive what is in them, so a
gang that is recycled stays the same row.
"""

from enum import StrEnum
from typing import NamedTuple

from grove_tui.kube.objects import HasMetadata


class Kind(StrEnum):
    """What a row stands for; objects go by their API kind."""

    PODCLIQUESET = "PodCliqueSet"
    GANG = "PodCliqueSet replica"
    SCALING_GROUP = "PodCliqueScalingGroup"
    GROUP_REPLICA = "PodCliqueScalingGroup replica"
    PODCLIQUE = "PodClique"
    POD = "Pod"
    NODE = "Node"
    EVENT = "Event"


_SPOKEN = {Kind.GANG: "gang", Kind.GROUP_REPLICA: "scaling-group replica"}


class Key(NamedTuple):
    """Identity of a row.

    Attributes:
        kind: What it stands for.
        namespace: Empty for nodes.
        name: Name of the object, or of the object whose replica it is.
        uid: The object's uid; empty for replicas, and for cliques that do not exist (yet).
        replica: Replica index; -1 for objects.
    """

    kind: Kind
    namespace: str
    name: str
    uid: str = ""
    replica: int = -1

    @property
    def place(self) -> "Key":
        """The key without uid: the same for an object and what is recreated in its stead."""
        return self._replace(uid="") if self.uid else self

    @property
    def spoken(self) -> str:
        """Its name after what it is, as in the middle of a sentence: "gang llm-0"."""
        return f"{_SPOKEN.get(self.kind, self.kind)} {self}"

    @property
    def capitalized(self) -> str:
        """The same as at the beginning of a sentence: "Gang llm-0"."""
        return self.spoken[:1].upper() + self.spoken[1:]

    def __str__(self) -> str:
        return f"{self.name}-{self.replica}" if self.replica >= 0 else self.name


def object_key(kind: Kind, obj: HasMetadata) -> Key:
    """Return the key of an object."""
    return Key(kind, obj.metadata.namespace, obj.metadata.name, obj.metadata.uid)


def gang_key(namespace: str, pcs: str, index: int) -> Key:
    """Return the key of a PodCliqueSet replica."""
    return Key(Kind.GANG, namespace, pcs, replica=index)


def group_replica_key(namespace: str, scaling_group: str, index: int) -> Key:
    """Return the key of a scaling-group replica."""
    return Key(Kind.GROUP_REPLICA, namespace, scaling_group, replica=index)
