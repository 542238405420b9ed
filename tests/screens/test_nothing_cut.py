"""No name is cut without an ellipsis, on any screen, at any size, however long it is."""

import re

import msgspec
import pytest

from tests.builders import podcliqueset
from tests.screens.hostile import painted
from tests.screens.still import app_of, clique, fill, guide_world, still_session, template
from tests.screens.test_place_pictures import BREACHED, put_cursor, settled, tell_story, world

SIZES = [(60, 16), (80, 24), (100, 30), (160, 48), (220, 50)]
SCREENS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tree": ((), ()),
    "overview": (("v",), ("v",)),
    "gangs": (("colon", *"gangs", "enter"), ("escape",)),
    "pods": (("colon", *"pods", "enter"), ("escape",)),
    "events": (("colon", *"events", "enter"), ("escape",)),
    "nodes": (("t",), ("escape",)),
    "why": (("X",), ("escape",)),
    "timeline": (("T",), ("escape",)),
    "events of the selected": (("E",), ()),
}
"""How each screen is opened from the tree, and left again."""
ENOUGH = 12
"""From how many characters on it is taken for a name, or for the beginning of one."""
LONG = "inference-platform-of-a-team"
NAMESPACE = "a-namespace-of-sixty-three-characters-which-is-all-that-it-may-"


def long_world():
    """The world of the pictures, and beside it a set whose names are as long as they may be."""
    of_set = template(LONG, ("decode-worker-of-role-b", 3, 3), metadata={"namespace": NAMESPACE})
    parts = clique(LONG, 0, "decode-worker-of-role-b", 3, 2, 3)
    replaced = msgspec.structs.replace
    moved = [
        replaced(part, metadata=replaced(part.metadata, namespace=NAMESPACE)) for part in parts
    ]
    return [*world(), of_set, *moved]


def names_of(objects):
    """Every name that stands for itself: of objects, of gangs, in what events say."""
    names = {obj.metadata.name for obj in objects} | {NAMESPACE}
    names |= {f"{name}-{index}" for name in names for index in range(2)}
    return names | {
        f"{NAMESPACE}/{LONG}",
        f"{NAMESPACE}/{LONG}-0",
        f"{BREACHED}-model-worker-zzzzz",
    }


def same(text, name):
    """Return how many characters of a name a text begins with."""
    pairs = zip(text, name, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(text), len(name)))


def cuts(lines, names):
    """Return what looks like a name that lost its end and does not say so."""
    found = []
    starts = {name[:ENOUGH] for name in names if len(name) >= ENOUGH}
    pattern = re.compile("|".join(re.escape(start) for start in sorted(starts)))
    for number, line in enumerate(lines):
        for match in pattern.finditer(line):
            rest = line[match.start() :]
            shown = rest[: max(same(rest, name) for name in names)]
            after = rest[len(shown) : len(shown) + 1]
            # A text that is wrapped goes on in the next line.
            following = "".join(lines[number + 1 : number + 2]).strip("│ ▌└")
            goes_on = {name[len(shown) :] for name in names if name.startswith(shown)}
            # At the edge of what is scrolled the next line is not to be seen.
            is_last = number == len(lines) - 3
            wrapped = not after.strip() and (is_last or following.startswith(tuple(goes_on)))
            if shown not in names and after != "…" and not wrapped:
                found.append(line)
    return found


@pytest.mark.timeout(60)
@pytest.mark.parametrize("size", SIZES, ids=[f"{width}x{height}" for width, height in SIZES])
async def test_every_name_is_whole_or_ends_in_an_ellipsis(size, monkeypatch):
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    objects = long_world()
    names = names_of(objects)
    session = still_session()
    fill(session.informers, objects)
    tell_story(session)
    app = app_of(session)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        for screen, (there, back) in SCREENS.items():
            put_cursor(app, f"{LONG}-0-decode-worker-of-role-b")
            await pilot.press(*there)
            await pilot.pause(0.2)

            assert cuts(painted(app), names) == [], screen
            await pilot.press(*back)
            await pilot.pause(0.1)


def test_what_is_looked_for_would_be_found():
    names = names_of([podcliqueset("single-node-aggregated"), *guide_world()])

    assert cuts(["│ single-node-aggre │"], names) == ["│ single-node-aggre │"]
    assert cuts(["  single-node-aggregated-1-model-wor"], names)
    assert not cuts(["│ single-node-aggre… │", "  single-node-aggregated-1  healthy"], names)
