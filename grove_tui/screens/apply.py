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
from grove_tui.actions.examples import examples, find_manifest
from grove_tui.actions.manifests import Manifest, ManifestError, read_manifests
from grove_tui.kube.client import Client
from grove_tui.screens.dialog import Dialog

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

    def on_mount(self) -> None:
        self.query_one("#scroll").display = False

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
        path = self.query_one("#path", Input).value.strip()
        if not path:
            self.say_problem("Type the path of a manifest file.")
        else:
            self.say_problem("")
            self._apply(find_manifest(path))
        return None

    @work(exclusive=True, exit_on_error=False)
    async def _apply(self, path: Path) -> None:
        button = self.query_one("#act", Button)
        button.loading = True
        try:
            manifests = await asyncio.to_thread(read_manifests, path)
            applied = await self._send(manifests)
        except ManifestError as error:
            self.say_problem(str(error))
            return
        finally:
            button.loading = False
        if applied.ok:
            self.dismiss(applied)
            return
        self._contested = applied.contested
        if applied.contested:
            button.label = "Overwrite"
        self._show([str(problem) for problem in applied.problems])
        done = f" before that, {', '.join(applied.done)} went through." if applied.done else ""
        number = len(applied.problems)
        told = "1 mistake" if number == 1 else f"{number} mistakes"
        self.say_problem(f"{told};{done}" if done else f"{told}; nothing was applied.")

    async def _send(self, manifests: list[Manifest]) -> Applied:
        return await apply(self._client, manifests, self._namespace, force=self._contested)

    def _show(self, lines: list[str]) -> None:
        self.query_one("#problems", Static).update(Content("\n".join(lines)))
        self.query_one("#scroll").display = bool(lines)
