"""The user's own editor, and the file that it edits."""

import os
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

VARIABLES = ("KUBE_EDITOR", "EDITOR")
"""Where the editor is named, as kubectl has it."""
DEFAULT = "vi"


class NoEditor(Exception):
    """There is no editor to be had; `str()` is one sentence."""


class Editor(Struct, frozen=True):
    """A command that edits the file named after it."""

    command: tuple[str, ...]

    def __str__(self) -> str:
        return self.command[0]


def find_editor(environment: Mapping[str, str]) -> Editor:
    """Return the editor of $KUBE_EDITOR or $EDITOR, or else vi.

    Raises:
        NoEditor: It is not installed, or what the variable says is no command.
    """
    variable = next((name for name in VARIABLES if environment.get(name, "").strip()), "")
    try:
        command = shlex.split(environment[variable]) if variable else [DEFAULT]
    except ValueError as error:
        raise NoEditor(f"${variable} is no command: {error}.") from error
    if not shutil.which(command[0], path=environment.get("PATH")):
        where = f" of ${variable}" if variable else ""
        wanted = f"set ${variable or 'EDITOR'} to one that is installed"
        raise NoEditor(f"There is no editor {command[0]}{where}; {wanted}.")
    return Editor(tuple(command))


class EditFile:
    """A file for one edit, which only the user can read.

    Attributes:
        path: Where it is; another place after each `write`, since editors remember by the path
            where in a file one was, and what is new is at its top.
    """

    def __init__(self, name: str, text: str) -> None:
        """Make the file; its name begins with `name`."""
        self._name = name
        self._first = text
        self.path = self._new(text)

    def read(self) -> str:
        """Return what is in it.

        Raises:
            OSError: It cannot be read, or is not text in UTF-8.
        """
        try:
            return self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise OSError(f"{self.path} is not text in UTF-8") from error

    def write(self, text: str) -> None:
        """Hold another text from now on."""
        before, self.path = self.path, self._new(text)
        before.unlink(missing_ok=True)

    def holds_work(self) -> bool:
        """Tell whether something else is in it than it began with."""
        return self.path.exists() and self.path.read_bytes() != self._first.encode()

    def remove(self) -> None:
        """Delete it."""
        self.path.unlink(missing_ok=True)

    def _new(self, text: str) -> Path:
        descriptor, path = tempfile.mkstemp(prefix=f"{self._name}-", suffix=".yaml")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return Path(path)
