"""Pictures of the screens beside the main one, on a world that stands still; looked at."""

from typing import Any

import pytest
from textual.widgets import Input

from grove_tui.kube.objects import NamespacedName
from grove_tui.screens.document import DocumentScreen
from grove_tui.view.history import Source
from grove_tui.widgets.live_table import LiveTable
from tests.builders import node
from tests.screens.still import app_of, fill, guide_world, still_session

THEMES = ("grove-dark", "grove-light", "grove-contrast", "grove-plain")
SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
BREACHED = "single-node-aggregated-1"
PENDING = "single-node-aggregated-1-model-worker-bbbbb"


def world():
    """The guide's world on nodes in two racks; one is cordoned, one is lost, one has GPUs."""
    objects = [obj for obj in guide_world() if type(obj).__name__ != "Node"]
    rooms = {"cpu": "64", "memory": "512Gi", "pods": "110"}
    changes: dict[int, dict[str, Any]] = {
        2: {"spec": {"unschedulable": True}},
        4: {"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}},
        5: {"status": {"allocatable": {**rooms, "nvidia.com/gpu": "8"}}},
    }
    for number in range(1, 6):
        rack = {"topology.kubernetes.io/rack": f"rack-{1 + (number > 3)}"}
        objects.append(
            node(
                f"fake-node-00{number}",
                **{"metadata": {"labels": rack}, **changes.get(number, {})},
            )
        )
    return objects


def tell_story(session):
    """Let something happen that a timeline tells."""
    recorder, pods = session.recorder, session.informers.pods.store
    recorder.start()
    gang, where = "PodCliqueSet replica", NamespacedName("default", BREACHED)
    recorder.note(gang, where, "starting → healthy", Source.HEALTH)
    pod = pods.get("default", PENDING)
    recorder.note("Pod", NamespacedName("default", PENDING), f"Pod {PENDING} is being deleted.")
    pods.remove(NamespacedName("default", PENDING))
    recorder.note(gang, where, "healthy → breached", Source.HEALTH)
    pods.put(pod)


async def settled(pilot):
    """Wait until the picture does not change any more."""
    before, same = "", 0
    while same < 3:
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause(0.05)
        now = pilot.app.export_screenshot()
        same = same + 1 if now == before else 0
        before = now


def put_cursor(app, on):
    """Put the cursor of the tree on a row, if one is named."""
    if on:
        tree = app.main_screen.query_one("#tree", LiveTable)
        assert tree.source is not None
        keys = list(tree.source.keys())
        tree.move_to(next(key for key in keys if str(key) == on))


@pytest.fixture
def picture(snap_compare, monkeypatch):
    """Compare the app after some keys, with the cursor on a row, with its stored picture."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")

    def compare(*keys, size, on="", **settings):
        session = still_session()
        fill(session.informers, world())
        tell_story(session)
        app = app_of(session, **settings)

        async def settle(pilot):
            await settled(pilot)
            put_cursor(app, on)
            for key in keys:
                await pilot.press(key)
            await settled(pilot)

        assert snap_compare(app, run_before=settle, terminal_size=size)
        assert app._exception is None

    return compare


every_look = pytest.mark.parametrize(
    ("theme", "size"), [(theme, size) for theme in THEMES for size in SIZES]
)


@every_look
def test_why(picture, theme, size):
    picture("X", on=BREACHED, size=SIZES[size], theme=theme)


@every_look
def test_nodes(picture, theme, size):
    picture("t", "j", on=BREACHED, size=SIZES[size], theme=theme)


@every_look
def test_timeline(picture, theme, size):
    picture("T", on=BREACHED, size=SIZES[size], theme=theme)


@every_look
def test_command_line(picture, theme, size):
    picture("colon", "p", "o", "down", size=SIZES[size], theme=theme)


@every_look
def test_list_of_gangs(picture, theme, size):
    picture("colon", *"gangs", "enter", size=SIZES[size], theme=theme)


@every_look
def test_list_of_pods(picture, theme, size):
    picture("colon", *"pods", "enter", "space", size=SIZES[size], theme=theme)


@every_look
def test_list_of_events(picture, theme, size):
    picture("colon", *"events", "enter", size=SIZES[size], theme=theme)


@every_look
def test_overview_on_the_main_screen(picture, theme, size):
    picture("v", size=SIZES[size], theme=theme)


@every_look
def test_drain_dialog(picture, theme, size):
    picture("t", "D", on=BREACHED, size=SIZES[size], theme=theme)


def test_why_in_ascii(picture):
    picture("X", on=BREACHED, size=(80, 24), ascii=True)


def test_nodes_in_ascii(picture):
    picture("t", on=BREACHED, size=(80, 24), ascii=True)


def test_an_unknown_command(picture):
    picture("colon", *"podz", "enter", size=(80, 24))


DOCUMENT = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": PENDING, "labels": {"grove.io/podclique-pod-index": "1"}},
    "spec": {
        "containers": [{"name": "main", "image": "nginx:1", "args": ["--port", "80"]}],
        "priority": 0,
        "enableServiceLinks": True,
        "notes": "one: text\nof two lines",
        "volumes": [],
    },
}


@pytest.mark.parametrize("theme", THEMES)
def test_yaml_with_a_search(snap_compare, monkeypatch, theme):
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    app = app_of(still_session(), theme=theme)

    async def search(pilot):
        await settled(pilot)
        app.push_screen(DocumentScreen(f"Pod {PENDING}", DOCUMENT))
        await pilot.press("slash", *"main", "enter")
        await settled(pilot)

    assert snap_compare(app, run_before=search, terminal_size=SIZES["80x24"])
    assert app._exception is None
