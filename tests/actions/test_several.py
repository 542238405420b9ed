"""Several objects at once: the step, each one's own number, and the report."""

import asyncio

import pytest

from grove_tui.actions.each import AT_ONCE, MOST_NAMED, each, report
from grove_tui.actions.outcome import Outcome
from grove_tui.actions.preview.changes import relative
from grove_tui.actions.scaling import MAX_REPLICAS, Scalable, parse_step
from grove_tui.actions.target import Target
from grove_tui.api.objects import PODCLIQUES


def target(name):
    return Target(PODCLIQUES, "default", name, f"uid-{name}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+2", 2),
        (" -1 ", -1),
        ("+02", 2),
        ("", "Type a step: +2 or -1."),
        ("+", "Type a step: +2 or -1."),
        ("3", "Several objects are scaled by a step: type +3 or -3."),
        ("+0", "A step of +0 changes nothing."),
        ("+two", "'+two' is no step such as +2 or -1."),
        ("++2", "'++2' is no step such as +2 or -1."),
        ("+1.5", "'+1.5' is no step such as +2 or -1."),
        ("+9999999999", f"+9999999999 is more than Kubernetes can count ({MAX_REPLICAS})."),
    ],
)
def test_a_step_or_what_is_wrong_with_it(text, expected):
    assert parse_step(text) == expected


def test_each_gets_its_own_number_and_none_below_zero():
    found = [Scalable(target(str(n)), n, 1, None, "pod") for n in (0, 1, 5)]

    assert [scale.replicas for scale in relative(found, -2)] == [0, 0, 3]


async def test_what_fails_for_one_does_not_keep_the_others_and_not_all_go_at_once():
    busy, most = 0, 0

    async def act(number):
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1
        return Outcome(number % 2 == 0, str(number))

    outcomes = await each(range(30), act)

    assert [outcome.sentence for outcome in outcomes] == [str(n) for n in range(30)]
    assert sum(outcome.ok for outcome in outcomes) == 15
    assert most == AT_ONCE


def test_a_report_names_failures_first_and_counts_what_it_does_not_name():
    outcomes = {target(f"a{n}"): Outcome(n != 2, f"a{n} it was.") for n in range(MOST_NAMED + 4)}

    found = report("scaled", outcomes)

    assert not found.ok
    lines = found.sentence.splitlines()
    assert lines[:3] == ["9 of 10 scaled:", "✖ a2 it was.", "✔ a0 it was."]
    assert lines[-1] == "✔ and 3 more; the timeline has each"
    assert report("scaled", {target("a"): Outcome(True, "a it was.")}).ok
