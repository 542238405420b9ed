"""Where log lines go: a file, or the terminal of commands without a screen.

Requests are logged without bodies and headers; what looks like a credential is covered all the
same, because messages of libraries and servers end up here, too.
"""

import json
import logging
import re
import sys
from typing import Any, TextIO

from grove_tui.cli.errors import CommandError
from grove_tui.config import Settings

_SECRET = re.compile(
    r"(?i)(bearer\s+|(?:token|password|secret|client-key-data)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;}]+"
)
_PLAIN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class PlainFormatter(logging.Formatter):
    """One line per record, a traceback below it."""

    def __init__(self) -> None:
        super().__init__(_PLAIN)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        return cover_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return cover_secrets(json.dumps(line, ensure_ascii=False))


def cover_secrets(text: str) -> str:
    """Return the text without what follows words like token or Bearer."""
    return _SECRET.sub(r"\1••••", text)


def set_up_logging(settings: Settings, *, has_screen: bool) -> None:
    """Send log lines to the file that was asked for, or else to stderr where no screen is on it.

    Raises:
        CommandError: The file cannot be written.
    """
    handler: logging.Handler
    if settings.log_file:
        handler = logging.StreamHandler(_open(settings.log_file))
    elif has_screen:
        handler = logging.NullHandler()
    else:
        handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else PlainFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    # What it logs of a failing credential plugin it raises as well, and that is told.
    logging.getLogger("kubernetes_asyncio").setLevel(
        logging.NOTSET if settings.log_file else logging.CRITICAL
    )
    # Tracebacks of a broken log file would be painted over the screen.
    logging.raiseExceptions = not has_screen


def _open(path: str) -> TextIO:
    try:
        return open(path, "a", encoding="utf-8", buffering=1)  # noqa: PTH123 - open to the end
    except OSError as error:
        raise CommandError(f"The log file {path} cannot be written: {error.strerror}.") from error
