"""Notes in the history whenever a gang's health word becomes another one.

It is told of changes like a panel, and looks only at gangs that something happened to.
"""

from grove_tui.cluster.recording import Recorder
from grove_tui.kube.objects import NamespacedName
from grove_tui.view.book import Change, GangBook
from grove_tui.view.health import Word
from grove_tui.view.history import Source
from grove_tui.view.keys import Key, Kind


class GangWatch:
    """Knows the present word of every gang of a book."""

    def __init__(self, book: GangBook, recorder: Recorder) -> None:
        """Begin with the words as they are now, which are no news."""
        self._book = book
        self._recorder = recorder
        self._words = {gang.key: gang.health.word for gang in book.all_gangs()}
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
                self._remember(key, after)
                if is_news:
                    self._tell(key, before, after)

    def _remember(self, key: Key, word: Word | None) -> None:
        if word is None:
            self._words.pop(key, None)
        else:
            self._words[key] = word

    def _tell(self, key: Key, before: Word | None, after: Word | None) -> None:
        text = f"{before or 'new'} → {after or 'gone'}"
        where = NamespacedName(key.namespace, str(key))
        self._recorder.note(str(key.kind), where, text, Source.HEALTH)
