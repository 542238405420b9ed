"""Text that does not fit: what goes is marked, and what matters stays."""

import pytest

from grove_tui.widgets.text_fit import fit, flatten

NAME = "inference-platform-0-decode-worker-x7k2p"


@pytest.mark.parametrize(
    ("width", "tail", "shown"),
    [
        (40, 22, NAME),
        (30, 22, "inferen…-0-decode-worker-x7k2p"[-30:]),
        (30, 0, "inference-platf…e-worker-x7k2p"),
        (16, 22, "…-0-deco…r-x7k2p"),
        (7, 22, "infere…"),
        (1, 22, "…"),
    ],
)
def test_a_cut_in_the_middle_keeps_what_tells_a_name_from_its_neighbours(width, tail, shown):
    assert fit(NAME, width, elide="middle", tail=tail) == shown


def test_the_end_of_a_very_long_name_is_its_end():
    name = f"{'namespace' * 7}/{'set' * 20}-0-worker-x7k2p"

    assert fit(flatten(name, 20, ends=True), 20, elide="middle").endswith("worker-x7k2p"[-9:])
    assert fit(flatten("日本" * 100, 9), 9) == "日本日本…"
