"""Tells the story of a seed; `python -m tests.simulation.stories SEED CHAPTERS` prints it."""

import asyncio
import sys

import looptime

from tests.simulation.operations import perform
from tests.simulation.seeding import seeded
from tests.simulation.worlds import World, world

MOST_OPERATIONS = 14
"""Between two rests."""
NOOP_CYCLES = 1
"""Idle turns of the loop before its clock moves on: there is nothing outside it to wait for."""
PAUSES = (0.0, 0.0, 0.01, 0.1, 0.5, 1.5)


async def chapter(cluster: World) -> list[str]:
    """Let some things happen, wait for rest and return what is wrong then."""
    for _ in range(cluster.rng.randint(4, MOST_OPERATIONS)):
        while not await perform(cluster):
            pass
        await asyncio.sleep(cluster.rng.choice(PAUSES))
    cluster.note("rest")
    return await cluster.check()


async def tell(seed: str, chapters: int) -> None:
    """Print each operation, each problem and how far the cluster got."""
    with seeded(seed):
        async with world(seed) as cluster:
            for _ in range(chapters):
                told = len(cluster.log)
                problems = await chapter(cluster)
                lines = [*cluster.log[told:], f"revision {cluster.cluster.revision}", *problems]
                sys.stdout.write("\n".join(lines) + "\n")
                if problems:
                    return


def main(seed: str, chapters: str) -> None:
    loop = looptime.patch_event_loop(asyncio.SelectorEventLoop(), start=0, noop_cycles=NOOP_CYCLES)
    try:
        loop.run_until_complete(tell(seed, int(chapters)))
    finally:
        loop.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
