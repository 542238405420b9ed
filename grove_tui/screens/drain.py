"""The drain dialog: what leaves a node and what that means, how far it is, and how it ended."""

from collections.abc import Iterable

from textual import on, work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static
from textual.worker import Worker

from grove_tui.actions.draining import Drain, Eviction, Plan, Stage, plan, summary
from grove_tui.actions.outcome import Outcome
from grove_tui.cluster.session import Session
from grove_tui.screens.dialog import Dialog
from grove_tui.view.book import GangBook
from grove_tui.view.nodemap import endangered

_STYLES = {
    Stage.WAITING: ("○", "$grove-dim"),
    Stage.REFUSED: ("▲", "$grove-warn"),
    Stage.EVICTED: ("◌", "$grove-progress"),
    Stage.GONE: ("✔", "$grove-ok"),
    Stage.FAILED: ("✖", "$grove-error"),
}


class DrainDialog(Dialog[Outcome]):
    """Asks, drains, and says how it ended; its result is that, or None if nothing was done."""

    HEADING = "Drain a node"
    ANSWER = "Drain"
    CSS = """
    DrainDialog #lines { height: auto; max-height: 14; margin-top: 1; }
    DrainDialog #lines Static { height: auto; }
    DrainDialog #state { height: auto; margin-top: 1; display: none; }
    """

    def __init__(self, session: Session, book: GangBook, planned: Plan) -> None:
        """Ask about a plan.

        Args:
            session: The cluster; its World knows the pods of all namespaces.
            book: Its gangs.
            planned: What would be done.
        """
        super().__init__()
        self._session = session
        self._book = book
        self._plan = planned
        self._drain: Drain | None = None
        self._worker: Worker[None] | None = None
        self._outcome: Outcome | None = None

    def compose_body(self) -> Iterable[Widget]:
        yield Static(Content(self._plan.node.name), classes="subject")
        yield Static(Content("Cordon it, then evict its pods."), classes="quiet")
        with VerticalScroll(id="lines", can_focus=False):
            yield Static(self._question(), id="text")
        yield Static(id="state", markup=False)

    def follow(self) -> None:
        """Take notice of what the cluster made of the node meanwhile."""
        if self._drain is not None:
            return
        now = plan(self._session.world, self._plan.node.name)
        if now is None or now.node != self._plan.node:
            self.refuse(f"{self._plan.node} is gone already.")
            return
        self._plan = now
        self.query_one("#text", Static).update(self._question())

    def answer(self) -> Outcome | None:
        session = self._session
        self._drain = Drain(session.client, session.world, self._plan, self._show_progress)
        self.query_one("#act").display = False
        cancel = self.query_one("#cancel", Button)
        cancel.label = "Stop"
        cancel.focus()
        self._show_progress()
        self._worker = self._run(self._drain)
        return None

    @on(Button.Pressed, "#cancel")
    def take_button(self, event: Button.Pressed) -> None:
        event.prevent_default()  # or else every dialog's Cancel would close this one
        self.action_cancel()

    def action_cancel(self) -> None:
        if self._worker is not None and self._outcome is None:
            self._worker.cancel()
            gone = self._drain.gone if self._drain is not None else 0
            self._end(Outcome(False, f"Stopped: {self._plan.node} stays cordoned; {gone} left it."))
        else:
            self.dismiss(self._outcome)

    @work(exclusive=True, exit_on_error=False)
    async def _run(self, drain: Drain) -> None:
        self._end(await drain.run())

    def _end(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._show_progress()
        state = self.query_one("#state", Static)
        state.update(Content.styled(outcome.sentence, "$grove-ok" if outcome.ok else ""))
        if not outcome.ok:
            state.display = False
            self.say_problem(outcome.sentence)
        cancel = self.query_one("#cancel", Button)
        cancel.label = "Close"
        cancel.focus()

    # Texts

    def _question(self) -> Content:
        planned = self._plan
        lines = [f"{_count(len(planned.leaving))} {_verb(planned.leaving, 'leaves', 'leave')} it."]
        if planned.staying:
            lines.append(f"These belong to it and stay: {', '.join(planned.staying)}.")
        parts = [Content("\n".join(lines))]
        if planned.orphans:
            names = ", ".join(planned.orphans)
            text = f"Nobody makes these anew elsewhere: {names}."
            parts.append(Content.styled(text, "$grove-warn"))
        breaks = endangered(self._book, planned.node.name)
        if breaks:
            heading = "Meanwhile these fall below their minimum:"
            parts.append(Content.styled(heading, "$grove-warn"))
            parts += [Content(f"  - {what.brief}") for what in breaks]
        else:
            parts.append(Content("No gang falls below its minimum by that."))
        return Content("\n").join(parts)

    def _show_progress(self) -> None:
        if self._drain is None or not self.is_attached:
            return
        evictions = self._drain.evictions
        self.query_one("#text", Static).update(Content("\n").join(map(_line, evictions)))
        state = self.query_one("#state", Static)
        state.display = True
        state.update(Content(f"{summary(evictions)}."))


def _line(eviction: Eviction) -> Content:
    glyph, style = _STYLES[eviction.stage]
    said = f": {eviction.said}" if eviction.said else ""
    text = f"{eviction.pod.name}  {eviction.stage}{said}"
    return Content.assemble((f"{glyph} ", style), text)


def _count(pods: int) -> str:
    return "1 pod" if pods == 1 else f"{pods} pods" if pods else "No pod"


def _verb(pods: tuple[object, ...], one: str, many: str) -> str:
    return one if len(pods) < 2 else many
