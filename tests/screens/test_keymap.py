"""Keys of the user's own: every binding can have them, and what cannot work is told."""

import pytest

from grove_tui.app import GroveApp
from grove_tui.screens.delete import DeleteDialog
from grove_tui.screens.keymap import keymap_problems
from grove_tui.widgets.key_bar import KeyBar
from tests.screens.live import create_clique, create_set, dashboard


def problems(**keymap):
    return list(keymap_problems({k.replace("__", "."): v for k, v in keymap.items()}, GroveApp))


def test_keys_that_are_free_are_no_problem():
    assert problems(object__delete="f8", object__scale="x,ctrl+y", grove__help="?,f2") == []


def test_two_that_change_places_are_no_problem():
    assert problems(object__scale="d", object__describe="s") == []


def test_other_keys_on_screens_that_never_meet_are_no_problem():
    assert problems(dialog__cancel="s") == []


@pytest.mark.parametrize(
    ("keymap", "sentence"),
    [
        (
            {"object__scale": "d"},
            "object.describe and object.scale have the same key, d; give each its own.",
        ),
        (
            {"object__scale": "j"},
            "object.scale and table.down have the same key, j; give each its own.",
        ),
        (
            {"object__scale": "?"},
            "grove.help and object.scale have the same key, question_mark; give each its own.",
        ),
        (
            {"object__scale": "f4", "object__delete": "f4"},
            "object.delete and object.scale have the same key, f4; give each its own.",
        ),
        (
            {"object__scale": "notakey"},
            "object.scale has 'notakey', which is no key; keys are x, f8, ctrl+d …",
        ),
        ({"object__scale": "strg+d"}, "object.scale has 'strg+d', which is no key"),
    ],
)
def test_what_cannot_work_is_one_sentence(keymap, sentence):
    told = problems(**keymap)

    assert [text for text in told if text.startswith(f"keymap in the config file: {sentence}")]


def test_each_conflict_is_told_once():
    told = problems(object__scale="d")

    assert len(told) == len(set(told)) == 1


async def test_conflicts_are_told_when_the_dashboard_begins():
    async with dashboard(keymap={"object.scale": "d"}) as shown:
        await shown.until(
            lambda: any("object.describe and object.scale" in said for said in shown.said())
        )


async def test_a_key_of_ones_own_does_what_the_binding_did():
    async with dashboard(keymap={"object.delete": "f8"}) as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.select("sim-0-worker")
        bar = shown.screen.query_one(KeyBar)
        await shown.until(lambda: "f8 Delete" in bar.render_line(0).text)

        await shown.press("ctrl+d")
        assert shown.screen is shown.app.main_screen
        await shown.press("f8")

        await shown.until(lambda: isinstance(shown.screen, DeleteDialog))


def test_every_binding_can_have_a_key_of_its_own():
    ids = list_of_ids()

    told = [problems(**{name.replace(".", "__"): "ctrl+alt+shift+f24"}) for name in ids]

    assert len(ids) > 100
    assert [text for texts in told for text in texts] == []


def list_of_ids():
    from textual.dom import DOMNode

    list(keymap_problems({}, GroveApp))  # imports every screen
    found = set()

    def look(node):
        for binding in node.__dict__.get("BINDINGS", ()):
            if getattr(binding, "id", None):
                found.add(binding.id)
        for child in node.__subclasses__():
            look(child)

    look(DOMNode)
    return sorted(found)
