"""What the user may do, asked in the background and kept for a while.

What is not known counts as allowed: the server decides on the action itself in any case. What is
denied in general is asked again for the one object, since a role may name objects.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS
from grove_tui.kube.access import Permission, may
from grove_tui.kube.client import Client
from grove_tui.kube.errors import KubeError
from grove_tui.kube.resources import NODES, PODS

KEPT_SECONDS = 300.0
"""How long an answer holds."""
RETRY_SECONDS = 30.0
"""How long after a question without an answer it is put again."""
MOST_NAMESPACES = 8
"""How many namespaces are looked at together."""
_WITH_REPLICAS = (PODCLIQUESETS, PODCLIQUES, PODCLIQUESCALINGGROUPS)
EVERYDAY = (
    *(Permission("update", resource, "scale") for resource in _WITH_REPLICAS),
    *(Permission("delete", resource) for resource in (*_WITH_REPLICAS, PODS)),
    *(Permission("patch", resource) for resource in (*_WITH_REPLICAS, PODS)),
    Permission("get", PODS, "log"),
    Permission("create", PODCLIQUESETS),
    Permission("create", PODS, "eviction"),
    Permission("patch", NODES),
)
"""What is asked for every namespace that is looked at."""


class _Answer(Struct, frozen=True):
    is_allowed: bool | None
    until: float


class Permissions:
    """What one user may do in one cluster, as far as it is known."""

    def __init__(self, client: Client, changed: Callable[[], None]) -> None:
        """Know nothing yet; `changed` is called when more is known."""
        self._client = client
        self._changed = changed
        self._answers: dict[Permission, _Answer] = {}
        self._wanted: dict[Permission, None] = {}
        self._wake = asyncio.Event()
        self._begun = asyncio.Event()
        self._namespaces: tuple[str, ...] = ()

    def begin(self) -> None:
        """Begin to ask; until then what is shown comes first."""
        self._begun.set()

    @property
    def has_denials(self) -> bool:
        """Whether anything at all is denied; where nothing is, nobody needs to look further."""
        return any(answer.is_allowed is False for answer in self._answers.values())

    def look_at(self, *namespaces: str) -> None:
        """Find out, in the background, what is usual to do in these namespaces.

        Of many only some are looked at; what is not known counts as allowed.
        """
        self._namespaces = tuple(dict.fromkeys(namespaces))[:MOST_NAMESPACES]
        self._want(_in(self._namespaces))

    def refusal(self, asked: Permission) -> str:
        """Say why the user may not do that; empty where they may, or where it is not known."""
        if self._answer(asked.of_any) is not False:
            return ""
        if asked.name:
            self._want([asked])
            if self._answer(asked):
                return ""
        return f"You may not {asked}."

    async def run(self) -> None:
        """Ask what is wanted, and the same again when answers get old, until cancelled."""
        await self._begun.wait()
        while True:
            try:
                async with asyncio.timeout(RETRY_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                # In time, so that no key is lit for a moment because an answer ran out.
                self._want(_in(self._namespaces), ahead=2 * RETRY_SECONDS)
            self._wake.clear()
            wanted, self._wanted = list(self._wanted), {}
            before = self._denied()
            for asked in wanted:
                self._answers[asked] = await self._ask(asked)
            self._forget()
            if self._denied() != before:
                self._changed()

    def _want(self, wanted: Iterable[Permission], ahead: float = 0.0) -> None:
        missing = [asked for asked in wanted if not self._is_fresh(asked, ahead)]
        if missing:
            self._wanted |= dict.fromkeys(missing)
            self._wake.set()

    async def _ask(self, asked: Permission) -> _Answer:
        now = asyncio.get_running_loop().time()
        try:
            is_allowed = await may(self._client, asked)
        except KubeError:
            return _Answer(None, now + RETRY_SECONDS)
        return _Answer(is_allowed, now + KEPT_SECONDS)

    def _answer(self, asked: Permission) -> bool | None:
        return self._answers[asked].is_allowed if self._is_fresh(asked) else None

    def _is_fresh(self, asked: Permission, ahead: float = 0.0) -> bool:
        answer = self._answers.get(asked)
        return answer is not None and asyncio.get_running_loop().time() + ahead < answer.until

    def _forget(self) -> None:
        self._answers = {asked: a for asked, a in self._answers.items() if self._is_fresh(asked)}

    def _denied(self) -> set[Permission]:
        return {asked for asked, answer in self._answers.items() if answer.is_allowed is False}


@lru_cache(maxsize=64)
def _in(namespaces: tuple[str, ...]) -> tuple[Permission, ...]:
    """Return what is asked of namespaces, and always what is at cluster scope."""
    everywhere = [asked for asked in EVERYDAY if not asked.resource.namespaced]
    inside = [asked for asked in EVERYDAY if asked.resource.namespaced]
    return (
        *(replace(asked, namespace=space) for space in namespaces if space for asked in inside),
        *everywhere,
    )
