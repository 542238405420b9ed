"""What a person may be about to do, as data."""

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

from grove_tui.actions.scaling import MAX_REPLICAS, Scalable
from grove_tui.actions.target import Target


class Scale(Struct, frozen=True):
    """Give a PodCliqueSet, PodCliqueScalingGroup or PodClique another number of replicas."""

    target: Target
    replicas: int


class Delete(Struct, frozen=True):
    """Delete an object."""

    target: Target


class Cordon(Struct, frozen=True):
    """Keep new pods off a node, or let them in again."""

    target: Target
    unschedulable: bool = True


class Drain(Struct, frozen=True):
    """Keep new pods off a node and evict those that are there."""

    target: Target


class Lose(Struct, frozen=True):
    """A node is gone, and with it what runs there."""

    target: Target


Change: TypeAlias = Scale | Delete | Cordon | Drain | Lose


def relative(scalables: Iterable[Scalable], by: int) -> tuple[Scale, ...]:
    """Return the changes that give each object `by` more replicas than it has."""
    return tuple(
        Scale(scalable.target, min(max(0, scalable.current + by), MAX_REPLICAS))
        for scalable in scalables
    )
