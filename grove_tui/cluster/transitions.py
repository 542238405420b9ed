"""When the gangs of a recording changed their health word.

Judging a gang costs far more than applying a record, so a recording is judged in slices, on a world
of its own, and changes that arrived together are judged together: a gang's word is looked at after
the last of them. What is asked for is judged at once if it has not been yet.
"""

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from grove_tui.api.objects import PodCliqueSet
from grove_tui.cluster.player import Player
from grove_tui.cluster.recording import Recording
from grove_tui.kube.objects import HasMetadata
from grove_tui.kube.store import Store
from grove_tui.reconcile.world import INDEXES, World
from grove_tui.view.book import GangBook
from grove_tui.view.health import Word
from grove_tui.view.keys import Key, Kind, gang_key

TOGETHER = timedelta(milliseconds=50)
"""Records so close to each other count as one event."""


class Transition(Struct, frozen=True):
    """A gang that came, went or changed its health word.

    Attributes:
        position: How many records there were when it had happened.
        at: When.
        gang: The gang's key.
        name: The gang's name.
        before: Its word before; None if it came.
        after: Its word now; None if it went.
    """

    position: int
    at: datetime
    gang: Key
    name: str
    before: Word | None
    after: Word | None

    def __str__(self) -> str:
        return f"{self.name} {self.after or 'gone'}"


class Transitions:
    """Finds the transitions of one recording, from its start on."""

    def __init__(self, recording: Recording) -> None:
        stores: dict[str, Store[Any]] = {name: Store(i) for name, i in INDEXES.items()}
        self._player = Player(recording, stores)
        self._book = GangBook(World(**stores), lambda: self._player.now)
        self._found: list[Transition] = []
        self._stale: set[Key] = set()
        self._words = {gang.key: (gang.name, gang.health.word) for gang in self._book.all_gangs()}
        for store in stores.values():
            store.add_handler(self._observe)
        self._stale.clear()

    @property
    def found(self) -> list[Transition]:
        """What has been found so far, oldest first."""
        return self._found

    @property
    def judged(self) -> int:
        """How many records have been judged."""
        return self._player.position

    @property
    def is_complete(self) -> bool:
        """Whether the whole recording has been judged."""
        return self._player.position >= self._player.last

    def judge(self, records: int) -> None:
        """Judge at least that many records more, as far as there are any."""
        wanted = min(self._player.position + records, self._player.last)
        while self._player.position < wanted:
            self._judge_event()

    def after(self, position: int) -> Transition | None:
        """Return the first transition later than a position."""
        while True:
            later = next((t for t in self._found if t.position > position), None)
            if later is not None or self.is_complete:
                return later
            self._judge_event()

    def before(self, position: int) -> Transition | None:
        """Return the last transition earlier than a position."""
        self.judge(position - self._player.position)
        return next((t for t in reversed(self._found) if t.position < position), None)

    def at(self, position: int) -> Transition | None:
        """Return the latest transition that a position has seen, if it has been judged."""
        return next((t for t in reversed(self._found) if t.position <= position), None)

    def _judge_event(self) -> None:
        """Apply the next record and all that came with it, and look at the gangs concerned."""
        player = self._player
        position = player.position + 1
        limit = player.moment(position) + TOGETHER
        while position < player.last and player.moment(position + 1) <= limit:
            position += 1
        player.go_to(position)
        stale, self._stale = self._stale, set()
        for key in sorted(stale):
            self._look_at(key)

    def _look_at(self, key: Key) -> None:
        gang = self._book.gang(key)
        name, before = self._words.get(key, (str(key), None))
        after = None if gang is None else gang.health.word
        if gang is None:
            self._words.pop(key, None)
        else:
            name = gang.name
            self._words[key] = name, gang.health.word
        if before is not after:
            player = self._player
            moment = player.moment(player.position)
            self._found.append(Transition(player.position, moment, key, name, before, after))

    def _observe(self, old: HasMetadata | None, new: HasMetadata | None) -> None:
        change = self._book.observe(old, new)
        if change is None:
            return
        self._stale |= {key for key in change.lineage if key.kind is Kind.GANG}
        if change.key.kind is Kind.PODCLIQUESET:
            place = change.key.namespace, change.key.name
            self._stale |= {key for key in self._words if (key.namespace, key.name) == place}
            if isinstance(new, PodCliqueSet):
                self._stale |= {gang_key(*place, index) for index in range(new.spec.replicas)}
