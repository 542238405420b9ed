"""A cluster that stops answering: the screen says so, nothing is written, and it comes back."""

import asyncio

import pytest
from textual.widgets import Static

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.errors import Unreachable
from grove_tui.kube.resources import CRDS, DEPLOYMENTS, NAMESPACES
from grove_tui.reconcile.leadership import Mode, Policy
from grove_tui.screens.confirm import ConfirmDialog
from grove_tui.screens.document import DocumentScreen
from grove_tui.screens.scale import ScaleDialog
from grove_tui.widgets.key_bar import KeyBar
from grove_tui.widgets.segments import StatusBar
from tests.faults import Faults, FaultyTransport, status_response
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"


class Switch:
    """A connection that can be cut."""

    def __init__(self) -> None:
        self.is_cut = False
        self._faults = Faults()

    def wrap(self, inner):
        return FaultyTransport(inner, faults=self._faults, rules=[self._rule])

    def cut(self, shown):
        """Cut it, and end the streams that are open."""
        self.is_cut = True
        self._faults.drop_watch = 1.0
        shown.cluster.demo.api.close()

    def mend(self):
        self.is_cut = False
        self._faults.drop_watch = 0.0

    def _rule(self, request):
        return Unreachable("the cable is out") if self.is_cut else None


def banner(shown):
    found = shown.app.main_screen.query_one("#banner", Static)
    return str(found.content) if found.has_class("-shown") else ""


def status(shown):
    return " ".join(cell.text for cell in shown.app.main_screen.query_one(StatusBar).left)


async def test_a_lost_connection_is_told_and_locks_what_writes():
    switch = Switch()
    async with dashboard(wrap=switch.wrap) as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.select(CLIQUE)

        switch.cut(shown)
        shown.session.look_again()
        await shown.until(lambda: "Stale for" in banner(shown))
        assert "the cable is out" in banner(shown)
        assert "stale" in status(shown)
        assert shown.row(CLIQUE) is not None

        await shown.press("s")
        assert not isinstance(shown.screen, ScaleDialog)
        assert any("does not answer" in said for said in shown.said())
        hints = shown.screen.query_one(KeyBar).hints_shown()
        assert {hint.text for hint in hints if not hint.is_usable} == {
            "Scale",
            "Delete",
            "Edit",
            "Apply",
        }

        switch.mend()
        await shown.press("ctrl+r")
        bar = shown.screen.query_one(KeyBar)
        await shown.until(lambda: all(hint.is_usable for hint in bar.hints_shown()))


async def test_a_cluster_that_never_answered_is_not_called_stale():
    switch = Switch()
    switch.is_cut = True
    async with dashboard(wrap=switch.wrap, waits=False) as shown:
        told = await shown.until(lambda: banner(shown))
        assert told.startswith("No answer for ")
        assert told.endswith("s, trying again (:ctx opens another cluster): the cable is out")
        assert "no answer for" in status(shown)

        switch.mend()
        shown.session.look_again()
        await shown.until(lambda: shown.session.has_begun and not banner(shown))
        await shown.until(lambda: "live" in status(shown))


async def test_it_resumes_by_itself():
    switch = Switch()
    async with dashboard(wrap=switch.wrap) as shown:
        await create_set(shown.cluster)
        switch.cut(shown)
        shown.session.look_again()
        await shown.until(lambda: banner(shown))

        await create_set(shown.cluster, "meanwhile")
        switch.mend()

        await shown.until(lambda: shown.row("meanwhile"))
        await shown.until(lambda: not banner(shown))
        assert "live" in status(shown)


class Slow(FaultyTransport):
    """Keeps requests for one object until they are let go."""

    def __init__(self, inner):
        super().__init__(inner)
        self.free = asyncio.Event()

    async def request(self, request, timeout=30):  # noqa: ASYNC109 - the signature of transports
        if f"/{CLIQUE}" in request.path:
            await self.free.wait()
        return await super().request(request, timeout)


WAITING = "Waiting for the cluster to answer …"


