"""Takes what was listed out of the garbage collector's sight, since it stays."""

import asyncio
import gc

from grove_tui.reconcile.world import Informers

PAUSE_SECONDS, LONGEST_PAUSE = 0.2, 5.0
"""How often that is done while more is being listed, and looked at while nothing comes."""
SETTLE_SECONDS = 1.0
"""How long after the first lists it is done for the last time."""


async def freeze_what_is_listed(informers: Informers) -> None:
    """Freeze objects as they come; returns when every kind has been listed once.

    Bit by bit, each collection looks only through what came since the one before; a single one in
    the end would hold up keys for a while. A kind that is never listed costs next to nothing.
    """
    size, pause = 0, PAUSE_SECONDS
    while not all(informer.has_synced for informer in informers):
        await asyncio.sleep(pause)
        before, size = size, sum(len(informer.store) for informer in informers)
        if size > before:
            pause = PAUSE_SECONDS
            _freeze()
        else:
            pause = min(2 * pause, LONGEST_PAUSE)
    await asyncio.sleep(SETTLE_SECONDS)
    _freeze()


def _freeze() -> None:
    gc.collect()
    gc.freeze()
