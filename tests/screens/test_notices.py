"""Notifications do not pile up: what repeats is counted, few are shown, errors stay."""

from grove_tui.api.objects import PODCLIQUES
from grove_tui.screens.notices import MOST_SHOWN
from grove_tui.screens.scale import ScaleDialog
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


def toasts(shown):
    """Return what the notifications on the screen say, from top to bottom."""
    return [str(toast.render()) for toast in shown.screen.query("Toast")]


def frames(shown):
    return list(shown.screen.query("ToastHolder"))


def known_replicas(shown):
    clique = shown.session.world.podcliques.get("default", CLIQUE)
    return clique.spec.replicas if clique is not None else None


async def seen(shown, *wanted):
    """Wait until exactly these are on the screen."""
    await shown.until(lambda: toasts(shown) == list(wanted))


async def test_what_repeats_is_counted_in_one_notification():
    async with dashboard() as shown:
        await seen(shown)
        await shown.press("left_square_bracket")
        await seen(shown, "There is nothing before this.")

        await shown.press("left_square_bracket", "left_square_bracket")

        await seen(shown, "3 x There is nothing before this.")
        await shown.until(lambda: len(frames(shown)) == 1)


async def test_few_are_shown_at_a_time_the_latest_ones():
    async with dashboard() as shown:
        for number in range(8):
            shown.app.notify(f"news {number}", markup=False)

        await seen(shown, *(f"news {number}" for number in range(8 - MOST_SHOWN, 8)))
        await shown.until(lambda: len(frames(shown)) == MOST_SHOWN)
        assert sum(frame.region.height for frame in frames(shown)) < shown.app.size.height / 2


async def test_errors_stay_while_news_goes():
    async with dashboard() as shown:
        shown.app.notify("it broke", severity="error", markup=False)
        for number in range(5):
            shown.app.notify(f"news {number}", markup=False)

        await seen(shown, "it broke", "news 3", "news 4")
        seconds = {known.severity: known.timeout for known in shown.app._notifications}
        assert seconds["error"] > seconds["information"]


async def test_the_latest_about_an_object_takes_the_place_of_the_one_before():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.select(CLIQUE)

        for wanted in (3, 4):
            await shown.press("plus")
            await shown.until(lambda: isinstance(shown.screen, ScaleDialog))
            await shown.press("tab", "enter")
            await seen(shown, f"PodClique {CLIQUE} is to have {wanted} replicas.")
            await shown.until(
                lambda: known_replicas(shown) == shown.cluster.the(PODCLIQUES, CLIQUE).spec.replicas
            )

        assert known_replicas(shown) == 4
        assert len(frames(shown)) == 1


async def test_markup_in_a_notification_is_text():
    async with dashboard() as shown:
        shown.app.notify("[b]x[/bar]", markup=False)
        shown.app.notify("[b]x[/bar]", markup=False)

        await seen(shown, "2 x [b]x[/bar]")


async def test_textuals_own_are_counted_as_well():
    async with dashboard() as shown:
        await shown.press("ctrl+c", "ctrl+c")

        said = await shown.until(lambda: toasts(shown))
        assert len(said) == 1
        assert "Do you want to quit?" in said[0]
