"""Pictures of the rest of the screens in each class of themes, at both sizes; looked at."""

import math
from contextlib import asynccontextmanager

import pytest

from grove_tui.app import GroveApp
from grove_tui.cluster.replay import ReplaySession
from grove_tui.config import Settings
from grove_tui.kube.client import Client
from grove_tui.kube.errors import ConfigError, Unreachable
from grove_tui.kube.reflector import Link, LinkState
from grove_tui.kube.transport import Response
from grove_tui.theme import ThemeFolders
from grove_tui.widgets import changes
from tests.screens.hostile import as_sent
from tests.screens.still import app_of, fill, still_session
from tests.screens.test_place_pictures import (
    BREACHED,
    PENDING,
    every_look,
    put_cursor,
    settled,
    tell_story,
    world,
)
from tests.screens.test_replay import recording

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
WORKER = f"{BREACHED}-model-worker"


class Stored:
    """A transport that answers with the objects as they are."""

    def __init__(self, objects):
        self._sent = as_sent(objects)

    async def request(self, request, timeout=0):  # noqa: ASYNC109 - the signature of transports
        if request.path not in self._sent:
            raise Unreachable(f"{request.method} {request.path} was sent")
        return Response(200, body=self._sent[request.path])

    async def close(self):
        return None


@asynccontextmanager
async def no_cluster(settings):
    if not settings.demo:
        raise ConfigError("there is none")
    yield still_session()


def session_of(objects):
    session = still_session()
    session.client = Client(Stored(objects))  # type: ignore[arg-type]
    fill(session.informers, objects)
    tell_story(session)
    return session


@pytest.fixture
def picture(snap_compare, monkeypatch):
    """Compare an app after some keys, with the cursor on a row, with its stored picture."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    # What changed a moment ago stays so, however long the picture takes.
    monkeypatch.setattr(changes, "BRIGHT_SECONDS", math.inf)

    def compare(app, *keys, size, on=""):
        async def settle(pilot):
            await settled(pilot)
            put_cursor(app, on)
            for key in keys:
                await pilot.press(key)
                # Columns keep the widths that they had: each step is to be seen.
                await settled(pilot)

        assert snap_compare(app, run_before=settle, terminal_size=SIZES[size])
        assert app._exception is None

    return compare


KEYS = {
    "describe": ("d",),
    "yaml": ("y",),
    "apply": ("a",),
    "filter": ("slash", *"gang=breached"),
    "palette": ("ctrl+p",),
    "events of the selected": ("E",),
}


@every_look
@pytest.mark.parametrize("screen", KEYS)
def test_screens_about_an_object(picture, screen, theme, size):
    app = app_of(session_of(world()), theme=theme)
    picture(app, *KEYS[screen], on=PENDING, size=size)


@every_look
def test_cordon(picture, theme, size):
    app = app_of(session_of(world()), theme=theme)
    picture(app, "t", "c", on=WORKER, size=size)


@every_look
def test_a_lost_connection(picture, theme, size):
    session = session_of(world())
    # It began in the future, so that the seconds since then stand still.
    lost = Link(LinkState.STALE, 1e12, error="the server does not answer")
    session.informers.pods.reflector.link = lost
    picture(app_of(session, theme=theme), size=size, on=WORKER)


@every_look
def test_nothing_there(picture, theme, size):
    picture(app_of(still_session(), theme=theme), size=size)


@every_look
def test_a_filter_that_nothing_matches(picture, theme, size):
    app = app_of(session_of(world()), theme=theme)
    picture(app, "slash", *"nothing", "enter", size=size)


@every_look
def test_welcome(picture, theme, size):
    problem = "There is no kubeconfig: neither $KUBECONFIG nor ~/.kube/config is there."
    settings = Settings(theme=theme)
    picture(GroveApp(settings, no_cluster, themes=ThemeFolders(), problem=problem), size=size)


@every_look
def test_a_recording(picture, theme, size):
    app = app_of(ReplaySession(recording()), read_only=True, theme=theme)
    picture(app, "right_square_bracket", "right_square_bracket", size=size)
