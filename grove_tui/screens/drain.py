"""The drain dialog: what leaves a node and what follows, how far it is, and how it ended."""

from collections.abc import Iterable, Mapping

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static
from textual.worker import Worker

from grove_tui.actions import draining
from grove_tui.actions.deleting import count_of
from grove_tui.actions.draining import Eviction, Plan, Stage, plan, summary
from grove_tui.actions.outcome import Outcome
from grove_tui.actions.preview.changes import Change, Drain
from grove_tui.actions.preview.line import LESS, NOTE, WARNING, Line
from grove_tui.actions.preview.model import Preview
from grove_tui.cluster.session import Session
from grove_tui.screens.consequences import Consequences
from grove_tui.screens.foresight import ForesightDialog, Outlook
from grove_tui.view.bars import progress_bar

_STYLES: Mapping[Stage, tuple[str, str]] = {
    Stage.FAILED: ("✖", "error"),
    Stage.REFUSED: ("▲", "warn"),
    Stage.EVICTED: ("◌", "progress"),
    Stage.WAITING: ("○", "dim"),
    Stage.GONE: ("✔", "ok"),
}
"""How each stage looks; those that need somebody come first."""


class DrainDialog(ForesightDialog[Outcome]):
    """Asks, drains, and says how it ended; its result is that, or None if nothing was done."""

    HEADING = "Drain a node"
    ANSWER = "Drain"

    def __init__(self, session: Session, planned: Plan) -> None:
        """Ask about a plan.

        Args:
            session: The cluster; its World knows the pods of all namespaces.
            planned: What would be done.
        """
        super().__init__(Outlook(session.world, session.clock))
        self._session = session
        self._plan = planned
        self._drain: draining.Drain | None = None
        self._worker: Worker[None] | None = None
        self._outcome: Outcome | None = None

    def compose_body(self) -> Iterable[Widget]:
        yield Static(Content(self._plan.node.name), classes="subject")
        yield Static(self._intent(), id="intent", classes="quiet")
        yield from self.compose_foresight()
        yield Static(id="state", markup=False)

    # Before

    def changes(self) -> tuple[Change, ...]:
        return (Drain(self._plan.node),) if self._drain is None else ()

    def subject_lines(self) -> tuple[Line, ...]:
        planned, lines = self._plan, list[Line]()
        if planned.staying:
            names = ", ".join(planned.staying)
            lines.append(Line(NOTE, "dim", f"These belong to it and stay: {names}."))
        if planned.orphans:
            names = ", ".join(planned.orphans)
            lines.append(Line(WARNING, "warn", f"Nobody makes these anew elsewhere: {names}."))
        return tuple(lines)

    def further_lines(self, preview: Preview) -> tuple[Line, ...]:
        told = {(loss.namespace, loss.name) for loss in preview.losses}
        others = [pod for pod in self._plan.leaving if (pod.namespace, pod.name) not in told]
        lines = [Line(LESS, "error", pod.name) for pod in others]
        heading = Line(" ", "title", "Pods that are evicted, but would be replaced anyway")
        return (heading, *lines) if lines else ()

    def follow(self) -> None:
        """Take notice of what the cluster made of the node meanwhile."""
        if self._drain is not None:
            return
        now = plan(self._session.world, self._plan.node.name)
        if now is None or now.node != self._plan.node:
            self.refuse(f"{self._plan.node} is gone already.")
            return
        self._plan = now
        self.query_one("#intent", Static).update(self._intent())
        self.look_again()

    def _intent(self) -> Content:
        number = len(self._plan.leaving)
        pods = f", then evict its {count_of(number, 'pod')}" if number else "; no pod has to leave"
        return Content(f"Cordon it{pods}.")

    def answer(self) -> Outcome | None:
        if self.is_agreed():
            self._begin()
        return None

    # Meanwhile

    def _begin(self) -> None:
        self.stop_looking()
        session = self._session
        drain = draining.Drain(session.client, session.world, self._plan, self._show_progress)
        self._drain = drain
        self.query_one("#act").display = False
        self._answer_with("Stop")
        self._show_progress()
        self._worker = self._run(drain)

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
    async def _run(self, drain: draining.Drain) -> None:
        self._end(await drain.run())

    def _end(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._show_progress()
        state = self.query_one("#state", Static)
        state.update(Content.styled(outcome.sentence, "$grove-ok" if outcome.ok else ""))
        if not outcome.ok:
            state.display = False
            self.say_problem(outcome.sentence)
        self._answer_with("Close")

    def _answer_with(self, word: str) -> None:
        cancel = self.query_one("#cancel", Button)
        cancel.label = word
        cancel.focus()

    def _show_progress(self) -> None:
        if self._drain is None or not self.is_attached:
            return
        evictions = self._drain.evictions
        order = list(_STYLES)
        lines = [_line(e) for e in sorted(evictions, key=lambda e: order.index(e.stage))]
        self.query_one(Consequences).show(lines)
        state = self.query_one("#state", Static)
        state.display = True
        bar = progress_bar(self._drain.gone, len(evictions))
        state.update(Content(f"{bar}  {summary(evictions)}."))


def _line(eviction: Eviction) -> Line:
    symbol, style = _STYLES[eviction.stage]
    said = f": {eviction.said}" if eviction.said else ""
    return Line(symbol, style, f"{eviction.pod.name}  {eviction.stage}{said}")
