"""Ages read as kubectl writes them, countdowns as clocks."""

from datetime import timedelta

import pytest

from grove_tui.view.ages import age, age_cell, countdown, next_step
from tests.builders import EPOCH, at

MINUTE, HOUR, DAY = 60, 3600, 86400


def test_an_unknown_beginning_is_said_so():
    assert age(None, EPOCH) == "<unknown>"


@pytest.mark.parametrize(
    "seconds", [0, 5.5, 10, 119, 121, 3 * HOUR - 1, 5 * HOUR + 1, 9 * HOUR, 3 * DAY + 7, 9 * DAY]
)
def test_an_age_says_when_it_changes(seconds):
    cell = age_cell(EPOCH, at(seconds))
    assert cell.due is not None
    left = (cell.due - at(seconds)).total_seconds()

    assert age_cell(EPOCH, at(seconds + left - 0.01)) == cell
    assert age_cell(EPOCH, at(seconds + left)).text != cell.text


@pytest.mark.parametrize("left", [90, 5.5, 5, 0.2])
def test_a_countdown_says_when_it_changes(left):
    until = at(left)
    due = next_step(until, EPOCH)
    before = due - timedelta(milliseconds=10)

    assert countdown(until, max(before, EPOCH)) == countdown(until, EPOCH)
    assert countdown(until, due) != countdown(until, EPOCH)


def test_what_does_not_change_is_never_due():
    assert age_cell(None, EPOCH).due is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (9.9, "9s"), (19, "10s"), (59, "50s"), (61, "60s"), (130, "2m"), (599, "9m")],
)
def test_an_age_in_a_row_moves_in_steps(seconds, text):
    assert age_cell(EPOCH, at(seconds)).text == text


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (0, "0:00"),
        (-3, "0:00"),
        (0.2, "0:01"),
        (23, "0:23"),
        (60, "1:00"),
        (727, "12:07"),
        (3 * HOUR + 12 * MINUTE + 7, "3:12:07"),
        (2 * DAY + HOUR, "2d 1:00:00"),
    ],
)
def test_countdowns_are_clocks_that_reach_zero_when_the_time_has_come(left, text):
    assert countdown(EPOCH + timedelta(seconds=left), EPOCH) == text
