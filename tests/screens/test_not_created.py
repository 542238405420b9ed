"""A clique that its set asks for, but that nobody has created yet."""

import pytest

from grove_tui.screens.explain import ExplainScreen
from tests.screens.hostile import painted
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"
SAID = (
    f"PodClique {CLIQUE} is not created yet; X says what it waits for, and PodCliqueSet sim can be "
    "scaled, edited or deleted."
)


def told(shown):
    return " ".join(" ".join(painted(shown.app)).split())


@pytest.mark.parametrize("key", ["s", "plus", "ctrl+d", "y", "d", "e", "B"])
async def test_a_key_says_what_is_true_of_it(key):
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await shown.select(CLIQUE)

        await shown.press(key)

        await shown.until(lambda: SAID in shown.said())
        assert shown.screen is shown.app.main_screen


async def test_marked_with_others_it_is_left_out_with_the_reason():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await create_set(shown.cluster, "other")
        await create_clique(shown.cluster, "other")
        for name in (CLIQUE, "other-0-worker"):
            await shown.select(name)
            await shown.press("space")

        await shown.press("s")

        await shown.until(lambda: f"Left out: {SAID}" in shown.words())


async def test_its_explanation_says_so_and_what_to_do():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await shown.select(CLIQUE)

        await shown.press("X")

        await shown.until(lambda: isinstance(shown.screen, ExplainScreen))
        await shown.until(lambda: f"PodClique {CLIQUE} is not created yet." in told(shown))
        assert "does not exist" not in told(shown)
        assert "See in the status line who reconciles" in told(shown)


async def test_its_owner_is_its_set():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await shown.select(CLIQUE)

        await shown.press("J")

        here = shown.tree.cursor_key
        assert here is not None
        assert str(here) in ("sim", "sim-0")
