"""Recordings as files: gzip over JSON lines, one header, then objects and records in order.

    {"format": "grove-tui recording", "version": 1, "program": "0.1.0", "cluster": "demo", …}
    {"field": "pods", "put": {…}}                                an object of the checkpoint
    {"at": "…", "field": "pods", "put": {…}}                     a change: added or different
    {"at": "…", "field": "pods", "remove": ["default", "a"]}     a change: gone
    {"at": "…", "note": "…", "source": "action", "kind": "Pod", "key": ["default", "a"]}
    {"end": true}

A file without its last line was cut off; what is there is played. Secrets are stripped while
writing (`grove_tui.cluster.stripping`), so a file can be handed to others.
"""

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from grove_tui.cluster.files import new_files, private_file, saves_directory
from grove_tui.cluster.recording import Recording
from grove_tui.cluster.stripping import stripped
from grove_tui.kube.objects import HasMetadata, NamespacedName, key_of
from grove_tui.kube.sanitize import clean_json
from grove_tui.kube.sharing import Sharer
from grove_tui.reconcile.world import INDEXES, RESOURCES
from grove_tui.view.history import Note, ObjectChange, Record, Source

FORMAT = "grove-tui recording"
VERSION = 1
SUFFIX = ".grove-recording.gz"
MAX_LINE = 16 * 1024 * 1024
"""Longest line in bytes; no object of a cluster is nearly as big."""
_COMPRESSION = 5


class RecordingError(Exception):
    """A recording cannot be used; `str()` is one sentence that names the file."""


class Header(msgspec.Struct, omit_defaults=False):
    """The first line."""

    format: str = ""
    version: int = 0
    program: str = ""
    cluster: str = ""
    namespace: str = ""
    started: datetime | None = None
    ended: datetime | None = None


class Line(msgspec.Struct, omit_defaults=True):
    """Any other line."""

    at: datetime | None = None
    field: str = ""
    put: msgspec.Raw = msgspec.Raw(b"")
    remove: tuple[str, str] | None = None
    note: str = ""
    source: Source = Source.ACTION
    kind: str = ""
    key: tuple[str, str] = ("", "")
    end: bool = False


def recordings_directory(environment: Mapping[str, str], wanted: str = "") -> Path:
    """Return the folder for recordings: the one that the user set, or the usual one."""
    return saves_directory(environment, wanted, "recordings")


def file_name(recording: Recording) -> str:
    """Return a name that says of what and when it is."""
    cluster = re.sub(r"[^A-Za-z0-9.-]+", "-", recording.cluster).strip("-.")[:60] or "cluster"
    return f"{cluster}-{recording.ended.astimezone(UTC):%Y%m%d-%H%M%S}{SUFFIX}"


# Writing


def write(recording: Recording, path: Path) -> None:
    """Write a recording, readable by its owner only; the file is there whole or not at all.

    Raises:
        RecordingError: It cannot be written there.
    """
    try:
        with private_file(path) as raw, gzip.GzipFile("", "wb", _COMPRESSION, raw) as file:
            for line in _lines(recording):
                file.write(line + b"\n")
    except OSError as error:
        raise RecordingError(f"The file {path} cannot be written: {error.strerror}.") from error


def write_new(recording: Recording, folder: Path) -> Path:
    """Write a recording to a new file in a folder; return its path.

    Raises:
        RecordingError: It cannot be written there.
    """
    stem = file_name(recording).removesuffix(SUFFIX)
    try:
        with new_files(folder, stem, [SUFFIX]) as (path,):
            write(recording, path)
    except OSError as error:
        raise RecordingError(f"The folder {folder} cannot be written: {error.strerror}.") from error
    return path


def _lines(recording: Recording) -> Iterator[bytes]:
    header = Header(
        FORMAT,
        VERSION,
        recording.program,
        recording.cluster,
        recording.namespace,
        recording.started,
        recording.ended,
    )
    encode = msgspec.json.encode
    yield encode(header)
    for field, objects in recording.checkpoint.items():
        for obj in objects.values():
            yield encode(Line(field=field, put=_put(obj)))
    for record in recording.records:
        yield encode(_line(record))
    yield encode(Line(end=True))


