"""`grove-tui replay` refuses what it cannot play with one sentence, before any screen."""

import gzip

import pytest

from grove_tui.cli.main import main
from grove_tui.cluster.recordfile import write
from tests.recording.scenes import Scene


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["replay", str(tmp_path / "none.gz")]) == 1
    assert capsys.readouterr().err == (
        f"The file {tmp_path / 'none.gz'} cannot be read: No such file or directory.\n"
    )


@pytest.mark.parametrize("content", [b"plain", gzip.compress(b"{}\n")], ids=["plain", "packed"])
def test_a_file_that_is_no_recording(tmp_path, capsys, content):
    path = tmp_path / "x.gz"
    path.write_bytes(content)

    assert main(["replay", str(path)]) == 1
    assert capsys.readouterr().err == f"The file {path} is not a recording of grove-tui.\n"


def test_a_recording_needs_a_terminal(tmp_path, capsys):
    path = tmp_path / "x.gz"
    write(Scene().recorder.recording("demo"), path)

    assert main(["replay", str(path)]) == 2
    assert "needs a terminal" in capsys.readouterr().err
