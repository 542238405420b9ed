"""Notes in the history whenever a gang's health word becomes another one.

It is told of changes like a panel, and looks only at gangs that something happened to.
"""

from datetime import datetime

from grove_tui.cluster.recording import Recorder
from grove_tui.kube.objects import NamespacedName
from grove_tui.view.book import Change, GangBook
from grove_tui.view.gangs import Gang, reason
from grove_tui.view.health import Word
from grove_tui.view.history import WHY, Source
from grove_tui.view.keys import Key, Kind

RUNNING = (Word.STARTING, Word.HEALTHY)


class GangWatch:
    """Knows the present word of every gang of a book."""

    def __init__(self, book: GangBook, recorder: Recorder) -> None:
        """Begin with the words as they are now, which are no news."""
        self._book = book
        self._recorder = recorder
        self._words: dict[Key, Word] = {}
        self._births: dict[Key, datetime | None] = {}
        for gang in book.all_gangs():
            self._remember(gang.key, gang)
        self._stale: set[Key] = set()

    def note(self, change: Change) -> None:
        """Remember which gangs a change concerns."""
        self._stale.update(key for key in change.lineage if key.kind is Kind.GANG)
        if change.key.kind is Kind.PODCLIQUESET and change.is_material:
            place = change.key.namespace, change.key.name
            self._stale.update(key for key in self._words if (key.namespace, key.name) == place)
            pcs = self._book.world.podcliquesets.get(*place)
            if pcs is not None:
                self._stale.update(gang.key for gang in self._book.gangs(pcs))

    def paint(self, *, is_news: bool) -> None:
        """Look at these gangs and note what is different, unless it was so before we looked."""
        stale, self._stale = self._stale, set()
        for key in sorted(stale):
            gang = self._book.gang(key)
            after = gang.health.word if gang is not None else None
            before = self._words.get(key)
            if after is not before:
                why = self._why(gang, before) if gang is not None else ""
                self._remember(key, gang)
                if is_news:
                    self._tell(key, before, after, why)

    def _remember(self, key: Key, gang: Gang | None) -> None:
        if gang is None:
            self._words.pop(key, None)
            self._births.pop(key, None)
        else:
            self._words[key] = gang.health.word
            self._births[key] = gang.created

    def _why(self, gang: Gang, before: Word | None) -> str:
        is_other = self._births.get(gang.key) != gang.created
        if before is Word.BREACHED and is_other and gang.health.word in RUNNING:
            # The recycle itself was over before we looked.
            return "its pods were deleted and made anew"
        return reason(gang, self._book.clock())

    def _tell(self, key: Key, before: Word | None, after: Word | None, why: str) -> None:
        text = f"{before or 'new'} → {after or 'gone'}{WHY if why else ''}{why}"
        where = NamespacedName(key.namespace, str(key))
        self._recorder.note(str(key.kind), where, text, Source.HEALTH)
