"""Text from a cluster is text on every screen: no markup, no control codes, no overflow."""

import pytest
from textual.widgets import Input

from grove_tui.kube.objects import NamespacedName
from tests.screens.hostile import MARKUP, UNSAFE, hostile_session, painted, widths
from tests.screens.still import app_of

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
PLACES = {
    "tables": {
        "tree": (),
        "wide columns": ("ctrl+w",),
        "events of the selection": ("E",),
        "overview": ("v",),
        "filter": ("v", "slash", *"[/bar]", "enter"),
        "list of pods": ("colon", *"pods", "enter"),
        "list of events": ("colon", *"events", "enter"),
        "list of gangs": ("colon", *"overview", "enter"),
    },
    "answers": {
        "why of the set": ("g", "X"),
        "why of a pod": ("g", "j", "j", "j", "j", "X"),
        "timeline": ("g", "T"),
        "timeline of all": ("g", "T", "a"),
        "nodes": ("t",),
        "nodes, a node selected": ("t", "tab", "tab"),
    },
    "objects": {
        "description": ("g", "d"),
        "description of a pod": ("g", "j", "j", "j", "d"),
        "yaml": ("g", "y"),
        "yaml of a pod": ("g", "j", "j", "j", "y"),
        "logs of the set": ("g", "l"),
        "logs wrapped": ("g", "l", "w"),
    },
    "dialogs": {
        "scale a clique": ("g", "j", "j", "s"),
        "scale it to nothing": ("g", "j", "j", "s", "0"),
        "delete the set": ("g", "ctrl+d"),
        "what if": ("g", "B"),
        "what if, of a pod": ("g", "j", "j", "j", "B"),
        "drain": ("t", "D"),
        "cordon": ("t", "c"),
    },
    "the rest": {
        "completions": ("colon", *"ns "),
        "unknown command": ("colon", *"[/bar]", "enter"),
        "palette": ("ctrl+p", *"bar"),
        "help": ("question_mark",),
    },
}
"""Where to look, and the keys that lead there."""
TYPED = {" ": "space", "[": "left_square_bracket", "]": "right_square_bracket", "/": "slash"}


async def settle(pilot):
    """Wait until the picture does not change any more."""
    before: list[str] = []
    same = 0
    while same < 2:
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause(0.03)
        now = painted(pilot.app)
        same = same + 1 if now == before else 0
        before = now


async def go_to(pilot, keys):
    app = pilot.app
    app.navigator.home()
    await pilot.pause()
    app.main_screen.query_one("#tree").focus()
    for key in keys:
        await pilot.press(TYPED.get(key, key))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("places", PLACES)
async def test_every_screen_shows_it_as_text(places, size):
    session = hostile_session()
    session.recorder.note("Pod", NamespacedName("default", MARKUP), f"Scaled {MARKUP}")
    app = app_of(session)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        for place, keys in PLACES[places].items():
            await go_to(pilot, keys)
            await settle(pilot)

            shown = painted(app)
            assert not UNSAFE.search("".join(shown)), place
            assert widths(app) == {size[0]}, place
            if places != "the rest" and size[0] > 80:
                assert "[/b" in "".join(shown), place
    assert app._exception is None
    assert app.return_code in (None, 0)
