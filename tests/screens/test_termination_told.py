"""A gang's termination, told by the screen alone: what is wrong, what will be, what happened."""

import re

import pytest

from grove_tui.actions.examples import examples
from grove_tui.actions.manifests import read_manifests
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.screens.explain import ExplainScreen
from grove_tui.screens.timeline import TimelineScreen
from tests.screens.hostile import painted
from tests.screens.live import dashboard

GANG = "gang-termination-0"
SHORT = f"{GANG}-decode"


async def example(cluster):
    """Apply the example with a delay that a test can wait for."""
    (manifest,) = read_manifests(examples()["gang-termination.yaml"])
    manifest.body["spec"]["template"]["terminationDelay"] = "8s"
    await cluster.client.create(PODCLIQUESETS, manifest.body, "default")


def text(shown):
    """Return what the screen says, with each run of blanks as one."""
    return re.sub(r" +", " ", "\n".join(painted(shown.app)))


async def breach(shown):
    """Take away a pod for good: what is wrong, and what will happen when, is on every screen."""
    await shown.cluster.client.scale(PODCLIQUES, SHORT, 1, "default")
    await shown.until(lambda: "✖ 1 breached │ ✔ 1 healthy" in text(shown))
    ends = r"breached \((terminates|ends) in 0:0\d\)"
    assert re.search(rf"{GANG} (gang )?4/5 {ends}", text(shown))
    assert re.search(rf"decode (pclq )?1/1 \(min 2\) (\S+ )?{ends}", text(shown))
    lacks = rf"{GANG} lacks 1 decode pod: (the whole gang \(4 pods\) is terminated|all of it ends)"
    assert re.search(lacks + r"( and built anew)? in 0:0\d ─╯", text(shown))


async def ask_why(shown):
    """Ask why: the cause, the end, and the way out."""
    await shown.press("X")
    await shown.until(lambda: isinstance(shown.screen, ExplainScreen))
    told = re.sub(r"\s+", " ", text(shown))
    assert f"Gang {GANG} is breached (terminates in 0:0" in told
    assert "The whole gang with its 4 pods is terminated in 0:0" in told
    assert f"{SHORT} is short of minAvailable by 1: 1 of 2 needed pods are ready" in told
    assert f"Bring {SHORT} back to its minimum before that" in told
    assert f"Scale {SHORT} to at least 2" in told
    await shown.press("escape")


async def look_back(shown):
    """Look at the timeline: what happened, without having looked."""
    await shown.press("T", "H")
    await shown.until(lambda: isinstance(shown.screen, TimelineScreen))
    await shown.until(lambda: "→ healthy" in text(shown).partition("→ breached")[2])
    told = text(shown)
    assert re.search(r"breached → \w+: its p", told)
    while "healthy → breached: decode has 1 of 2 needed pods, terminates in 0:0" not in told:
        # Where a line is too short for the reason, the whole of it stands below.
        await shown.press("k")
        told = re.sub(r"\s+", " ", text(shown).partition("│")[2])


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
async def test_who_never_heard_of_gangs_can_follow_one_to_its_end_and_beyond(size):
    async with dashboard(size=size, reconcile=True, prepare=example) as shown:
        await shown.until(lambda: "✔ 2 healthy" in text(shown))
        await shown.select(GANG)
        old = shown.cluster.the(PODCLIQUES, f"{GANG}-prefill").metadata.uid
        other = shown.cluster.the(PODCLIQUES, "gang-termination-1-prefill").metadata.uid

        await breach(shown)
        await ask_why(shown)
        await shown.until(lambda: re.search(rf"{GANG} (gang )?5/5 healthy \(recycled", text(shown)))
        await shown.until(lambda: "✔ 2 healthy" in text(shown))
        assert "lacks" not in text(shown)
        await shown.select("gang-termination-1")
        await shown.until(
            lambda: re.search(r"gang-termination-1 (gang )?5/5 healthy \d", text(shown))
        )
        await shown.select(GANG)
        await look_back(shown)

        assert shown.cluster.the(PODCLIQUES, f"{GANG}-prefill").metadata.uid != old
        assert shown.cluster.the(PODCLIQUES, "gang-termination-1-prefill").metadata.uid == other