def _line(record: Record) -> Line:
    if isinstance(record, Note):
        return Line(
            record.at, note=record.text, source=record.source, kind=record.kind, key=record.key
        )
    if record.new is None:
        return Line(record.at, record.field, remove=record.key)
    return Line(record.at, record.field, _put(record.new))


def _put(obj: HasMetadata) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(stripped(msgspec.to_builtins(obj))))


# Reading


def read(path: Path) -> Recording:
    """Read a recording; one that was cut off says so in its `problem`.

    Raises:
        RecordingError: It is not there, no recording, or from a newer version.
    """
    try:
        with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as file:
            header = _read_header(file, path)
            return _Reader(header, path).read(file)
    except gzip.BadGzipFile:
        raise RecordingError(f"The file {path} is not a recording of grove-tui.") from None
    except OSError as error:
        raise RecordingError(
            f"The file {path} cannot be read: {error.strerror or error}."
        ) from error


def _read_header(file: gzip.GzipFile, path: Path) -> Header:
    try:
        header = msgspec.json.decode(clean_json(file.readline(MAX_LINE)), type=Header)
    except (EOFError, zlib.error, msgspec.MsgspecError, UnicodeDecodeError):
        header = Header()
    if header.format != FORMAT or header.started is None:
        raise RecordingError(f"The file {path} is not a recording of grove-tui.")
    if header.version > VERSION:
        raise RecordingError(
            f"The file {path} was recorded by a newer grove-tui ({header.program}); "
            "update to play it."
        )
    return header


class _Reader:
    """Puts a recording together from its lines."""

    def __init__(self, header: Header, path: Path) -> None:
        assert header.started is not None
        self._header = header
        self._path = path
        self._started = header.started
        self._latest = header.started
        self._checkpoint: dict[str, dict[NamespacedName, HasMetadata]] = {f: {} for f in INDEXES}
        self._present: dict[str, dict[NamespacedName, HasMetadata]] = {f: {} for f in INDEXES}
        self._records: list[Record] = []
        self._sharer = Sharer()
        self._decoder = msgspec.json.Decoder(Line)

    def read(self, file: gzip.GzipFile) -> Recording:
        is_whole = self._read_lines(file)
        ended = max(self._latest, self._header.ended or self._latest)
        return Recording(
            cluster=self._header.cluster,
            namespace=self._header.namespace,
            started=self._started,
            ended=ended if is_whole else self._latest,
            checkpoint=self._checkpoint,
            records=tuple(self._records),
            program=self._header.program,
            problem="" if is_whole else self._cut_off(),
        )

    def _read_lines(self, file: gzip.GzipFile) -> bool:
        """Read as far as it goes and tell whether that was to the end."""
        try:
            while text := file.readline(MAX_LINE):
                line = self._decoder.decode(clean_json(text))
                if line.end:
                    return True
                self._take(line)
        except (EOFError, OSError, zlib.error, msgspec.MsgspecError, UnicodeDecodeError):
            return False
        return False

    def _take(self, line: Line) -> None:
        if line.at is None:
            obj = self._decode(line)
            self._checkpoint[line.field][key_of(obj)] = obj
            self._present[line.field][key_of(obj)] = obj
            return
        self._latest = max(self._latest, line.at)
        if line.note:
            key = NamespacedName(*line.key)
            self._records.append(Note(self._latest, line.kind, key, line.note, line.source))
        else:
            self._take_change(line)

    def _take_change(self, line: Line) -> None:
        if line.field not in RESOURCES:
            raise msgspec.ValidationError(f"unknown field {line.field!r}")
        new = None if line.remove is not None else self._decode(line)
        key = key_of(new) if new is not None else NamespacedName(*(line.remove or ("", "")))
        present = self._present[line.field]
        old = present.pop(key, None)
        if new is not None:
            present[key] = new
        if old is not None or new is not None:
            self._records.append(ObjectChange(self._latest, line.field, old, new))

    def _decode(self, line: Line) -> HasMetadata:
        if line.field not in RESOURCES:
            raise msgspec.ValidationError(f"unknown field {line.field!r}")
        obj: HasMetadata = RESOURCES[line.field].decode(bytes(line.put))
        return self._sharer.share(obj, self._present[line.field].get(key_of(obj)))

    def _cut_off(self) -> str:
        moment = self._latest.astimezone(UTC)
        return f"The file is cut off; it is played up to {moment:%H:%M:%S} UTC."
