"""Makes a run repeatable: everything that is drawn by chance is drawn from one seed."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock
from uuid import UUID

from grove_tui.demo.registry import metadata
from grove_tui.reconcile import recorder


class Draws:
    """Stands in for the `secrets` module."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.choice = rng.choice

    def token_hex(self, size: int) -> str:
        return f"{self._rng.getrandbits(size * 8):0{size * 2}x}"

    def uuid4(self) -> UUID:
        return UUID(int=self._rng.getrandbits(128), version=4)


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Seed names and uids that servers make up, and the jitter of watches and retries."""
    draws = Draws(random.Random(f"server {seed}"))
    before = random.getstate()
    random.seed(f"jitter {seed}")
    try:
        with (
            mock.patch.object(metadata, "uuid4", draws.uuid4),
            mock.patch.object(metadata, "secrets", draws),
            mock.patch.object(recorder, "secrets", draws),
        ):
            yield
    finally:
        random.setstate(before)
