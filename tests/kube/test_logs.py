"""Log lines come with their time and without anything a terminal would obey."""

import pytest

from grove_tui.kube.logs import MAX_LINE, LogLine, LogOptions, parse_log_line
from tests.builders import at


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        (b"2026-01-01T00:00:05.000000000Z hello  world", LogLine(at(5), "hello  world")),
        (b"2026-01-01T01:00:05+01:00 x", LogLine(at(5), "x")),
        (b"2026-01-01T00:00:05Z", LogLine(at(5), "")),
        (b"no time here", LogLine(None, "no time here")),
        (b"12Z not a time", LogLine(None, "12Z not a time")),
        (b"", LogLine(None, "")),
        (b"2026-01-01T00:00:05Z \x1b[2Jred\x07", LogLine(at(5), "\ufffd[2Jred\ufffd")),
        (b"2026-01-01T00:00:05Z a\tb", LogLine(at(5), "a       b")),
        (b"2026-01-01T00:00:05Z \xff\xfe", LogLine(at(5), "\ufffd\ufffd")),
        ("2026-01-01T00:00:05Z \u202eevil".encode(), LogLine(at(5), "\ufffdevil")),
    ],
)
def test_a_line_is_its_time_and_clean_text(line, parsed):
    assert parse_log_line(line) == parsed


def test_an_endless_line_is_cut():
    line = parse_log_line(b"x" * 1_000_000)

    assert len(line.text) == MAX_LINE + 1
    assert line.text.endswith("…")


def test_the_query_says_only_what_was_asked_for():
    assert LogOptions().query() == {"timestamps": "true"}
    assert LogOptions("main", follow=True, previous=True, tail=0, since=at(61)).query() == {
        "timestamps": "true",
        "container": "main",
        "follow": "true",
        "previous": "true",
        "tailLines": "0",
        "sinceTime": "2026-01-01T00:01:01Z",
    }
