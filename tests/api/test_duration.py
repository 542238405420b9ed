"""Durations are read and written as Go does."""

import re

import pytest
from hypothesis import given, strategies as st

from grove_tui.api.duration import PATTERN, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4h", 14400),
        ("10s", 10),
        ("1h30m", 5400),
        ("4h0m0s", 14400),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("1.s", 1),
        ("250ms", 0.25),
        ("1us", 1e-6),
        ("1µs", 1e-6),
        ("7ns", 7e-9),
        ("0", 0),
        ("-30s", -30),
        ("+30s", 30),
        ("30s1m", 90),
    ],
)
def test_go_durations_are_seconds(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)
    assert re.search(PATTERN, text)


@pytest.mark.parametrize(
    "text",
    ["", "4", "4 h", "h", "4d", "1h-3m", "--1s", "٤h", "4h\n", ".s", "1e3s", "1" * 99 + "0s"],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


def test_a_duration_beyond_64_bits_is_refused():
    with pytest.raises(ValueError, match="292 years"):
        parse_duration("9999999999h")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (14400, "4h"),
        (90, "1m30s"),
        (5400, "1h30m"),
        (0.25, "250ms"),
        (61.5, "1m1.5s"),
        (-30, "-30s"),
        (7e-9, "7ns"),
        (1.5e-6, "1500ns"),
        (3601, "1h1s"),
    ],
)
def test_seconds_are_written_short(seconds, text):
    assert format_duration(seconds) == text


@given(st.integers(-(10**12), 10**12))
def test_what_is_written_is_read_back(milliseconds):
    assert parse_duration(format_duration(milliseconds / 1000)) == pytest.approx(
        milliseconds / 1000, abs=1e-6
    )
