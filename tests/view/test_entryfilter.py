"""The filter of timelines, term by term, and the marks of gangs that changed their health."""

import pytest

from grove_tui.kube.objects import NamespacedName
from grove_tui.view.entryfilter import parse_entries
from grove_tui.view.filter import FilterError
from grove_tui.view.history import Note, Source
from grove_tui.view.keys import gang_key
from grove_tui.view.rows import Severity
from grove_tui.view.timeline import Timeline
from tests.builders import at
from tests.view.worlds import Scene


def note(kind, name, text, seconds=1, source=Source.ACTION):
    return Note(at(seconds), kind, NamespacedName("default", name), text, source)


@pytest.fixture
def timeline():
    records = [
        note("Pod", "sim-0-worker-a", "was deleted", 1),
        note("PodClique", "sim-0-worker", "Scaled to 3", 2, Source.RECONCILE),
        note("PodCliqueSet replica", "sim-0", "healthy → breached", 3, Source.HEALTH),
        note("PodCliqueSet replica", "sim-0", "breached → scaled to 0", 4, Source.HEALTH),
    ]
    timeline = Timeline(Scene().book, records)
    timeline.newest_first = False
    return timeline


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", [1, 2, 3, 4]),
        ("SCALED", [2, 4]),
        ("!scaled", [1, 3]),
        ("kind=pod", [1]),
        ("kind=pod*", [1, 2, 3, 4]),
        ("object=*-worker", [2]),
        ("source=you", [1]),
        ("source=reconcile", [2]),
        ("ns=default !kind=pod → breached", [3, 4]),
        ("a=b=c", []),
    ],
)
def test_each_term_chooses_its_entries(timeline, text, wanted):
    if text == "a=b=c":
        with pytest.raises(FilterError, match='"a" is not a field; the fields are kind, ns'):
            parse_entries(text)
        return

    timeline.set_filter(parse_entries(text) or None)

    assert timeline.keys() == wanted


def test_a_change_of_health_is_an_entry_of_its_gang(timeline):
    entry = timeline.entry(3)

    assert entry.gang == gang_key("default", "sim", 0)
    assert entry.told.text == "healthy → breached"
    assert entry.told.severity is Severity.ERROR
    assert timeline.entry(4).told.severity is Severity.NONE


def test_changes_of_health_can_be_gone_to_from_any_entry(timeline):
    assert timeline.transition(1, 1) == 3
    assert timeline.transition(3, 1) == 4
    assert timeline.transition(4, 1) is None
    assert timeline.transition(4, -1) == 3
    assert timeline.transition(None, 1) == 4


def test_the_newest_can_be_first(timeline):
    timeline.newest_first = True

    assert timeline.keys() == [4, 3, 2, 1]
