"""From changes to a preview of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from grove_tui.actions.preview import judging
from grove_tui.actions.preview.changes import Change
from grove_tui.actions.preview.comparing import Comparison, losses
from grove_tui.actions.preview.enacting import enact, sets_of, waiting_sets
from grove_tui.actions.preview.model import Confirm, Preview
from grove_tui.actions.preview.overlay import focus, freeze
from grove_tui.actions.preview.room import Demands, are_nodes_unseen
from grove_tui.actions.preview.simulation import Simulation
from grove_tui.actions.preview.standstill import leaving, prepare
from grove_tui.kube.objects import NamespacedName
from grove_tui.reconcile.updates import is_updating
from grove_tui.reconcile.world import World


def preview(world: World, changes: Sequence[Change], now: datetime) -> Preview:
    """Return what the changes would do if all of them were made now.

    Args:
        world: The cluster; only read. In another thread it has to be frozen before.
        changes: What is to be done.
        now: The current time.
    """
    world = freeze(world)
    sets = sets_of(world, changes)
    others = waiting_sets(world)
    world = focus(world, sets | others)
    demands = Demands()
    compared = Comparison(world, Simulation(world, now, demands), Simulation(world, now, demands))
    left = leaving(world, sets | others)
    prepare(compared.with_.draft, left, sets | others, now)
    gone = [change for change in changes if not enact(compared.with_, change)]
    compared.with_.settle()
    prepare(compared.without.draft, left, sets | others, now)
    _follow(compared)
    found = Preview(
        changes=tuple(change for change in changes if change not in gone),
        gone=tuple(change.target for change in gone),
        updating=tuple(_updating(world, sets)),
        is_blind=are_nodes_unseen(world),
    )
    return _consequences(_effects(found, compared), compared)


def _follow(compared: Comparison) -> None:
    """Bring the future without the change to rest wherever the one with it was looked at."""
    compared.without.work.repeat(compared.with_.work)
    if compared.with_.room_came:
        compared.without.try_waiting()
    compared.without.settle()


def _effects(found: Preview, compared: Comparison) -> Preview:
    return replace(
        found,
        losses=losses(compared.lost()),
        arrivals=tuple(compared.arrivals()),
        relieved=losses(compared.relieved()),
        podcliques=compared.names("podcliques"),
        scaling_groups=compared.names("podcliquescalinggroups"),
        podgangs=compared.names("podgangs"),
        services=compared.names("services"),
        resources=compared.resources(),
        shortfalls=judging.shortfalls(compared),
        resets=tuple(judging.resets(compared)),
        opponents=tuple(judging.opponents(compared.world, found.changes)),
        grouped=tuple(judging.grouped(compared.world, found.changes)),
        dropped=tuple(judging.dropped(compared.world, found.changes)),
        ended=tuple(judging.ended_gangs(compared)),
    )


def _consequences(found: Preview, compared: Comparison) -> Preview:
    recyclings, averted = judging.terminations(compared)
    ended = tuple(dict.fromkeys((*found.ended, *(recycling.gang for recycling in recyclings))))
    confirm = Confirm.ENTER if found.losses or found.shortfalls else Confirm.NONE
    if ended:
        confirm = Confirm.TYPED
    return replace(
        found,
        recyclings=recyclings,
        averted=averted,
        ended=ended,
        confirm=confirm,
        phrase=_phrase(found.changes, ended),
    )


def _phrase(changes: Sequence[Change], ended: Sequence[str]) -> str:
    """Return what is typed to end these gangs: the one name that stands for all of it, if any."""
    if len(ended) > 1 and len(changes) > 1:
        return f"end {len(ended)} gangs"
    if len(ended) > 1:
        return changes[0].target.name
    return ended[0] if ended else ""


def _updating(world: World, sets: Iterable[NamespacedName]) -> list[str]:
    found = (world.podcliquesets.get(*key) for key in sorted(sets))
    return [pcs.metadata.name for pcs in found if pcs is not None and is_updating(pcs)]
