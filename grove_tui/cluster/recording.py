"""The flight recorder: the recent past of a cluster, always at hand, for a file on demand.

What it promises:

- It keeps the last changes of every store of the World, and notes, in the order of their arrival.
- Its checkpoint is the World as it was just before the oldest record that is kept. Forgetting that
  record applies it to the checkpoint, so checkpoint and records always add up to the present.
- It never holds more than `MAX_RECORDS` records or `MAX_BYTES` of estimated memory.

It costs little: stored objects are frozen, so a record is four references and the checkpoint shares
its objects with the stores. Only versions that the stores have dropped take memory of their own,
and of these only what differs from the version after them.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from itertools import repeat
from operator import attrgetter
from typing import Any

import msgspec

from grove_tui import __version__
from grove_tui.kube.clock import Clock
from grove_tui.kube.informer import Informer
from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of
from grove_tui.reconcile.world import INDEXES
from grove_tui.view.history import Note, ObjectChange, Record, Source

MAX_RECORDS = 50_000
"""Most changes and notes that are kept."""
MAX_BYTES = 24 * 1024 * 1024
"""Most memory that records may take, as far as it can be estimated."""
MEMORY_PER_JSON_BYTE = 3.2
"""Size of a decoded pod in memory over that of its JSON (measured: 5.4 KB over 1.7 KB), where it
shares nothing with others."""
RECORD_BYTES = 200
"""What a record takes besides its object."""

Objects = Mapping[str, Mapping[NamespacedName, HasMetadata]]
"""The objects of a World by its field and their key."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A stretch of a cluster's past.

    Attributes:
        cluster: Name of the cluster.
        namespace: Where it was watched; empty for everywhere.
        started: When the checkpoint was the World.
        ended: When recording ended; not before the last record.
        checkpoint: The World at the start.
        records: What happened since.
        program: Version of the program that recorded it.
        problem: What is wrong with it, as a sentence; empty if nothing.
    """

    cluster: str
    namespace: str
    started: datetime
    ended: datetime
    checkpoint: Objects
    records: tuple[Record, ...]
    program: str = __version__
    problem: str = ""


@dataclass(slots=True)
class Limits:
    """How much a recorder keeps."""

    records: int = MAX_RECORDS
    bytes: int = MAX_BYTES


@dataclass(slots=True)
class _Scale:
    """Estimates what objects take in memory from the length of their JSON."""

    encoder: msgspec.json.Encoder = field(default_factory=msgspec.json.Encoder)
    buffer: bytearray = field(default_factory=bytearray)

    def weigh(self, old: HasMetadata | None, new: HasMetadata) -> int:
        """Estimate what `new` takes besides `old`, with which it shares what did not change."""
        length, held = 0, type(new).__basicsize__
        read = _reader(type(new))
        earlier = read(old) if type(old) is type(new) else repeat(None)
        for part, before in zip(read(new), earlier, strict=False):
            if part is before:
                continue
            if type(part) is type(before) and isinstance(part, msgspec.Struct):
                held += type(part).__basicsize__
                inside = _reader(type(part))
                for value, other in zip(inside(part), inside(before), strict=True):
                    if value is not other:
                        length += self._length(value)
            else:
                length += self._length(part)
        return held + int(length * MEMORY_PER_JSON_BYTE)

    def _length(self, value: Any) -> int:
        if isinstance(value, str):
            return len(value)
        self.encoder.encode_into(value, self.buffer)
        return len(self.buffer)


@cache
def _reader(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads all fields of a type."""
    names = getattr(kind, "__struct_fields__", ())
    # With one name only, `attrgetter` returns no tuple.
    return attrgetter(*names, names[0]) if names else lambda _: ()


