"""Plays a recording into stores: forward, backward, at any pace.

What it promises:

- At any position the stores hold exactly what the recorded cluster held after that many records,
  however the position was reached.
- A move tells the stores' handlers only what differs between the two positions, each object once.
- `now` never lies outside the recording, and no record later than `now` has been applied.

It knows no timer: whoever plays it says how much real time has passed.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from grove_tui.cluster.recording import Recording
from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of
from grove_tui.kube.store import Store
from grove_tui.view.history import ObjectChange, Record

SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Recorded seconds per real second."""


class Player:
    """A recording at one moment of it.

    Attributes:
        recording: What is played.
        position: How many records have been applied.
        now: The recorded time.
        playing: Whether `advance` moves it.
        speed: How fast; one of `SPEEDS`.
    """

    def __init__(self, recording: Recording, stores: Mapping[str, Store[Any]]) -> None:
        self.recording = recording
        self.position = 0
        self.now = recording.started
        self.playing = False
        self.speed = 1.0
        self._stores = stores
        self._moments = [record.at for record in recording.records]
        self._listeners: list[Callable[[], None]] = []
        for field, objects in recording.checkpoint.items():
            for obj in objects.values():
                stores[field].put(obj)

    @property
    def last(self) -> int:
        """The last position."""
        return len(self._moments)

    @property
    def is_at_end(self) -> bool:
        """Whether everything has been played."""
        return self.now >= self.recording.ended

    def records(self) -> Sequence[Record]:
        """Return what has happened so far, oldest first."""
        return self.recording.records[: self.position]

    def moment(self, position: int) -> datetime:
        """Return the time at which a position was reached."""
        return self._moments[position - 1] if position > 0 else self.recording.started

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every move and every change of pace."""
        self._listeners.append(listener)

    # Moving

    def go_to(self, position: int) -> None:
        """Go to just after that many records; stops playing."""
        position = max(0, min(position, self.last))
        self.playing = False
        self._apply(position)
        self.now = self.moment(position)
        self._tell()

    def step(self, records: int = 1) -> None:
        """Go some records forward, or backward where negative; stops playing."""
        self.go_to(self.position + records)

    def seek(self, moment: datetime) -> None:
        """Go to a moment; goes on playing if it was, unless that is the end."""
        self._go_to_moment(moment)
        self._tell()

    def advance(self, seconds: float) -> None:
        """Let that much real time pass; does nothing while paused."""
        if self.playing:
            self._go_to_moment(self.now + timedelta(seconds=seconds * self.speed))
            self._tell()

    # Pace

    def toggle(self) -> None:
        """Play or pause; at the end, play again from the start."""
        self.playing = not self.playing
        if self.playing and self.is_at_end:
            self._go_to_moment(self.recording.started)
        self._tell()

    def faster(self, notches: int = 1) -> None:
        """Choose the next speed, or with a negative number a slower one."""
        index = SPEEDS.index(self.speed) + notches
        self.speed = SPEEDS[max(0, min(index, len(SPEEDS) - 1))]
        self._tell()

    def _go_to_moment(self, moment: datetime) -> None:
        recording = self.recording
        moment = max(recording.started, min(moment, recording.ended))
        self._apply(bisect_right(self._moments, moment))
        self.now = moment
        if self.is_at_end:
            self.playing = False

    def _apply(self, position: int) -> None:
        """Bring the stores from the present position to another."""
        differing: dict[tuple[str, NamespacedName], HasMetadata | None] = {}
        if position >= self.position:
            for record in self.recording.records[self.position : position]:
                if isinstance(record, ObjectChange):
                    differing[record.field, record.key] = record.new
        else:
            for record in reversed(self.recording.records[position : self.position]):
                if isinstance(record, ObjectChange):
                    differing[record.field, record.key] = record.old
        self.position = position
        for (field, key), obj in differing.items():
            _put(self._stores[field], key, obj)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _put(store: Store[Any], key: NamespacedName, obj: HasMetadata | None) -> None:
    if obj is None:
        store.remove(key)
    elif store.get(*key_of(obj)) is not obj:
        store.put(obj)
