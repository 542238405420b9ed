"""The keys and the bar of a replay, on whatever screen shows one."""

from datetime import timedelta
from typing import ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.widgets import Input

from grove_tui.cluster.replay import ReplaySession
from grove_tui.cluster.transitions import Transition
from grove_tui.screens.needs import WRITES
from grove_tui.screens.recording_keys import RecordingKeys
from grove_tui.view.rows import Cell, Severity
from grove_tui.widgets.live_table import LiveTable
from grove_tui.widgets.replay_bar import Mark, Playback, ReplayBar

SKIP_SECONDS = 10.0
_MEANINGLESS = WRITES | {"look_again"}
"""Actions that a recording has no use for."""
_STEP = Binding.Group("Step", compact=True)
_CHANGE = Binding.Group("Gang change", compact=True)
_SPEED = Binding.Group("Speed", compact=True)


class ReplayScreen(RecordingKeys):
    """Has a bar that says where a recording stands, and no keys that would change the past."""

    _marks: tuple[Mark, ...] = ()

    def on_mount(self) -> None:
        self.query_one(ReplayBar).display = False

    @property
    def replay(self) -> ReplaySession | None:
        """The session, if it is a recording."""
        return self.session if isinstance(self.session, ReplaySession) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.replay is not None and action in _MEANINGLESS:
            return False
        return super().check_action(action, parameters)

    @on(ReplayBar.SeekRequested)
    def seek_on_track(self, message: ReplayBar.SeekRequested) -> None:
        if self.replay is not None:
            seek(self.replay, message.fraction)

    def show_replay(self) -> None:
        """Show where the recording stands; without one there is no bar."""
        bar = self.query_one(ReplayBar)
        bar.display = self.replay is not None
        if self.replay is None:
            return
        found = self.replay.transitions.found
        if len(self._marks) != len(found):
            self._marks = tuple(_mark(self.replay, transition) for transition in found)
        before, playback = bar.playback, _playback(self.replay, self._marks)
        if before is None and self.replay.recording.problem:
            self.app.notify(self.replay.recording.problem, severity="warning", markup=False)
        if before is None or before.now != playback.now:
            # Ages and countdowns may have gone any way, not just on by a second.
            for table in self.query(LiveTable):
                table.refresh_rows()
        bar.playback = playback


class ReplayKeys(App[int]):
    """Plays, steps and jumps while the screen shows a recording; else its keys mean nothing.

    They are the app's, because a screen may give the same keys another meaning for live clusters.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space",
            "replay_toggle",
            "Play",
            tooltip="Play or pause",
            priority=True,
            id="replay.toggle",
        ),
        Binding(
            "comma",
            "replay_step(-1)",
            "Step back",
            key_display=",",
            priority=True,
            id="replay.back",
            group=_STEP,
        ),
        Binding(
            "full_stop",
            "replay_step(1)",
            "Step",
            tooltip="Step forward",
            key_display=".",
            priority=True,
            id="replay.forward",
            group=_STEP,
        ),
        Binding(
            "left_square_bracket",
            "replay_change(-1)",
            "Previous change",
            tooltip="To the previous change of a gang's health",
            key_display="[",
            priority=True,
            id="replay.previous-change",
            group=_CHANGE,
        ),
        Binding(
            "right_square_bracket",
            "replay_change(1)",
            "Next change",
            tooltip="To the next change of a gang's health",
            key_display="]",
            priority=True,
            id="replay.next-change",
            group=_CHANGE,
        ),
        Binding(
            "minus",
            "replay_speed(-1)",
            "Slower",
            key_display="-",
            priority=True,
            id="replay.slower",
            group=_SPEED,
        ),
        Binding(
            "plus",
            "replay_speed(1)",
            "Faster",
            key_display="+",
            priority=True,
            id="replay.faster",
            group=_SPEED,
        ),
        Binding(
            "shift+left",
            "replay_skip(-1)",
            "10 s back",
            show=False,
            priority=True,
            id="replay.rewind",
        ),
        Binding(
            "shift+right",
            "replay_skip(1)",
            "10 s forward",
            show=False,
            priority=True,
            id="replay.skip",
        ),
        Binding(
            "circumflex_accent",
            "replay_ends(0)",
            "To the start",
            key_display="^",
            show=False,
            priority=True,
            id="replay.start",
        ),
        Binding(
            "dollar_sign",
            "replay_ends(1)",
            "To the end",
            key_display="$",
            show=False,
            priority=True,
            id="replay.end",
        ),
    ]

    @property
    def replay(self) -> ReplaySession | None:
        """The recording that the screen shows, if it does."""
        screen = self.screen if self.screen_stack else None
        return screen.replay if isinstance(screen, ReplayScreen) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action.startswith("replay_"):
            return self.replay is not None and not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

    def action_replay_toggle(self) -> None:
        if self.replay is not None:
            self.replay.player.toggle()

    def action_replay_step(self, records: int) -> None:
        if self.replay is not None:
            self.replay.player.step(records)

    def action_replay_change(self, direction: int) -> None:
        replay = self.replay
        if replay is None:
            return
        forward = direction > 0
        found = replay.next_transition() if forward else replay.previous_transition()
        if found is None:
            where = "No later" if forward else "No earlier"
            self.notify(f"{where} change of a gang's health.", markup=False)

    def action_replay_speed(self, notches: int) -> None:
        if self.replay is not None:
            self.replay.player.faster(notches)

    def action_replay_skip(self, direction: int) -> None:
        if self.replay is not None:
            player = self.replay.player
            player.seek(player.now + timedelta(seconds=direction * SKIP_SECONDS))

    def action_replay_ends(self, fraction: int) -> None:
        if self.replay is not None:
            seek(self.replay, float(fraction))


def seek(replay: ReplaySession, fraction: float) -> None:
    """Go to a part of the recording, from 0 for its start to 1 for its end."""
    recording = replay.recording
    replay.player.seek(recording.started + (recording.ended - recording.started) * fraction)


def _playback(replay: ReplaySession, marks: tuple[Mark, ...]) -> Playback:
    recording, player = replay.recording, replay.player
    latest = replay.transitions.at(player.position)
    return Playback(
        started=recording.started,
        ended=recording.ended,
        now=player.now,
        position=player.position,
        last=player.last,
        playing=player.playing,
        speed=player.speed,
        marks=marks,
        latest=_words(latest) if latest is not None else Cell(),
    )


def _mark(replay: ReplaySession, transition: Transition) -> Mark:
    recording, word = replay.recording, transition.after
    whole = (recording.ended - recording.started).total_seconds()
    place = (transition.at - recording.started).total_seconds() / whole if whole else 1.0
    if word is None:
        return Mark(place, "○", "dim")
    return Mark(place, word.glyph, word.severity.style)


def _words(transition: Transition) -> Cell:
    severity = transition.after.severity if transition.after else Severity.NONE
    return Cell(str(transition), severity.style)