class Recorder:
    """Records the stores of one session.

    Until `start` is called, changes only go to the checkpoint: what the first list of a kind brings
    was there before we looked, and is no event, even where that list comes late.
    """

    def __init__(self, clock: Clock, limits: Limits | None = None) -> None:
        self._clock = clock
        self._limits = limits or Limits()
        self._checkpoint: dict[str, dict[NamespacedName, HasMetadata]] = {
            name: {} for name in INDEXES
        }
        self._kept: deque[tuple[Record, int]] = deque()
        self._latest: datetime | None = None
        self._size = 0
        self._scale = _Scale()
        self._listeners: list[Callable[[Record], None]] = []
        self._started: datetime | None = None

    def follow(self, informers: Mapping[str, Informer[Any]]) -> None:
        """Record the stores of these informers, named by their fields of the World."""
        for name, informer in informers.items():
            informer.add_handler(partial(self._follow, name, informer))

    @property
    def has_started(self) -> bool:
        """Whether changes are recorded already."""
        return self._started is not None

    def start(self) -> None:
        """Record from now on; the World as it is becomes the checkpoint."""
        if self._started is None:
            self._started = self._now()

    def on_record(self, listener: Callable[[Record], None]) -> None:
        """Call `listener` with each record that is added."""
        self._listeners.append(listener)

    def off_record(self, listener: Callable[[Record], None]) -> None:
        """Call `listener` no more."""
        self._listeners.remove(listener)

    def _follow(
        self,
        field: str,
        informer: Informer[Any],
        old: HasMetadata | None,
        new: HasMetadata | None,
    ) -> None:
        if informer.has_synced:
            self.observe(field, old, new)
        else:
            self._know(field, old, new)

    def observe(self, field: str, old: HasMetadata | None, new: HasMetadata | None) -> None:
        """Record one change of the store that is that field of the World."""
        if self._started is None:
            self._know(field, old, new)
            return
        size = self._scale.weigh(old, new) if new is not None else 0
        self._add(ObjectChange(self._now(), field, old, new), size)

    def _know(self, field: str, old: HasMetadata | None, new: HasMetadata | None) -> None:
        """Take something for what was there before."""
        obj = new if new is not None else old
        assert obj is not None
        _set(self._checkpoint[field], key_of(obj), new)

    def note(
        self, kind: str, key: NamespacedName, text: str, source: Source = Source.ACTION
    ) -> None:
        """Record that something was done to an object; nothing is kept before the start.

        Args:
            kind: The object's kind.
            key: The object.
            text: What was done, as one sentence.
            source: Who did it.
        """
        if self._started is not None:
            self._add(Note(self._now(), kind, key, text, source), len(text))

    def records(self) -> Sequence[Record]:
        """Return what is kept, oldest first."""
        return tuple(record for record, _ in self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Estimated memory of the records in bytes."""
        return self._size

    def recording(self, cluster: str, namespace: str = "") -> Recording:
        """Return what is kept; later changes do not alter it."""
        now = self._now()
        return Recording(
            cluster=cluster,
            namespace=namespace,
            started=self._started or now,
            ended=now,
            checkpoint={name: dict(objects) for name, objects in self._checkpoint.items()},
            records=tuple(self.records()),
        )

    def _now(self) -> datetime:
        # A wall clock can be set back; the order of the records may not.
        now = self._clock()
        if self._latest is not None and now < self._latest:
            return self._latest
        self._latest = now
        return now

    def _add(self, record: Record, size: int) -> None:
        self._kept.append((record, size + RECORD_BYTES))
        self._size += size + RECORD_BYTES
        while self._kept and (
            len(self._kept) > self._limits.records or self._size > self._limits.bytes
        ):
            self._forget_oldest()
        for listener in tuple(self._listeners):
            listener(record)

    def _forget_oldest(self) -> None:
        record, size = self._kept.popleft()
        self._size -= size
        self._started = record.at
        if isinstance(record, ObjectChange):
            _set(self._checkpoint[record.field], record.key, record.new)


def _set(
    objects: dict[NamespacedName, HasMetadata], key: NamespacedName, new: HasMetadata | None
) -> None:
    if new is None:
        objects.pop(key, None)
    else:
        objects[key] = new