@pytest.mark.parametrize(
    ("keys", "happens"),
    [
        (("y",), lambda shown: isinstance(shown.screen, DocumentScreen)),
        (("plus", "tab", "enter"), lambda shown: replicas(shown) == 3),
    ],
    ids=["read", "scale"],
)
async def test_a_slow_answer_is_told_while_it_is_waited_for(keys, happens):
    transports = []

    def wrap(inner):
        transports.append(Slow(inner))
        return transports[0]

    async with dashboard(wrap=wrap) as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.select(CLIQUE)
        for key in keys:
            await shown.press(key)

        await shown.until(lambda: WAITING in shown.said())
        assert not happens(shown)
        transports[0].free.set()

        await shown.until(lambda: happens(shown))


def replicas(shown):
    return shown.cluster.the(PODCLIQUES, CLIQUE).spec.replicas


async def test_an_answer_that_never_came_is_a_sentence():
    switch = Switch()
    async with dashboard(wrap=switch.wrap) as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster)
        await shown.select(CLIQUE)
        await shown.press("s")
        await shown.until(lambda: isinstance(shown.screen, ScaleDialog))

        switch.is_cut = True
        await shown.press("4", "enter", "enter")

        await shown.until(
            lambda: any("No answer to the request to scale" in s for s in shown.said())
        )


async def test_what_may_not_be_listed_is_named_and_the_rest_is_live():
    def wrap(inner):
        faulty = FaultyTransport(inner)
        faulty.rules.append(
            lambda request: status_response(403) if "autoscalers" in request.path else None
        )
        return faulty

    async with dashboard(wrap=wrap) as shown:
        await create_set(shown.cluster)

        await shown.until(lambda: shown.row("sim"))
        assert not banner(shown)
        assert shown.session.freshness.forbidden == ("horizontalpodautoscalers.autoscaling",)


async def test_missing_kinds_are_installed_only_after_a_yes():
    async def withdraw(cluster):
        for crd in await cluster.client.list_all(CRDS):
            await cluster.client.delete(CRDS, crd.metadata.name)

    async with dashboard(prepare=withdraw) as shown:
        await shown.until(lambda: isinstance(shown.screen, ConfirmDialog))
        await shown.press("enter")
        assert not isinstance(shown.screen, ConfirmDialog)
        assert shown.cluster.objects(CRDS) == []

    async with dashboard(prepare=withdraw) as shown:
        await shown.until(lambda: isinstance(shown.screen, ConfirmDialog))
        await shown.press("tab", "enter")
        await shown.until(lambda: len(shown.cluster.objects(CRDS)) == 4)
        await create_set(shown.cluster)
        await shown.until(lambda: shown.row("sim"))


async def run_operator(cluster):
    """Make the cluster look as if Grove's operator were running in it."""
    await cluster.client.create(NAMESPACES, {"metadata": {"name": "grove-system"}})
    deployment = {
        "metadata": {"name": "grove-operator", "namespace": "grove-system"},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "c", "image": "i"}]},
            },
        },
    }
    await cluster.client.create(DEPLOYMENTS, deployment, "grove-system")
    status = {"status": {"availableReplicas": 1, "replicas": 1, "readyReplicas": 1}}
    await cluster.client.patch(
        DEPLOYMENTS, "grove-operator", status, "grove-system", subresource="status"
    )


async def test_beside_groves_operator_the_dashboard_observes():
    async with dashboard(policy=Policy.AUTO, prepare=run_operator) as shown:
        await shown.until(lambda: shown.session.standing.mode is Mode.UPSTREAM)

        await create_set(shown.cluster)
        await shown.until(lambda: shown.row("sim"))
        assert "the Grove operator reconciles" in status(shown)
        assert shown.cluster.objects(PODCLIQUES) == []


async def test_always_reconciles_beside_it_only_after_a_yes():
    wanted = {"reconcile": "always"}
    async with dashboard(policy=Policy.AUTO, prepare=run_operator, wanted=wanted) as shown:
        await shown.until(lambda: isinstance(shown.screen, ConfirmDialog))
        await shown.press("tab", "enter")

        await shown.until(lambda: shown.session.standing.mode is Mode.LEADING)
        await create_set(shown.cluster)
        await shown.until(lambda: shown.cluster.objects(PODCLIQUES))
        assert shown.cluster.object(PODCLIQUESETS, "sim") is not None
