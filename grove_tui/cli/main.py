"""From arguments to an exit code: 0 fine, 1 the operation failed, 2 wrong usage."""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from grove_tui.cli.arguments import parse
from grove_tui.cli.errors import FAILED, OK, CommandError

# Modules are named, not imported: each command pays for what it needs and for nothing else.
_COMMANDS = {
    "dashboard": "grove_tui.cli.dashboard",
    "cluster": "grove_tui.cli.headless",
    "reconcile": "grove_tui.cli.headless",
    "crds": "grove_tui.cli.printing",
    "tree": "grove_tui.cli.reports",
    "snapshot": "grove_tui.cli.reports",
    "replay": "grove_tui.cli.replay",
    "doctor": "grove_tui.cli.doctor",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = parse(arguments)
    command = given.pop("command")
    try:
        module = importlib.import_module(_COMMANDS[command])
        code: int = getattr(module, command)(given)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        return _reader_went_away()
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        sys.stderr.write(f"{sentence}\n")
        return getattr(error, "code", FAILED) if isinstance(error, CommandError) else FAILED
    return code


def _sentence(error: Exception) -> str | None:
    """Return what to tell the user about an error that is not a fault of the program."""
    from grove_tui.actions.outcome import sentence_of
    from grove_tui.config import SettingsError
    from grove_tui.kube.errors import KubeError

    expected = (CommandError, SettingsError, KubeError, OSError)
    if isinstance(error, ExceptionGroup):
        matching, others = error.split(expected)
        if others is not None or matching is None:
            return None
        return _sentence(_first(matching))
    if not isinstance(error, expected):
        return None
    return sentence_of(error)


def _first(group: ExceptionGroup[Any]) -> Exception:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first


def _reader_went_away() -> int:
    # `grove-tui crds | head`: what is still buffered must not fail again at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK
