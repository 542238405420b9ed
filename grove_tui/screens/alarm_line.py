"""The sentence at the edge of the workloads: which gang ends next, and when."""

from grove_tui.view.alarm import Alarm, alarm, sentences
from grove_tui.view.book import GangBook
from grove_tui.widgets.panel import Panel

STYLE = "bold $grove-error"


class AlarmLine:
    """Looks at all gangs when asked to, and at the worst of them as time goes by."""

    def __init__(self) -> None:
        self._alarm: Alarm | None = None

    def look(self, book: GangBook) -> None:
        """Find out which gang is to be spoken of."""
        self._alarm = alarm(book.all_gangs())

    def say(self, panel: Panel, book: GangBook | None) -> None:
        """Say how it is with that gang now."""
        told = self._alarm
        gang = book.gang(told.gang) if told is not None and book is not None else None
        if told is None or book is None or gang is None:
            panel.say(())
        else:
            panel.say(sentences(gang, book.clock(), told.others), STYLE)
