"""The first screen, and the way from there to a cluster."""

from contextlib import asynccontextmanager

from textual.pilot import Pilot

from grove_tui.app import GroveApp
from grove_tui.config import Settings
from grove_tui.kube.errors import ConfigError
from grove_tui.screens.main import MainScreen
from grove_tui.screens.welcome import WelcomeScreen
from grove_tui.theme import ThemeFolders
from tests.screens.still import still_session


class Openings:
    """Opens a cluster only for the demo, and remembers what was asked for."""

    def __init__(self, *, finds: bool = False) -> None:
        self.asked: list[Settings] = []
        self.finds = finds

    @asynccontextmanager
    async def __call__(self, settings):
        self.asked.append(settings)
        if not settings.demo and not self.finds:
            raise ConfigError("no kubeconfig found; pass --kubeconfig FILE")
        yield still_session()


def app_on(openings, problem="There is no cluster to show."):
    return GroveApp(Settings(), openings, themes=ThemeFolders(), problem=problem)


async def shows(pilot: Pilot[int], screen: type) -> None:
    for _ in range(200):
        if isinstance(pilot.app.screen, screen):
            return
        await pilot.pause(0.01)
    raise AssertionError(f"{pilot.app.screen} is shown")


async def test_without_a_cluster_one_key_opens_the_demo():
    openings = Openings()
    app = app_on(openings)
    async with app.run_test() as pilot:
        await shows(pilot, WelcomeScreen)
        assert openings.asked == []

        await pilot.press("d")
        await shows(pilot, MainScreen)
        await pilot.pause(0.05)

        assert [settings.demo for settings in openings.asked] == [True]
        assert app.session is not None


async def test_looking_again_takes_what_is_there_by_then():
    openings = Openings()
    app = app_on(openings)
    async with app.run_test() as pilot:
        await shows(pilot, WelcomeScreen)
        await pilot.press("r")
        await pilot.pause(0.05)
        await shows(pilot, WelcomeScreen)

        openings.finds = True
        await pilot.press("r")
        await shows(pilot, MainScreen)

        assert len(openings.asked) == 2


async def test_a_cluster_that_cannot_be_opened_is_explained():
    app = app_on(Openings(), problem="")
    async with app.run_test() as pilot:
        await shows(pilot, WelcomeScreen)

        shown = str(app.screen.query_one("#why").render())
        assert shown == "No kubeconfig found; pass --kubeconfig FILE."


async def test_the_first_screen_can_be_left():
    app = app_on(Openings())
    async with app.run_test() as pilot:
        await shows(pilot, WelcomeScreen)
        await pilot.press("q")
        await pilot.pause(0.1)

        assert app.return_code == 0
