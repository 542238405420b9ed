"""Files that are written for the user: private, whole or not at all, below the state directory."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from grove_tui.config import APP_NAME


def state_directory(environment: Mapping[str, str]) -> Path:
    """Return the folder for what the program keeps: recordings, logs, pictures."""
    if xdg := environment.get("XDG_STATE_HOME"):
        return Path(xdg) / APP_NAME
    import platformdirs

    return platformdirs.user_state_path(APP_NAME)


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to be written; it takes its place, for its owner only, when all went well.

    Raises:
        OSError: It cannot be written there; what was there before is untouched.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The temporary file has mode 0600 from the start.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def private_write(path: Path, data: bytes) -> None:
    """Write a whole file; see `private_file`."""
    with private_file(path) as file:
        file.write(data)
