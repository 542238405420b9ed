"""What happened: changes of objects and notes of who did what, in the order of their arrival."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of

WHY = ": "
"""What stands in a note between a change of a gang's health and its reason."""


class Source(StrEnum):
    """Who a note is from."""

    ACTION = "action"
    RECONCILE = "reconcile"
    HEALTH = "health"
    """A gang's health word, whenever it becomes another."""


class ObjectChange(Struct, frozen=True, gc=False):
    """One change of one object.

    Attributes:
        at: When we heard of it.
        field: The field of `World` whose store changed.
        old: The object before; None when it came.
        new: The object now; None when it went.
    """

    at: datetime
    field: str
    old: HasMetadata | None
    new: HasMetadata | None

    @property
    def key(self) -> NamespacedName:
        """The object's identity within its kind."""
        obj = self.new if self.new is not None else self.old
        assert obj is not None
        return key_of(obj)


class Note(Struct, frozen=True, gc=False):
    """Something that was done to an object.

    Attributes:
        at: When.
        kind: The object's kind, as in its API.
        key: The object.
        text: One sentence.
        source: Who did it.
    """

    at: datetime
    kind: str
    key: NamespacedName
    text: str
    source: Source = Source.ACTION


Record = ObjectChange | Note


class History(Protocol):
    """Where a timeline reads what happened."""

    def records(self) -> Sequence[Record]:
        """Return what is known, oldest first."""
        ...
