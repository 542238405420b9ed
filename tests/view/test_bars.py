"""Bars say the same as the numbers beside them."""

import pytest
from hypothesis import given, strategies as st

from grove_tui.view.bars import CELLS, clique_bar, progress_bar
from grove_tui.view.rows import Severity


@pytest.mark.parametrize(
    ("ready", "desired", "minimum", "text"),
    [
        (5, 6, 4, "▕████|█░▏"),
        (2, 2, 2, "▕██|▏"),
        (0, 2, 1, "▕░|░▏"),
        (1, 1, 2, "▕█·|▏"),
        (0, 0, 0, ""),
        (50, 100, 75, "▕████░░|░░▏"),
        (99, 100, 100, "▕███████░|▏"),
        (1, 100, 1, "▕█|░░░░░░░▏"),
    ],
)
def test_a_bar_shows_ready_pods_and_the_minimum(ready, desired, minimum, text):
    assert clique_bar(ready, desired, minimum, Severity.OK).text == text


@given(st.integers(0, 300), st.integers(1, 300), st.integers(1, 300))
def test_a_bar_is_full_only_when_every_pod_is_ready(ready, desired, minimum):
    bar = clique_bar(min(ready, desired), desired, minimum, Severity.OK).text

    assert len(bar) <= CELLS + 3
    needed = max(desired, minimum)
    is_full = "░" not in bar and "·" not in bar
    assert is_full == (min(ready, desired) >= needed) or needed == 1


@pytest.mark.parametrize(
    ("done", "whole", "bar"),
    [(0, 4, "▕░░░░▏"), (1, 100, "▕█░░░▏"), (99, 100, "▕███░▏"), (4, 4, "▕████▏"), (0, 0, "▕████▏")],
)
def test_a_progress_bar_is_full_only_when_all_is_done(done, whole, bar):
    assert progress_bar(done, whole, 4) == bar
