"""The storage's state on disk: one SQLite file, one row per object.

A write is committed before it is acknowledged. `synchronous=NORMAL` in WAL mode survives the end
of the process at any instruction; a power cut may lose the last moments, never consistency.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grove_tui.kube.errors import ConfigError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
  resource TEXT, namespace TEXT, name TEXT, revision INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (resource, namespace, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revision (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER);
INSERT OR IGNORE INTO revision VALUES (1, 1);
"""
_PUT = "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)"
_DELETE = "DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?"
_REVISION = "UPDATE revision SET value = ?"

Row = tuple[str, str, str, int, bytes]
Address = tuple[str, str, str]


class Journal:
    """An open database file; only one process may have it open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._depth = 0
        try:
            # SQLite gives its log files the mode of the database: secrets are for the owner only.
            path.touch(mode=0o600, exist_ok=True)
            self._database = sqlite3.connect(path, isolation_level=None, timeout=0.2)
            self._database.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise ConfigError(_explain(path, error)) from error

    @property
    def revision(self) -> int:
        """The revision of the last committed write."""
        return int(self._database.execute("SELECT value FROM revision").fetchone()[0])

    def rows(self) -> Iterator[Row]:
        """Yield every object."""
        yield from self._database.execute("SELECT * FROM objects")

    def put(self, address: Address, revision: int, body: bytes) -> None:
        """Write one object."""
        with self.batch():
            self._database.execute(_PUT, (*address, revision, body))
            self._database.execute(_REVISION, (revision,))

    def delete(self, address: Address, revision: int) -> None:
        """Remove one object."""
        with self.batch():
            self._database.execute(_DELETE, tuple(address))
            self._database.execute(_REVISION, (revision,))

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Commit what is written inside together; what was written stays even if it raises.

        Memory already has those writes, so rolling back would make the two differ.
        """
        if self._depth == 0:
            self._database.execute("BEGIN")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._database.execute("COMMIT")

    def close(self) -> None:
        """Close the file; the write-ahead log is merged into it."""
        self._database.close()


def _explain(path: Path, error: Exception) -> str:
    if "locked" in str(error):
        return f"{path} is in use by another demo cluster; stop it or choose another directory"
    return f"cannot use {path} for the demo cluster's objects: {error}"
