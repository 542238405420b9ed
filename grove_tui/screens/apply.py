"""The apply dialog: a manifest file, with every mistake in it named."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from grove_tui.actions.apply import Applied, apply
from grove_tui.actions.course import Course
from grove_tui.actions.examples import examples, find_manifest
from grove_tui.actions.manifests import Manifest, ManifestError, read_manifests
from grove_tui.kube.client import Client
from grove_tui.screens.dialog import Dialog
from grove_tui.view.bars import progress_bar

MANIFESTS = (".yaml", ".yml", ".json")


class PathInput(Input):
    """A path, in which tab completes as in a shell, and goes on when there is nothing to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False, id="path.complete"),
    ]

    def action_complete(self) -> None:
        before = self.value
        self.cursor_position = len(before)
        self.action_cursor_right()
        if self.value == before:
            self.screen.focus_next()


class PathSuggester(Suggester):
    """Completes the path of a manifest, as a shell would, or the name of an example."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(complete, value) if value else None


def complete(typed: str) -> str | None:
    """Return the first path or example that begins with what was typed.

    Folders end in a slash, so that completing can go on.
    """
    found = _complete_path(typed)
    if found is None and "/" not in typed:
        return next((name for name in examples() if name.startswith(typed)), None)
    return found


def _complete_path(typed: str) -> str | None:
    head, slash, tail = typed.rpartition("/")
    folder = Path(f"{head}{slash}" or ".").expanduser()
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return None
    for entry in entries:
        if not entry.name.startswith(tail) or (entry.name.startswith(".") and not tail):
            continue
        if entry.is_dir():
            return f"{head}{slash}{entry.name}/"
        if entry.suffix in MANIFESTS:
            return f"{head}{slash}{entry.name}"
    return None


class ApplyDialog(Dialog[Applied]):
    """Asks for a file and applies it; stays open while something in it is wrong."""

    HEADING = "Apply a manifest"
    ANSWER = "Apply"
    AUTO_FOCUS = "#path"
    CSS = """
    ApplyDialog #path { margin-top: 1; }
    ApplyDialog #scroll { height: auto; max-height: 14; margin-top: 1; }
    ApplyDialog #problems { height: auto; color: $grove-error; }
    """

    def __init__(self, client: Client, namespace: str, path: str = "") -> None:
        """Ask for a file.

        Args:
            client: Where to apply it.
            namespace: For objects that name none.
            path: What the field starts with.
        """
        super().__init__()
        self._client = client
        self._namespace = namespace
        self._path = path
        self._contested = False
        self._course: Course | None = None

    def compose_body(self) -> Iterable[Widget]:
        hint = f"Objects without a namespace go to {self._namespace}."
        yield Static(Content(hint), classes="quiet")
        known = ", ".join(name.removesuffix(".yaml") for name in examples())
        yield Static(
            Content(f"Examples that can be named without a path: {known}."), classes="quiet"
        )
        yield PathInput(
            self._path,
            placeholder="path of a YAML file; tab completes it",
            suggester=PathSuggester(),
            id="path",
        )
        with VerticalScroll(id="scroll", can_focus=False):
            yield Static(id="problems", markup=False)
        yield Static(id="progress", markup=False)

    def on_mount(self) -> None:
        self.query_one("#scroll").display = False
        self.query_one("#progress").display = False

    @on(Input.Changed, "#path")
    def forget_problems(self) -> None:
        self._contested = False
        self._show([])
        self.say_problem("")
        self.query_one("#act", Button).label = self.ANSWER

    @on(Input.Submitted, "#path")
    def submit(self) -> None:
        self.act()

    def answer(self) -> Applied | None:
        if self._course is not None:
            return None  # one at a time
        path = self.query_one("#path", Input).value.strip()
        if not path:
            self.say_problem("Type the path of a manifest file.")
        else:
            self.say_problem("")
            self._apply(find_manifest(path))
        return None

    @work(exclusive=True, exit_on_error=False)
    async def _apply(self, path: Path) -> None:
        self._begin()
        try:
            manifests = await asyncio.to_thread(read_manifests, path)
            applied = await self._send(manifests)
        except ManifestError as error:
            self.say_problem(str(error))
            return
        finally:
            self._end()
        if applied.ok:
            self.dismiss(applied)
            return
        self._contested = applied.contested
        if applied.contested:
            self.query_one("#act", Button).label = "Overwrite"
        self._show([str(problem) for problem in applied.problems])
        self.say_problem(_told(applied))

    async def _send(self, manifests: list[Manifest]) -> Applied:
        force, course = self._contested, self._course
        return await apply(self._client, manifests, self._namespace, force=force, course=course)

    # Meanwhile

    def _begin(self) -> None:
        self._course = Course(self._show_progress)
        self.query_one("#act", Button).loading = True
        self.query_one("#cancel", Button).label = "Stop"

    def _end(self) -> None:
        self._course = None
        if self.is_attached:
            self.query_one("#act", Button).loading = False
            self.query_one("#cancel", Button).label = "Cancel"
            self.query_one("#progress").display = False

    def _show_progress(self) -> None:
        course = self._course
        if course is None or not self.is_attached:
            return
        progress = self.query_one("#progress", Static)
        progress.display = course.total > 1
        bar = progress_bar(course.done, course.total)
        progress.update(Content(f"{bar}  {course.stage}: {course.done} of {course.total} objects"))

    @on(Button.Pressed, "#cancel")
    def take_button(self, event: Button.Pressed) -> None:
        event.prevent_default()  # or else every dialog's Cancel would close this one
        self.action_cancel()

    def action_cancel(self) -> None:
        if self._course is None or self._course.is_stopped:
            self.dismiss(None)
        else:
            # What is under way comes to its end, so that it is known what was done.
            self._course.is_stopped = True
            self.say_problem("Stopping after the object that is under way …")

    def _show(self, lines: list[str]) -> None:
        self.query_one("#problems", Static).update(Content("\n".join(lines)))
        self.query_one("#scroll").display = bool(lines)


def _told(applied: Applied) -> str:
    """Say what was done of a file that was not applied to its end."""
    done = f"{applied.names} went through" if applied.done else "nothing was applied"
    if applied.stopped:
        return f"Stopped; {done}."
    number = len(applied.problems)
    mistakes = "1 mistake" if number == 1 else f"{number} mistakes"
    return f"{mistakes}; before that, {done}." if applied.done else f"{mistakes}; {done}."
