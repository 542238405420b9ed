"""How fresh what we know of a cluster is, as a whole and kind by kind."""

from enum import StrEnum
from typing import Any

from msgspec import Struct

from grove_tui.kube.errors import ApiError, Forbidden, NotFound, Unauthorized
from grove_tui.kube.informer import Informer
from grove_tui.kube.reflector import LinkState
from grove_tui.reconcile.world import INDEXES, Informers

SIDE_KINDS = frozenset({"services", "hpas", "events"})
"""Fields of the World without which the health of gangs can be told all the same."""


class State(StrEnum):
    """How fresh what we know of a cluster is."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"


class Connection(Struct, frozen=True):
    """How fresh, since when (event-loop time in seconds), and why not."""

    state: State
    since: float
    error: str = ""


class Freshness:
    """Reads the state of informers; their names are the fields of the World."""

    def __init__(self, informers: Informers) -> None:
        self._informers: dict[str, Informer[Any]] = {
            name: getattr(informers, name) for name in INDEXES
        }

    def connection(self, *, has_begun: bool) -> Connection:
        """Return how fresh the world is: as stale as its stalest part that can be had at all.

        Args:
            has_begun: Whether parts that have not come yet are done without.
        """
        stale = [
            informer.link
            for name, informer in self._informers.items()
            if informer.link.state is LinkState.STALE and not self._is_spared(name)
        ]
        if stale:
            worst = min(stale, key=lambda link: link.since)
            return Connection(State.STALE, worst.since, worst.error)
        links = (informer.link for informer in self._informers.values())
        if not has_begun and any(link.state is LinkState.CONNECTING for link in links):
            return Connection(State.CONNECTING, 0.0)
        return Connection(State.LIVE, 0.0)

    def has_read(self, name: str) -> bool:
        """Tell whether that field of the World has been read once, as far as it may be."""
        return self._informers[name].has_synced or self._is_barred(name)

    @property
    def has_read_all(self) -> bool:
        """Whether everything that may be read has been read once."""
        return all(map(self.has_read, self._informers))

    @property
    def has_read_most(self) -> bool:
        """Whether what the health of gangs is told from has been read once, as far as it may be."""
        return all(self.has_read(name) for name in self._informers if name not in SIDE_KINDS)

    @property
    def has_read_any(self) -> bool:
        """Whether the cluster has answered at all."""
        return any(map(self.has_read, self._informers))

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Resources that we may not read here."""
        return tuple(
            informer.resource.qualified_name
            for informer in self._informers.values()
            if isinstance(informer.link.cause, Forbidden)
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """Resources that do not come, though we may read them and others do come."""
        return tuple(
            informer.resource.qualified_name
            for name, informer in self._informers.items()
            if not self._is_barred(name)
            and (not informer.has_synced or informer.link.state is LinkState.STALE)
        )

    def _is_barred(self, name: str) -> bool:
        """Tell whether the server answers, but will not give us this kind."""
        return isinstance(self._informers[name].link.cause, Forbidden | NotFound)

    def _is_spared(self, name: str) -> bool:
        """Tell whether the world counts as fresh although this part of it does not come."""
        if self._is_barred(name):
            return True
        informer = self._informers[name]
        if name not in SIDE_KINDS or isinstance(informer.link.cause, Unauthorized):
            return False
        # One that came before and stops without an answer is the first sign of a lost connection.
        return not informer.has_synced or isinstance(informer.link.cause, ApiError)
