"""Where gangs are kept once they are put together: by set and replica index.

A set may have thousands of replicas, which are walked through at every change of their order; a
list is walked through in a fraction of the time that looking up each by its key takes.
"""

from grove_tui.view.gangs import Gang
from grove_tui.view.keys import Key

Replicas = list[Gang | None]


class GangShelf:
    """Gangs that are up to date; what is missing has to be put together."""

    def __init__(self) -> None:
        self._sets: dict[tuple[str, str], Replicas] = {}

    def replicas(self, namespace: str, pcs: str, count: int) -> Replicas:
        """Return the first `count` replicas of a set, or more; None for those that are missing."""
        found = self._sets.setdefault((namespace, pcs), [])
        if len(found) < count:
            found += [None] * (count - len(found))
        return found

    def get(self, key: Key) -> Gang | None:
        """Return the gang that a gang's key names, unless it is missing."""
        found = self._sets.get((key.namespace, key.name), ())
        return found[key.replica] if 0 <= key.replica < len(found) else None

    def put(self, gang: Gang) -> None:
        """Keep a gang."""
        key = gang.key
        self.replicas(key.namespace, key.name, key.replica + 1)[key.replica] = gang

    def forget(self, key: Key) -> None:
        """Miss the gang that a gang's key names from now on."""
        found = self._sets.get((key.namespace, key.name), [])
        if 0 <= key.replica < len(found):
            found[key.replica] = None

    def forget_from(self, namespace: str, pcs: str, first: int) -> None:
        """Miss the replicas of a set from an index on."""
        found = self._sets.pop((namespace, pcs), [])
        if first > 0:
            self._sets[namespace, pcs] = found[:first]
