"""Pictures of the dialogs that look ahead, on a stage of their own; looked at, and compared."""

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from textual.app import App
from textual.screen import Screen

import grove_tui.app
from grove_tui.actions.deleting import deletion
from grove_tui.actions.draining import plan
from grove_tui.actions.scaling import scalable
from grove_tui.config import Settings
from grove_tui.screens.delete import DeleteDialog, DeleteSeveralDialog
from grove_tui.screens.drain import DrainDialog
from grove_tui.screens.foresight import Outlook
from grove_tui.screens.preview import PreviewDialog, choices_of
from grove_tui.screens.scale import ScaleDialog
from grove_tui.screens.scale_several import ScaleSeveralDialog
from grove_tui.screens.selection import deletion_now, deletion_of, marked, scalable_now, scalable_of
from grove_tui.theme import TOKEN_DEFAULTS, ThemeFolders
from grove_tui.view.book import GangBook
from grove_tui.view.keys import Kind, object_key
from tests.preview.scenes import inference, running
from tests.preview.worlds import NOW
from tests.screens.test_snapshots import still

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
THEMES = ("grove-dark", "grove-light", "grove-contrast", "grove-plain")
every_look = pytest.mark.parametrize(
    ("theme", "size"), [(theme, size) for theme in THEMES for size in SIZES]
)
WORLD = running(inference(replicas=2))
BOOK = GangBook(WORLD, lambda: NOW)
OUTLOOK = Outlook(WORLD, lambda: NOW)


class Stage(App[None]):
    """Nothing but a dialog in a theme."""

    CSS_PATH = Path(grove_tui.app.__file__).parent / "app.tcss"

    def __init__(self, theme: str, dialog: Screen[Any], *, ascii_only: bool = False) -> None:
        super().__init__()
        self.settings = Settings(demo=True, ascii=ascii_only)
        self._wanted, self._dialog = theme, dialog
        self.animation_level = "none"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(TOKEN_DEFAULTS)

    def on_mount(self) -> None:
        theme = ThemeFolders().find(self._wanted)
        assert theme is not None
        self.register_theme(theme)
        self.theme = self._wanted
        self.push_screen(self._dialog)


def scaling(name, change):
    find = partial(scalable, WORLD, "PodClique", "default", name)
    found = find()
    assert found is not None
    return ScaleDialog(found, find, OUTLOOK, change)


def deleting(kind, name):
    find = partial(deletion, WORLD, kind, "default", name)
    found = find()
    assert found is not None
    return DeleteDialog(found, find, OUTLOOK)


def looking(name):
    found = WORLD.podcliquescalinggroups.get("default", name)
    assert found is not None
    choices = choices_of(BOOK, object_key(Kind.SCALING_GROUP, found))
    assert not isinstance(choices, str)
    return PreviewDialog(name, choices, OUTLOOK)


def rows(*names, hidden=""):
    """Rows of cliques; the last one is not in view where `hidden` says why."""
    cliques = [WORLD.podcliques.get("default", name) for name in names]
    keys = [object_key(Kind.PODCLIQUE, found) for found in cliques if found is not None]
    return dict.fromkeys(keys, "") | {keys[-1]: hidden}


def scaling_several(step, *names):
    found = marked(rows(*names), partial(scalable_of, BOOK))
    return ScaleSeveralDialog(found, partial(scalable_now, WORLD), OUTLOOK, step)


def deleting_several(*names):
    found = marked(rows(*names, hidden="hidden by the filter"), partial(deletion_of, BOOK))
    return DeleteSeveralDialog(found, partial(deletion_now, WORLD), OUTLOOK)


def draining(node, world=WORLD):
    planned = plan(world, node)
    assert planned is not None
    return DrainDialog(cast("Any", SimpleNamespace(world=world, clock=lambda: NOW)), planned)


@pytest.fixture
def picture(snap_compare):
    """Compare a dialog after some keys with its stored picture."""

    def compare(dialog, *keys, size=(80, 24), theme="grove-dark", ascii_only=False):
        app = Stage(theme, dialog, ascii_only=ascii_only)

        async def settle(pilot):
            await still(pilot)
            for key in keys:
                await pilot.press(key)
            await still(pilot)

        assert snap_compare(app, run_before=settle, terminal_size=size)
        assert app._exception is None

    return compare


@every_look
def test_scaling_below_the_minimum(picture, theme, size):
    picture(scaling("llm-0-front", -2), theme=theme, size=SIZES[size])


@every_look
def test_deleting_a_set(picture, theme, size):
    picture(deleting("PodCliqueSet", "llm"), theme=theme, size=SIZES[size])


def test_scaling_beyond_the_room(picture):
    picture(scaling("llm-0-prefill-0-worker", 0), "9")


def test_deleting_a_pod(picture):
    pod = min(p.metadata.name for p in WORLD.pods.values())
    picture(deleting("Pod", pod))


@every_look
def test_looking_without_acting(picture, theme, size):
    picture(looking("llm-0-prefill"), "right", theme=theme, size=SIZES[size])


def test_in_ascii_without_colours(picture):
    picture(deleting("PodCliqueSet", "llm"), theme="grove-plain", ascii_only=True)


def test_on_a_small_terminal(picture):
    picture(scaling("llm-0-front", -2), size=(60, 16))


FRONTS = ("llm-0-front", "llm-1-front")


@every_look
def test_scaling_what_is_marked(picture, theme, size):
    picture(scaling_several(-3, *FRONTS), theme=theme, size=SIZES[size])


def test_scaling_up_what_is_marked(picture):
    picture(scaling_several(2, *FRONTS))


def test_one_number_for_all_is_refused(picture):
    picture(scaling_several(0, *FRONTS), "4")


@every_look
def test_deleting_what_is_marked(picture, theme, size):
    picture(deleting_several(*FRONTS), theme=theme, size=SIZES[size])


@every_look
def test_draining_a_node(picture, theme, size):
    picture(draining("node-1"), theme=theme, size=SIZES[size])


@pytest.mark.parametrize("size", SIZES)
def test_draining_the_last_node(picture, size):
    picture(draining("node-1", running(number=1, gpus=16)), size=SIZES[size])
