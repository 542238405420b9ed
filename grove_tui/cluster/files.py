"""Files that are written for the user: private, whole or not at all, below the state directory."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from grove_tui.config import APP_NAME


def state_directory(environment: Mapping[str, str]) -> Path:
    """Return the folder for what the program keeps: recordings, logs, pictures."""
    if xdg := environment.get("XDG_STATE_HOME"):
        return Path(xdg) / APP_NAME
    import platformdirs

    return platformdirs.user_state_path(APP_NAME)


def saves_directory(environment: Mapping[str, str], wanted: str, what: str) -> Path:
    """Return the folder for what the user saves.

    Args:
        environment: Environment variables.
        wanted: The folder that the user set; empty for one below the state directory.
        what: The name of that one.
    """
    return Path(wanted).expanduser() if wanted else state_directory(environment) / what


@contextmanager
def new_files(folder: Path, stem: str, endings: Iterable[str]) -> Iterator[list[Path]]:
    """Reserve files of one name that are not there yet; they stay when all goes well.

    Raises:
        OSError: They cannot be made there.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    endings = list(endings)
    for number in count(1):
        name = stem if number == 1 else f"{stem}-{number}"
        paths = [folder / f"{name}{ending}" for ending in endings]
        if _reserved(paths):
            break
    try:
        yield paths
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise


def _reserved(paths: Iterable[Path]) -> bool:
    """Make all of these files, empty; False, and none, where one is there already."""
    made: list[Path] = []
    try:
        for path in paths:
            path.touch(mode=0o600, exist_ok=False)
            made.append(path)
    except FileExistsError:
        for path in made:
            path.unlink()
        return False
    return True


def write_new(folder: Path, stem: str, contents: Mapping[str, bytes]) -> list[Path]:
    """Write new files of one name, one for each ending; return their paths.

    Raises:
        OSError: They cannot be written; none of them is left.
    """
    with new_files(folder, stem, contents) as paths:
        for path, data in zip(paths, contents.values(), strict=True):
            private_write(path, data)
    return paths


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
