"""Other contexts and namespaces without a restart: one cluster is closed, another opened."""

from contextlib import asynccontextmanager

import pytest
import yaml
from textual.widgets import Static

from grove_tui.app import GroveApp
from grove_tui.cluster.session import Place
from grove_tui.config import Settings
from grove_tui.kube.errors import ConfigError
from grove_tui.screens.command import CommandScreen
from grove_tui.screens.commands import prepare
from grove_tui.screens.confirm import ConfirmDialog
from grove_tui.screens.welcome import WelcomeScreen
from grove_tui.theme import ThemeFolders
from grove_tui.widgets.live_table import LiveTable
from tests.builders import podcliqueset
from tests.screens.still import fill, still_session


class Openings:
    """Opens a still cluster for each setting, with one set that is named like its context."""

    def __init__(self):
        self.asked: list[Settings] = []
        self.events: list[str] = []
        self.broken = ""

    @asynccontextmanager
    async def __call__(self, settings):
        self.asked.append(settings)
        session = still_session()
        name = "demo" if settings.demo else settings.context or "first"
        if name == self.broken:
            raise ConfigError(f"context '{name}' cannot be used: no-such-plugin: not found")
        namespace = "" if settings.all_namespaces else settings.namespace
        session.place = Place(name, "https://127.0.0.1:6443", namespace, "default")
        fill(session.informers, [podcliqueset(f"set-{name}")])
        self.events.append(f"open {name}")
        try:
            yield session
        finally:
            self.events.append(f"close {name}")


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config"
    names = ("first", "second")
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "first",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:6443"}}],
        "contexts": [{"name": n, "context": {"cluster": "c", "user": ""}} for n in names],
    }
    path.write_text(yaml.safe_dump(document))
    return str(path)


@asynccontextmanager
async def opened(config, **settings):
    openings = Openings()
    given = Settings(kubeconfig=config, **settings)
    app = GroveApp(given, openings, themes=ThemeFolders())
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: rows(app))
        yield app, pilot, openings
    assert app._exception is None


async def until(pilot, predicate):
    for _ in range(300):
        if predicate():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not happen")


def rows(app):
    source = app.main_screen.query_one("#tree", LiveTable).source
    return [str(key) for key in list(source.keys())] if source else []


async def run(pilot, line):
    prepared = prepare(pilot.app.navigator, line)
    assert callable(prepared), prepared
    prepared()
    await pilot.pause()


async def test_another_context_is_opened_after_the_first_was_closed(config):
    async with opened(config) as (app, pilot, openings):
        assert app.navigator.contexts() == ["first", "second", "demo"]

        await run(pilot, "ctx second")
        await until(pilot, lambda: rows(app)[:1] == ["set-second"])

        assert openings.events == ["open first", "close first", "open second"]
        assert openings.asked[-1].context == "second"
        assert app.main_screen.settings.context == "second"


async def test_from_a_context_that_cannot_be_opened_one_key_leads_back(config):
    async with opened(config) as (app, pilot, openings):
        openings.broken = "second"
        await run(pilot, "ctx second")
        await until(pilot, lambda: isinstance(app.screen, WelcomeScreen))
        texts = [str(found.content) for found in app.screen.query(Static)]
        assert texts[0] == "Context 'second' cannot be used: no-such-plugin: not found."
        assert "b  goes back to first." in texts[1]

        await pilot.press("b")

        await until(pilot, lambda: rows(app)[:1] == ["set-first"])
        assert openings.events == ["open first", "close first", "open first"]
        assert app.settings.context == app.main_screen.settings.context == ""


async def test_what_is_shown_of_the_old_cluster_goes_at_once(config):
    async with opened(config) as (app, pilot, _):
        app.main_screen.leave()

        assert rows(app) == []
        assert app.main_screen.session is None
        await pilot.press("s", "X", "T", "t", "v", "ctrl+z", "N", "J", "o", "z", "space", "E")
        assert app.screen is app.main_screen


async def test_a_namespace_beyond_the_watched_one_opens_the_cluster_anew(config):
    async with opened(config, namespace="here") as (app, pilot, openings):
        await run(pilot, "ns there")
        await until(pilot, lambda: len(openings.asked) == 2 and rows(app))
        assert openings.asked[-1].namespace == "there"

        await run(pilot, "ns all")
        await until(pilot, lambda: len(openings.asked) == 3 and rows(app))
        assert openings.asked[-1].all_namespaces


async def test_the_demo_cluster_is_left_only_after_a_yes(config):
    async with opened(config, demo=True) as (app, pilot, openings):
        await run(pilot, "ctx second")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("enter")  # on Cancel
        await until(pilot, lambda: app.screen is app.main_screen)
        assert openings.events == ["open demo"]

        await run(pilot, "ctx second")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("right", "enter")
        await until(pilot, lambda: rows(app)[:1] == ["set-second"])
        assert not openings.asked[-1].demo


async def test_screens_of_the_old_cluster_are_closed(config):
    async with opened(config) as (app, pilot, _):
        await run(pilot, "pods")
        await until(pilot, lambda: app.screen is not app.main_screen)

        await run(pilot, "ctx second")
        await until(pilot, lambda: rows(app)[:1] == ["set-second"])

        assert app.screen is app.main_screen
        await pilot.press("left_square_bracket")
        assert app.screen is app.main_screen


async def test_the_colon_works_while_there_is_no_cluster(config):
    async with opened(config) as (app, pilot, _):
        app.main_screen.leave()

        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, CommandScreen))
        await pilot.press(*"pods", "enter")
        await until(pilot, lambda: app.screen is app.main_screen)
