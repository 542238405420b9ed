"""A screen that knows which of its actions can be used now, and why the others cannot."""

from collections.abc import Collection, Iterable
from itertools import islice

from textual import on

from grove_tui.cluster.freshness import State
from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.screens.needs import AT_MARKS, JUDGED, WRITES, needs_of, needs_to_apply
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Key
from grove_tui.widgets.availability import AVAILABLE, Availability
from grove_tui.widgets.compositing import LineScreen
from grove_tui.widgets.live_table import LiveTable
from grove_tui.widgets.node_map import NodeMap

MOST_JUDGED = 50
"""Marked rows that are looked at before a key of theirs is greyed."""


class JudgingScreen(LineScreen[None]):
    """Judges actions on its selected or marked rows; which rows those are, a subclass says.

    Attributes:
        settings: What the user set.
        session: The open cluster; None while there is none.
        book: What is shown of it.
        namespace: The one that is shown; empty for all.
    """

    namespace = ""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.session: Session | None = None
        self.book: GangBook | None = None
        self._unusable: set[str] = set(WRITES)  # as long as there is no cluster

    # What a subclass says

    def selected(self) -> Key | None:
        """Return the row that the keys are for."""
        return None

    def marked_keys(self) -> Collection[Key]:
        """Return the marked rows in any order; some may be gone."""
        return ()

    def acted_on(self, action: str) -> Key | None:
        """Return the row that an action is for, where none is marked."""
        del action
        return self.selected()

    def concerned(self) -> Iterable[str]:
        """Yield the namespaces in which the keys would act."""
        key = self.selected()
        if key is not None:
            yield key.namespace
        yield from {key.namespace for key in self.marked_keys()}
        yield self.home

    @property
    def home(self) -> str:
        """Where objects without a namespace go: the one that is shown, or the context's."""
        place = self.session.place if self.session is not None else None
        return self.namespace or (place.default_namespace if place is not None else "")

    # What follows

    def stale_sentence(self) -> str:
        """Say that what is shown is old; empty while it is not."""
        connection = self.session.connection if self.session is not None else None
        if self.session is None or connection is None or connection.state is not State.STALE:
            return ""
        seconds = max(0, round(self.session.loop_time() - connection.since))
        if not self.session.has_begun:
            again = "trying again (:ctx opens another cluster)"
            return f"No answer for {seconds} s, {again}: {connection.error}"
        return f"Stale for {seconds} s, trying again: {connection.error}"

    def barrier(self) -> str:
        """Say why nothing may be changed now; empty where it may."""
        if self.session is None:
            return "There is no cluster yet."
        if not self.session.is_live:
            return "Nothing can be changed: this is a recording."
        if self.settings.read_only:
            return "Nothing can be changed: grove-tui was started with --read-only."
        stale = self.stale_sentence()
        return f"Nothing can be changed while the cluster does not answer. {stale}" if stale else ""

    def availability(self, action: str) -> Availability:
        """See `KeyJudge`: `--read-only`, a silent cluster, a missing permission."""
        if action in WRITES and (barrier := self.barrier()):
            return Availability(barrier)
        marks = self.marked_keys() if action in AT_MARKS else ()
        if not marks:
            return Availability(self.refusal(action, self.acted_on(action)))
        if not self._may_be_denied:
            return AVAILABLE
        refusals = [self.refusal(action, key) for key in islice(marks, MOST_JUDGED)]
        # What is denied for some of them is left out of the dialog, with the reason.
        is_denied = all(refusals) and len(marks) <= MOST_JUDGED
        return Availability(refusals[0]) if is_denied else AVAILABLE

    def refusal(self, action: str, key: Key | None) -> str:
        """Say which permission is missing for an action on that row; empty where none is known."""
        session, book = self.session, self.book
        if session is None or book is None or not self._may_be_denied:
            return ""
        if action == "apply":
            needs = needs_to_apply(self.home, key)
        else:
            needs = needs_of(book, key, action) if key is not None else ()
        for need in needs:
            refusals = [session.permissions.refusal(asked) for asked in need]
            if all(refusals):
                return next(iter(refusals), "")
        return ""

    @on(LiveTable.Highlighted)
    @on(NodeMap.Highlighted)
    def judge_keys(self) -> None:
        """Show anew which keys can be used, where that has changed."""
        if self.session is not None:
            self.session.permissions.look_at(*self.concerned())
        unusable = {action for action in JUDGED if not self.availability(action).allowed}
        if unusable != self._unusable:
            self._unusable = unusable
            self.refresh_bindings()

    @property
    def _may_be_denied(self) -> bool:
        # Where nothing at all is, nobody needs to look further.
        return self.session is not None and self.session.permissions.has_denials
