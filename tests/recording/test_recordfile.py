"""A file holds the recording and no secrets; a bad file is refused or played as far as it goes."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from grove_tui.cluster.recordfile import (
    RecordingError,
    file_name,
    read,
    recordings_directory,
    write,
)
from grove_tui.kube.objects import NamespacedName
from grove_tui.view.history import Note, ObjectChange
from tests.builders import at, node, pod, podclique, podcliqueset
from tests.recording.scenes import Scene

SECRET = "hunter2-hunter2"


def secret_spec():
    return {"containers": [{"name": "main", "env": [{"name": "TOKEN", "value": SECRET}]}]}


def recorded():
    """A recording with an object in the checkpoint, and one of each kind of record."""
    scene = Scene()
    scene.put(node("n"), podclique("old", spec={"podSpec": secret_spec()}))
    scene.recorder.start()
    scene.put(pod("a"), after=1)
    scene.put(pod("a", phase="Running"), after=1.5)
    scene.recorder.note("Pod", NamespacedName("default", "a"), "Deletion asked for.")
    scene.remove(pod("a"), after=1)
    scene.put(podclique("new", spec={"podSpec": secret_spec()}), after=1)
    return scene.recorder.recording("demo", "default")


def lines_of(path):
    with gzip.open(path) as file:
        return [json.loads(line) for line in file]


def rewritten(path, lines):
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return path


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "deep" / "demo.gz"
    write(recorded(), path)
    return path


def test_a_file_gives_back_what_was_recorded(path):
    original = recorded()

    found = read(path)

    assert (found.cluster, found.namespace) == ("demo", "default")
    assert (found.started, found.ended) == (original.started, original.ended)
    assert found.problem == ""
    assert [r.at for r in found.records] == [r.at for r in original.records]
    assert found.records[:4] == original.records[:4]
    assert found.checkpoint["nodes"] == original.checkpoint["nodes"]
    assert isinstance(found.records[2], Note)


def test_a_file_holds_no_environment(path):
    with gzip.open(path) as file:
        text = file.read().decode()

    assert SECRET not in text
    assert "TOKEN" in text


def test_a_file_is_for_its_owner_only_and_nothing_else_is_left(path):
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_the_old_one(path):
    before = path.read_bytes()
    broken = object()
    recording = recorded()
    recording.checkpoint["pods"][NamespacedName("", "x")] = broken

    with pytest.raises(TypeError):
        write(recording, path)

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(RecordingError, match=r"file/x.gz cannot be written: "):
        write(recorded(), tmp_path / "file" / "x.gz")


def test_a_deleted_and_recreated_object_is_two_records(tmp_path):
    scene = Scene()
    scene.recorder.start()
    scene.put(podcliqueset("s"))
    scene.put(podcliqueset("s", metadata={"uid": "another"}), after=1)
    write(scene.recorder.recording("demo"), tmp_path / "x.gz")

    changes = read(tmp_path / "x.gz").records

    shapes = [(c.old is None, c.new is None) for c in changes if isinstance(c, ObjectChange)]
    assert shapes == [(True, False), (False, True), (True, False)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text\n",
        gzip.compress(b""),
        gzip.compress(b"not json\n"),
        gzip.compress(b'{"format": "something else"}\n'),
        gzip.compress(b"[1, 2]\n"),
        gzip.compress(b"\xff\xfe\n"),
    ],
    ids=["empty", "plain", "packed empty", "no JSON", "other format", "no object", "no UTF-8"],
)
def test_what_is_no_recording_is_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "x.gz"
    path.write_bytes(content)

    with pytest.raises(RecordingError, match=r"x\.gz is not a recording of grove-tui\.$"):
        read(path)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(RecordingError, match=r"x\.gz cannot be read: No such file or directory\.$"):
        read(tmp_path / "x.gz")


def test_a_newer_format_asks_for_an_update(path):
    header, *rest = lines_of(path)
    rewritten(path, [{**header, "version": 2, "program": "9.9"}, *rest])

    with pytest.raises(RecordingError, match=r"recorded by a newer grove-tui \(9\.9\); update"):
        read(path)


def test_a_file_that_was_cut_off_is_played_as_far_as_it_goes(path):
    lines = lines_of(path)
    rewritten(path, lines[:-2])

    found = read(path)

    assert found.problem == "The file is cut off; it is played up to 00:00:03 UTC."
    assert len(found.records) == 4
    assert found.ended == at(3.5)


def test_a_broken_compression_is_played_as_far_as_it_goes(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 12])

    found = read(path)

    assert found.problem
    assert found.checkpoint["nodes"]


@pytest.mark.parametrize(
    "bad",
    [
        "not an object",
        {"field": "unheard", "put": {}},
        {"at": "2026-01-01T00:00:09Z", "field": "unheard", "remove": ["a", "b"]},
        {"at": "2026-01-01T00:00:09Z", "field": "pods", "put": {"metadata": 5}},
        {"at": "2026-01-01T00:00:09Z", "field": "pods"},
    ],
)
def test_a_damaged_line_ends_what_is_played(path, bad):
    lines = lines_of(path)
    rewritten(path, [*lines[:4], bad, *lines[4:]])

    found = read(path)

    assert found.problem
    assert len(found.records) == 1


def test_control_characters_in_a_file_are_made_harmless(path):
    header, *rest = lines_of(path)
    note = {"at": "2026-01-01T00:00:09Z", "note": "\x1b[2J", "kind": "Pod", "key": ["a", "b"]}
    rewritten(path, [{**header, "cluster": "\x1b]0;x"}, note, *rest[-1:]])

    found = read(path)

    assert "\x1b" not in found.cluster
    assert isinstance(found.records[0], Note)
    assert "\x1b" not in found.records[0].text


def test_a_file_name_says_when_and_where(tmp_path):
    scene = Scene()
    scene.now = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    recording = scene.recorder.recording("arn:aws/../../x y")

    assert file_name(recording) == "arn-aws-..-..-x-y-20260304-050607.grove-recording.gz"


def test_recordings_go_below_the_state_directory(tmp_path):
    assert recordings_directory({"XDG_STATE_HOME": "/s"}).as_posix() == "/s/grove-tui/recordings"
    assert recordings_directory({}).parts[-2:] == ("grove-tui", "recordings")
