"""Whatever happens to a cluster, it comes to rest as its sets say, and no gang goes in vain.

Each seed is a story of its own. To tell one again: `SIMULATION_SEEDS=17 pytest tests/simulation`,
or with every operation on the screen: `python -m tests.simulation.stories 17 30`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.simulation.seeding import seeded
from tests.simulation.stories import NOOP_CYCLES, chapter
from tests.simulation.worlds import world

SEEDS = os.environ.get("SIMULATION_SEEDS", "1 2 3 4 5 6 7 8 302 313").split()
CHAPTERS = int(os.environ.get("SIMULATION_CHAPTERS", "25"))
"""How often a cluster comes to rest; some ten operations lie between two rests."""
TOLD = 40
"""Operations that a failure tells."""


@contextmanager
def reproducible(seed: str) -> Iterator[None]:
    """Let whatever fails say how to see it again, an exception as well as a problem found."""
    try:
        yield
    except Exception as error:
        error.add_note(f"to see it again: SIMULATION_SEEDS={seed} pytest tests/simulation")
        raise


@pytest.mark.looptime(noop_cycles=NOOP_CYCLES)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
async def test_cluster_comes_to_rest_as_it_should_be(seed):
    with reproducible(seed), seeded(seed):
        async with world(seed) as cluster:
            for number in range(CHAPTERS):
                problems = await chapter(cluster)

                story = "\n".join([*cluster.log[-TOLD:], *problems])
                assert not problems, f"seed {seed}, chapter {number}:\n{story}"


def test_a_failure_says_which_seed_shows_it_again():
    with pytest.raises(TimeoutError) as failure, reproducible("17"):
        raise TimeoutError

    assert failure.value.__notes__ == [
        "to see it again: SIMULATION_SEEDS=17 pytest tests/simulation"
    ]


def test_a_seed_tells_the_same_story_again():
    stories = [
        subprocess.run(
            [sys.executable, "-m", "tests.simulation.stories", "3", "4"],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]

    assert stories[0] == stories[1]
    assert "rest" in stories[0]
