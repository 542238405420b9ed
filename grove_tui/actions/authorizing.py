"""Which of several permissions are missing, asked before anything is sent."""

import asyncio
from collections.abc import Iterable

from grove_tui.kube.access import Permission, may
from grove_tui.kube.client import Client
from grove_tui.kube.errors import KubeError

AT_ONCE = 8
"""How many questions are under way at the same time."""


async def denied(client: Client, wanted: Iterable[Permission]) -> frozenset[Permission]:
    """Return those that the server denies; what it cannot say counts as allowed.

    What is denied in general is asked again for the one object, since a role may name objects.
    """
    wishes = frozenset(wanted)
    in_general = await _denied(client, frozenset(asked.of_any for asked in wishes))
    doubtful = frozenset(asked for asked in wishes if asked.of_any in in_general)
    named = await _denied(client, frozenset(asked for asked in doubtful if asked.name))
    return named | frozenset(asked for asked in doubtful if not asked.name)


async def _denied(client: Client, wanted: frozenset[Permission]) -> frozenset[Permission]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def is_denied(asked: Permission) -> bool:
        async with turns:
            try:
                return await may(client, asked) is False
            except KubeError:
                return False

    order = list(wanted)
    answers = await asyncio.gather(*map(is_denied, order))
    return frozenset(asked for asked, no in zip(order, answers, strict=True) if no)
