"""A kind that is forbidden, slow, broken or installed later holds up nothing else."""

import asyncio

from grove_tui.cluster import session as sessions
from grove_tui.cluster.freshness import State
from grove_tui.kube.objects import NamespacedName
from grove_tui.kube.resources import CRDS, EVENTS, PODS
from grove_tui.screens.confirm import ConfirmDialog
from grove_tui.screens.scale import ScaleDialog
from grove_tui.view.history import ObjectChange
from grove_tui.widgets.segments import StatusBar
from tests.faults import FaultyTransport, status_response
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


class Stuck(FaultyTransport):
    """Does not answer what is asked of some kinds until it is let go."""

    def __init__(self, inner, *parts):
        super().__init__(inner)
        self.parts = parts
        self.free = asyncio.Event()

    async def request(self, request, timeout=30):  # noqa: ASYNC109 - the signature of transports
        if any(request.path.endswith(part) for part in self.parts):
            await self.free.wait()
        return await super().request(request, timeout)


def broken(part):
    """Return a wrap that lets the server fail for one kind."""

    def wrap(inner):
        rule = lambda request: status_response(500) if part in request.path else None  # noqa: E731
        return FaultyTransport(inner, rules=[rule])

    return wrap


def status(shown):
    bar = shown.app.main_screen.query_one(StatusBar)
    return " ".join(cell.text for cell in [*bar.left, *bar.right])


async def begun(shown):
    """Return once what comes is news, and what may be done is being asked."""
    await shown.until(lambda: shown.session.has_begun)
    assert shown.session.recorder.has_started
    await create_set(shown.cluster)
    await create_clique(shown.cluster)
    await shown.select(CLIQUE)
    await shown.until(lambda: any(_is_of(CLIQUE, r) for r in shown.session.records()))


def _is_of(name, record):
    return isinstance(record, ObjectChange) and record.key == NamespacedName("default", name)


def impatient(monkeypatch):
    monkeypatch.setattr(sessions, "PATIENCE_SECONDS", 0.2)


async def test_a_kind_that_never_comes_holds_up_nothing(monkeypatch):
    impatient(monkeypatch)
    async with dashboard(wrap=lambda inner: Stuck(inner, "/events"), waits=False) as shown:
        await begun(shown)

        await shown.until(lambda: "no answer for events" in status(shown))
        assert "live" in status(shown)
        await shown.press("s")
        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))


async def test_permissions_are_asked_though_a_kind_never_comes(monkeypatch):
    impatient(monkeypatch)

    async def prepare(cluster):
        cluster.demo.api.authorize = lambda asked: asked.subresource != "scale"

    def wrap(inner):
        return Stuck(inner, "/podgangs")

    async with dashboard(wrap=wrap, prepare=prepare, waits=False) as shown:
        await begun(shown)

        await shown.until(lambda: shown.session.permissions.has_denials)


async def test_what_comes_late_is_no_news(monkeypatch):
    impatient(monkeypatch)
    transports = []

    def wrap(inner):
        transports.append(Stuck(inner, "/pods"))
        return transports[0]

    async def prepare(cluster):
        await create_set(cluster)
        await create_clique(cluster)

    async with dashboard(wrap=wrap, prepare=prepare, waits=False) as shown:
        await shown.until(lambda: shown.session.has_begun)
        transports[0].free.set()
        await shown.until(lambda: shown.session.has_synced)

        pods = {pod.metadata.name for pod in shown.cluster.objects(PODS)}
        assert len(pods) == 2
        recording = shown.session.recorder.recording("demo")
        assert {key.name for key in recording.checkpoint["pods"]} == pods
        assert not any(_is_of(name, r) for name in pods for r in recording.records)


async def test_a_broken_side_kind_bars_no_key(monkeypatch):
    impatient(monkeypatch)
    wrap = broken("horizontalpodautoscalers")
    async with dashboard(wrap=wrap, waits=False) as shown:
        await begun(shown)

        assert shown.session.connection.state is State.LIVE
        await shown.until(lambda: "no answer for horizontalpodautoscalers" in status(shown))
        await shown.press("s")
        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))


async def test_broken_pods_are_told_and_nothing_is_changed_on_such_ground(monkeypatch):
    impatient(monkeypatch)
    async with dashboard(wrap=broken("/pods"), waits=False) as shown:
        await begun(shown)

        await shown.until(lambda: shown.session.connection.state is State.STALE)
        await shown.press("s")

        assert not isinstance(shown.screen, ScaleDialog)
        assert any("does not answer" in said for said in shown.said())


async def test_a_role_without_one_kind_begins_at_once():
    async def prepare(cluster):
        cluster.demo.api.authorize = lambda asked: asked.resource != "events"

    async with dashboard(prepare=prepare) as shown:
        await begun(shown)

        await shown.until(lambda: "may not list events" in status(shown))
        assert shown.cluster.objects(EVENTS) is not None


async def test_kinds_that_are_installed_later_are_followed():
    async def withdraw(cluster):
        for crd in await cluster.client.list_all(CRDS):
            await cluster.client.delete(CRDS, crd.metadata.name)

    async with dashboard(prepare=withdraw) as shown:
        await shown.until(lambda: shown.session.has_begun and "live" in status(shown))
        await shown.until(lambda: isinstance(shown.screen, ConfirmDialog))
        await shown.press("tab", "enter")
        await shown.until(lambda: len(shown.cluster.objects(CRDS)) == 4)

        await begun(shown)
