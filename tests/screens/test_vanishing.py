"""An object that goes while its screen or dialog is open takes nothing with it."""

from typing import Any

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import PODS
from grove_tui.screens.delete import DeleteDialog
from grove_tui.screens.document import DocumentScreen
from grove_tui.screens.explain import ExplainScreen
from grove_tui.screens.logs import LogsScreen
from grove_tui.screens.preview import PreviewDialog
from grove_tui.screens.resources import ResourceScreen
from grove_tui.screens.scale import ScaleDialog
from grove_tui.screens.text import TextScreen
from grove_tui.screens.timeline import TimelineScreen
from tests.screens.hostile import painted
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"
POD = f"{CLIQUE}-aaaaa"
OPENED: dict[str, tuple[Any, tuple[str, ...]]] = {
    "s": (ScaleDialog, ("5", "enter", "enter")),
    "ctrl+d": (DeleteDialog, ("right", "enter", "enter")),
    "B": (PreviewDialog, ("right", "enter")),
    "y": (DocumentScreen, ("slash", "n", "enter", "v", "c")),
    "d": (TextScreen, ("slash", "n", "enter", "c")),
    "l": (LogsScreen, ("w", "t", "f", "c")),
    "X": (ExplainScreen, ("enter", "s", "y", "T")),
    "T": (TimelineScreen, ("up", "enter", "s", "y")),
}
"""What each key opens, and what is pressed there once the object is gone."""


async def leave(shown):
    while shown.screen is not shown.app.main_screen:
        await shown.press("escape")


@pytest.mark.parametrize("key", OPENED)
@pytest.mark.parametrize("name", [POD, CLIQUE])
async def test_what_is_open_survives_its_object(key, name):
    screen, further = OPENED[key]
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_set(shown.cluster, "other")
        await create_clique(shown.cluster, "other")
        await create_clique(shown.cluster)
        await shown.until(lambda: shown.row(f"{CLIQUE}-bbbbb"))
        await shown.select(name)
        await shown.press(key)
        await shown.until(lambda: isinstance(shown.screen, screen))
        before = shown.cluster.the(PODCLIQUES, "other-0-worker")

        for pod in shown.cluster.objects(PODS):
            if pod.metadata.name.startswith(CLIQUE):
                await shown.cluster.client.delete(PODS, pod.metadata.name, "default")
        await shown.cluster.client.delete(PODCLIQUES, CLIQUE, "default")
        await shown.cluster.client.delete(PODCLIQUESETS, "sim", "default")
        await shown.until(lambda: shown.row(name) is None)
        assert type(shown.screen) is screen
        assert name in "\n".join(painted(shown.app))

        await shown.press(*further)
        await leave(shown)

        assert shown.cluster.the(PODCLIQUES, "other-0-worker") == before
        assert shown.cluster.objects(PODCLIQUES) == [before]
        assert len(shown.cluster.objects(PODS)) == 2
        assert shown.row("other-0-worker")


async def test_a_list_survives_all_that_is_in_it():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.press("colon", *"pods", "enter")
        await shown.until(lambda: isinstance(shown.screen, ResourceScreen))

        for pod in shown.cluster.objects(PODS):
            await shown.cluster.client.delete(PODS, pod.metadata.name, "default")
        await shown.until(lambda: POD not in "\n".join(painted(shown.app)))
        await shown.press("s", "ctrl+d", "y", "d", "l", "X", "T", "B", "o", "space", "enter")

        await shown.press("escape", "escape")
        assert shown.cluster.objects(PODCLIQUES)
